import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MachineClock } from "./machine_clock.ts";

describe("MachineClock", () => {
  it("runs with the true time, faster or slower", () => {
    expect(new MachineClock(100, 5_000, 1).at(160)).toBe(5_060);
    expect(new MachineClock(100, 5_000, 2).at(160)).toBe(5_120);
    expect(new MachineClock(100, 5_000, 0.5).at(161)).toBe(5_030);
  });

  it("stands still while its machine is frozen, and goes on where it stood", () => {
    const clock = new MachineClock(0, 1_000, 1);
    clock.setStanding(500, true);
    expect([clock.at(900), clock.whenShows(1_600)]).toEqual([1_500, Infinity]);
    clock.setStanding(900, false);
    expect([clock.at(1_000), clock.whenShows(1_600)]).toEqual([1_600, 1_000]);
  });

  it("changes its rate without a jump", () => {
    const clock = new MachineClock(0, 0, 1);
    clock.setRate(1_000, 0.5);
    expect([clock.at(1_000), clock.at(1_100)]).toEqual([1_000, 1_050]);
  });

  it("whenShows() is the first time at which it shows so much", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.5, max: 2, noNaN: true }),
        fc.nat(10_000_000),
        fc.nat(10_000_000),
        (rate, trueUs, wait) => {
          const clock = new MachineClock(trueUs, 77, rate);
          const due = clock.whenShows(77 + wait);
          expect(clock.at(due)).toBeGreaterThanOrEqual(77 + wait);
          if (due > trueUs) expect(clock.at(due - 1)).toBeLessThan(77 + wait);
        },
      ),
    );
  });
});
