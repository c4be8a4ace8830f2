// Mutation checks: each deliberate fault of mutants.ts must be shown by one of the seeds that
// seeds_test.ts plays, and the unchanged core, compiled in the same way, by none. VIPD_UPDATE=1 writes
// the table of docs/simulation.md.

import { afterAll, describe, expect, it } from "vitest";
import { SEED_BUDGET } from "./budget.ts";
import { compileCore, type Mutant, withFault } from "./compile_core.ts";
import { MUTANTS } from "./mutants.ts";
import { isUpdate, readTable, writeTable } from "./page.ts";
import { type Failure, playSeeds } from "./play_seeds.ts";

/** The unchanged core has to play the whole budget. */
const WHOLE_BUDGET_MS = 120_000;

/** The first seed of the budget that shows a fault, or null. */
async function firstFailure(mutant: Mutant | null): Promise<Failure | null> {
  const order = { from: 0, count: SEED_BUDGET, keepGoing: false };
  const core = new WebAssembly.Module(await compileCore(mutant));
  return playSeeds(core, order).failures[0] ?? null;
}

function tableOf(found: ReadonlyMap<Mutant, Failure>): string {
  const rows = MUTANTS.map((mutant) => {
    const { seed, violation } = found.get(mutant)!;
    return `| ${mutant.name} | ${mutant.meaning} | ${violation.invariant} | ${seed + 1} |`;
  });
  return ["| fault | what the core does | found by | after runs |", "| --- | --- | --- | --- |"]
    .concat(rows).join("\n");
}

describe("a deliberate fault", () => {
  const found = new Map<Mutant, Failure>();

  afterAll(() => {
    if (isUpdate && found.size === MUTANTS.length) {
      writeTable("mutants", tableOf(found));
    }
  });

  it("is named once, and listed on the page", () => {
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
    if (isUpdate) return;
    const table = readTable("mutants");
    expect(MUTANTS.filter(({ name }) => !table.includes(`| ${name} |`))).toEqual([]);
  });

  it("whose place is not there or twice is an error", () => {
    const mutant = { name: "x", file: "y.ts", from: "a", to: "b", meaning: "" };
    expect(withFault("cad", mutant)).toBe("cbd");
    expect(() => withFault("cad a", mutant)).toThrow("2 times");
    expect(() => withFault("c", mutant)).toThrow("0 times");
  });

  it("is none in the core as it stands", async () => {
    expect(await firstFailure(null)).toBe(null);
  }, WHOLE_BUDGET_MS);

  for (const mutant of MUTANTS) {
    it(`is found: ${mutant.name}`, async () => {
      const failure = await firstFailure(mutant);
      expect(failure, `${SEED_BUDGET} seeds show nothing: ${mutant.meaning}`).not.toBe(null);
      found.set(mutant, failure!);
    }, WHOLE_BUDGET_MS);
  }
});
