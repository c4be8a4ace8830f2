import { describe, expect, it } from "vitest";
import { coreModule } from "../../../test/virtual_node.ts";
import { chaosScenario } from "./chaos.ts";
import { CHAOS_KINDS } from "./chaos_kinds.ts";
import { randomCluster } from "./random_config.ts";
import type { Scenario } from "./scenario.ts";
import { checkScenario } from "./scenario_check.ts";
import { ACTIONS } from "./scenario_table.ts";
import { readScenario, writeScenario } from "./scenario_text.ts";
import { simulate } from "../simulate.ts";

const WASM = coreModule();
const SEEDS = Array.from({ length: 100 }, (_, seed) => seed);

function scenarioOf(seed: number): Scenario {
  return chaosScenario(randomCluster(seed), seed);
}

describe("chaosScenario()", () => {
  it("gives the same scenario for the same seed", () => {
    for (const seed of SEEDS) expect(scenarioOf(seed)).toEqual(scenarioOf(seed));
    expect(new Set(SEEDS.map((seed) => writeScenario(scenarioOf(seed)))).size).toBe(SEEDS.length);
  });

  it("gives scenarios that fit the cluster, and that a file holds unchanged", () => {
    for (const seed of SEEDS) {
      const scenario = scenarioOf(seed);
      expect(checkScenario(scenario, randomCluster(seed)), `seed ${seed}`).toEqual([]);
      const read = readScenario(writeScenario(scenario), { resolveConfig: null });
      expect(read.problems, `seed ${seed}`).toEqual([]);
      expect(read.scenario, `seed ${seed}`).toEqual(scenario);
    }
  });

  it("draws every kind of action but comments and requests", () => {
    const words = SEEDS.flatMap((seed) => scenarioOf(seed).steps.map(({ action }) => action.do));
    const all = Object.keys(ACTIONS).filter((word) => word !== "say" && word !== "load");
    expect([...new Set(words)].sort()).toEqual(all.sort());
    expect(CHAOS_KINDS.every(({ weight }) => weight > 0)).toBe(true);
  });

  it("has as many faults as it is asked for, and none at zero", () => {
    const nodes = randomCluster(1);
    const { steps } = chaosScenario(nodes, 1, { faults: 0 });
    expect(steps.filter(({ action }) => action.do !== "start" && action.do !== "heal")).toEqual([]);
    expect(chaosScenario(nodes, 1, { faults: 200 }).steps.length).toBeGreaterThan(200);
  });

  it("ends with every node running, whole and left alone until the world is at rest", () => {
    for (const seed of SEEDS.slice(0, 40)) {
      const nodes = randomCluster(seed);
      const scenario = chaosScenario(nodes, seed);
      let seen = 0;
      simulate({
        wasm: WASM,
        nodes,
        scenario,
        seed,
        invariants: [() => ({
          name: "whole",
          end(world) {
            seen++;
            for (const node of world.nodes) expect(node.process, `seed ${seed}`).toBe("running");
            if (scenario.wire.loss === 0) expect(world.atRest, `seed ${seed}`).toBe(true);
            return null;
          },
        })],
        trace: null,
        traceAdverts: false,
        record: false,
        stopAtViolation: true,
      });
      expect(seen).toBe(1);
    }
  });
});
