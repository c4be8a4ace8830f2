// The hash of what a half gives out: 32 bits over the output records between two inputs. Like FNV-1a,
// but over 32-bit words with a shift, so that it costs a few cycles a word; the same everywhere, since
// the core's memory is little endian wherever it runs.
// This module is browser safe.

/** Hash of no output at all: start here for every input. */
export const OUTPUT_HASH_START = 0x811c_9dc5;
/** Stands for: nobody had polled all outputs when the log was read. No hash has this value. */
export const OUTPUT_HASH_OPEN = 0;

const PRIME = 0x0100_0193;

/**
 * Goes on with the output of `size` bytes that starts at byte `at` (a multiple of 4) of the memory
 * that `words` covers from its first byte. Bytes behind the output do not count. Unsigned 32 bit,
 * never 0.
 */
export function hashOutput(hash: number, words: Uint32Array, at: number, size: number): number {
  let h = Math.imul(hash ^ size, PRIME);
  let i = at >>> 2;
  const end = i + (size >>> 2);
  for (; i < end; i++) {
    h = Math.imul(h ^ words[i]!, PRIME);
    h ^= h >>> 15;
  }
  const rest = size & 3;
  if (rest !== 0) {
    h = Math.imul(h ^ (words[i]! & ((1 << (8 * rest)) - 1)), PRIME);
    h ^= h >>> 15;
  }
  return h === 0 ? 1 : h >>> 0;
}

/** Goes on with a text, by its UTF-16 units: the outputs of the engine. Unsigned 32 bit, never 0. */
export function hashText(hash: number, text: string): number {
  let h = Math.imul(hash ^ text.length, PRIME);
  for (let i = 0; i < text.length; i++) {
    h = Math.imul(h ^ text.charCodeAt(i), PRIME);
    h ^= h >>> 15;
  }
  return h === 0 ? 1 : h >>> 0;
}
