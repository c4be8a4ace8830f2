// What is still to come in a simulation, the earliest first; of two at the same time the one that was
// put in first. A binary heap. This module is browser safe.

/** Something that happens at its time. */
interface Entry {
  atUs: number;
  sequence: number;
  happen: () => void;
}

/** The queue. */
export class EventQueue {
  readonly #heap: Entry[] = [];
  #sequence = 0;

  get length(): number {
    return this.#heap.length;
  }

  /** Time of the earliest, Infinity when there is none. */
  get nextUs(): number {
    return this.#heap.length > 0 ? this.#heap[0]!.atUs : Infinity;
  }

  /** Puts in what is to happen at a time. */
  at(atUs: number, happen: () => void): void {
    const heap = this.#heap;
    const entry = { atUs, sequence: this.#sequence++, happen };
    let hole = heap.length;
    heap.push(entry);
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (!isBefore(entry, heap[parent]!)) break;
      heap[hole] = heap[parent]!;
      hole = parent;
    }
    heap[hole] = entry;
  }

  /** Takes the earliest out; there must be one. */
  take(): () => void {
    const heap = this.#heap;
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length > 0) sink(heap, last);
    return first.happen;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.atUs < b.atUs || (a.atUs === b.atUs && a.sequence < b.sequence);
}

/** Puts an entry at the top, where a hole is, and lets it sink to its place. */
function sink(heap: Entry[], entry: Entry): void {
  let hole = 0;
  for (;;) {
    let child = 2 * hole + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
    if (!isBefore(heap[child]!, entry)) break;
    heap[hole] = heap[child]!;
    hole = child;
  }
  heap[hole] = entry;
}
