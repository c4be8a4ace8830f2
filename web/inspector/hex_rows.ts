// Rows of a hex view: where a key leads to, what is copied. Pure.

import { bitsAt, type Dissection, type Field } from "../../host/sim/dissect/field.ts";

/** Bytes of a row, wide and narrow. */
export const ROW_SIZES = { wide: 16, narrow: 8 } as const;

/** Printable ASCII, or a dot. */
export function characterOf(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".";
}

/** Two digits. */
export function hexByte(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}

/** Where a key leads from a byte of `size`; null: it is no key of movement. */
export function movedByte(key: string, at: number, size: number, rowSize: number): number | null {
  const last = Math.max(0, size - 1);
  const moved = (to: number) => to < 0 || to > last ? at : to;
  switch (key) {
    case "ArrowLeft":
      return moved(at - 1);
    case "ArrowRight":
      return moved(at + 1);
    case "ArrowUp":
      return moved(at - rowSize);
    case "ArrowDown":
      return moved(at + rowSize);
    case "Home":
      return at - at % rowSize;
    case "End":
      return Math.min(last, at - at % rowSize + rowSize - 1);
    case "PageUp":
      return 0;
    case "PageDown":
      return last;
    default:
      return null;
  }
}

/** Where a key leads from a field of `count`; null: it is no key of movement. */
export function movedField(key: string, at: number, count: number): number | null {
  const last = Math.max(0, count - 1);
  switch (key) {
    case "ArrowUp":
      return Math.max(0, at - 1);
    case "ArrowDown":
      return Math.min(last, at + 1);
    case "Home":
    case "PageUp":
      return 0;
    case "End":
    case "PageDown":
      return last;
    default:
      return null;
  }
}

/** The number of the field that a byte belongs to, `near` if that is one of them; -1: none. */
export function fieldAt(fields: readonly Field[], at: number, near: number): number {
  const isAt = (field: Field | undefined) => field !== undefined && bitsAt(field, at) !== 0;
  return isAt(fields[near]) ? near : fields.findIndex(isAt);
}

/** The layer of each byte: its number among the layers, -1 = none. */
export function layerOfBytes({ layers, size }: Dissection): Int16Array {
  const numbers = new Int16Array(size).fill(-1);
  layers.forEach(({ fields }, number) => {
    for (const { from, to } of fields) numbers.fill(number, from, to);
  });
  return numbers;
}

/** The bits of a field's bytes, `0010 0001`, and which of them are its own. */
export function bitsOf(field: Field, bytes: Uint8Array): { bit: string; isOwn: boolean }[] {
  const bits = [];
  for (let at = field.from; at < field.to; at++) {
    const own = bitsAt(field, at);
    for (let mask = 0x80; mask > 0; mask >>= 1) {
      bits.push({ bit: (bytes[at]! & mask) !== 0 ? "1" : "0", isOwn: (own & mask) !== 0 });
    }
  }
  return bits;
}

/** Lines of 16 bytes, as everything that reads hex takes them. */
export function hexText(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += ROW_SIZES.wide) {
    lines.push([...bytes.subarray(at, at + ROW_SIZES.wide)].map(hexByte).join(" "));
  }
  return lines.join("\n");
}
