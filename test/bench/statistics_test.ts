import { describe, expect, it } from "vitest";
import { median, percentile, significant, spread } from "./statistics.ts";

describe("the bench's statistics", () => {
  it("percentile() takes the nearest rank", () => {
    const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
    expect(percentile(hundred, 99)).toBe(99);
    expect(percentile(hundred, 50)).toBe(50);
    expect(percentile([3], 0)).toBe(3);
    expect(() => percentile([], 50)).toThrow("no values");
  });

  it("median() averages the middle two", () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 2, 100])).toBe(3);
    expect(() => median([])).toThrow("no values");
  });

  it("significant() keeps three digits", () => {
    const texts = [0, 0.001234, 0.9996, 12.345, 999.6, 45678, -2.5].map(significant);
    expect(texts).toEqual(["0", "0.00123", "1.00", "12.3", "1000", "45700", "-2.50"]);
  });

  it("spread() tells one value alone and several with their range", () => {
    expect(spread([2])).toBe("2.00");
    expect(spread([3, 1, 2])).toBe("2.00 (1.00 - 3.00)");
  });
});
