// ICMPv6 (RFC 4443 2.1) and of its messages the neighbour advertisement (RFC 4861 4.4), which sent
// unsolicited tells a segment where a virtual IPv6 address is now (RFC 4861 7.2.6, RFC 9568 8.2.2).
//
//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +---------------+---------------+-------------------------------+
// |  type = 136   |   code = 0    |           checksum            |
// +-+-+-+---------+---------------+-------------------------------+
// |R|S|O|                        reserved                         |
// +-+-+-+---------------------------------------------------------+
// |                   target address, 16 bytes                    |
// +---------------+---------------+-------------------------------+
// |   type = 2    |  length = 1   |                               |
// +---------------+---------------+          target MAC           +
// |                                                               |
// +---------------------------------------------------------------+

import { FAMILY_INET6 } from "../abi/state";
import { STATUS_CHECKSUM, STATUS_OK, STATUS_TRUNCATED, STATUS_TYPE } from "../abi/status";
import { addressCopy, addressIsMulticast } from "../base/address";
import { readU32, writeU16, writeU32 } from "../base/bytes";
import {
  checksumAdd,
  checksumFinish,
  checksumIsValid,
  checksumPseudoHeader6,
} from "../base/checksum";
import { ETHERNET_HEADER_SIZE, ETHERNET_TYPE_IPV6, ethernetEmit, MAC_SIZE } from "./ethernet";
import { IP_PROTOCOL_ICMPV6 } from "./ipv4";
import { IPV6_HEADER_SIZE, IPV6_HOP_LIMIT_MAX, ipv6Destination, ipv6Emit } from "./ipv6";

const TYPE: u32 = 0;
const CODE: u32 = 1;
const CHECKSUM: u32 = 2;
const FLAGS: u32 = 4;
const TARGET: u32 = 8;
const OPTIONS: u32 = 24;
const OPTION_MAC: u32 = 26;

const OPTION_TARGET_LINK_ADDRESS: u32 = 2;
/** Length of that option with a MAC in it, in units of eight bytes. */
const OPTION_TARGET_LINK_ADDRESS_UNITS: u32 = 1;
const FLAG_ROUTER: u32 = 0x8000_0000;
const FLAG_SOLICITED: u32 = 0x4000_0000;
const FLAG_OVERRIDE: u32 = 0x2000_0000;

/** Bytes of type, code and checksum. */
export const ICMPV6_HEADER_SIZE: u32 = 4;
/** Type of a neighbour advertisement. */
export const ICMPV6_NEIGHBOUR_ADVERTISEMENT: u32 = 136;
/** Bytes of a neighbour advertisement with one option, the target's MAC. */
export const NEIGHBOUR_ADVERTISEMENT_SIZE: u32 = 32;
/** Bytes of such a frame, Ethernet and IPv6 header included. */
export const NEIGHBOUR_ADVERTISEMENT_FRAME_SIZE: u32 = ETHERNET_HEADER_SIZE + IPV6_HEADER_SIZE +
  NEIGHBOUR_ADVERTISEMENT_SIZE;

/**
 * Checks any ICMPv6 message of `length` bytes with the addresses of its IPv6 header, 16 bytes each.
 * After STATUS_OK icmpv6Type and icmpv6Code are safe. Answers STATUS_TRUNCATED or STATUS_CHECKSUM.
 */
export function icmpv6Check(at: u32, length: u32, source: u32, destination: u32): u32 {
  if (length < ICMPV6_HEADER_SIZE) return STATUS_TRUNCATED;
  const sum = checksumPseudoHeader6(source, destination, IP_PROTOCOL_ICMPV6, length);
  return checksumIsValid(checksumAdd(sum, at, length)) ? STATUS_OK : STATUS_CHECKSUM;
}

/** Type of the message. */
export function icmpv6Type(at: u32): u32 {
  return load<u8>(at + TYPE);
}

/** Code of the message. */
export function icmpv6Code(at: u32): u32 {
  return load<u8>(at + CODE);
}

/**
 * Checks a neighbour advertisement as RFC 4861 7.1.2 says, but for the hop limit and the Solicited
 * flag, which the caller's IPv6 header decides. After STATUS_OK the getters below are safe. Answers
 * what icmpv6Check answers, STATUS_TYPE (another type or code, a multicast target), STATUS_TRUNCATED
 * (an option of length 0 or beyond the message).
 */
export function neighbourAdvertisementCheck(
  at: u32,
  length: u32,
  source: u32,
  destination: u32,
): u32 {
  const status = icmpv6Check(at, length, source, destination);
  if (status != STATUS_OK) return status;
  if (icmpv6Type(at) != ICMPV6_NEIGHBOUR_ADVERTISEMENT || icmpv6Code(at) != 0) return STATUS_TYPE;
  if (length < OPTIONS) return STATUS_TRUNCATED;
  if (addressIsMulticast(at + TARGET, FAMILY_INET6)) return STATUS_TYPE;
  let offset = OPTIONS;
  while (offset < length) {
    const size: u32 = length - offset < 2 ? 0 : optionSize(at + offset);
    if (size == 0 || size > length - offset) return STATUS_TRUNCATED;
    offset += size;
  }
  return STATUS_OK;
}

/** Bytes of an option: its length counts units of eight (RFC 4861 4.6). */
function optionSize(at: u32): u32 {
  return <u32> load<u8>(at, 1) << 3;
}

/** Whether the Router flag is set. */
export function neighbourAdvertisementIsRouter(at: u32): bool {
  return (readU32(at + FLAGS) & FLAG_ROUTER) != 0;
}

/** Whether the Solicited flag is set: the answer to a question, no announcement. */
export function neighbourAdvertisementIsSolicited(at: u32): bool {
  return (readU32(at + FLAGS) & FLAG_SOLICITED) != 0;
}

/** Whether the Override flag is set: caches take the new MAC. */
export function neighbourAdvertisementIsOverride(at: u32): bool {
  return (readU32(at + FLAGS) & FLAG_OVERRIDE) != 0;
}

/** Address of the target address, 16 bytes. */
export function neighbourAdvertisementTarget(at: u32): u32 {
  return at + TARGET;
}

/** Address of the 6 bytes of the first target link-layer address option; 0 when there is none. */
export function neighbourAdvertisementMac(at: u32, length: u32): u32 {
  for (let offset = OPTIONS; offset < length; offset += optionSize(at + offset)) {
    if (<u32> load<u8>(at + offset) == OPTION_TARGET_LINK_ADDRESS) return at + offset + 2;
  }
  return 0;
}

/**
 * Writes an unsolicited neighbour advertisement to all nodes, Ethernet and IPv6 header included;
 * returns its 86 bytes. `mac` is the address of 6 bytes, `address` that of 16; `router` is whether the
 * interface forwards IPv6. Override is set: the address has a new owner.
 */
export function neighbourAdvertisementEmit(
  at: u32,
  mac: u32,
  address: u32,
  router: bool,
): u32 {
  const ip = at + ETHERNET_HEADER_SIZE;
  const message = ip + IPV6_HEADER_SIZE;
  emitAllNodesHeaders(at, ip, mac, address);
  store<u8>(message + TYPE, ICMPV6_NEIGHBOUR_ADVERTISEMENT);
  store<u8>(message + CODE, 0);
  writeU16(message + CHECKSUM, 0);
  writeU32(message + FLAGS, router ? FLAG_OVERRIDE | FLAG_ROUTER : FLAG_OVERRIDE);
  addressCopy(message + TARGET, address);
  store<u8>(message + OPTIONS, OPTION_TARGET_LINK_ADDRESS);
  store<u8>(message + OPTIONS, OPTION_TARGET_LINK_ADDRESS_UNITS, 1);
  memory.copy(message + OPTION_MAC, mac, MAC_SIZE);
  const sum = checksumPseudoHeader6(
    address,
    ipv6Destination(ip),
    IP_PROTOCOL_ICMPV6,
    NEIGHBOUR_ADVERTISEMENT_SIZE,
  );
  writeU16(
    message + CHECKSUM,
    checksumFinish(checksumAdd(sum, message, NEIGHBOUR_ADVERTISEMENT_SIZE)),
  );
  return NEIGHBOUR_ADVERTISEMENT_FRAME_SIZE;
}

/** Ethernet and IPv6 headers to ff02::1, whose MAC is 33:33:00:00:00:01 (RFC 2464 7). */
function emitAllNodesHeaders(at: u32, ip: u32, mac: u32, address: u32): void {
  // The group is written where it belongs first, so that the emit functions copy it onto itself.
  const group = ipv6Destination(ip);
  writeU32(group, 0xff02_0000);
  writeU32(group + 4, 0);
  writeU32(group + 8, 0);
  writeU32(group + 12, 1);
  writeU16(at, 0x3333);
  writeU32(at + 2, 1);
  ethernetEmit(at, at, mac, ETHERNET_TYPE_IPV6);
  ipv6Emit(
    ip,
    0,
    IP_PROTOCOL_ICMPV6,
    IPV6_HOP_LIMIT_MAX,
    address,
    group,
    NEIGHBOUR_ADVERTISEMENT_SIZE,
  );
}
