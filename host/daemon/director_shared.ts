// The shared memory between main and the director worker: control words, the connection counts of the
// destinations, and the two rings. Main makes it, the worker gets it in its first and only message.

import { DESTINATION_MAX } from "../core/abi.gen.ts";
import { CONTROL_WORD } from "./control_words.ts";
import { Ring } from "./ring.ts";
import type { WorkerShared } from "./worker_thread.ts";

/** Bytes of the ring to the worker: every service and destination there can be fits. */
const RING_TO_DIRECTOR_SIZE = 1 << 20;
/** Bytes of the ring from the worker: remarks and acknowledgements. */
const RING_FROM_DIRECTOR_SIZE = 1 << 16;
const WORDS_SIZE = 256;
/** Counts of one destination: active, inactive. */
const COUNTS_PER_DESTINATION = 2;
const COUNTS_SIZE = DESTINATION_MAX * COUNTS_PER_DESTINATION * 4;

/** Control words of the director worker: those of every worker, and its own. */
export const DIRECTOR_WORD = {
  ...CONTROL_WORD,
  /** Descriptor of the packet filter's socket while the filter stands, 0 = none. */
  FILTER_FD: 16,
} as const;

/** Both threads' view of the shared memory. */
export class DirectorShared implements WorkerShared {
  readonly buffer: SharedArrayBuffer;
  readonly toWorker: Ring;
  readonly toMain: Ring;
  readonly #words: Int32Array;
  readonly #counts: Int32Array;

  /** Over an existing buffer, or a new one. */
  constructor(buffer?: SharedArrayBuffer) {
    const size = WORDS_SIZE + COUNTS_SIZE + RING_TO_DIRECTOR_SIZE + RING_FROM_DIRECTOR_SIZE;
    this.buffer = buffer ?? new SharedArrayBuffer(size);
    this.#words = new Int32Array(this.buffer, 0, WORDS_SIZE / 4);
    this.#counts = new Int32Array(this.buffer, WORDS_SIZE, COUNTS_SIZE / 4);
    const rings = WORDS_SIZE + COUNTS_SIZE;
    this.toWorker = new Ring(this.buffer, rings, RING_TO_DIRECTOR_SIZE);
    this.toMain = new Ring(this.buffer, rings + RING_TO_DIRECTOR_SIZE, RING_FROM_DIRECTOR_SIZE);
  }

  /** Reads a control word. */
  get(word: number): number {
    return Atomics.load(this.#words, word);
  }

  /** Writes a control word. */
  set(word: number, value: number): void {
    Atomics.store(this.#words, word, value);
  }

  /** Worker: publishes the connections of a destination. The two numbers may be read apart. */
  publishCounts(destination: number, active: number, inactive: number): void {
    Atomics.store(this.#counts, COUNTS_PER_DESTINATION * destination, active);
    Atomics.store(this.#counts, COUNTS_PER_DESTINATION * destination + 1, inactive);
  }

  /** Main: the connections of a destination, at most a second old. */
  counts(destination: number): { active: number; inactive: number } {
    return {
      active: Atomics.load(this.#counts, COUNTS_PER_DESTINATION * destination),
      inactive: Atomics.load(this.#counts, COUNTS_PER_DESTINATION * destination + 1),
    };
  }
}
