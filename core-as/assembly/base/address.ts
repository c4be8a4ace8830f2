// IP addresses as the whole core holds them: 16 bytes in network order, an IPv4 address in the first
// four and zeros behind it. So one compare serves both families. Who knows the family says it; the
// bytes alone do not tell. Pointers are not checked; overlapping fields are fine.

import { FAMILY_INET } from "../abi/state";
import { readU64 } from "./bytes";

/** Bytes of an address field. */
export const ADDRESS_SIZE: u32 = 16;

/** Bytes that an address of the family takes in a packet: 4 for FAMILY_INET, else 16. */
export function addressSize(family: u32): u32 {
  return family == FAMILY_INET ? 4 : ADDRESS_SIZE;
}

/**
 * Compares two fields as unsigned numbers, as RFC 9568 6.4.3 (745) wants for equal priorities:
 * -1 when a is smaller, 0 when equal, 1 when a is larger. Both of one family.
 */
export function addressCompare(a: usize, b: usize): i32 {
  const aHigh = readU64(a);
  const bHigh = readU64(b);
  if (aHigh != bHigh) return aHigh < bHigh ? -1 : 1;
  const aLow = readU64(a + 8);
  const bLow = readU64(b + 8);
  if (aLow != bLow) return aLow < bLow ? -1 : 1;
  return 0;
}

/** Whether two fields hold the same 16 bytes. */
export function addressEqual(a: usize, b: usize): bool {
  return load<u64>(a) == load<u64>(b) && load<u64>(a, 8) == load<u64>(b, 8);
}

/** Copies one field to another. */
export function addressCopy(target: usize, source: usize): void {
  const high = load<u64>(source);
  const low = load<u64>(source, 8);
  store<u64>(target, high);
  store<u64>(target, low, 8);
}

/** Fills a field from an address as it stands in a packet: 4 or 16 bytes by family, zero padded. */
export function addressFromPacket(target: usize, packet: usize, family: u32): void {
  if (family == FAMILY_INET) {
    const word = load<u32>(packet);
    store<u64>(target, <u64> word);
    store<u64>(target, 0, 8);
  } else {
    addressCopy(target, packet);
  }
}

/** Writes a field to a packet: its first 4 bytes or all 16, by family. */
export function addressToPacket(packet: usize, source: usize, family: u32): void {
  if (family == FAMILY_INET) store<u32>(packet, load<u32>(source));
  else addressCopy(packet, source);
}

/** Whether a field is all zeros: 0.0.0.0 or ::, also "no address". */
export function addressIsUnspecified(at: usize): bool {
  return (load<u64>(at) | load<u64>(at, 8)) == 0;
}

/** Whether a field is a multicast address: 224.0.0.0/4 (RFC 5771) or ff00::/8 (RFC 4291 2.7). */
export function addressIsMulticast(at: usize, family: u32): bool {
  const first: u32 = load<u8>(at);
  return family == FAMILY_INET ? (first & 0xf0) == 0xe0 : first == 0xff;
}

/** Whether a field is an IPv6 link local unicast address: fe80::/10 (RFC 4291 2.5.6). */
export function addressIsLinkLocal6(at: usize): bool {
  return load<u8>(at) == 0xfe && (<u32> load<u8>(at, 1) & 0xc0) == 0x80;
}
