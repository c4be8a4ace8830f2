// IPv6 headers (RFC 8200 3). Extension headers are not walked: what a packet carries is what its first
// next header says, and a fragment header there means a fragment.
//
//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-------+---------------+---------------------------------------+
// |version| traffic class |              flow label               |
// +-------+---------------+-------+---------------+---------------+
// |        payload length         |  next header  |   hop limit   |
// +-------------------------------+---------------+---------------+
// |                   source address, 16 bytes                    |
// +---------------------------------------------------------------+
// |                 destination address, 16 bytes                 |
// +---------------------------------------------------------------+

import { STATUS_FRAGMENT, STATUS_OK, STATUS_PROTOCOL, STATUS_TRUNCATED } from "../abi/status";
import { addressCopy } from "../base/address";
import { readU16, readU32, writeU16, writeU32 } from "../base/bytes";

const VERSION_CLASS_FLOW: u32 = 0;
const PAYLOAD_LENGTH: u32 = 4;
const NEXT_HEADER: u32 = 6;
const HOP_LIMIT: u32 = 7;
const SOURCE: u32 = 8;
const DESTINATION: u32 = 24;

/** Next header of a fragment (RFC 8200 4.5). */
const NEXT_HEADER_FRAGMENT: u32 = 44;

/** Bytes of the header. */
export const IPV6_HEADER_SIZE: u32 = 40;
/** The only hop limit a receiver takes from VRRP (RFC 9568 7.1) and neighbour discovery (RFC 4861 7.1.2). */
export const IPV6_HOP_LIMIT_MAX: u32 = 255;

/**
 * Checks a packet of `length` bytes. After STATUS_OK all getters are safe, and so are the
 * ipv6PayloadLength bytes at ipv6Payload; bytes behind them (padding) are left out. Answers
 * STATUS_TRUNCATED, STATUS_PROTOCOL (not version 6) or STATUS_FRAGMENT. Not checked: hop limit,
 * addresses. A jumbogram (RFC 2675) says length 0 and is taken as having no payload.
 */
export function ipv6Check(at: u32, length: u32): u32 {
  if (length < IPV6_HEADER_SIZE) return STATUS_TRUNCATED;
  if (<u32> load<u8>(at) >> 4 != 6) return STATUS_PROTOCOL;
  if (ipv6PayloadLength(at) > length - IPV6_HEADER_SIZE) return STATUS_TRUNCATED;
  if (ipv6NextHeader(at) == NEXT_HEADER_FRAGMENT) return STATUS_FRAGMENT;
  return STATUS_OK;
}

/** Traffic class. */
export function ipv6TrafficClass(at: u32): u32 {
  return (readU32(at + VERSION_CLASS_FLOW) >> 20) & 0xff;
}

/** Flow label, 20 bits. */
export function ipv6FlowLabel(at: u32): u32 {
  return readU32(at + VERSION_CLASS_FLOW) & 0xf_ffff;
}

/** Bytes behind the header. */
export function ipv6PayloadLength(at: u32): u32 {
  return readU16(at + PAYLOAD_LENGTH);
}

/** Number of the payload's protocol, or of an extension header. */
export function ipv6NextHeader(at: u32): u32 {
  return load<u8>(at + NEXT_HEADER);
}

/** Hop limit. */
export function ipv6HopLimit(at: u32): u32 {
  return load<u8>(at + HOP_LIMIT);
}

/** Takes one from a hop limit that is not zero. */
export function ipv6DecrementHopLimit(at: u32): void {
  store<u8>(at + HOP_LIMIT, <u8> (ipv6HopLimit(at) - 1));
}

/** Address of the source address, 16 bytes. */
export function ipv6Source(at: u32): u32 {
  return at + SOURCE;
}

/** Address of the destination address, 16 bytes. */
export function ipv6Destination(at: u32): u32 {
  return at + DESTINATION;
}

/** Address of the payload. */
export function ipv6Payload(at: u32): u32 {
  return at + IPV6_HEADER_SIZE;
}

/**
 * Writes a header with flow label zero; returns its 40 bytes. Source and destination are addresses of
 * 16 bytes in network order; the payload has at most 0xffff bytes.
 */
export function ipv6Emit(
  at: u32,
  trafficClass: u32,
  nextHeader: u32,
  hopLimit: u32,
  source: u32,
  destination: u32,
  payloadLength: u32,
): u32 {
  writeU32(at + VERSION_CLASS_FLOW, 0x6000_0000 | ((trafficClass & 0xff) << 20));
  writeU16(at + PAYLOAD_LENGTH, payloadLength);
  store<u8>(at + NEXT_HEADER, nextHeader);
  store<u8>(at + HOP_LIMIT, hopLimit);
  addressCopy(at + SOURCE, source);
  addressCopy(at + DESTINATION, destination);
  return IPV6_HEADER_SIZE;
}
