// Random numbers that follow from a seed: the same on every engine, since only 32-bit integers are
// computed (host/engine/prng.ts). Not for secrets. This module is browser safe.

import { nextRandomState, randomOf } from "../engine/prng.ts";

const WORD = 0x1_0000_0000;

/** A source of random numbers. */
export class Random {
  #state: number;

  /** Unsigned 32 bit. */
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** Goes on from a state. */
  static from(state: number): Random {
    return new Random(state);
  }

  /** Where it stands: all that the next numbers follow from. */
  get state(): number {
    return this.#state;
  }

  /** The next number in [0, 1), a multiple of 2^-32. */
  fraction(): number {
    this.#state = nextRandomState(this.#state);
    return randomOf(this.#state);
  }

  /** A whole number, 0..max-1; 0 when max is not above 1. */
  below(max: number): number {
    return max > 1 ? Math.floor(this.fraction() * max) : 0;
  }

  /** A whole number between the two, both included. */
  between(min: number, max: number): number {
    return min + this.below(max - min + 1);
  }

  /** True with that probability. */
  chance(probability: number): boolean {
    return probability > 0 && this.fraction() < probability;
  }

  /** One of the list, which must not be empty. */
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  /** A source of its own that follows from this one. */
  fork(): Random {
    return new Random(this.fraction() * WORD);
  }
}
