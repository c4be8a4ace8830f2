// `--shrink SEED`: looks for the smallest play that violates the same invariant as the play of a seed,
// and saves it with its configurations. Runs on Deno.

import { ALL_INVARIANTS } from "../../host/sim/invariants/index.ts";
import { coreModule } from "../virtual_node.ts";
import { planOf } from "./plan.ts";
import { type Plan, play } from "./play.ts";
import { commandOf, savePlan } from "./saved_plan.ts";
import { shrink } from "./shrink.ts";

/** Shrinks and saves into `folder`/SEED; whether there was something to shrink. */
export function shrinkSeed(seed: number, folder: string): boolean {
  const whole = planOf(seed);
  const [violation] = play(coreModule(), whole, ALL_INVARIANTS).violations;
  if (violation === undefined) {
    console.log(`seed ${seed} violates nothing`);
    return false;
  }
  console.log(`seed ${seed} violates "${violation.invariant}": ${violation.text}`);
  const failsAt = (plan: Plan): number | null => {
    const [found] = play(coreModule(), plan, ALL_INVARIANTS).violations;
    return found?.invariant === violation.invariant ? found.atUs : null;
  };
  const small = shrink(whole, failsAt);
  const about = `Seed ${seed} made smaller: violated ${violation.invariant}.`;
  const saved = savePlan(small, `${folder}/${seed}`, about);
  const size = ({ nodes, scenario }: Plan) =>
    `${nodes.length} nodes, ${scenario.steps.length} steps, ${scenario.durationUs / 1e6} s`;
  console.log(`${size(whole)} became ${size(small)}`);
  for (const { atUs, action } of small.scenario.steps) {
    console.log(`  ${(atUs / 1e6).toFixed(6)} ${JSON.stringify(action)}`);
  }
  console.log(commandOf(saved, seed));
  return true;
}
