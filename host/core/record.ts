// The dump: what `vipd dump` writes and `vipd replay` reads. It holds the log of each half of a node: a
// checkpoint, then every input since with its time and the hash of what came out, so that each half
// replays alone and proves that it gives the same again.
//
// A dump, little endian:
//   u32 magic "VDMP", u32 DUMP_FORMAT, u32 ABI version, u32 size of the head
//   the head: encodePlain() of a DumpHead, padded with zeros to 8
//   twice (core, engine): u32 1 = there is one, u32 0; and if there is one
//     f64 checkpointUs, f64 firstSequence, f64 lost,
//     u32 size of the checkpoint (sparse.ts), u32 size of the entries (log_entry.ts),
//     the checkpoint and the entries, each padded with zeros to 8
//   u32 size of all before, u32 hash of all before (output_hash.ts)
// This module is browser safe.

import { VipdError } from "../base/errors.ts";
import { ABI_VERSION } from "./abi.gen.ts";
import { isLogTime, type LogEntry, packEntries, readEntries } from "./log_entry.ts";
import { hashOutput, OUTPUT_HASH_START } from "./output_hash.ts";
import { decodePlain, encodePlain } from "./plain_value.ts";
import { decodeSparse, encodeSparse, sparseSizeMax } from "./sparse.ts";

export { type LogEntry, STATUS_OPEN } from "./log_entry.ts";
export { hashOutput, hashText, OUTPUT_HASH_OPEN, OUTPUT_HASH_START } from "./output_hash.ts";

/** Version of the format; a dump of another one is refused. */
export const DUMP_FORMAT = 1;
/** Largest dump, bytes. */
export const DUMP_SIZE_MAX = 64 * 1024 * 1024;
/** Largest head of a dump, bytes. */
export const DUMP_HEAD_SIZE_MAX = 64 * 1024;
/** Largest checkpoint, unpacked, bytes. */
export const DUMP_CHECKPOINT_SIZE_MAX = 64 * 1024 * 1024;
/** Entries of one half at the most. */
export const DUMP_ENTRY_MAX = 1 << 20;
/** All inputs of one half together, unpacked, bytes. */
export const DUMP_INPUT_BYTES_MAX = 128 * 1024 * 1024;

/** What one half remembers: a checkpoint and every input since. */
export interface HalfLog {
  /** The core: Core.checkpoint(). The engine: encodePlain() of its state. */
  checkpoint: Uint8Array;
  /** Time of the last input before the checkpoint, microseconds of CLOCK_MONOTONIC. */
  checkpointUs: number;
  /** Number of the first entry, also when there is none yet. */
  firstSequence: number;
  entries: LogEntry[];
  /** Inputs since the start that were too long for the log: older entries ended with each. */
  lost: number;
}

/** Whose dump it is. */
export interface DumpHead {
  /** "vipd". */
  program: string;
  /** Its version. */
  version: string;
  /** ABI version of its core. */
  abiVersion: number;
  /** Host name. */
  node: string;
  /** When it was made: microseconds of the node's CLOCK_MONOTONIC, and milliseconds since 1970. */
  monotonicUs: number;
  wallMs: number;
  /** What it was made for: "asked", "worker died: ...", "simulation ...". */
  why: string;
  /** Secrets were replaced. */
  masked: boolean;
  /** ifindex -> name of the interfaces, as far as they are known. */
  interfaces: Record<string, string>;
}

/** A dump. */
export interface Dump {
  head: DumpHead;
  core: HalfLog | null;
  engine: HalfLog | null;
}

/** First word: "VDMP". */
const MAGIC = 0x504d_4456;
const HEAD_AT = 16;
const HALF_HEAD_SIZE = 32;
const END_SIZE = 8;
/** What Date takes at the most (ECMA-262 21.4.1.1). */
const WALL_MS_MAX = 8.64e15;

/** A dump as bytes. Throws VipdError `dump` when it is larger than a limit. */
export function encodeDump(dump: Dump): Uint8Array {
  const head = encodePlain(dump.head);
  if (head.length > DUMP_HEAD_SIZE_MAX) throw broken("has too large a head");
  const start = new Uint8Array(HEAD_AT);
  const view = new DataView(start.buffer);
  [MAGIC, DUMP_FORMAT, ABI_VERSION, head.length]
    .forEach((word, i) => view.setUint32(4 * i, word, true));
  const parts = [start, head, ...encodeHalf(dump.core), ...encodeHalf(dump.engine)];
  const size = parts.reduce((sum, part) => sum + pad8(part.length), 0);
  if (size + END_SIZE > DUMP_SIZE_MAX) throw broken(`is larger than ${DUMP_SIZE_MAX} bytes`);
  const bytes = new Uint8Array(size + END_SIZE);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += pad8(part.length);
  }
  const end = new DataView(bytes.buffer, size);
  end.setUint32(0, size, true);
  end.setUint32(4, hashOutput(OUTPUT_HASH_START, new Uint32Array(bytes.buffer), 0, size), true);
  return bytes;
}

function encodeHalf(half: HalfLog | null): Uint8Array[] {
  const mark = new Uint8Array(8);
  if (half === null) return [mark];
  mark[0] = 1;
  const { checkpoint } = half;
  if (checkpoint.length > DUMP_CHECKPOINT_SIZE_MAX) throw broken("has too large a checkpoint");
  // The copy starts at a multiple of 4, whatever the caller's array does.
  const coded = new Uint8Array(sparseSizeMax(checkpoint.length, 1));
  const size = encodeSparse([checkpoint.slice()], coded, 0);
  const entries = packEntries(half.entries);
  const head = new Uint8Array(HALF_HEAD_SIZE);
  const view = new DataView(head.buffer);
  view.setFloat64(0, half.checkpointUs, true);
  view.setFloat64(8, half.firstSequence, true);
  view.setFloat64(16, half.lost, true);
  view.setUint32(24, size, true);
  view.setUint32(28, entries.length, true);
  return [mark, head, coded.subarray(0, size), entries];
}

/** Whether bytes begin as a dump does. */
export function isDump(bytes: Uint8Array): boolean {
  if (bytes.length < 4) return false;
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(0, true) === MAGIC;
}

/**
 * A dump from its bytes. Throws VipdError `dump` on anything that is none: cut off, changed, of another
 * format or ABI, beyond a limit.
 */
export function decodeDump(bytes: Uint8Array): Dump {
  if (bytes.length > DUMP_SIZE_MAX) throw broken(`is larger than ${DUMP_SIZE_MAX} bytes`);
  const reader = new Reader(bytes);
  const [magic, format, abi, headSize] = [reader.u32(), reader.u32(), reader.u32(), reader.u32()];
  if (magic !== MAGIC) throw new VipdError("dump", "this is no dump of vipd");
  if (format !== DUMP_FORMAT) {
    throw broken(`has format ${format}, this program reads ${DUMP_FORMAT}`);
  }
  if (abi !== ABI_VERSION) {
    throw new VipdError("dump", `the dump has ABI version ${abi}, this program ${ABI_VERSION}`, {
      hint: "Read it with the version of vipd that made it.",
    });
  }
  checkEnd(bytes);
  if (headSize > DUMP_HEAD_SIZE_MAX) throw broken("has too large a head");
  const head = readHead(reader.bytes(headSize));
  const dump: Dump = { head, core: readHalf(reader), engine: readHalf(reader) };
  if (reader.at !== bytes.length - END_SIZE) throw broken("has something behind its end");
  return dump;
}

/** The last two words say that nothing is missing and nothing changed. */
function checkEnd(bytes: Uint8Array): void {
  const size = bytes.length - END_SIZE;
  if (size < HEAD_AT || size % 8 !== 0) throw broken("is cut off");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(size, true) !== size) throw broken("is cut off");
  const words = new Uint32Array(bytes.slice(0, size).buffer);
  if (view.getUint32(size + 4, true) !== hashOutput(OUTPUT_HASH_START, words, 0, size)) {
    throw broken("is damaged");
  }
}

function readHalf(reader: Reader): HalfLog | null {
  const mark = reader.u32();
  if (mark > 1 || reader.u32() !== 0) throw broken("is damaged");
  if (mark === 0) return null;
  const checkpointUs = reader.f64();
  const firstSequence = reader.f64();
  const lost = reader.f64();
  if (!Number.isSafeInteger(firstSequence) || firstSequence < 1) throw broken("is damaged");
  if (!Number.isSafeInteger(lost) || lost < 0) throw broken("is damaged");
  if (!isLogTime(checkpointUs)) throw broken("has a time that is none");
  const checkpointSize = reader.u32();
  const entriesSize = reader.u32();
  const checkpoint = decodeSparse(reader.bytes(checkpointSize), DUMP_CHECKPOINT_SIZE_MAX);
  const entries = readEntries(reader.bytes(entriesSize), firstSequence, {
    entries: DUMP_ENTRY_MAX,
    inputBytes: DUMP_INPUT_BYTES_MAX,
  });
  return { checkpoint, checkpointUs, firstSequence, entries, lost };
}

function readHead(bytes: Uint8Array): DumpHead {
  let head: unknown;
  try {
    head = decodePlain(bytes);
  } catch (cause) {
    throw new VipdError("dump", "the head of the dump cannot be read", { cause });
  }
  if (!isHead(head)) throw broken("has a head of other members");
  return head;
}

function isHead(value: unknown): value is DumpHead {
  if (typeof value !== "object" || value === null) return false;
  const head = value as Partial<Record<keyof DumpHead, unknown>>;
  const { interfaces } = head;
  return [head.program, head.version, head.node, head.why]
    .every((word) => typeof word === "string") &&
    [head.abiVersion, head.monotonicUs, head.wallMs]
      .every((number) => typeof number === "number" && Number.isFinite(number)) &&
    isLogTime(head.monotonicUs as number) &&
    Math.abs(head.wallMs as number) <= WALL_MS_MAX &&
    typeof head.masked === "boolean" &&
    typeof interfaces === "object" && interfaces !== null &&
    Object.getPrototypeOf(interfaces) === Object.prototype &&
    Object.values(interfaces).every((name) => typeof name === "string");
}

/** Reads the parts of a dump, each padded to 8; never behind the end. */
class Reader {
  at = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  f64(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  bytes(size: number): Uint8Array {
    const at = this.#take(pad8(size));
    return this.#bytes.subarray(at, at + size);
  }

  #take(size: number): number {
    const at = this.at;
    if (at + size > this.#bytes.length) throw broken("is cut off");
    this.at += size;
    return at;
  }
}

function broken(what: string): VipdError {
  return new VipdError("dump", `the dump ${what}`);
}

/** Not by bits: sizes up to 2^32 - 1 must not turn negative. */
function pad8(size: number): number {
  return Math.ceil(size / 8) * 8;
}
