// Random numbers that follow from a seed: the same on every engine, since only 32-bit integers are
// computed. Not for secrets. This module is browser safe.

/** Added before each draw: 2^32 divided by the golden ratio, odd. */
const STEP = 0x9e3779b9;

/** A source of random numbers. */
export class Random {
  #state: number;

  /** Unsigned 32 bit. */
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** The next unsigned 32-bit number. */
  word(): number {
    this.#state = (this.#state + STEP) >>> 0;
    let word = this.#state;
    word = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
    return (word ^ (word >>> 15)) >>> 0;
  }

  /** A whole number, 0..max-1; 0 when max is not above 1. */
  below(max: number): number {
    return max > 1 ? Math.floor(this.word() / 0x1_0000_0000 * max) : 0;
  }

  /** A whole number between the two, both included. */
  between(min: number, max: number): number {
    return min + this.below(max - min + 1);
  }

  /** True with that probability. */
  chance(probability: number): boolean {
    return probability > 0 && this.word() < probability * 0x1_0000_0000;
  }

  /** One of the list, which must not be empty. */
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  /** A source of its own that follows from this one. */
  fork(): Random {
    return new Random(this.word());
  }
}
