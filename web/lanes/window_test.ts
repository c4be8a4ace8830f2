import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { axisStep, follow, pan, WINDOW_MIN_US, zoom } from "./window.ts";

const END_US = 600_000_000;
const WINDOW = { fromUs: 100_000_000, toUs: 160_000_000 };

describe("zoom()", () => {
  it("keeps what is under the pointer where it is", () => {
    expect(zoom(WINDOW, 0.5, 130_000_000, END_US)).toEqual({
      fromUs: 115_000_000,
      toUs: 145_000_000,
    });
  });

  it("stays inside the recording and above the shortest stretch", () => {
    fc.assert(fc.property(
      fc.double({ min: 1e-9, max: 1e9, noNaN: true }),
      fc.double({ min: 0, max: END_US, noNaN: true }),
      (factor, around) => {
        const { fromUs, toUs } = zoom(WINDOW, factor, around, END_US);
        expect(fromUs).toBeGreaterThanOrEqual(0);
        expect(toUs).toBeLessThanOrEqual(END_US + 1);
        expect(toUs - fromUs).toBeGreaterThanOrEqual(WINDOW_MIN_US - 1);
      },
    ));
  });
});

describe("pan() and follow()", () => {
  it("stop at the ends", () => {
    expect(pan(WINDOW, -1e12, END_US).fromUs).toBe(0);
    expect(pan(WINDOW, 1e12, END_US).toUs).toBe(END_US);
  });

  it("bring the playhead into the window", () => {
    fc.assert(fc.property(fc.double({ min: 0, max: END_US, noNaN: true }), (us) => {
      const { fromUs, toUs } = follow(WINDOW, us, END_US);
      expect(us).toBeGreaterThanOrEqual(fromUs - 1);
      expect(us).toBeLessThanOrEqual(toUs + 1);
    }));
  });
});

describe("axisStep()", () => {
  it("gives at most so many lines", () => {
    expect(axisStep(WINDOW, 10)).toBe(10_000_000);
    expect(axisStep({ fromUs: 0, toUs: 5_000 }, 5)).toBe(1_000);
  });
});
