// Bytes that are mostly zeros, without the zeros: the checkpoint of a core is 5.6 MB of tables that a
// usual configuration fills to a hundredth. The coded form is a list of runs:
//   u32 size of the plain bytes, u32 runs, then each run: u32 offset, u32 length, its bytes padded
//   with zeros to 4.   Little endian; offsets grow and runs do not touch.
// This module is browser safe.

import { VipdError } from "../base/errors.ts";

/** Zeros are looked for in blocks of so many bytes; a block without any other is left out. */
const BLOCK_SIZE = 256;
const BLOCK_WORDS = BLOCK_SIZE / 4;
/** Bytes before the runs, and before the bytes of a run. */
const HEAD_SIZE = 8;

/** Bytes that encodeSparse needs at the most for plain bytes of that size, in that many parts. */
export function sparseSizeMax(size: number, parts: number): number {
  return HEAD_SIZE + size + (Math.ceil(size / (2 * BLOCK_SIZE)) + parts) * (HEAD_SIZE + 4);
}

/**
 * Writes the coded form of the parts, one behind the other, to `target` from byte `at` on. Each part
 * starts at a multiple of 4 in its memory. Answers the size of the coded form, a multiple of 4, or -1
 * when `target` is too small; then something was written.
 */
export function encodeSparse(parts: readonly Uint8Array[], target: Uint8Array, at: number): number {
  const view = new DataView(target.buffer, target.byteOffset, target.byteLength);
  if (at + HEAD_SIZE > target.length) return -1;
  let end = at + HEAD_SIZE;
  let runs = 0;
  let base = 0;
  for (const part of parts) {
    const words = new Int32Array(part.buffer, part.byteOffset, part.length >>> 2);
    for (let from = nextFilled(words, part.length, 0); from < part.length;) {
      const until = Math.min(nextEmpty(words, from), part.length);
      const length = until - from;
      const next = end + HEAD_SIZE + pad4(length);
      if (next > target.length) return -1;
      view.setUint32(end, base + from, true);
      view.setUint32(end + 4, length, true);
      target.set(part.subarray(from, until), end + HEAD_SIZE);
      target.fill(0, end + HEAD_SIZE + length, next);
      end = next;
      runs++;
      from = nextFilled(words, part.length, until);
    }
    base += part.length;
  }
  view.setUint32(at, base, true);
  view.setUint32(at + 4, runs, true);
  return end - at;
}

/** First block from byte `from` on that has something in it; the tail behind the words counts as filled. */
function nextFilled(words: Int32Array, size: number, from: number): number {
  for (let at = from; at < size; at += BLOCK_SIZE) {
    const first = at >>> 2;
    if (first + BLOCK_WORDS > words.length) {
      // The last block, which is not whole.
      for (let i = first; i < words.length; i++) if (words[i] !== 0) return at;
      return (size & 3) === 0 ? size : at;
    }
    if (!isEmptyBlock(words, first)) return at;
  }
  return size;
}

function nextEmpty(words: Int32Array, from: number): number {
  let at = from;
  for (;;) {
    const first = at >>> 2;
    if (first + BLOCK_WORDS > words.length) return at + BLOCK_SIZE;
    if (isEmptyBlock(words, first)) return at;
    at += BLOCK_SIZE;
  }
}

function isEmptyBlock(words: Int32Array, first: number): boolean {
  const end = first + BLOCK_WORDS;
  for (let i = first; i < end; i += 8) {
    const some = words[i]! | words[i + 1]! | words[i + 2]! | words[i + 3]! |
      words[i + 4]! | words[i + 5]! | words[i + 6]! | words[i + 7]!;
    if (some !== 0) return false;
  }
  return true;
}

/**
 * The plain bytes of a coded form that fills `coded`. Throws VipdError `dump` when it is none, or when
 * the plain bytes would be more than `sizeMax`.
 */
export function decodeSparse(coded: Uint8Array, sizeMax: number): Uint8Array {
  const view = new DataView(coded.buffer, coded.byteOffset, coded.byteLength);
  if (coded.length < HEAD_SIZE) throw broken("is cut off");
  const size = view.getUint32(0, true);
  const runs = view.getUint32(4, true);
  if (size > sizeMax) throw broken(`has ${size} bytes, more than ${sizeMax}`);
  const plain = new Uint8Array(size);
  let at = HEAD_SIZE;
  let behind = 0;
  for (let run = 0; run < runs; run++) {
    if (at + HEAD_SIZE > coded.length) throw broken("is cut off");
    const offset = view.getUint32(at, true);
    const length = view.getUint32(at + 4, true);
    at += HEAD_SIZE;
    if (offset < behind || offset + length > size) throw broken("has a run at a wrong place");
    if (at + pad4(length) > coded.length) throw broken("is cut off");
    plain.set(coded.subarray(at, at + length), offset);
    at += pad4(length);
    behind = offset + length;
  }
  if (at !== coded.length) throw broken("has something behind its end");
  return plain;
}

function broken(what: string): VipdError {
  return new VipdError("dump", `a checkpoint of the dump ${what}`);
}

function pad4(size: number): number {
  return (size + 3) & ~3;
}
