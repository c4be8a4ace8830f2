import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eachColumn, firstFrom, lastAt } from "./lod.ts";

const TIMES = fc.array(fc.nat(500), { maxLength: 80 }).map((times) =>
  times.sort((one, other) => one - other).map((atUs) => ({ atUs }))
);

describe("lastAt()", () => {
  it("finds the last row at or before a time", () => {
    const rows = [1, 3, 3, 8].map((atUs) => ({ atUs }));
    expect([0, 1, 2, 3, 7, 8, 9].map((us) => lastAt(rows, us))).toEqual([-1, 0, 0, 2, 2, 3, 3]);
  });
});

describe("firstFrom()", () => {
  it("finds what a search from the place on finds", () => {
    fc.assert(fc.property(TIMES, fc.nat(501), fc.nat(80), (rows, us, place) => {
      const from = Math.min(place, rows.length);
      const found = rows.findIndex(({ atUs }, i) => i >= from && atUs >= us);
      expect(firstFrom(rows, us, from)).toBe(found < 0 ? rows.length : found);
    }));
  });
});

describe("eachColumn()", () => {
  it("visits every row of the window once, and no column twice", () => {
    fc.assert(fc.property(
      TIMES,
      fc.nat(500),
      fc.nat(500),
      fc.double({ min: 0.5, max: 90, noNaN: true }),
      (rows, fromUs, lengthUs, widthUs) => {
        const toUs = fromUs + lengthUs;
        const seen: number[] = [];
        const columns: number[] = [];
        eachColumn(rows, { fromUs, toUs, widthUs }, (first, count) => {
          expect(count).toBeGreaterThan(0);
          columns.push(Math.floor((rows[first]!.atUs - fromUs) / widthUs));
          for (let i = first; i < first + count; i++) seen.push(i);
        });
        const wanted = rows.flatMap(({ atUs }, i) => atUs >= fromUs && atUs <= toUs ? [i] : []);
        // The last column may reach beyond the window.
        expect(seen.slice(0, wanted.length)).toEqual(wanted);
        expect(new Set(columns).size).toBe(columns.length);
      },
    ));
  });

  it("calls no more often than there are columns, however many rows there are", () => {
    const rows = Array.from({ length: 200_000 }, (_, i) => ({ atUs: i * 3 }));
    let calls = 0;
    let counted = 0;
    eachColumn(rows, { fromUs: 0, toUs: 600_000, widthUs: 600 }, (_, count) => {
      calls++;
      counted += count;
    });
    expect(calls).toBeLessThanOrEqual(1001);
    expect(counted).toBe(200_000);
  });
});
