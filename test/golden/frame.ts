// Takes a whole frame apart with the codecs of the core, and puts one together, in the words of the
// golden packets. For tests of the codecs; the daemon never builds text from packets.

import type { TestCore } from "../../core-as/testing.ts";
import {
  AF_INET,
  AF_INET6,
  type Family,
  formatAddress,
  parseAddress,
  parseMac,
} from "../../host/base/address.ts";
import { STATUS_CHECKSUM, STATUS_OK, STATUS_PROTOCOL } from "../../host/core/abi.gen.ts";

const ETHERNET_HEADER_SIZE = 14;
const MAC_SIZE = 6;
const TYPE_IPV4 = 0x0800;
const TYPE_ARP = 0x0806;
const TYPE_IPV6 = 0x86dd;
const PROTOCOL_TCP = 6;
const PROTOCOL_UDP = 17;
const PROTOCOL_ICMPV6 = 58;
const PROTOCOL_VRRP = 112;
const AUTH_DATA_SIZE = 8;

/** What became of a frame: STATUS_ of the first layer that refused it, else 0 and all fields. */
export interface Decoded {
  status: number;
  /** The layer that decided. */
  layer: string;
  fields: Record<string, string>;
}

/** The payload of an IP packet, and what its pseudo header needs. */
interface Payload {
  at: number;
  length: number;
  protocol: number;
  family: Family;
  source: number;
  destination: number;
}

/** Decodes `length` bytes in the core's memory. Never throws on any bytes. */
export function decodeFrame(core: TestCore, at: number, length: number): Decoded {
  const fields: Record<string, string> = {};
  const status = core.u32("ethernetCheck", at, length);
  if (status !== STATUS_OK) return { status, layer: "ethernet", fields };
  const type = core.u32("ethernetType", at);
  fields["ethernet.destination"] = macText(core, core.u32("ethernetDestination", at));
  fields["ethernet.source"] = macText(core, core.u32("ethernetSource", at));
  fields["ethernet.type"] = word(type);
  const inner = core.u32("ethernetPayload", at);
  const innerLength = length - ETHERNET_HEADER_SIZE;
  if (type === TYPE_ARP) return decodeArp(core, inner, innerLength, fields);
  if (type === TYPE_IPV4) return decodeIpv4(core, inner, innerLength, fields);
  if (type === TYPE_IPV6) return decodeIpv6(core, inner, innerLength, fields);
  return { status: STATUS_PROTOCOL, layer: "ethernet", fields };
}

function decodeArp(core: TestCore, at: number, length: number, fields: Decoded["fields"]): Decoded {
  const status = core.u32("arpCheck", at, length);
  if (status === STATUS_OK) {
    fields["arp.operation"] = String(core.u32("arpOperation", at));
    fields["arp.senderMac"] = macText(core, core.u32("arpSenderMac", at));
    fields["arp.senderAddress"] = addressText(core, core.u32("arpSenderAddress", at), AF_INET);
    fields["arp.targetMac"] = macText(core, core.u32("arpTargetMac", at));
    fields["arp.targetAddress"] = addressText(core, core.u32("arpTargetAddress", at), AF_INET);
  }
  return { status, layer: "arp", fields };
}

function decodeIpv4(
  core: TestCore,
  at: number,
  length: number,
  fields: Decoded["fields"],
): Decoded {
  const status = core.u32("ipv4Check", at, length);
  if (status !== STATUS_OK) return { status, layer: "ipv4", fields };
  const source = core.u32("ipv4Source", at);
  const destination = core.u32("ipv4Destination", at);
  const protocol = core.u32("ipv4Protocol", at);
  fields["ipv4.headerLength"] = String(core.u32("ipv4HeaderLength", at));
  fields["ipv4.tos"] = String(core.u32("ipv4Tos", at));
  fields["ipv4.totalLength"] = String(core.u32("ipv4TotalLength", at));
  fields["ipv4.identification"] = String(core.u32("ipv4Identification", at));
  fields["ipv4.ttl"] = String(core.u32("ipv4Ttl", at));
  fields["ipv4.protocol"] = String(protocol);
  fields["ipv4.source"] = addressText(core, source, AF_INET);
  fields["ipv4.destination"] = addressText(core, destination, AF_INET);
  return decodePayload(core, {
    at: core.u32("ipv4Payload", at),
    length: core.u32("ipv4PayloadLength", at),
    protocol,
    family: AF_INET,
    source,
    destination,
  }, fields);
}

function decodeIpv6(
  core: TestCore,
  at: number,
  length: number,
  fields: Decoded["fields"],
): Decoded {
  const status = core.u32("ipv6Check", at, length);
  if (status !== STATUS_OK) return { status, layer: "ipv6", fields };
  const source = core.u32("ipv6Source", at);
  const destination = core.u32("ipv6Destination", at);
  const protocol = core.u32("ipv6NextHeader", at);
  const payloadLength = core.u32("ipv6PayloadLength", at);
  fields["ipv6.trafficClass"] = String(core.u32("ipv6TrafficClass", at));
  fields["ipv6.flowLabel"] = String(core.u32("ipv6FlowLabel", at));
  fields["ipv6.payloadLength"] = String(payloadLength);
  fields["ipv6.nextHeader"] = String(protocol);
  fields["ipv6.hopLimit"] = String(core.u32("ipv6HopLimit", at));
  fields["ipv6.source"] = addressText(core, source, AF_INET6);
  fields["ipv6.destination"] = addressText(core, destination, AF_INET6);
  const inner = core.u32("ipv6Payload", at);
  const payload = { at: inner, length: payloadLength, protocol, source, destination };
  return decodePayload(core, { ...payload, family: AF_INET6 }, fields);
}

function decodePayload(core: TestCore, payload: Payload, fields: Decoded["fields"]): Decoded {
  switch (payload.protocol) {
    case PROTOCOL_VRRP:
      return decodeVrrp(core, payload, fields);
    case PROTOCOL_ICMPV6:
      return decodeNeighbourAdvertisement(core, payload, fields);
    case PROTOCOL_TCP:
      return decodeTcp(core, payload, fields);
    case PROTOCOL_UDP:
      return decodeUdp(core, payload, fields);
  }
  return { status: STATUS_PROTOCOL, layer: "ip", fields };
}

function decodeVrrp(core: TestCore, payload: Payload, fields: Decoded["fields"]): Decoded {
  const { at, length, family, source, destination } = payload;
  const status = core.u32("vrrpCheck", at, length, family, source, destination);
  if (status !== STATUS_OK) return { status, layer: "vrrp", fields };
  const version = core.u32("vrrpVersion", at);
  const count = core.u32("vrrpAddressCount", at);
  fields["vrrp.version"] = String(version);
  fields["vrrp.type"] = String(core.u32("vrrpType", at));
  fields["vrrp.vrid"] = String(core.u32("vrrpVrid", at));
  fields["vrrp.priority"] = String(core.u32("vrrpPriority", at));
  fields["vrrp.addressCount"] = String(count);
  if (version === 2) {
    fields["vrrp.authType"] = String(core.u32("vrrpAuthType", at));
    fields["vrrp.advertisementIntervalS"] = String(core.u32("vrrpAdvertisementIntervalS", at));
  } else {
    fields["vrrp.advertisementIntervalCs"] = String(core.u32("vrrpAdvertisementIntervalCs", at));
  }
  fields["vrrp.checksum"] = word(core.u32("vrrpChecksum", at));
  fields["vrrp.addresses"] = Array.from({ length: count }, (_, i) => {
    return addressText(core, core.u32("vrrpAddress", at, family, i), family);
  }).join(",");
  const auth = version === 2 ? authText(core.u64("vrrpAuthData", at)) : "";
  if (auth !== "") fields["vrrp.authData"] = auth;
  return { status, layer: "vrrp", fields };
}

function decodeNeighbourAdvertisement(
  core: TestCore,
  payload: Payload,
  fields: Decoded["fields"],
): Decoded {
  const { at, length, source, destination } = payload;
  const status = core.u32("neighbourAdvertisementCheck", at, length, source, destination);
  if (status !== STATUS_OK) return { status, layer: "icmpv6", fields };
  const flag = (name: string) => core.bool(`neighbourAdvertisementIs${name}`, at) ? "1" : "0";
  fields["icmpv6.type"] = String(core.u32("icmpv6Type", at));
  fields["icmpv6.code"] = String(core.u32("icmpv6Code", at));
  fields["neighbourAdvertisement.router"] = flag("Router");
  fields["neighbourAdvertisement.solicited"] = flag("Solicited");
  fields["neighbourAdvertisement.override"] = flag("Override");
  const target = core.u32("neighbourAdvertisementTarget", at);
  fields["neighbourAdvertisement.target"] = addressText(core, target, AF_INET6);
  const mac = core.u32("neighbourAdvertisementMac", at, length);
  if (mac !== 0) fields["neighbourAdvertisement.mac"] = macText(core, mac);
  return { status, layer: "icmpv6", fields };
}

function decodeTcp(core: TestCore, payload: Payload, fields: Decoded["fields"]): Decoded {
  const { at, length, family, source, destination } = payload;
  const status = core.u32("tcpCheck", at, length);
  if (status !== STATUS_OK) return { status, layer: "tcp", fields };
  if (!core.bool("tcpChecksumIsValid", at, length, family, source, destination)) {
    return { status: STATUS_CHECKSUM, layer: "tcp", fields };
  }
  fields["tcp.sourcePort"] = String(core.u32("tcpSourcePort", at));
  fields["tcp.destinationPort"] = String(core.u32("tcpDestinationPort", at));
  fields["tcp.sequence"] = String(core.u32("tcpSequence", at));
  fields["tcp.acknowledgment"] = String(core.u32("tcpAcknowledgment", at));
  fields["tcp.headerLength"] = String(core.u32("tcpHeaderLength", at));
  fields["tcp.flags"] = String(core.u32("tcpFlags", at));
  fields["tcp.window"] = String(core.u32("tcpWindow", at));
  return { status, layer: "tcp", fields };
}

function decodeUdp(core: TestCore, payload: Payload, fields: Decoded["fields"]): Decoded {
  const { at, length, family, source, destination } = payload;
  const status = core.u32("udpCheck", at, length);
  if (status !== STATUS_OK) return { status, layer: "udp", fields };
  if (!core.bool("udpChecksumIsValid", at, family, source, destination)) {
    return { status: STATUS_CHECKSUM, layer: "udp", fields };
  }
  fields["udp.sourcePort"] = String(core.u32("udpSourcePort", at));
  fields["udp.destinationPort"] = String(core.u32("udpDestinationPort", at));
  fields["udp.length"] = String(core.u32("udpLength", at));
  return { status, layer: "udp", fields };
}

/**
 * Encodes the frame that the fields describe at an address of the core's memory; returns its bytes.
 * `payload` is what no codec makes: the options and data behind a TCP or UDP header.
 */
export function encodeFrame(
  core: TestCore,
  at: number,
  fields: Decoded["fields"],
  payload: Uint8Array,
): number {
  const scratch = new Scratch(core);
  const need = (name: string): string => {
    const value = fields[name];
    if (value === undefined) throw new Error(`no field ${name}`);
    return value;
  };
  const type = Number(need("ethernet.type"));
  if (fields["neighbourAdvertisement.mac"] !== undefined) {
    const mac = scratch.mac(need("neighbourAdvertisement.mac"));
    const target = scratch.address(need("neighbourAdvertisement.target"));
    const router = Number(need("neighbourAdvertisement.router"));
    return core.u32("neighbourAdvertisementEmit", at, mac, target, router);
  }
  const size = core.u32(
    "ethernetEmit",
    at,
    scratch.mac(need("ethernet.destination")),
    scratch.mac(need("ethernet.source")),
    type,
  );
  if (type === TYPE_ARP) {
    return size + core.u32(
      "arpEmit",
      at + size,
      Number(need("arp.operation")),
      scratch.mac(need("arp.senderMac")),
      scratch.address(need("arp.senderAddress")),
      scratch.mac(need("arp.targetMac")),
      scratch.address(need("arp.targetAddress")),
    );
  }
  return size + encodeIp(core, scratch, at + size, type === TYPE_IPV4, need, payload);
}

function encodeIp(
  core: TestCore,
  scratch: Scratch,
  at: number,
  isIpv4: boolean,
  need: (name: string) => string,
  payload: Uint8Array,
): number {
  const layer = isIpv4 ? "ipv4" : "ipv6";
  const family = isIpv4 ? AF_INET : AF_INET6;
  const source = scratch.address(need(`${layer}.source`));
  const destination = scratch.address(need(`${layer}.destination`));
  const number = (name: string) => Number(need(`${layer}.${name}`));
  const protocol = number(isIpv4 ? "protocol" : "nextHeader");
  const innerLength = isIpv4
    ? number("totalLength") - number("headerLength")
    : number("payloadLength");
  const size = isIpv4
    ? core.u32(
      "ipv4Emit",
      at,
      number("tos"),
      number("identification"),
      number("ttl"),
      protocol,
      source,
      destination,
      innerLength,
    )
    : core.u32(
      "ipv6Emit",
      at,
      number("trafficClass"),
      protocol,
      number("hopLimit"),
      source,
      destination,
      innerLength,
    );
  const inner = { at: at + size, length: innerLength, protocol, family, source, destination };
  return size + encodePayload(core, scratch, inner as Payload, need, payload);
}

function encodePayload(
  core: TestCore,
  scratch: Scratch,
  inner: Payload,
  need: (name: string) => string,
  payload: Uint8Array,
): number {
  const { at, length, family, source, destination } = inner;
  if (inner.protocol === PROTOCOL_VRRP) return encodeVrrp(core, scratch, inner, need);
  if (inner.protocol === PROTOCOL_UDP) {
    const number = (name: string) => Number(need(`udp.${name}`));
    const ports = [number("sourcePort"), number("destinationPort")];
    const size = core.u32("udpEmit", at, ...ports, payload.length);
    core.put(at + size, payload);
    core.u32("udpSeal", at, family, source, destination);
    return size + payload.length;
  }
  if (inner.protocol === PROTOCOL_TCP) {
    const number = (name: string) => Number(need(`tcp.${name}`));
    const names = ["sourcePort", "destinationPort", "sequence", "acknowledgment", "flags"];
    const optionsLength = number("headerLength") - 20;
    core.u32("tcpEmit", at, ...names.map(number), number("window"), optionsLength);
    core.put(at + 20, payload);
    core.u32("tcpSeal", at, length, family, source, destination);
    return length;
  }
  throw new Error(`no encoder for protocol ${inner.protocol}`);
}

function encodeVrrp(
  core: TestCore,
  scratch: Scratch,
  inner: Payload,
  need: (name: string) => string,
): number {
  const { at, family, source, destination } = inner;
  const number = (name: string) => Number(need(`vrrp.${name}`));
  const common = [number("vrid"), number("priority"), number("addressCount")];
  const auth = number("version") === 2 && number("authType") === 1 ? need("vrrp.authData") : "";
  const size = number("version") === 2
    ? core.u32(
      "vrrpEmitV2",
      at,
      ...common,
      number("advertisementIntervalS"),
      number("authType"),
      authBytes(auth),
    )
    : core.u32("vrrpEmitV3", at, family, ...common, number("advertisementIntervalCs"));
  need("vrrp.addresses").split(",").forEach((address, i) => {
    core.u32("vrrpPutAddress", at, family, i, scratch.address(address));
  });
  core.u32("vrrpSeal", at, family, source, destination);
  return size;
}

/** Hands out fields for arguments, 16 bytes each, from the test core's scratch memory. */
class Scratch {
  readonly #core: TestCore;
  #next: number;

  constructor(core: TestCore) {
    this.#core = core;
    this.#next = core.scratch;
  }

  #put(bytes: Uint8Array | undefined, text: string): number {
    if (bytes === undefined) throw new Error(`not an address: ${text}`);
    const at = this.#core.put(this.#next, new Uint8Array(16));
    this.#next += 16;
    return this.#core.put(at, bytes);
  }

  mac(text: string): number {
    return this.#put(parseMac(text) ?? undefined, text);
  }

  address(text: string): number {
    return this.#put(parseAddress(text)?.bytes, text);
  }
}

function word(value: number): string {
  return `0x${value.toString(16).padStart(4, "0")}`;
}

function macText(core: TestCore, at: number): string {
  return [...core.take(at, MAC_SIZE)].map((byte) => byte.toString(16).padStart(2, "0")).join(":");
}

function addressText(core: TestCore, at: number, family: Family): string {
  return formatAddress(core.take(at, family === AF_INET ? 4 : 16));
}

/** Eight bytes of authentication data as the u64 that lies in memory like them. */
export function authBytes(text: string): bigint {
  const field = new Uint8Array(AUTH_DATA_SIZE);
  field.set(new TextEncoder().encode(text).subarray(0, AUTH_DATA_SIZE));
  return new DataView(field.buffer).getBigUint64(0, true);
}

function authText(value: bigint): string {
  const field = new DataView(new ArrayBuffer(AUTH_DATA_SIZE));
  field.setBigUint64(0, value, true);
  return new TextDecoder().decode(field).replace(/\0+$/, "");
}
