// Mutation checks: each deliberate fault of mutants.ts must be shown by one of the seeds that
// seeds_test.ts plays, and the unchanged core, compiled in the same way, by none. VIPD_UPDATE=1 writes
// the table of docs/simulation.md.

import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { afterAll, describe, expect, it } from "vitest";
import { SEED_BUDGET } from "./budget.ts";
import { compileCore, type Mutant, withFault } from "./compile_core.ts";
import { MUTANTS } from "./mutants.ts";
import { type Failure, playSeeds } from "./play_seeds.ts";

const PAGE = new URL("../../docs/simulation.md", import.meta.url);
const MARKS = ["<!-- mutants -->", "<!-- /mutants -->"] as const;
/** The unchanged core has to play the whole budget. */
const WHOLE_BUDGET_MS = 120_000;

/** The first seed of the budget that shows a fault, or null. */
async function firstFailure(mutant: Mutant | null): Promise<Failure | null> {
  const order = { from: 0, count: SEED_BUDGET, keepGoing: false };
  return playSeeds(await compileCore(mutant), order).failures[0] ?? null;
}

function tableOf(found: ReadonlyMap<Mutant, Failure>): string {
  const rows = MUTANTS.map((mutant) => {
    const { seed, violation } = found.get(mutant)!;
    return `| ${mutant.name} | ${mutant.meaning} | ${violation.invariant} | ${seed + 1} |`;
  });
  return ["| fault | what the core does | found by | after runs |", "| --- | --- | --- | --- |"]
    .concat(rows).join("\n");
}

function writeTable(table: string): void {
  const page = readFileSync(PAGE, "utf8");
  const [begin, end] = MARKS.map((mark) => page.indexOf(mark)) as [number, number];
  if (begin < 0 || end < begin) throw new Error(`the page lacks ${MARKS.join(" and ")}`);
  const before = page.slice(0, begin + MARKS[0].length);
  writeFileSync(PAGE, `${before}\n\n${table}\n\n${page.slice(end)}`);
}

describe("a deliberate fault", () => {
  const found = new Map<Mutant, Failure>();

  afterAll(() => {
    if (process.env.VIPD_UPDATE === "1" && found.size === MUTANTS.length) {
      writeTable(tableOf(found));
    }
  });

  it("is named once, and listed on the page", () => {
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
    const page = readFileSync(PAGE, "utf8");
    expect(MUTANTS.filter(({ name }) => !page.includes(`| ${name} |`))).toEqual([]);
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
