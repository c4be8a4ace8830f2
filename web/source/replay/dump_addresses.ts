// Which virtual addresses a dump's node holds, and until when their leases run: so that what the kernel says
// can be told from what the core did itself.

const SECOND_US = 1_000_000;

/** The addresses. Times are of one clock, microseconds. */
export class DumpAddresses {
  /** When the lease ends; Infinity: it has none. */
  readonly #ends = new Map<string, number>();

  /** It is there, for a lifetime in seconds (0 = for ever). Whether that is new. */
  add(address: string, lifetimeS: number, atUs: number): boolean {
    const isNew = !this.#ends.has(address);
    const isTold = lifetimeS > 0 || isNew;
    if (isTold) this.#ends.set(address, lifetimeS > 0 ? atUs + lifetimeS * SECOND_US : Infinity);
    return isNew;
  }

  /** It is gone. Whether it was there. */
  remove(address: string): boolean {
    return this.#ends.delete(address);
  }

  /** Whether its lease had ended at that time: kernels take an address away then, never before. */
  wasDue(address: string, atUs: number): boolean {
    return atUs >= (this.#ends.get(address) ?? Infinity);
  }
}
