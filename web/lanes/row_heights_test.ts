import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RowHeights } from "./row_heights.ts";

describe("RowHeights", () => {
  it("adds up what is measured and estimates the rest", () => {
    const rows = new RowHeights(() => 20);
    rows.resize(4);
    expect(rows.measure(1, 50)).toBe(true);
    expect([0, 1, 2, 3, 4].map((row) => rows.top(row))).toEqual([0, 20, 70, 90, 110]);
    expect([-5, 0, 19, 20, 69, 70, 999].map((y) => rows.at(y))).toEqual([0, 0, 0, 1, 1, 2, 3]);
  });

  it("says whether a measure was news", () => {
    const rows = new RowHeights(() => 20);
    rows.resize(1);
    expect(rows.measure(0, 20)).toBe(false);
    expect(rows.measure(0, 20.2)).toBe(false);
    expect(rows.measure(0, 40)).toBe(true);
    expect(rows.measure(7, 40)).toBe(false);
  });

  it("has no place in an empty list", () => {
    const rows = new RowHeights(() => 20);
    expect([rows.total, rows.at(10), rows.count]).toEqual([0, 0, 0]);
  });

  it("agrees with adding up anew, however it grew, shrank and was measured", () => {
    const step = fc.oneof(
      fc.record({ resize: fc.integer({ min: 0, max: 200 }) }),
      fc.record({ row: fc.nat(200), height: fc.integer({ min: 1, max: 90 }) }),
      fc.record({ ask: fc.nat(200) }),
    );
    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const rows = new RowHeights((row) => 10 + row % 3);
      let plain: (number | null)[] = [];
      for (const one of steps) {
        if ("resize" in one) {
          rows.resize(one.resize);
          plain = Array.from({ length: one.resize }, (_, row) => plain[row] ?? null);
        } else if ("row" in one) {
          rows.measure(one.row, one.height);
          if (one.row < plain.length) plain[one.row] = one.height;
        } else rows.top(one.ask);
      }
      const total = plain.reduce<number>((sum, height, row) => sum + (height ?? 10 + row % 3), 0);
      expect(rows.total).toBe(total);
      for (let row = 0; row < plain.length; row++) expect(rows.at(rows.top(row))).toBe(row);
    }));
  });
});
