import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadTestCore } from "../../testing.ts";

const core = loadTestCore();
const AT = core.scratch;

describe("prngNext()", () => {
  it("gives the numbers of the reference implementation for seed 42, stream 54", () => {
    core.u32("prngSeed", AT, 42n, 54n);
    const drawn = Array.from({ length: 6 }, () => core.u32("prngNext", AT));
    expect(drawn).toEqual([
      0xa15c02b7,
      0x7b47f409,
      0xba1d3330,
      0x83d2f293,
      0xbfa4784b,
      0xcbed606e,
    ]);
  });

  it("goes on from a copy of its 16 bytes", () => {
    core.u32("prngSeed", AT, 7n, 0n);
    core.u32("prngNext", AT);
    core.put(AT + 64, core.take(AT, core.constant("PRNG_SIZE")));
    const rest = (at: number) => Array.from({ length: 4 }, () => core.u32("prngNext", at));
    expect(rest(AT + 64)).toEqual(rest(AT));
  });
});

describe("prngBelow()", () => {
  it("stays below any bound, and is 0 for 0", () => {
    core.u32("prngSeed", AT, 1n, 1n);
    fc.assert(fc.property(fc.integer({ min: 1, max: 0xffff_ffff }), (bound) => {
      expect(core.u32("prngBelow", AT, bound)).toBeLessThan(bound);
    }));
    expect(core.u32("prngBelow", AT, 0)).toBe(0);
  });

  it("draws every number of a small range about as often", () => {
    core.u32("prngSeed", AT, 3n, 5n);
    const counts = new Array<number>(6).fill(0);
    const draws = 6000;
    for (let i = 0; i < draws; i++) counts[core.u32("prngBelow", AT, 6)]!++;
    // Chi-square with five degrees of freedom: above 20.5 once in a thousand seeds; this seed is fixed.
    const mean = draws / 6;
    const chiSquare = counts.reduce((sum, n) => sum + (n - mean) ** 2 / mean, 0);
    expect(chiSquare).toBeLessThan(20.5);
  });

  it("favours no number when the bound does not divide 2^32", () => {
    // Numbers below 2^30 are a third of those below 3 * 2^30; a plain remainder draws them half the time.
    core.u32("prngSeed", AT, 11n, 2n);
    const draws = 3000;
    let low = 0;
    for (let i = 0; i < draws; i++) if (core.u32("prngBelow", AT, 3 * 2 ** 30) < 2 ** 30) low++;
    expect(low / draws).toBeGreaterThan(0.30);
    expect(low / draws).toBeLessThan(0.37);
  });
});
