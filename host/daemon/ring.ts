// A single-producer single-consumer ring of records in shared memory: how main and the wire worker
// talk, since postMessage cannot reach a thread that blocks in epoll_wait. Each record is a u32
// length and its bytes, padded to 8; a record is never split at the end of the buffer.
// push() and pop() never block. Waking a sleeping consumer is the caller's business: push() says
// whether the consumer had declared itself asleep.

/** Bytes of the control words in front of the data. */
const HEADER_SIZE = 64;
const WORD_HEAD = 0;
const WORD_TAIL = 1;
const WORD_ASLEEP = 2;
const WORD_LOST = 3;
/** Length that means: nothing more before the end, go on at offset 0. */
const WRAP = 0xffff_ffff;

/** What became of a pushed record. */
export type PushResult = "queued" | "queued-wake" | "full";

/** One direction. Both threads make their own Ring over the same shared range. */
export class Ring {
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #capacity: number;

  /** `offset` and `size` in bytes, both multiples of 8; a range full of zeros is an empty ring. */
  constructor(buffer: SharedArrayBuffer, offset: number, size: number) {
    this.#words = new Int32Array(buffer, offset, HEADER_SIZE / 4);
    this.#bytes = new Uint8Array(buffer, offset + HEADER_SIZE, size - HEADER_SIZE);
    this.#view = new DataView(buffer, offset + HEADER_SIZE, size - HEADER_SIZE);
    this.#capacity = size - HEADER_SIZE;
  }

  /** Largest record it can carry, bytes. */
  get recordSizeMax(): number {
    // Wherever head and tail stand in an empty ring, one side of them has this much room.
    return ((this.#capacity / 2) & ~7) - 12;
  }

  /** Records lost because the ring was full, for ever counted. */
  get lost(): number {
    return Atomics.load(this.#words, WORD_LOST);
  }

  /** Index of the word that a sleeping consumer on main may wait on (Atomics.waitAsync). */
  get asleepWord(): { words: Int32Array; index: number } {
    return { words: this.#words, index: WORD_ASLEEP };
  }

  /** Producer: appends a copy of the record, or answers "full" and counts it. */
  push(record: Uint8Array): PushResult {
    const need = align8(4 + record.length);
    const tail = Atomics.load(this.#words, WORD_TAIL);
    const at = this.#placeFor(need, tail);
    if (at < 0) {
      this.lose();
      return "full";
    }
    if (at !== tail) this.#view.setUint32(tail, WRAP, true);
    this.#view.setUint32(at, record.length, true);
    this.#bytes.set(record, at + 4);
    Atomics.store(this.#words, WORD_TAIL, at + need);
    return Atomics.exchange(this.#words, WORD_ASLEEP, 0) === 1 ? "queued-wake" : "queued";
  }

  /** Producer: counts a record that it cannot keep. */
  lose(): void {
    Atomics.add(this.#words, WORD_LOST, 1);
  }

  /** Producer: whether push() would take a record of that many bytes now. */
  hasRoom(length: number): boolean {
    return this.#placeFor(align8(4 + length), Atomics.load(this.#words, WORD_TAIL)) >= 0;
  }

  /** Where the next record of `need` bytes goes, or -1. */
  #placeFor(need: number, tail: number): number {
    const head = Atomics.load(this.#words, WORD_HEAD);
    // One slot of 8 bytes stays free so that full and empty differ.
    if (tail < head) return head - tail < need + 8 ? -1 : tail;
    if (this.#capacity - tail >= need + 8) return tail;
    return head < need + 8 ? -1 : 0;
  }

  /** Consumer: copies the oldest record out, or null when there is none. */
  pop(): Uint8Array | null {
    const tail = Atomics.load(this.#words, WORD_TAIL);
    let head = Atomics.load(this.#words, WORD_HEAD);
    if (head === tail) return null;
    let length = this.#view.getUint32(head, true);
    if (length === WRAP) {
      head = 0;
      length = this.#view.getUint32(0, true);
    }
    const record = this.#bytes.slice(head + 4, head + 4 + length);
    Atomics.store(this.#words, WORD_HEAD, head + align8(4 + length));
    return record;
  }

  /** Consumer: true when nothing waits. */
  isEmpty(): boolean {
    return Atomics.load(this.#words, WORD_HEAD) === Atomics.load(this.#words, WORD_TAIL);
  }

  /**
   * Consumer: declares itself asleep so that the next push answers "queued-wake". Returns false,
   * and stays awake, when a record came in between.
   */
  sleep(): boolean {
    Atomics.store(this.#words, WORD_ASLEEP, 1);
    if (this.isEmpty()) return true;
    Atomics.store(this.#words, WORD_ASLEEP, 0);
    return false;
  }
}

function align8(size: number): number {
  return (size + 7) & ~7;
}
