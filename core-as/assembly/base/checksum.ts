// The Internet checksum (RFC 1071), its pseudo headers (RFC 793 3.1, RFC 8200 8.1) and its
// incremental update (RFC 1624). Every codec of wire/ uses it.
//
// A sum is a u64 of little endian words as they lie in memory. One's complement addition does not
// care for byte order as long as everything added has the same (RFC 1071 2 (B)), so bytes are swapped
// once, when the sum is folded, and carries are folded then too: 2^32 words fit before a u64 overflows.

import { FAMILY_INET } from "../abi/state";

/** From here on SIMD pays for its set-up; below it 32-bit words are faster (measured). */
const SIMD_SIZE_MIN: u32 = 128;

/**
 * Bytes that may be added to 32-bit lanes before they can overflow: a step of 16 bytes adds at most
 * 2 * 0xffff to each lane.
 */
const SIMD_BLOCK_SIZE_MAX: u32 = 16 * (0xffff_ffff / (2 * 0xffff));

/**
 * Adds bytes to a sum and returns it; not folded. An odd last byte counts as the high byte of a
 * word (RFC 1071 4.1), so of several pieces only the last may have an odd length.
 */
export function checksumAdd(sum: u64, at: usize, length: u32): u64 {
  const end = at + length;
  if (length >= SIMD_SIZE_MIN) {
    const whole = length & ~15;
    sum = addSimd(sum, at, whole);
    at += whole;
  }
  while (end - at >= 8) {
    sum += <u64> load<u32>(at) + <u64> load<u32>(at, 4);
    at += 8;
  }
  if (end - at >= 4) {
    sum += <u64> load<u32>(at);
    at += 4;
  }
  if (end - at >= 2) {
    sum += <u64> load<u16>(at);
    at += 2;
  }
  if (at < end) sum += <u64> load<u8>(at);
  return sum;
}

/** Adds a multiple of 16 bytes to a sum. */
function addSimd(sum: u64, at: usize, length: u32): u64 {
  while (length > 0) {
    const block = min(length, SIMD_BLOCK_SIZE_MAX);
    const end = at + block;
    let lanes = i32x4.splat(0);
    for (; at < end; at += 16) {
      lanes = i32x4.add(lanes, i32x4.extadd_pairwise_i16x8_u(v128.load(at)));
    }
    const pairs = i64x2.add(i64x2.extend_low_i32x4_u(lanes), i64x2.extend_high_i32x4_u(lanes));
    sum += i64x2.extract_lane(pairs, 0) + i64x2.extract_lane(pairs, 1);
    length -= block;
  }
  return sum;
}

/** Folds a sum to its 16-bit one's complement: the number to write with writeU16. */
export function checksumFinish(sum: u64): u32 {
  return <u32> bswap<u16>(<u16> ~fold(sum));
}

/**
 * Whether a sum over bytes that contain their checksum is that of an undamaged message (RFC 1071 1
 * (3)): all ones. A sum of nothing but zeros is not.
 */
export function checksumIsValid(sum: u64): bool {
  return fold(sum) == 0xffff;
}

/** Folds a sum to 16 bits; words stay little endian. */
function fold(sum: u64): u32 {
  sum = (sum & 0xffff_ffff) + (sum >> 32);
  let word = <u32> (sum & 0xffff) + <u32> ((sum >> 16) & 0xffff) + <u32> (sum >> 32);
  word = (word & 0xffff) + (word >> 16);
  return (word & 0xffff) + (word >> 16);
}

/** The checksum of bytes whose checksum field holds zero: the number to write with writeU16. */
export function checksum(at: usize, length: u32): u32 {
  return checksumFinish(checksumAdd(0, at, length));
}

/**
 * The sum of an IPv4 pseudo header {source 4, destination 4, zero, protocol, length 2}
 * (RFC 793 3.1, RFC 9568 5.2.8). Addresses point to 4 bytes in network order; length is that of the
 * message in bytes, at most 0xffff.
 */
export function checksumPseudoHeader4(
  source: usize,
  destination: usize,
  protocol: u32,
  length: u32,
): u64 {
  return <u64> load<u32>(source) + <u64> load<u32>(destination) + networkWord(protocol) +
    networkWord(length);
}

/**
 * The sum of an IPv6 pseudo header {source 16, destination 16, length 4, zero 3, next header}
 * (RFC 8200 8.1). Addresses point to 16 bytes in network order; length is that of the message in
 * bytes.
 */
export function checksumPseudoHeader6(
  source: usize,
  destination: usize,
  nextHeader: u32,
  length: u32,
): u64 {
  let sum = networkWord(nextHeader) + networkWord(length & 0xffff) + networkWord(length >> 16);
  for (let offset: usize = 0; offset < 16; offset += 4) {
    sum += <u64> load<u32>(source + offset) + <u64> load<u32>(destination + offset);
  }
  return sum;
}

/** The sum of the family's pseudo header; addresses are in network order, 4 bytes of them used for IPv4. */
export function checksumPseudoHeader(
  family: u32,
  source: usize,
  destination: usize,
  protocol: u32,
  length: u32,
): u64 {
  return family == FAMILY_INET
    ? checksumPseudoHeader4(source, destination, protocol, length)
    : checksumPseudoHeader6(source, destination, protocol, length);
}

/** A 16-bit number as the little endian word that its network order bytes make. */
function networkWord(value: u32): u64 {
  return <u64> bswap<u16>(<u16> value);
}

/**
 * The checksum after a 16-bit field changed from `before` to `after`: ~(~HC + ~m + m'), equation 3 of
 * RFC 1624. Numbers as readU16 reads them; the field must lie on an even offset of the message.
 */
export function checksumUpdate16(current: u32, before: u32, after: u32): u32 {
  let sum = (~current & 0xffff) + (~before & 0xffff) + (after & 0xffff);
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  return ~sum & 0xffff;
}

/** As checksumUpdate16 for a 32-bit field, with numbers as readU32 reads them. */
export function checksumUpdate32(current: u32, before: u32, after: u32): u32 {
  return checksumUpdate16(
    checksumUpdate16(current, before >> 16, after >> 16),
    before,
    after,
  );
}
