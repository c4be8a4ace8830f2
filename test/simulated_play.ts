// For tests only: small plays of given configurations, steps by the second.

import { coreModule } from "./virtual_node.ts";
import type { Config } from "../host/conf/model.ts";
import { type Action, GOOD_WIRE, type Scenario } from "../host/sim/scenario/scenario.ts";
import type { SimulationOptions } from "../host/sim/simulate.ts";

/** Microseconds. */
export const SECOND = 1_000_000;

/** What happens when. */
export type Steps = [atS: number, action: Action][];

/** These steps on good wires. */
export function scenarioOf(steps: Steps, durationS: number): Scenario {
  return {
    name: "test",
    description: "",
    durationUs: durationS * SECOND,
    wire: GOOD_WIRE,
    machines: {},
    scripts: [],
    steps: steps.map(([atS, action]) => ({ atUs: Math.round(atS * SECOND), action })),
  };
}

/** A play of nodes a, b ... with seed 1, recorded and unwatched. */
export function optionsOf(
  configs: readonly Config[],
  steps: Steps,
  durationS: number,
): SimulationOptions {
  return {
    wasm: coreModule(),
    nodes: configs.map((config, i) => ({ name: "abcdefgh"[i]!, config })),
    scenario: scenarioOf(steps, durationS),
    seed: 1,
    invariants: [],
    trace: null,
    traceAdverts: false,
    record: true,
    stopAtViolation: true,
  };
}
