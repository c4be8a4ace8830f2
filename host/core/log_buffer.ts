// The memory of one half: a bounded buffer that at any time holds a whole checkpoint and every input
// since. Two segments, each a checkpoint with the entries behind it; when the newer one is full the
// other gets a fresh checkpoint and is filled anew, so what is remembered reaches back between one
// segment and two. The buffer may stand in shared memory: one thread writes, another reads at any
// time, also when the writer has died in the middle of something.
//
// A head of 64 bytes, then the segments, each a head of 64 bytes, the checkpoint (sparse.ts) and the
// entries (log_entry.ts). A segment's generation is odd while it is being overwritten; entries count
// as soon as USED says so, their hashes as soon as CLOSED does.
// This module is browser safe.

import { VipdError } from "../base/errors.ts";
import {
  entrySizeMax,
  EntryWriter,
  LOG_INPUT_SIZE_MAX,
  readEntries,
  setEntryHash,
  setEntryStatus,
} from "./log_entry.ts";
import { OUTPUT_HASH_OPEN } from "./output_hash.ts";
import {
  DUMP_CHECKPOINT_SIZE_MAX,
  DUMP_ENTRY_MAX,
  DUMP_INPUT_BYTES_MAX,
  type HalfLog,
} from "./record.ts";
import { decodeSparse, encodeSparse } from "./sparse.ts";

/** How much a log remembers, bytes. */
export interface LogLayout {
  /** Room of a segment for its checkpoint and its entries; a multiple of 64. */
  segmentSize: number;
  /** Entries of a segment beyond which the next one is begun. */
  entriesSize: number;
  /** But not before they are as many bytes as its checkpoint: for halves whose checkpoint is dear. */
  fillsUp: boolean;
}

/** For the largest core. Pages that are never written cost nothing. */
export const CORE_LOG_LAYOUT: LogLayout = {
  segmentSize: 8 << 20,
  entriesSize: 2 << 20,
  fillsUp: false,
};
/** For the engine on main. */
export const ENGINE_LOG_LAYOUT: LogLayout = {
  segmentSize: 32 << 20,
  entriesSize: 4 << 20,
  fillsUp: true,
};
/** For either half of a simulated node. */
export const SMALL_LOG_LAYOUT: LogLayout = {
  segmentSize: 512 << 10,
  entriesSize: 192 << 10,
  fillsUp: false,
};

/** After a checkpoint that did not fit the next is tried so many inputs later, then twice as many. */
const RETRY_INPUTS = 10_000;
/** How often a reader looks again when the writer overwrote what it was reading. */
const READ_TRIES = 100;

const HEAD_SIZE = 64;
const HEAD_WORDS = HEAD_SIZE / 4;
/** Word of the buffer's head: inputs that the log did not take. */
const LOST = 0;
/** Words of a segment's head. */
const GENERATION = 0;
const ORDER = 1;
const CHECKPOINT_SIZE = 2;
const USED = 3;
const CLOSED = 4;
/** f64 words of a segment's head, counted in f64. */
const FIRST_SEQUENCE = 4;
const CHECKPOINT_US = 5;

/** Bytes of memory that a log of that layout needs. */
export function logBufferSize(layout: LogLayout): number {
  return HEAD_SIZE + 2 * layout.segmentSize;
}

/** Makes the memory of a log that nobody writes any more ready for another one. */
export function clearLogBuffer(bytes: Uint8Array, layout: LogLayout): void {
  for (const at of [0, HEAD_SIZE, HEAD_SIZE + layout.segmentSize]) {
    bytes.fill(0, at, at + HEAD_SIZE);
  }
}

/** The writer's end. */
export class LogBuffer {
  readonly #bytes: Uint8Array;
  readonly #words: Int32Array;
  readonly #floats: Float64Array;
  readonly #layout: LogLayout;
  readonly #writer = new EntryWriter();
  /** First word of the segment that is being filled; -1 = none, nothing is logged. */
  #segment = -1;
  /** Word of its first entry, of the entry that was written last, and behind that. */
  #entries = 0;
  #last = 0;
  #next = 0;
  /** Word behind which entries are no longer wanted, and behind which there is no room. */
  #full = 0;
  #end = 0;
  #order = 0;
  #sequence = 1;
  #retryAt = 0;
  #retryInputs = RETRY_INPUTS;

  /** Over `bytes` of zeros, which start at a multiple of 8 and have logBufferSize(layout) bytes. */
  constructor(bytes: Uint8Array, layout: LogLayout) {
    if (bytes.length !== logBufferSize(layout) || bytes.byteOffset % 8 !== 0) {
      throw new VipdError("log_buffer", "the memory of a log has another size or place");
    }
    this.#bytes = bytes;
    this.#words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    this.#floats = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8);
    this.#layout = layout;
  }

  /** Number of the next input, from 1 on. */
  get sequence(): number {
    return this.#sequence;
  }

  /** The next input finds no room: a checkpoint must be taken first. */
  get needsCheckpoint(): boolean {
    return this.#next >= this.#full && (this.#segment >= 0 || this.#sequence >= this.#retryAt);
  }

  /** A checkpoint is welcome when there is time for it: three quarters are full. */
  get wantsCheckpoint(): boolean {
    return this.#next - this.#entries >= 0.75 * (this.#full - this.#entries) &&
      (this.#segment >= 0 || this.#sequence >= this.#retryAt);
  }

  /**
   * Begins the other segment with a checkpoint: the parts one behind the other (encodeSparse says how
   * they must lie), as of `nowUs`. Returns false when it does not fit: then nothing is logged until
   * a later one does.
   */
  begin(parts: readonly Uint8Array[], nowUs: number): boolean {
    const { segmentSize, entriesSize, fillsUp } = this.#layout;
    const words = this.#words;
    const segment = HEAD_WORDS + (this.#order & 1) * (segmentSize / 4);
    const at = 4 * (segment + HEAD_WORDS);
    const end = 4 * segment + segmentSize;
    const generation = Atomics.load(words, segment + GENERATION);
    Atomics.store(words, segment + GENERATION, generation | 1);
    this.#segment = -1;
    const room = this.#bytes.subarray(at, end - entrySizeMax(0));
    const size = encodeSparse(parts, room, 0);
    if (size < 0) {
      this.#entries = this.#next = this.#full = 0;
      this.#retryAt = this.#sequence + this.#retryInputs;
      this.#retryInputs *= 2;
      return false;
    }
    this.#order++;
    this.#retryInputs = RETRY_INPUTS;
    words[segment + ORDER] = this.#order;
    words[segment + CHECKPOINT_SIZE] = size;
    words[segment + USED] = 0;
    words[segment + CLOSED] = 0;
    this.#floats[segment / 2 + FIRST_SEQUENCE] = this.#sequence;
    this.#floats[segment / 2 + CHECKPOINT_US] = nowUs;
    Atomics.store(words, segment + GENERATION, (generation | 1) + 1);
    this.#writer.reset();
    this.#segment = segment;
    this.#entries = this.#last = this.#next = (at + size) / 4;
    this.#end = end / 4;
    const wanted = Math.max(entriesSize, fillsUp ? size : 0);
    this.#full = Math.min(this.#end, this.#entries + wanted / 4);
    return true;
  }

  /**
   * Notes an input before it is handed in: `length` bytes of `source` from word `from` on. What does
   * not fit is counted as lost, and nothing is logged until the next checkpoint.
   */
  append(nowUs: number, source: Int32Array, from: number, length: number): void {
    this.#sequence++;
    const segment = this.#segment;
    const size = entrySizeMax(length) / 4;
    if (segment < 0 || length > LOG_INPUT_SIZE_MAX || this.#next + size > this.#end) {
      return this.#lose();
    }
    this.#last = this.#next;
    this.#next = this.#writer.write(this.#words, this.#next, nowUs, source, from, length);
    Atomics.store(this.#words, segment + USED, 4 * (this.#next - this.#entries));
  }

  #lose(): void {
    Atomics.add(this.#words, LOST, 1);
    // Where a checkpoint did not fit, the time of the next try stands.
    if (this.#segment >= 0) this.#retryAt = 0;
    this.#segment = -1;
    this.#entries = this.#next = this.#full = 0;
  }

  /** What handleInput answered to the last input. */
  setStatus(status: number): void {
    if (this.#segment >= 0) setEntryStatus(this.#words, this.#last, status);
  }

  /** All outputs of the last input were polled; their hash. */
  close(hash: number): void {
    if (this.#segment < 0) return;
    setEntryHash(this.#words, this.#last, hash);
    Atomics.store(this.#words, this.#segment + CLOSED, 4 * (this.#next - this.#entries));
  }
}

/** A consistent copy of one segment. */
interface SegmentCopy {
  order: number;
  firstSequence: number;
  checkpointUs: number;
  /** Coded. */
  checkpoint: Uint8Array;
  entries: Uint8Array;
  /** Bytes of the entries whose hashes are there. */
  closed: number;
}

/**
 * What a log remembers now, read from its memory, by any thread. Null when it holds nothing, or when
 * the writer overwrote it each of READ_TRIES times. Throws VipdError `dump` when the memory is no log.
 */
export function readLogBuffer(bytes: Uint8Array, layout: LogLayout): HalfLog | null {
  for (let i = 0; i < READ_TRIES; i++) {
    const copies = [0, 1].map((place) => copySegment(bytes, layout, place))
      .filter((copy) => copy !== null)
      .sort((a, b) => a.order - b.order);
    // Both were read while one of them was begun: the other follows a gap, or nothing is there.
    if (copies.length === 0 && isBeingWritten(bytes, layout)) continue;
    if (copies.length === 0) return null;
    const words = new Int32Array(bytes.buffer, bytes.byteOffset, HEAD_WORDS);
    return joinSegments(copies, Atomics.load(words, LOST) >>> 0);
  }
  return null;
}

function generationOf(bytes: Uint8Array, layout: LogLayout, place: number): number {
  const at = bytes.byteOffset + HEAD_SIZE + place * layout.segmentSize;
  return Atomics.load(new Int32Array(bytes.buffer, at, HEAD_WORDS), GENERATION);
}

function isBeingWritten(bytes: Uint8Array, layout: LogLayout): boolean {
  // A generation of 1 is the first checkpoint, or one that never fitted.
  return [0, 1].some((place) => generationOf(bytes, layout, place) > 1);
}

/** Null while the segment is empty, being begun, or was begun meanwhile. */
function copySegment(bytes: Uint8Array, layout: LogLayout, place: number): SegmentCopy | null {
  const start = HEAD_SIZE + place * layout.segmentSize;
  const head = new Int32Array(bytes.buffer, bytes.byteOffset + start, HEAD_WORDS);
  const floats = new Float64Array(bytes.buffer, bytes.byteOffset + start, HEAD_WORDS / 2);
  const generation = Atomics.load(head, GENERATION);
  if (generation === 0 || generation % 2 !== 0) return null;
  // CLOSED before USED before the bytes: what is told as closed was written before.
  const closed = Atomics.load(head, CLOSED);
  const used = Atomics.load(head, USED);
  const size = head[CHECKPOINT_SIZE]!;
  if (size < 0 || used < closed || HEAD_SIZE + size + used > layout.segmentSize) return null;
  const at = start + HEAD_SIZE;
  const copy: SegmentCopy = {
    order: head[ORDER]!,
    firstSequence: floats[FIRST_SEQUENCE]!,
    checkpointUs: floats[CHECKPOINT_US]!,
    checkpoint: bytes.slice(at, at + size),
    entries: bytes.slice(at + size, at + size + used),
    closed,
  };
  // Adding nothing, and not a load: that alone would let the copy's reads come after it (ARM).
  return Atomics.add(head, GENERATION, 0) === generation ? copy : null;
}

function joinSegments(copies: SegmentCopy[], lost: number): HalfLog {
  const limits = { entries: DUMP_ENTRY_MAX, inputBytes: DUMP_INPUT_BYTES_MAX };
  const read = copies.map((copy) => {
    const entries = readEntries(copy.entries, copy.firstSequence, limits);
    const last = entries.at(-1);
    if (last !== undefined && copy.closed < copy.entries.length) last.outputHash = OUTPUT_HASH_OPEN;
    return { ...copy, entries };
  });
  const newer = read.at(-1)!;
  const older = read.length === 2 ? read[0]! : null;
  const joins = older !== null &&
    older.firstSequence + older.entries.length === newer.firstSequence;
  const first = joins ? older : newer;
  return {
    checkpoint: decodeSparse(first.checkpoint, DUMP_CHECKPOINT_SIZE_MAX),
    checkpointUs: first.checkpointUs,
    firstSequence: first.firstSequence,
    entries: joins ? [...older.entries, ...newer.entries] : newer.entries,
    lost,
  };
}
