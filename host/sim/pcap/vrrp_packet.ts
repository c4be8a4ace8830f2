// VRRP advertisements as objects (RFC 3768 5.1, RFC 9568 5.1): reading those of captures and logs, and
// changing one for a "what if". The daemon does not use it: there packets are read by the core, and
// what the core says of an advert is its own status. Nothing here throws on any bytes.
// This module is browser safe.

import { formatAddress } from "../../base/address.ts";
import type { StatusName } from "../../core/abi.gen.ts";
import { checksumFor, isSameChecksum, pseudoHeaderSum } from "../dissect/checksum.ts";
import {
  HOP_LIMIT_UNTOUCHED,
  IP_PROTOCOL_VRRP,
  IPV4,
  VRRP,
  VRRP_ADVERTISEMENT,
  VRRP_PADDED_SIZE_MAX,
  vrrpMessageSize,
} from "../dissect/layout.ts";

/** Units of the interval fields. */
const SECOND_US = 1_000_000;
const CENTISECOND_US = 10_000;
/** Bits of the version 3 interval in its word; the others are reserved. */
const INTERVAL_CS_MASK = 0x0fff;

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

/** The checksum that belongs into a message, whatever stands there now. */
function checksumOf(message: Uint8Array, ends: PacketEnds): number {
  const hasPseudo = versionOf(message) !== 2;
  const pseudo = hasPseudo ? pseudoHeaderSum(ends, IP_PROTOCOL_VRRP, message.length) : 0;
  return checksumFor(message, VRRP.checksum, pseudo);
}

function versionOf(message: Uint8Array): number {
  return message[VRRP.versionType]! >> 4;
}

function u16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

function setU16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 8;
  bytes[at + 1] = value & 0xff;
}

/** Reads a message behind its IP header; null when it is shorter than a VRRP header. */
export function readVrrp(message: Uint8Array, ends: PacketEnds): VrrpPacket | null {
  if (message.length < VRRP.SIZE) return null;
  const version = versionOf(message);
  const addressSize = ends.source.length;
  const count = message[VRRP.count]!;
  const addresses: string[] = [];
  for (let i = 0; i < count; i++) {
    const at = VRRP.addresses + i * addressSize;
    if (at + addressSize > message.length) break;
    addresses.push(formatAddress(message.subarray(at, at + addressSize)));
  }
  const size = vrrpMessageSize(version, addressSize, count);
  // Without the padding that some senders count in.
  const whole = message.subarray(0, Math.min(size, message.length));
  const packet: VrrpPacket = {
    source: formatAddress(ends.source),
    destination: formatAddress(ends.destination),
    family: addressSize === 4 ? "INET" : "INET6",
    hopLimit: ends.hopLimit,
    version,
    type: message[VRRP.versionType]! & 0x0f,
    vrid: message[VRRP.vrid]!,
    priority: message[VRRP.priority]!,
    intervalUs: version === 2
      ? message[VRRP.intervalS]! * SECOND_US
      : (u16(message, VRRP.intervalCs) & INTERVAL_CS_MASK) * CENTISECOND_US,
    authType: version === 2 ? message[VRRP.authType]! : 0,
    addresses,
    checksum: u16(message, VRRP.checksum),
    checksumWanted: checksumOf(whole, ends),
    status: "OK",
  };
  packet.status = statusOf(packet, message.length, size);
  return packet;
}

/** In the order of core-as/assembly/wire/vrrp.ts, the TTL before it as in receive.ts. */
function statusOf(packet: VrrpPacket, length: number, size: number): StatusName {
  if (packet.hopLimit !== HOP_LIMIT_UNTOUCHED) return "TTL";
  const known = packet.version === 3 || (packet.version === 2 && packet.family === "INET");
  if (!known) return "VERSION";
  if (packet.type !== VRRP_ADVERTISEMENT) return "TYPE";
  if (length < size) return "TRUNCATED";
  const padded = packet.family === "INET" && length <= VRRP_PADDED_SIZE_MAX;
  if (length > size && !padded) return "TOO_LONG";
  return isSameChecksum(packet.checksum, packet.checksumWanted) ? "OK" : "CHECKSUM";
}

/** Where the VRRP message of a whole IPv4 packet lies; null when it is none. */
export function openIpv4(packet: Uint8Array): { ends: PacketEnds; message: Uint8Array } | null {
  if (packet.length < IPV4.SIZE || packet[0]! >> 4 !== 4) return null;
  const headerSize = (packet[IPV4.versionIhl]! & 0x0f) * 4;
  const total = u16(packet, IPV4.totalLength);
  if (headerSize < IPV4.SIZE || total < headerSize || headerSize > packet.length) {
    return null;
  }
  if (packet[IPV4.protocol] !== IP_PROTOCOL_VRRP) return null;
  return {
    ends: {
      source: packet.subarray(IPV4.source, IPV4.source + 4),
      destination: packet.subarray(IPV4.destination, IPV4.destination + 4),
      hopLimit: packet[IPV4.ttl]!,
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
  if (change.priority !== undefined) changed[VRRP.priority] = change.priority;
  if (change.vrid !== undefined) changed[VRRP.vrid] = change.vrid;
  if (change.intervalUs !== undefined) {
    if (versionOf(changed) === 2) {
      changed[VRRP.intervalS] = Math.floor(change.intervalUs / SECOND_US);
    } else {
      const hundredths = Math.floor(change.intervalUs / CENTISECOND_US) & INTERVAL_CS_MASK;
      const reserved = u16(changed, VRRP.intervalCs) & ~INTERVAL_CS_MASK;
      setU16(changed, VRRP.intervalCs, reserved | hundredths);
    }
  }
  const size = vrrpMessageSize(versionOf(changed), ends.source.length, changed[VRRP.count]!);
  const sum = checksumOf(changed.subarray(0, Math.min(size, changed.length)), ends);
  setU16(changed, VRRP.checksum, sum);
  return changed;
}

/** A copy of a whole IPv4 packet with the changes and both checksums right; null when it is none. */
export function changeIpv4(packet: Uint8Array, change: AdvertChange): Uint8Array | null {
  const opened = openIpv4(packet);
  if (opened === null || opened.message.length < VRRP.SIZE) return null;
  const changed = packet.slice();
  const headerSize = (packet[IPV4.versionIhl]! & 0x0f) * 4;
  changed.set(changeMessage(opened.message, opened.ends, change), headerSize);
  if (change.hopLimit !== undefined) changed[IPV4.ttl] = change.hopLimit;
  setU16(changed, IPV4.checksum, checksumFor(changed.subarray(0, headerSize), IPV4.checksum));
  return changed;
}
