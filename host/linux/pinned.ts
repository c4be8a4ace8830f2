// Memory whose address the kernel is told: a byte range with its pointer made once, so that a call
// on the packet path creates nothing. The range is one of the core's linear memory (which does not
// move while initial == maximum) or a buffer of our own.

import { LITTLE_ENDIAN } from "./layout.ts";
import type { Pointer } from "./libc.ts";

/** A byte range with its address. Holds its buffer alive as long as it lives itself. */
export class Pinned {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly pointer: Pointer;

  /**
   * Over a range that exists already, e.g. `new Uint8Array(memory.buffer, offset, size)`. It must
   * lie over an ArrayBuffer made as such: the engine may move the bytes of a small typed array that
   * was made without one. Throws RangeError when the range is empty.
   */
  constructor(bytes: Uint8Array) {
    const pointer = Deno.UnsafePointer.of(bytes as Uint8Array<ArrayBuffer>);
    if (pointer === null || bytes.length === 0) throw new RangeError("an empty range has no place");
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.pointer = pointer;
  }

  /** New zeroed memory of `size` bytes. */
  static of(size: number): Pinned {
    return new Pinned(new Uint8Array(new ArrayBuffer(size)));
  }

  /** Size in bytes. */
  get size(): number {
    return this.bytes.length;
  }

  /** Writes the address of `target` as a C pointer at a byte offset. */
  setPointer(at: number, target: Pinned): void {
    this.view.setBigUint64(at, Deno.UnsafePointer.value(target.pointer), LITTLE_ENDIAN);
  }
}
