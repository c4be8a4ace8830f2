// IPv4 headers (RFC 791 3.1). Options are allowed on receive and skipped, never sent. Fragments are
// refused: neither VRRP nor the director ever needs one.
//
//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-------+-------+---------------+-------------------------------+
// |version|  IHL  |type of service|         total length          |
// +-------+-------+---------------+-----+-------------------------+
// |        identification         |flags|    fragment offset      |
// +---------------+---------------+-----+-------------------------+
// | time to live  |   protocol    |        header checksum        |
// +---------------+---------------+-------------------------------+
// |                        source address                         |
// +---------------------------------------------------------------+
// |                      destination address                      |
// +---------------------------------------------------------------+
// |                    options, 0 to 40 bytes                     |
// +---------------------------------------------------------------+

import {
  STATUS_CHECKSUM,
  STATUS_FRAGMENT,
  STATUS_OK,
  STATUS_PROTOCOL,
  STATUS_TRUNCATED,
} from "../abi/status";
import { readU16, writeU16 } from "../base/bytes";
import { checksum, checksumAdd, checksumIsValid, checksumUpdate16 } from "../base/checksum";

const VERSION_IHL: u32 = 0;
const TOS: u32 = 1;
const TOTAL_LENGTH: u32 = 2;
const IDENTIFICATION: u32 = 4;
const FRAGMENT: u32 = 6;
const TTL: u32 = 8;
const PROTOCOL: u32 = 9;
const CHECKSUM: u32 = 10;
const SOURCE: u32 = 12;
const DESTINATION: u32 = 16;

/** More fragments, or an offset that is not zero. Don't fragment is left out: it makes no fragment. */
const FRAGMENT_MASK: u32 = 0x3fff;

/** Bytes of a header without options. */
export const IPV4_HEADER_SIZE: u32 = 20;
/** Type of service of VRRP: internetwork control (RFC 791 3.1, class selector 6). */
export const IPV4_TOS_CONTROL: u32 = 0xc0;
/** The only TTL a receiver takes from a multicast VRRP packet (RFC 9568 7.1). */
export const IPV4_TTL_MAX: u32 = 255;
/** Protocol numbers (IANA protocol-numbers); the next header of IPv6 uses the same ones. */
export const IP_PROTOCOL_TCP: u32 = 6;
export const IP_PROTOCOL_UDP: u32 = 17;
export const IP_PROTOCOL_ICMPV6: u32 = 58;
export const IP_PROTOCOL_VRRP: u32 = 112;

/**
 * Checks a packet of `length` bytes. After STATUS_OK all getters are safe, and so are the
 * ipv4PayloadLength bytes at ipv4Payload; bytes behind the total length (Ethernet padding) are
 * left out. Answers STATUS_TRUNCATED (header or total length beyond the bytes there are),
 * STATUS_PROTOCOL (not version 4, or IHL below 5), STATUS_CHECKSUM or STATUS_FRAGMENT.
 * Not checked: TTL, addresses, what the options say.
 */
export function ipv4Check(at: u32, length: u32): u32 {
  if (length < IPV4_HEADER_SIZE) return STATUS_TRUNCATED;
  const versionIhl: u32 = load<u8>(at + VERSION_IHL);
  const headerLength = ipv4HeaderLength(at);
  if (versionIhl >> 4 != 4 || headerLength < IPV4_HEADER_SIZE) return STATUS_PROTOCOL;
  const totalLength = ipv4TotalLength(at);
  if (totalLength < headerLength || totalLength > length) return STATUS_TRUNCATED;
  if (!checksumIsValid(checksumAdd(0, at, headerLength))) return STATUS_CHECKSUM;
  if ((readU16(at + FRAGMENT) & FRAGMENT_MASK) != 0) return STATUS_FRAGMENT;
  return STATUS_OK;
}

/** Bytes of the header, options included: 20 to 60. */
export function ipv4HeaderLength(at: u32): u32 {
  return (<u32> load<u8>(at + VERSION_IHL) & 0x0f) << 2;
}

/** Bytes of the packet, header included. */
export function ipv4TotalLength(at: u32): u32 {
  return readU16(at + TOTAL_LENGTH);
}

/** Type of service. */
export function ipv4Tos(at: u32): u32 {
  return load<u8>(at + TOS);
}

/** Identification. */
export function ipv4Identification(at: u32): u32 {
  return readU16(at + IDENTIFICATION);
}

/** Time to live. */
export function ipv4Ttl(at: u32): u32 {
  return load<u8>(at + TTL);
}

/** IP_PROTOCOL_ or another. */
export function ipv4Protocol(at: u32): u32 {
  return load<u8>(at + PROTOCOL);
}

/** Address of the source address, 4 bytes. */
export function ipv4Source(at: u32): u32 {
  return at + SOURCE;
}

/** Address of the destination address, 4 bytes. */
export function ipv4Destination(at: u32): u32 {
  return at + DESTINATION;
}

/** Address of the payload. */
export function ipv4Payload(at: u32): u32 {
  return at + ipv4HeaderLength(at);
}

/** Bytes of the payload, padding left out. */
export function ipv4PayloadLength(at: u32): u32 {
  return ipv4TotalLength(at) - ipv4HeaderLength(at);
}

/** Takes one from a TTL that is not zero and updates the checksum (RFC 1812 5.3.1, RFC 1624). */
export function ipv4DecrementTtl(at: u32): void {
  // TTL and protocol share a 16-bit word; the TTL is its high byte.
  const before = readU16(at + TTL);
  const after = before - 0x100;
  writeU16(at + TTL, after);
  writeU16(at + CHECKSUM, checksumUpdate16(readU16(at + CHECKSUM), before, after));
}

/**
 * Writes a header without options, flags zero, checksum set; returns its 20 bytes. Source and
 * destination are addresses of 4 bytes in network order; header and payload together must not
 * pass 0xffff bytes.
 */
export function ipv4Emit(
  at: u32,
  tos: u32,
  identification: u32,
  ttl: u32,
  protocol: u32,
  source: u32,
  destination: u32,
  payloadLength: u32,
): u32 {
  store<u8>(at + VERSION_IHL, 0x45);
  store<u8>(at + TOS, tos);
  writeU16(at + TOTAL_LENGTH, IPV4_HEADER_SIZE + payloadLength);
  writeU16(at + IDENTIFICATION, identification);
  writeU16(at + FRAGMENT, 0);
  store<u8>(at + TTL, ttl);
  store<u8>(at + PROTOCOL, protocol);
  writeU16(at + CHECKSUM, 0);
  store<u32>(at + SOURCE, load<u32>(source));
  store<u32>(at + DESTINATION, load<u32>(destination));
  writeU16(at + CHECKSUM, checksum(at, IPV4_HEADER_SIZE));
  return IPV4_HEADER_SIZE;
}
