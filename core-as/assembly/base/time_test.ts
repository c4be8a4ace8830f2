import { describe, expect, it } from "vitest";
import { loadTestCore } from "../../testing.ts";

const core = loadTestCore();
const LATEST = 2 ** 53;

describe("timeIsValid()", () => {
  it("refuses NaN, negative, infinite and inexact numbers", () => {
    for (const number of [NaN, -1, -0.5, Infinity, -Infinity, LATEST + 2, 1e300]) {
      expect(core.bool("timeIsValid", number), `${number}`).toBe(false);
    }
  });

  it("accepts whole microseconds up to 2^53", () => {
    for (const number of [0, -0, 1, 1.5, 123_456_789, LATEST - 1, LATEST]) {
      expect(core.bool("timeIsValid", number), `${number}`).toBe(true);
    }
  });
});

describe("timeFromF64(), timeToF64()", () => {
  it("are exact both ways", () => {
    for (const number of [0, 1, 2 ** 32, LATEST - 1, LATEST]) {
      const time = core.u64("timeFromF64", number);
      expect(time).toBe(BigInt(number));
      expect(core.f64("timeToF64", time)).toBe(number);
    }
  });

  it("cut a fraction off", () => {
    expect(core.u64("timeFromF64", 41.999)).toBe(41n);
  });

  it("say Infinity for a time that never comes and cut what is too late", () => {
    expect(core.f64("timeToF64", -1n)).toBe(Infinity);
    expect(core.f64("timeToF64", 2n ** 63n)).toBe(LATEST);
  });
});
