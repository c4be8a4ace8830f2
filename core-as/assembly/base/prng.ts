// Random numbers from a seed: PCG-XSH-RR 64/32 (M. O'Neill, "PCG: A Family of Simple Fast
// Space-Efficient Statistically Good Algorithms for Random Number Generation", HMC-CS-2014-0905, 2014).
// The state stands in linear memory, so that a checkpoint of the memory holds it and a replay draws the
// same numbers. Not for secrets.
//
// Layout, 16 bytes, 8 bytes aligned: u64 state, u64 increment (odd).

const STATE: usize = 0;
const INCREMENT: usize = 8;
const MULTIPLIER: u64 = 6_364_136_223_846_793_005;

/** Bytes of a generator. */
export const PRNG_SIZE: u32 = 16;

/** Starts a generator. `stream` picks one of 2^63 sequences, so that generators of one seed differ. */
export function prngSeed(at: usize, seed: u64, stream: u64): void {
  store<u64>(at + STATE, 0);
  store<u64>(at + INCREMENT, (stream << 1) | 1);
  prngNext(at);
  store<u64>(at + STATE, load<u64>(at + STATE) + seed);
  prngNext(at);
}

/** The next number, 0..2^32-1. */
export function prngNext(at: usize): u32 {
  const state = load<u64>(at + STATE);
  store<u64>(at + STATE, state * MULTIPLIER + load<u64>(at + INCREMENT));
  const mixed = <u32> (((state >> 18) ^ state) >> 27);
  return rotr<u32>(mixed, <u32> (state >> 59));
}

/** The next number below a bound, every one equally likely. 0 when the bound is 0. */
export function prngBelow(at: usize, bound: u32): u32 {
  if (bound == 0) return 0;
  // The lowest 2^32 mod bound numbers are drawn again: what is left divides evenly.
  const threshold: u32 = (0 - bound) % bound;
  let drawn = prngNext(at);
  while (drawn < threshold) drawn = prngNext(at);
  return drawn % bound;
}
