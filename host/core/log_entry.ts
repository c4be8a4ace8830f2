// The entries of a log as bytes: what log_buffer.ts keeps in memory and record.ts writes to a file. An
// advert is nearly the one before it, so an input is told as its difference to an earlier one of the
// same size where there is one: a quarter of the bytes, and so four times the memory of what was.
//
// u32 words, little endian:
//   0     length of the input, bytes
//   1     status of handleInput (0..0xfffe, STATUS_OPEN) | slot << 16 | ENTRY_DELTA
//   2     hash of the outputs
//   3, 4  time, f64 microseconds
//   then  the input, padded with zeros to 4; or with ENTRY_DELTA one bit for each of its words (the
//         lowest of the first mask first), padded to 32, and those words that differ from the input
//         that last used the slot
// Writer and reader keep SLOT_COUNT inputs; which slot an input uses is the writer's choice.
// This module is browser safe.

import { VipdError } from "../base/errors.ts";

/** One input of a half and what came of it. */
export interface LogEntry {
  /** Number of the input in its half, from 1 on, without gaps. */
  sequence: number;
  /** Time it was handed in with, microseconds of CLOCK_MONOTONIC. */
  nowUs: number;
  /** STATUS_ code of the core; 0 in the engine's log. STATUS_OPEN: it had not come back (a trap). */
  status: number;
  /** Hash of all outputs polled behind it (output_hash.ts); OUTPUT_HASH_OPEN: not all were polled. */
  outputHash: number;
  /**
   * The core: the input record. The engine: encodePlain() of the EngineInput. Entries may share one
   * array: never write into it.
   */
  input: Uint8Array;
}

/** The input had not come back when the log was read: the half died in it. */
export const STATUS_OPEN = 0xffff;
/** Longest input that a log takes, bytes. */
export const LOG_INPUT_SIZE_MAX = 16 * 1024 * 1024;
/** Bytes of an entry in front of its input. */
export const ENTRY_HEAD_SIZE = 20;
/** Inputs that a writer and a reader of a log remember. */
export const SLOT_COUNT = 64;
/** Longest input that is remembered and told by its difference, bytes. */
export const DELTA_SIZE_MAX = 512;
const SLOT_WORDS = DELTA_SIZE_MAX / 4;

const ENTRY_DELTA = 0x0100_0000;
const ENTRY_KNOWN_BITS = 0x01ff_ffff;

/** Bytes of an entry with an input of that length, at the most. */
export function entrySizeMax(length: number): number {
  const words = (length + 3) >>> 2;
  return ENTRY_HEAD_SIZE + 4 * (words + (length <= DELTA_SIZE_MAX ? (words + 31) >>> 5 : 0));
}

/** Writes entries one behind the other into words of memory. */
export class EntryWriter {
  readonly #slots = new Int32Array(SLOT_COUNT * SLOT_WORDS);
  /** Length of the input in each slot; -1 = none. */
  readonly #lengths = new Int32Array(SLOT_COUNT).fill(-1);
  readonly #time = new Float64Array(1);
  readonly #timeWords = new Int32Array(this.#time.buffer);

  /** Forgets all inputs: at the begin of a segment. */
  reset(): void {
    this.#lengths.fill(-1);
  }

  /**
   * Writes an open entry at word `at` of `target`, which has room for entrySizeMax(length), and
   * answers the word behind it. The input is `length` bytes of `source` from word `from` on; what
   * stands behind it in its last word does not matter.
   */
  write(
    target: Int32Array,
    at: number,
    nowUs: number,
    source: Int32Array,
    from: number,
    length: number,
  ): number {
    this.#time[0] = nowUs;
    target[at] = length;
    target[at + 2] = 0;
    target[at + 3] = this.#timeWords[0]!;
    target[at + 4] = this.#timeWords[1]!;
    const words = (length + 3) >>> 2;
    const rest = length & 3;
    const lastMask = rest === 0 ? -1 : (1 << (8 * rest)) - 1;
    const body = at + ENTRY_HEAD_SIZE / 4;
    if (length > DELTA_SIZE_MAX || words === 0) {
      target[at + 1] = STATUS_OPEN;
      if (words > 0) target.set(source.subarray(from, from + words), body);
      if (words > 0) target[body + words - 1]! &= lastMask;
      return body + words;
    }
    const slot = slotOf(source, from, words, length);
    const kept = slot * SLOT_WORDS;
    if (this.#lengths[slot] !== length) {
      this.#lengths[slot] = length;
      target[at + 1] = STATUS_OPEN | (slot << 16);
      for (let i = 0; i < words; i++) {
        const word = i === words - 1 ? source[from + i]! & lastMask : source[from + i]!;
        target[body + i] = word;
        this.#slots[kept + i] = word;
      }
      return body + words;
    }
    target[at + 1] = STATUS_OPEN | (slot << 16) | ENTRY_DELTA;
    return this.#writeDelta(target, body, source, from, words, lastMask, kept);
  }

  #writeDelta(
    target: Int32Array,
    body: number,
    source: Int32Array,
    from: number,
    words: number,
    lastMask: number,
    kept: number,
  ): number {
    const slots = this.#slots;
    let next = body + ((words + 31) >>> 5);
    for (let first = 0, mask = body; first < words; first += 32, mask++) {
      const end = Math.min(first + 32, words);
      let changed = 0;
      for (let i = first; i < end; i++) {
        const word = i === words - 1 ? source[from + i]! & lastMask : source[from + i]!;
        if (word === slots[kept + i]) continue;
        slots[kept + i] = word;
        target[next++] = word;
        changed |= 1 << (i - first);
      }
      target[mask] = changed;
    }
    return next;
  }
}

/** Sets what became of the entry that starts at word `at`: the status of the input. */
export function setEntryStatus(target: Int32Array, at: number, status: number): void {
  target[at + 1] = (target[at + 1]! & ~0xffff) | (status & 0xffff);
}

/** Sets the hash of its outputs. */
export function setEntryHash(target: Int32Array, at: number, hash: number): void {
  target[at + 2] = hash;
}

/**
 * Slot for an input: packets of one sender for one vrid meet their like. Of a packet record the third
 * word is the interface, words 14 and 19 are the first of the VRRP message (v6, v4 behind its header).
 */
function slotOf(source: Int32Array, from: number, words: number, length: number): number {
  let hash = source[from]! ^ Math.imul(length, 0x9e37);
  if (words > 2) hash ^= Math.imul(source[from + 2]!, 0x85eb);
  if (words > 19) hash ^= Math.imul(source[from + 14]!, 0xc2b3) ^ source[from + 19]!;
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b_3c6d);
  return (hash >>> 20) & (SLOT_COUNT - 1);
}

/** What a reader takes at the most, so that a bad file cannot fill the memory. */
export interface EntryLimits {
  entries: number;
  /** Bytes of all inputs together, unpacked. */
  inputBytes: number;
}

/**
 * Reads entries that fill `bytes`. `firstSequence` is the number of the first one. Throws VipdError
 * `dump` when they are broken or beyond the limits.
 */
export function readEntries(
  bytes: Uint8Array,
  firstSequence: number,
  limits: EntryLimits,
): LogEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const slots: (Uint8Array | null)[] = new Array(SLOT_COUNT).fill(null);
  const entries: LogEntry[] = [];
  let unpacked = 0;
  for (let at = 0; at < bytes.length;) {
    if (at + ENTRY_HEAD_SIZE > bytes.length) throw broken("is cut off");
    if (entries.length >= limits.entries) throw broken(`has more than ${limits.entries} entries`);
    const length = view.getUint32(at, true);
    const flags = view.getUint32(at + 4, true);
    const slot = (flags >>> 16) & 0xff;
    if ((flags & ~ENTRY_KNOWN_BITS) !== 0 || slot >= SLOT_COUNT) throw broken("has unknown flags");
    unpacked += length;
    if (length > LOG_INPUT_SIZE_MAX || unpacked > limits.inputBytes) throw broken("is too large");
    const body = at + ENTRY_HEAD_SIZE;
    const read = (flags & ENTRY_DELTA) === 0
      ? readWhole(bytes, body, length)
      : readDelta(view, body, length, slots[slot]!);
    if (length <= DELTA_SIZE_MAX && length > 0) slots[slot] = read.input;
    const nowUs = view.getFloat64(at + 12, true);
    if (!isLogTime(nowUs)) throw broken("has a time that is none");
    entries.push({
      sequence: firstSequence + entries.length,
      nowUs,
      status: flags & 0xffff,
      outputHash: view.getUint32(at + 8, true),
      input: read.input,
    });
    at = read.end;
  }
  return entries;
}

/**
 * Whether a number can be a monotonic time, microseconds. Beyond what doubles count one by one a timer would
 * never get past it.
 */
export function isLogTime(us: number): boolean {
  return us >= 0 && us <= Number.MAX_SAFE_INTEGER;
}

interface ReadInput {
  input: Uint8Array;
  end: number;
}

function readWhole(bytes: Uint8Array, body: number, length: number): ReadInput {
  const end = body + ((length + 3) & ~3);
  if (end > bytes.length) throw broken("is cut off");
  return { input: bytes.slice(body, body + length), end };
}

function readDelta(
  view: DataView,
  body: number,
  length: number,
  before: Uint8Array | null,
): ReadInput {
  if (before === null || before.length !== length) throw broken("refers to an input that is none");
  const words = (length + 3) >>> 2;
  const masks = (words + 31) >>> 5;
  let next = body + 4 * masks;
  if (next > view.byteLength) throw broken("is cut off");
  let input: Uint8Array | null = null;
  for (let i = 0; i < words; i++) {
    const mask = view.getUint32(body + 4 * (i >>> 5), true);
    if ((mask & (1 << (i & 31))) === 0) continue;
    if (next + 4 > view.byteLength) throw broken("is cut off");
    input ??= before.slice();
    for (let byte = 4 * i; byte < 4 * i + 4 && byte < length; byte++) {
      input[byte] = view.getUint8(next + (byte & 3));
    }
    next += 4;
  }
  return { input: input ?? before, end: next };
}

function broken(what: string): VipdError {
  return new VipdError("dump", `a log of the dump ${what}`);
}

/** Packs entries as a log keeps them. Throws VipdError `dump` when an input is too long. */
export function packEntries(entries: readonly LogEntry[]): Uint8Array {
  let size = 0;
  for (const { input } of entries) {
    if (input.length > LOG_INPUT_SIZE_MAX) throw broken("has an input that is too long");
    size += entrySizeMax(input.length);
  }
  const target = new Int32Array(size / 4);
  const writer = new EntryWriter();
  let longest = 0;
  for (const { input } of entries) longest = Math.max(longest, input.length);
  const source = new Int32Array((longest + 3) >>> 2);
  const sourceBytes = new Uint8Array(source.buffer);
  let at = 0;
  for (const { nowUs, input, status, outputHash } of entries) {
    sourceBytes.set(input);
    const next = writer.write(target, at, nowUs, source, 0, input.length);
    setEntryStatus(target, at, status);
    setEntryHash(target, at, outputHash);
    at = next;
  }
  return new Uint8Array(target.buffer, 0, 4 * at);
}
