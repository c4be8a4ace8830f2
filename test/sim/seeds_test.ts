// The fixed budget of the search: the same seeds in every `npm test`, and every seed that ever failed.
// What is printed for a failure names the command that shows it; `npm run sim` searches further.

import { describe, expect, it } from "vitest";
import { ALL_INVARIANTS } from "../../host/sim/invariants/index.ts";
import { coreModule } from "../virtual_node.ts";
import { SEED_BUDGET } from "./budget.ts";
import { playSeeds } from "./play_seeds.ts";
import { readRegressions } from "./regressions.ts";
import { addTally, emptyTally, neverSeen } from "./tally.ts";

/** Seeds of one test, so that a failure is near its seed and no test is near its time limit. */
const CHUNK = 50;

function playAll(from: number, count: number) {
  const { failures, tally } = playSeeds(coreModule(), { from, count, keepGoing: true });
  const told = failures.map(({ seed, violation }) =>
    `${violation.invariant} at ${violation.atUs} us: ${violation.text}\n` +
    `  npm run sim -- --seed ${seed} --timeline`
  );
  return { told, tally };
}

describe("random faults", () => {
  const sum = emptyTally();

  for (let from = 0; from < SEED_BUDGET; from += CHUNK) {
    const count = Math.min(CHUNK, SEED_BUDGET - from);
    it(`violate nothing: seeds ${from} to ${from + count - 1}`, () => {
      const { told, tally } = playAll(from, count);
      addTally(sum, tally);
      expect(told).toEqual([]);
      expect(tally.runs).toBe(count);
    });
  }

  it("were of every kind, and every invariant was asked", () => {
    expect(neverSeen(sum)).toEqual([]);
    expect(Object.keys(sum.invariants)).toHaveLength(ALL_INVARIANTS.length);
  });
});

describe("seeds that failed once", () => {
  const regressions = readRegressions();

  it("are all different", () => {
    expect(new Set(regressions.map(({ seed }) => seed)).size).toBe(regressions.length);
  });

  for (const { seed, invariant, commit } of regressions) {
    it(`${seed}: ${invariant}, mended by ${commit}`, () => {
      expect(playAll(seed, 1).told).toEqual([]);
    });
  }
});
