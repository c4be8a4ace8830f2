// The memory map: static data, then the input and output buffers, then the arenas, reserved once in
// init and never freed. Nothing else in the core hands out memory.

import { INPUT_SIZE_MAX, OUTPUT_SIZE_MAX } from "./limits";

let start: usize = 0;
let next: usize = 0;

/** Starts the map anew at the end of the static data and lays out the two buffers. */
export function memoryBegin(): void {
  start = (__heap_base + 63) & ~63;
  next = start + INPUT_SIZE_MAX + OUTPUT_SIZE_MAX;
  memory.fill(start, 0, INPUT_SIZE_MAX + OUTPUT_SIZE_MAX);
}

/** Address of the input buffer: INPUT_SIZE_MAX bytes. */
export function inputAddress(): usize {
  return start;
}

/** Address of the output buffer: OUTPUT_SIZE_MAX bytes. */
export function outputAddress(): usize {
  return start + INPUT_SIZE_MAX;
}

/** Reserves zeroed bytes, aligned to 64; 0 when the memory is too small. Only init calls it. */
export function reserve(bytes: u32): usize {
  const at = (next + 63) & ~63;
  if (<u64> at + <u64> bytes > (<u64> memory.size()) << 16) return 0;
  next = at + bytes;
  memory.fill(at, 0, bytes);
  return at;
}

/** Bytes from address 0 that hold state: what a checkpoint has to copy. */
export function memoryUsed(): u32 {
  return <u32> next;
}
