// IPv4 (RFC 791), IPv6 (RFC 8200) with the extension headers that are seen around VRRP, and the
// authentication header of old VRRP version 2 (RFC 2402). This module is browser safe.

import { checksumFor } from "./checksum.ts";
import type { Field } from "./field.ts";
import { dissectIcmpv6 } from "./icmpv6.ts";
import { hexOf, judgeChecksum, type LayerReader, remark } from "./layer_reader.ts";
import {
  IP_PROTOCOL_AH,
  IP_PROTOCOL_ICMPV6,
  IP_PROTOCOL_TCP,
  IP_PROTOCOL_UDP,
  IP_PROTOCOL_VRRP,
  IPV4,
  IPV6,
} from "./layout.ts";
import { rfc, type Source } from "./source.ts";
import { dissectTcp, dissectUdp } from "./transport.ts";
import { dissectVrrp } from "./vrrp.ts";
import type { IpEnds, Walk } from "./walk.ts";

/** Extension headers of one packet that are looked behind. */
const EXTENSIONS_MAX = 8;
/** Hop-by-hop, routing, destination options (RFC 8200 4). */
const EXTENSIONS: readonly number[] = [0, 43, 60];
const EXTENSION_FRAGMENT = 44;
/** More fragments, or an offset. */
const FRAGMENT_MASK = 0x3fff;
/** SPI, sequence and the lengths before them (RFC 2402 2). */
const AH_FIXED_SIZE = 12;

const PROTOCOL_WORDS: Readonly<Record<number, string>> = {
  0: "hop-by-hop options",
  1: "ICMP",
  2: "IGMP",
  4: "IPv4",
  [IP_PROTOCOL_TCP]: "TCP",
  [IP_PROTOCOL_UDP]: "UDP",
  43: "routing header",
  44: "fragment header",
  [IP_PROTOCOL_AH]: "AH",
  [IP_PROTOCOL_ICMPV6]: "ICMPv6",
  59: "nothing",
  60: "destination options",
  [IP_PROTOCOL_VRRP]: "VRRP",
};
const DSCP_WORDS: Readonly<Record<number, string>> = { 0: "CS0", 46: "EF", 48: "CS6", 56: "CS7" };
const ECN_WORDS = ["not ECT", "ECT(1)", "ECT(0)", "CE"];

function protocolText(protocol: number): string {
  const word = PROTOCOL_WORDS[protocol];
  return word === undefined ? String(protocol) : `${word} (${protocol})`;
}

/** DSCP and ECN of the byte (RFC 2474 3, RFC 3168 5). */
function trafficClassText(value: number): string {
  const dscp = DSCP_WORDS[value >> 2] ?? `DSCP ${value >> 2}`;
  return `${hexOf(value, 2)}: ${dscp}, ${ECN_WORDS[value & 3]}`;
}

function flagsText(flags: number): string {
  const words = [[4, "reserved"], [2, "don't fragment"], [1, "more fragments"]] as const;
  return words.filter(([bit]) => (flags & bit) !== 0).map(([, word]) => word).join(", ") || "none";
}

/** What an IP header says of its payload. */
interface Payload {
  protocol: number;
  at: number;
  /** What is there of it. */
  end: number;
  /** Bytes are missing that the header announces. */
  isCut: boolean;
  ends: IpEnds;
}

/** A packet of either version by its first bits; other bytes are only shown. */
export function dissectIp(walk: Walk, at: number, end: number): void {
  const version = (walk.bytes[at] ?? 0) >> 4;
  if (version === 4) dissectIpv4(walk, at, end);
  else if (version === 6) dissectIpv6(walk, at, end);
  else walk.rest("data", at, end);
}

function readEnds(
  reader: LayerReader,
  version: "ipv4" | "ipv6",
  at: { source: number; destination: number },
  hopLimit: Field | null,
): IpEnds {
  const size = version === "ipv4" ? 4 : 16;
  return {
    source: reader.slice(at.source, size),
    destination: reader.slice(at.destination, size),
    sourceField: reader.address(`${version}.source`, at.source, size),
    destinationField: reader.address(`${version}.destination`, at.destination, size),
    hopLimit,
  };
}

function checkVersion(field: Field | null, expected: number): void {
  if (field !== null && field.number !== null && field.number !== expected) {
    remark(field, "versionWrong", { expected });
  }
}

/** IPv4 (RFC 791 3.1). Bytes behind the total length are padding. */
export function dissectIpv4(walk: Walk, at: number, end: number): void {
  const reader = walk.reader("ipv4", at, end, rfc(791, "3.1"));
  checkVersion(reader.bits("ipv4.version", IPV4.versionIhl, 1, 0xf0), 4);
  const ihl = reader.bits("ipv4.headerLength", IPV4.versionIhl, 1, 0x0f, {
    text: (words) => `${4 * words} bytes (${words} words)`,
  });
  const tos = { source: rfc(2474, "3"), text: trafficClassText };
  reader.number("ipv4.tos", IPV4.tos, 1, tos);
  const total = reader.number("ipv4.totalLength", IPV4.totalLength, 2);
  reader.number("ipv4.identification", IPV4.identification, 2);
  reader.bits("ipv4.flags", IPV4.fragment, 2, 0xe000, { text: flagsText });
  const offset = reader.bits("ipv4.fragmentOffset", IPV4.fragment, 2, 0x1fff, {
    text: (value) => String(8 * value),
  });
  const ttl = reader.number("ipv4.ttl", IPV4.ttl, 1);
  const protocol = reader.number("ipv4.protocol", IPV4.protocol, 1, { text: protocolText });
  const checksum = reader.number("ipv4.checksum", IPV4.checksum, 2, {
    text: (value) => hexOf(value, 4),
  });
  const ends = readEnds(reader, "ipv4", IPV4, ttl);
  const headerSize = 4 * (ihl?.number ?? 0);
  if (!reader.isCut && headerSize < IPV4.SIZE) {
    remark(ihl, "lengthTooSmall", { least: IPV4.SIZE / 4 });
  } else if (!reader.isCut) {
    reader.data("ipv4.options", IPV4.SIZE, headerSize - IPV4.SIZE);
    const header = reader.slice(0, headerSize);
    judgeChecksum(checksum, reader.isCut ? null : checksumFor(header, IPV4.checksum));
  }
  walk.add(reader);
  if (reader.isCut || headerSize < IPV4.SIZE) return;
  const totalEnd = lengthEnd(total, reader, { size: total?.number ?? 0, least: headerSize });
  const fragment = (reader.slice(IPV4.fragment, 2)[0]! << 8) |
    reader.slice(IPV4.fragment + 1, 1)[0]!;
  const payload = { at: at + headerSize, end: totalEnd, ends, protocol: protocol?.number ?? 0 };
  const isCut = at + (total?.number ?? 0) > end;
  if ((fragment & FRAGMENT_MASK) !== 0) {
    remark(offset, "fragment");
    walk.rest("data", payload.at, payload.end);
  } else {
    dissectPayload(walk, { ...payload, isCut });
  }
  walk.rest("padding", totalEnd, end);
}

/**
 * Where the bytes end that a length field announces from the layer's begin, of those that are there.
 * A length below `least` cannot be: then all that is there is taken.
 */
function lengthEnd(
  field: Field | null,
  reader: LayerReader,
  { size, least }: { size: number; least: number },
): number {
  if (size < least) {
    remark(field, "lengthTooSmall", { least });
    return reader.end;
  }
  if (size > reader.available) remark(field, "lengthBeyond", { have: reader.available });
  return reader.at + Math.min(size, reader.available);
}

/** IPv6 (RFC 8200 3). Bytes behind the payload length are padding. */
export function dissectIpv6(walk: Walk, at: number, end: number): void {
  const reader = walk.reader("ipv6", at, end, rfc(8200, "3"));
  checkVersion(reader.bits("ipv6.version", IPV6.versionClassFlow, 1, 0xf0), 6);
  reader.bits("ipv6.trafficClass", IPV6.versionClassFlow, 2, 0x0ff0, {
    source: rfc(8200, "7"),
    text: trafficClassText,
  });
  reader.bits("ipv6.flowLabel", IPV6.versionClassFlow + 1, 3, 0x0f_ffff, {
    source: rfc(6437, "2"),
    text: (value) => hexOf(value, 5),
  });
  const length = reader.number("ipv6.payloadLength", IPV6.payloadLength, 2);
  const next = reader.number("ipv6.nextHeader", IPV6.nextHeader, 1, { text: protocolText });
  const hopLimit = reader.number("ipv6.hopLimit", IPV6.hopLimit, 1);
  const ends = readEnds(reader, "ipv6", IPV6, hopLimit);
  walk.add(reader);
  if (reader.isCut) return;
  const size = IPV6.SIZE + (length?.number ?? 0);
  const payloadEnd = lengthEnd(length, reader, { size, least: 0 });
  const payload = {
    protocol: next?.number ?? 0,
    at: at + IPV6.SIZE,
    end: payloadEnd,
    isCut: at + size > end,
    ends,
  };
  dissectExtensions(walk, payload, next);
  walk.rest("padding", payloadEnd, end);
}

/** Walks the extension headers (RFC 8200 4) to the message. */
function dissectExtensions(walk: Walk, payload: Payload, next: Field | null): void {
  const { end } = payload;
  let { at, protocol } = payload;
  let field = next;
  for (let i = 0; i < EXTENSIONS_MAX && EXTENSIONS.includes(protocol); i++) {
    const reader = walk.reader("ipv6Extension", at, end, rfc(8200, "4"));
    field = reader.number("ipv6Extension.nextHeader", 0, 1, { text: protocolText });
    const units = reader.number("ipv6Extension.length", 1, 1, {
      text: (value) => `${8 * (value + 1)} bytes`,
    });
    const size = 8 * ((units?.number ?? 0) + 1);
    reader.data("ipv6Extension.data", 2, size - 2);
    walk.add(reader);
    if (reader.isCut) return;
    protocol = field?.number ?? 0;
    at += size;
  }
  if (protocol === EXTENSION_FRAGMENT) {
    remark(field, "fragment");
    return walk.rest("data", at, end);
  }
  dissectPayload(walk, { ...payload, at, protocol });
}

/** Sizes and addresses of the message for its checksum: null when bytes are missing. */
function dissectPayload(walk: Walk, payload: Payload): void {
  const { protocol, at, end, isCut, ends } = payload;
  switch (protocol) {
    case IP_PROTOCOL_VRRP:
      return dissectVrrp(walk, at, end, ends);
    case IP_PROTOCOL_AH:
      return dissectAh(walk, payload);
    case IP_PROTOCOL_TCP:
      return dissectTcp(walk, at, end, { ends, isCut });
    case IP_PROTOCOL_UDP:
      return dissectUdp(walk, at, end, { ends, isCut });
    case IP_PROTOCOL_ICMPV6:
      return dissectIcmpv6(walk, at, end, { ends, isCut });
    default:
      walk.rest("data", at, end);
  }
}

/** The authentication header of VRRP version 2, auth type 2. Its check value is not computed: the key is not known. */
function dissectAh(walk: Walk, payload: Payload): void {
  const { at, end } = payload;
  const section = (number: string): { source: Source } => ({ source: rfc(2402, number) });
  const reader = walk.reader("ah", at, end, rfc(2402, "2"));
  const next = reader.number("ah.nextHeader", 0, 1, { ...section("2.1"), text: protocolText });
  const words = reader.number("ah.length", 1, 1, {
    ...section("2.2"),
    text: (value) => `${4 * (value + 2)} bytes`,
  });
  reader.number("ah.reserved", 2, 2, section("2.3"));
  reader.number("ah.spi", 4, 4, { ...section("2.4"), text: (value) => hexOf(value, 8) });
  reader.number("ah.sequence", 8, 4, section("2.5"));
  const size = 4 * ((words?.number ?? 0) + 2);
  if (!reader.isCut && size < AH_FIXED_SIZE) {
    remark(words, "lengthTooSmall", { least: AH_FIXED_SIZE / 4 - 2 });
  } else if (!reader.isCut) {
    reader.data("ah.icv", AH_FIXED_SIZE, size - AH_FIXED_SIZE, rfc(2402, "2.6"));
  }
  walk.add(reader);
  if (reader.isCut || size < AH_FIXED_SIZE) return;
  // One such header is enough: what it holds is never another one.
  const protocol = next?.number === IP_PROTOCOL_AH ? -1 : next?.number ?? -1;
  dissectPayload(walk, { ...payload, at: at + size, protocol });
}
