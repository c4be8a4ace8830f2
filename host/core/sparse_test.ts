import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { VipdError } from "../base/errors.ts";
import { decodeSparse, encodeSparse, sparseSizeMax } from "./sparse.ts";

const SIZE_MAX = 1 << 20;

/** Stretches of zeros and of other bytes. */
const part = fc.array(
  fc.record({ length: fc.integer({ min: 0, max: 700 }), fill: fc.constantFrom(0, 0, 1, 255) }),
  { maxLength: 8 },
).map((stretches) =>
  Uint8Array.from(stretches.flatMap(({ length, fill }) => new Array<number>(length).fill(fill)))
);

function encoded(parts: Uint8Array[]): Uint8Array {
  const size = parts.reduce((sum, { length }) => sum + length, 0);
  const target = new Uint8Array(sparseSizeMax(size, parts.length)).fill(0xa5);
  const used = encodeSparse(parts, target, 0);
  expect(used).toBeGreaterThan(0);
  expect(used % 4).toBe(0);
  return target.slice(0, used);
}

describe("encodeSparse() and decodeSparse()", () => {
  it("give back what they were given, in one piece", () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 4 }), (parts) => {
        const whole = Uint8Array.from(parts.flatMap((bytes) => [...bytes]));
        expect(decodeSparse(encoded(parts), SIZE_MAX)).toEqual(whole);
      }),
      { numRuns: 300 },
    );
  });

  it("leave the zeros out", () => {
    const bytes = new Uint8Array(SIZE_MAX);
    bytes[500_000] = 1;
    expect(encoded([bytes]).length).toBeLessThan(600);
  });

  it("say -1 when the target is too small, at every size", () => {
    const bytes = new Uint8Array(2000).fill(1, 300, 900);
    const { length } = encoded([bytes]);
    for (let size = 0; size < length; size++) {
      expect(encodeSparse([bytes], new Uint8Array(size), 0)).toBe(-1);
    }
    expect(encodeSparse([bytes], new Uint8Array(length), 0)).toBe(length);
  });

  it("refuse what is cut off, too large or damaged with nothing but VipdError", () => {
    const whole = encoded([new Uint8Array(2000).fill(1, 300, 900)]);
    for (let length = 0; length < whole.length; length++) {
      expect(() => decodeSparse(whole.slice(0, length), SIZE_MAX)).toThrow(VipdError);
    }
    expect(() => decodeSparse(whole, 1999)).toThrow(VipdError);
    for (let bit = 0; bit < 8 * whole.length; bit++) {
      const bytes = whole.slice();
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      try {
        expect(decodeSparse(bytes, SIZE_MAX).length).toBeLessThanOrEqual(SIZE_MAX);
      } catch (error) {
        expect(error).toBeInstanceOf(VipdError);
      }
    }
  });
});
