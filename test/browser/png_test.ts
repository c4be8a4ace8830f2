// A picture that is compressed again shows the same.

import { crc32, deflateSync, inflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { repackPng } from "./png.ts";

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Pixels of an RGB picture, a row each. */
const ROWS = [[10, 20, 30, 15, 25, 35], [12, 22, 32, 200, 1, 0], [9, 9, 9, 255, 0, 128]];
const STRIDE = 6;
const PIXEL = 3;

/** Four bytes, the most significant first. */
function word(value: number): number[] {
  return [value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
}

function chunk(type: string, data: Iterable<number>): number[] {
  const [letters, bytes] = [new TextEncoder().encode(type), [...data]];
  const body = [...letters, ...bytes];
  return [...word(bytes.length), ...body, ...word(crc32(Uint8Array.from(body)))];
}

const predictors: Record<number, (left: number, above: number, corner: number) => number> = {
  0: () => 0,
  1: (left) => left,
  2: (_, above) => above,
  3: (left, above) => Math.floor((left + above) / 2),
  4: (left, above, corner) => {
    const guess = left + above - corner;
    return [left, above, corner].reduce((best, one) =>
      Math.abs(guess - one) < Math.abs(guess - best) ? one : best
    );
  },
};

/** The picture with one filter for all of its rows. */
function picture(filter: number, colours = 2): Uint8Array {
  const at = (y: number, x: number) => ROWS[y]?.[x] ?? 0;
  const data = ROWS.flatMap((row, y) => [
    filter,
    ...row.map((value, x) => {
      const guess = predictors[filter]!(at(y, x - PIXEL), at(y - 1, x), at(y - 1, x - PIXEL));
      return (value - guess) & 0xff;
    }),
  ]);
  const header = [0, 0, 0, 2, 0, 0, 0, ROWS.length, 8, colours, 0, 0, 0];
  const packed = deflateSync(Uint8Array.from(data));
  return Uint8Array.from([
    ...SIGNATURE,
    ...chunk("IHDR", header),
    // A picture may be cut into any number of these.
    ...chunk("IDAT", packed.subarray(0, 5)),
    ...chunk("IDAT", packed.subarray(5)),
    ...chunk("IEND", []),
  ]);
}

describe("repackPng()", () => {
  it.each([0, 1, 2, 3, 4])("keeps every pixel of filter %d", (filter) => {
    const png = picture(filter);
    const again = repackPng(png);
    // The first chunk has a fixed length, the second is all of the pixels, the last one is empty.
    const end = chunk("IEND", []);
    const begin = SIGNATURE.length + 25;
    expect([...again.subarray(0, begin)]).toEqual([...png.subarray(0, begin)]);
    const data = again.subarray(begin + 8, again.length - end.length - 4);
    const rows = inflateSync(Uint8Array.from(data));
    expect(rows.length).toBe(ROWS.length * (STRIDE + 1));
    expect([...rows]).toEqual(ROWS.flatMap((row) => [0, ...row]));
    expect([...again.subarray(begin)]).toEqual([...chunk("IDAT", data), ...end]);
  });

  it("refuses colours that it does not know", () => {
    expect(() => repackPng(picture(0, 3))).toThrow(/type 3/);
  });
});
