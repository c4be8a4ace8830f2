// The play of a seed: a random cluster, random faults for it, and the seed of the run, all of them
// from one number. This module is browser safe.

import { chaosScenario } from "../../host/sim/scenario/chaos.ts";
import { randomCluster } from "../../host/sim/scenario/random_config.ts";
import type { Plan } from "./play.ts";

/** The plan of a seed, unsigned 32 bit. */
export function planOf(seed: number): Plan {
  const nodes = randomCluster(seed);
  return { nodes, scenario: chaosScenario(nodes, seed), seed };
}
