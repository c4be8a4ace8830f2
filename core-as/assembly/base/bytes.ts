// Network byte order: the only place of the core that swaps bytes. Pointers are not checked; the
// caller has checked the length.

/** Big-endian u16 at a pointer. */
export function readU16(at: usize): u32 {
  return <u32> bswap<u16>(load<u16>(at));
}

/** Big-endian u32 at a pointer. */
export function readU32(at: usize): u32 {
  return bswap<u32>(load<u32>(at));
}

/** Big-endian u64 at a pointer. */
export function readU64(at: usize): u64 {
  return bswap<u64>(load<u64>(at));
}

/** Stores the low 16 bits in big-endian order. */
export function writeU16(at: usize, value: u32): void {
  store<u16>(at, bswap<u16>(<u16> value));
}

/** Stores a u32 in big-endian order. */
export function writeU32(at: usize, value: u32): void {
  store<u32>(at, bswap<u32>(value));
}
