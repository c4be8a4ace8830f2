// The right MASTER. This module is browser safe.

import type { InstanceView, Invariant, WorldView } from "../world_view.ts";
import { electionsOf, isTangled } from "./election.ts";
import { healthOf, membersWith } from "./expected.ts";
import { named } from "./telling.ts";

const PRIORITY_OWNER = 255;

/**
 * At rest no running instance that hears the MASTER and could be MASTER has a higher priority than it,
 * unless it (or a member of its sync group) was told not to preempt. Of equal priorities whoever was
 * first stays, so nothing is said of them here (yields_to_better says who yields when both are MASTER).
 * Silent where one_master is, where there is not exactly one MASTER, and between two address owners.
 */
export function bestMaster(): Invariant {
  return { name: "best_master", atRest: check, end: (world) => world.atRest ? check(world) : null };
}

function preempts({ config }: InstanceView): boolean {
  return config.priority === PRIORITY_OWNER || !config.nopreempt;
}

function check(world: WorldView): string | null {
  for (const election of electionsOf(world)) {
    const [master] = election.masters;
    if (master === undefined || election.masters.length > 1) continue;
    const priority = master.priorityEffective();
    if (master.config.priority === PRIORITY_OWNER) continue;
    const better = election.candidates.find((candidate) =>
      candidate.priorityEffective() > priority && healthOf(candidate) === "able" &&
      membersWith(candidate).every(preempts)
    );
    if (better === undefined || isTangled(world, election)) continue;
    return `${named(master)} is MASTER of ${election.router} with priority ${priority} although ` +
      `${named(better)} hears it and has ${better.priorityEffective()}`;
  }
  return null;
}
