// Ethernet II frames without FCS (IEEE 802.3 3.1, RFC 894). Tags are no business of ours: the kernel
// takes 802.1Q headers off before a socket sees the frame.
//
//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-------------------------------+-------------------------------+
// |                      destination                              |
// +                               +-------------------------------+
// |                               |                               |
// +-------------------------------+         source                +
// |                                                               |
// +-------------------------------+-------------------------------+
// |             type              |  payload ...
// +-------------------------------+

import { STATUS_OK, STATUS_TRUNCATED } from "../abi/status";
import { readU16, writeU16 } from "../base/bytes";

const DESTINATION: u32 = 0;
const SOURCE: u32 = 6;
const TYPE: u32 = 12;

/** Bytes of a MAC address. */
export const MAC_SIZE: u32 = 6;
/** Bytes of the header. */
export const ETHERNET_HEADER_SIZE: u32 = 14;
/** Least bytes of payload: shorter ones are padded on the wire (IEEE 802.3 3.2.8). */
export const ETHERNET_PAYLOAD_SIZE_MIN: u32 = 46;
/** Types (IANA ieee-802-numbers). */
export const ETHERNET_TYPE_IPV4: u32 = 0x0800;
export const ETHERNET_TYPE_ARP: u32 = 0x0806;
export const ETHERNET_TYPE_IPV6: u32 = 0x86dd;

/** STATUS_OK when the getters may be used on `length` bytes, else STATUS_TRUNCATED. */
export function ethernetCheck(_at: u32, length: u32): u32 {
  return length < ETHERNET_HEADER_SIZE ? STATUS_TRUNCATED : STATUS_OK;
}

/** Address of the destination MAC, 6 bytes. */
export function ethernetDestination(at: u32): u32 {
  return at + DESTINATION;
}

/** Address of the source MAC, 6 bytes. */
export function ethernetSource(at: u32): u32 {
  return at + SOURCE;
}

/** The type field, ETHERNET_TYPE_ or another. */
export function ethernetType(at: u32): u32 {
  return readU16(at + TYPE);
}

/** Address of the payload. */
export function ethernetPayload(at: u32): u32 {
  return at + ETHERNET_HEADER_SIZE;
}

/** Writes a header; returns its 14 bytes. The MACs are addresses of 6 bytes each. */
export function ethernetEmit(at: u32, destination: u32, source: u32, type: u32): u32 {
  memory.copy(at + DESTINATION, destination, MAC_SIZE);
  memory.copy(at + SOURCE, source, MAC_SIZE);
  writeU16(at + TYPE, type);
  return ETHERNET_HEADER_SIZE;
}
