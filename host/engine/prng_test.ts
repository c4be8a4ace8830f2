import { expect, it } from "vitest";
import { nextRandomState, randomOf } from "./prng.ts";

it("randomOf() spreads over [0, 1) and repeats from its state", () => {
  const buckets = new Array<number>(10).fill(0);
  let state = 7;
  for (let i = 0; i < 10_000; i++) {
    state = nextRandomState(state);
    const value = randomOf(state);
    expect(value).toBe(randomOf(state));
    expect(value >= 0 && value < 1).toBe(true);
    buckets[Math.floor(value * 10)]!++;
  }
  for (const count of buckets) expect(Math.abs(count - 1000)).toBeLessThan(150);
});
