// Shows the play of a seed as `vipd simulate` shows any play. Runs on Deno.

import { runSimulate, SIMULATE_HELD } from "../../cli/simulate.ts";
import { planOf } from "./plan.ts";
import { savePlan } from "./saved_plan.ts";

/** Prints everything that happens; whether something was violated. */
export function printTimeline(seed: number): boolean {
  const plan = planOf(seed);
  const folder = Deno.makeTempDirSync({ prefix: "vipd-sim-" });
  try {
    const { configs, scenario } = savePlan(plan, folder, plan.scenario.description);
    const status = runSimulate({
      files: configs,
      names: plan.nodes.map(({ name }) => name),
      scenario,
      seed,
      runs: 1,
      from: null,
      json: false,
      verbose: true,
      instances: [],
      save: null,
    });
    return status !== SIMULATE_HELD;
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}
