import { describe, expect, it } from "vitest";
import { roundUp, timeAt, xOf } from "./chart.ts";

describe("the chart", () => {
  it("has a round number at its top", () => {
    expect([0, 1, 1.5, 3, 7, 11, 130, 2001].map(roundUp)).toEqual([1, 1, 2, 5, 10, 20, 200, 5000]);
  });

  it("finds the time of a place again", () => {
    const chart = { width: 640, from: 12, to: 72 };
    for (const us of [12e6, 30e6, 72e6]) expect(timeAt(chart, xOf(chart, us))).toBeCloseTo(us, 0);
    expect(timeAt(chart, 0)).toBe(12e6);
  });
});
