import { describe, expect, it } from "vitest";
import { DRIFT_US, Present, PRESENT_US } from "./present.ts";

const S = 1_000_000;

describe("Present", () => {
  it("brings back who falls behind, and lets small differences be", () => {
    const present = new Present();
    present.begin(10 * S);
    expect(present.look(10 * S, 10 * S + DRIFT_US, true)).toBeNull();
    expect(present.look(10.1 * S, 11 * S, true)).toBe(11 * S);
    // A tab that slept.
    expect(present.look(11 * S, 500 * S, true)).toBe(500 * S);
  });

  it("leaves alone who looks at the past, and takes up who comes back", () => {
    const present = new Present();
    present.begin(100 * S);
    expect(present.look(50 * S, 100 * S, true)).toBeNull();
    expect(present.look(50.1 * S, 100.1 * S, true)).toBeNull();
    expect(present.look(100.1 * S, 100.2 * S, true)).toBeNull();
    expect(present.look(100.2 * S, 101 * S, true)).toBe(101 * S);
    // A short step back is one too.
    expect(present.look(101 * S - PRESENT_US / 3, 101.1 * S, true)).toBeNull();
  });

  it("leaves alone who pauses, and does not leap when the pause is over", () => {
    const present = new Present();
    present.begin(100 * S);
    expect(present.look(100 * S, 101 * S, false)).toBeNull();
    expect(present.look(100 * S, 110 * S, false)).toBeNull();
    expect(present.look(100.1 * S, 110.1 * S, true)).toBeNull();
  });

  it("knows that time 0 moved", () => {
    const present = new Present();
    present.begin(10 * S);
    present.moved(600 * S);
    expect(present.look(610 * S, 611 * S, true)).toBe(611 * S);
    present.moved(-600 * S);
    expect(present.look(11.1 * S, 12 * S, true)).toBe(12 * S);
  });
});
