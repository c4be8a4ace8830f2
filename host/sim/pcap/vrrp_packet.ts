// VRRP advertisements as objects (RFC 3768 5.1, RFC 9568 5.1): reading those of captures and logs, and
// changing one for a "what if". The daemon does not use it: there packets are read by the core, and
// what the core says of an advert is its own status. Nothing here throws on any bytes.
// This module is browser safe.

import { formatAddress } from "../../base/address.ts";
import type { StatusName } from "../../core/abi.gen.ts";

/** IP protocol number of VRRP. */
export const IP_PROTOCOL_VRRP = 112;
/** Bytes of an IPv4 header without options. */
const IPV4_HEADER_SIZE = 20;
/** Bytes of a message before its addresses. */
const VRRP_HEADER_SIZE = 8;
/** Bytes of v2 authentication data. */
const AUTH_DATA_SIZE = 8;
/** TTL and hop limit of every advert (RFC 9568 7.1). */
const HOP_LIMIT = 255;
const TYPE_ADVERTISEMENT = 1;
/** Over IPv4 a message up to this size may be padded (core-as/assembly/wire/vrrp.ts). */
const PADDED_SIZE_MAX = 26;

const AT_TOTAL_LENGTH = 2;
const AT_TTL = 8;
const AT_PROTOCOL = 9;
const AT_HEADER_CHECKSUM = 10;
const AT_SOURCE = 12;
const AT_DESTINATION = 16;
const AT_PRIORITY = 2;
const AT_CHECKSUM = 6;

/** Who sent a message to whom, as the IP header says it. */
export interface PacketEnds {
  /** 4 or 16 bytes, network order; of one family. */
  source: Uint8Array;
  destination: Uint8Array;
  /** TTL or hop limit. */
  hopLimit: number;
}

/** A VRRP message, read as far as its bytes go. */
export interface VrrpPacket {
  source: string;
  destination: string;
  family: "INET" | "INET6";
  hopLimit: number;
  version: number;
  type: number;
  vrid: number;
  /** 0 = the sender resigns, 255 = it owns the addresses. */
  priority: number;
  /** v2 whole seconds, v3 hundredths of a second; microseconds. */
  intervalUs: number;
  /** v2; 0 in v3. */
  authType: number;
  addresses: string[];
  /** The field, and what belongs there. */
  checksum: number;
  checksumWanted: number;
  /**
   * What a receiver would say of it that knows nothing of its own configuration: OK, TRUNCATED,
   * TOO_LONG, VERSION, TYPE, TTL or CHECKSUM.
   */
  status: StatusName;
}

/** One's complement sum of 16 bit words (RFC 1071), not yet complemented. */
function sumOf(bytes: Uint8Array, before = 0): number {
  let sum = before;
  for (let i = 0; i + 1 < bytes.length; i += 2) sum += (bytes[i]! << 8) | bytes[i + 1]!;
  if (bytes.length % 2 === 1) sum += bytes[bytes.length - 1]! << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
}

/** The checksum that belongs into a message whose field is left out of the sum. */
function checksumOf(message: Uint8Array, ends: PacketEnds): number {
  const field = (message[AT_CHECKSUM]! << 8) | message[AT_CHECKSUM + 1]!;
  const length = message.length;
  const protocol = ends.source.length === 4
    ? [0, IP_PROTOCOL_VRRP, length >> 8, length & 0xff]
    : [0, 0, length >> 8, length & 0xff, 0, 0, 0, IP_PROTOCOL_VRRP];
  const isPseudo = message[0]! >> 4 !== 2;
  const pseudo = isPseudo
    ? sumOf(Uint8Array.from([...ends.source, ...ends.destination, ...protocol]))
    : 0;
  // Taking the field out again: a one's complement sum minus it.
  const sum = sumOf(message, pseudo) + (0xffff - field);
  const folded = (sum & 0xffff) + (sum >>> 16);
  return ~((folded & 0xffff) + (folded >>> 16)) & 0xffff;
}

/** Bytes of a message with so many addresses. */
function sizeOf(version: number, addressSize: number, count: number): number {
  return VRRP_HEADER_SIZE + count * addressSize + (version === 2 ? AUTH_DATA_SIZE : 0);
}

/** Reads a message behind its IP header; null when it is shorter than a VRRP header. */
export function readVrrp(message: Uint8Array, ends: PacketEnds): VrrpPacket | null {
  if (message.length < VRRP_HEADER_SIZE) return null;
  const version = message[0]! >> 4;
  const addressSize = ends.source.length;
  const count = message[3]!;
  const addresses: string[] = [];
  for (let i = 0; i < count; i++) {
    const at = VRRP_HEADER_SIZE + i * addressSize;
    if (at + addressSize > message.length) break;
    addresses.push(formatAddress(message.subarray(at, at + addressSize)));
  }
  const size = sizeOf(version, addressSize, count);
  // Without the padding that some senders count in.
  const whole = message.subarray(0, Math.min(size, message.length));
  const packet: VrrpPacket = {
    source: formatAddress(ends.source),
    destination: formatAddress(ends.destination),
    family: addressSize === 4 ? "INET" : "INET6",
    hopLimit: ends.hopLimit,
    version,
    type: message[0]! & 0x0f,
    vrid: message[1]!,
    priority: message[AT_PRIORITY]!,
    intervalUs: version === 2
      ? message[5]! * 1_000_000
      : (((message[4]! & 0x0f) << 8) | message[5]!) * 10_000,
    authType: version === 2 ? message[4]! : 0,
    addresses,
    checksum: (message[AT_CHECKSUM]! << 8) | message[AT_CHECKSUM + 1]!,
    checksumWanted: checksumOf(whole, ends),
    status: "OK",
  };
  packet.status = statusOf(packet, message.length, size);
  return packet;
}

/** In the order of core-as/assembly/wire/vrrp.ts, the TTL before it as in receive.ts. */
function statusOf(packet: VrrpPacket, length: number, size: number): StatusName {
  if (packet.hopLimit !== HOP_LIMIT) return "TTL";
  const known = packet.version === 3 || (packet.version === 2 && packet.family === "INET");
  if (!known) return "VERSION";
  if (packet.type !== TYPE_ADVERTISEMENT) return "TYPE";
  if (length < size) return "TRUNCATED";
  const padded = packet.family === "INET" && length <= PADDED_SIZE_MAX;
  if (length > size && !padded) return "TOO_LONG";
  return isChecksumRight(packet) ? "OK" : "CHECKSUM";
}

/** In one's complement 0 and 0xffff are the same number. */
function isChecksumRight({ checksum, checksumWanted }: VrrpPacket): boolean {
  return checksum % 0xffff === checksumWanted % 0xffff;
}

/** Where the VRRP message of a whole IPv4 packet lies; null when it is none. */
export function openIpv4(packet: Uint8Array): { ends: PacketEnds; message: Uint8Array } | null {
  if (packet.length < IPV4_HEADER_SIZE || packet[0]! >> 4 !== 4) return null;
  const headerSize = (packet[0]! & 0x0f) * 4;
  const total = (packet[AT_TOTAL_LENGTH]! << 8) | packet[AT_TOTAL_LENGTH + 1]!;
  if (headerSize < IPV4_HEADER_SIZE || total < headerSize || headerSize > packet.length) {
    return null;
  }
  if (packet[AT_PROTOCOL] !== IP_PROTOCOL_VRRP) return null;
  return {
    ends: {
      source: packet.subarray(AT_SOURCE, AT_SOURCE + 4),
      destination: packet.subarray(AT_DESTINATION, AT_DESTINATION + 4),
      hopLimit: packet[AT_TTL]!,
    },
    message: packet.subarray(headerSize, Math.min(total, packet.length)),
  };
}

/** What can be changed in an advert. */
export interface AdvertChange {
  priority?: number;
  vrid?: number;
  /** TTL or hop limit. IPv6: in the record beside the message. */
  hopLimit?: number;
  /** Microseconds, rounded down to what the version can say. */
  intervalUs?: number;
}

/**
 * A copy of a message with the changes, its checksum right for `ends`. The caller makes sure that it
 * has at least a header.
 */
export function changeMessage(
  message: Uint8Array,
  ends: PacketEnds,
  change: AdvertChange,
): Uint8Array {
  const changed = message.slice();
  if (change.priority !== undefined) changed[AT_PRIORITY] = change.priority;
  if (change.vrid !== undefined) changed[1] = change.vrid;
  if (change.intervalUs !== undefined) {
    if (changed[0]! >> 4 === 2) {
      changed[5] = Math.floor(change.intervalUs / 1_000_000);
    } else {
      const hundredths = Math.floor(change.intervalUs / 10_000);
      changed[4] = (changed[4]! & 0xf0) | ((hundredths >> 8) & 0x0f);
      changed[5] = hundredths & 0xff;
    }
  }
  const size = sizeOf(changed[0]! >> 4, ends.source.length, changed[3]!);
  const sum = checksumOf(changed.subarray(0, Math.min(size, changed.length)), ends);
  changed.set([sum >> 8, sum & 0xff], AT_CHECKSUM);
  return changed;
}

/** A copy of a whole IPv4 packet with the changes and both checksums right; null when it is none. */
export function changeIpv4(packet: Uint8Array, change: AdvertChange): Uint8Array | null {
  const opened = openIpv4(packet);
  if (opened === null || opened.message.length < VRRP_HEADER_SIZE) return null;
  const changed = packet.slice();
  const headerSize = (packet[0]! & 0x0f) * 4;
  changed.set(changeMessage(opened.message, opened.ends, change), headerSize);
  if (change.hopLimit !== undefined) changed[AT_TTL] = change.hopLimit;
  changed.set([0, 0], AT_HEADER_CHECKSUM);
  const sum = ~sumOf(changed.subarray(0, headerSize)) & 0xffff;
  changed.set([sum >> 8, sum & 0xff], AT_HEADER_CHECKSUM);
  return changed;
}
