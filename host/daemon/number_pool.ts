// Numbers for things with names, below a limit. A name that was given back gets its number again as
// long as nobody else needed it: the core knows connections by such numbers.

/** Gives out numbers 0..max-1. */
export class NumberPool {
  readonly #max: number;
  readonly #taken = new Map<string, number>();
  /** Given back, the one that waits longest first. */
  readonly #released = new Map<string, number>();
  #next = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** The number of a name: its own, its former one, a fresh one, or another's former; null = full. */
  take(name: string): number | null {
    const own = this.#taken.get(name);
    if (own !== undefined) return own;
    const number = this.#former(name) ?? this.#fresh() ?? this.#oldestReleased();
    if (number !== null) this.#taken.set(name, number);
    return number;
  }

  /** Gives a name's number back; a name that has none is left out. */
  release(name: string): void {
    const number = this.#taken.get(name);
    if (number === undefined) return;
    this.#taken.delete(name);
    this.#released.set(name, number);
  }

  #former(name: string): number | null {
    const number = this.#released.get(name);
    this.#released.delete(name);
    return number ?? null;
  }

  #fresh(): number | null {
    return this.#next < this.#max ? this.#next++ : null;
  }

  #oldestReleased(): number | null {
    const [oldest] = this.#released.keys();
    return oldest === undefined ? null : this.#former(oldest);
  }
}
