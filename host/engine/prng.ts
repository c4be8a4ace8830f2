// The engine's randomness: a counter through a mixing function (SplitMix32). The state is one
// number, so that it is part of the engine's plain state and a run repeats from its seed.
// This module is browser safe.

const STEP = 0x9e37_79b9;

/** State that follows `state`; both are unsigned 32 bit numbers. */
export function nextRandomState(state: number): number {
  return (state + STEP) >>> 0;
}

/** A number in [0, 1) of a state. */
export function randomOf(state: number): number {
  let z = state >>> 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0_aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a_2d97);
  return ((z ^ (z >>> 15)) >>> 0) / 0x1_0000_0000;
}
