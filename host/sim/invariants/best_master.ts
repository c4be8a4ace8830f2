// The right MASTER. This module is browser safe.

import type { InstanceView, Invariant, WorldView } from "../world_view.ts";
import { type Election, electionsOf, isTangled, placesOf } from "./election.ts";
import { healthOf, membersWith } from "./expected.ts";
import { named } from "./telling.ts";

const PRIORITY_OWNER = 255;

/**
 * At rest no running instance that hears the MASTER and could be MASTER has a higher priority than
 * it, unless it was told not to preempt. A member of a sync group counts when all members of its
 * group have a higher priority than the MASTER that they hear, if any, and may preempt. Of equal
 * priorities whoever was first stays (yields_to_better says who yields when both are MASTER).
 * Silent where one_master is, where there is not exactly one MASTER, and under an address owner.
 */
export function bestMaster(): Invariant {
  return { name: "best_master", atRest: check, end: (world) => world.atRest ? check(world) : null };
}

function check(world: WorldView): string | null {
  const elections = electionsOf(world);
  const place = placesOf(elections);
  for (const election of elections) {
    const [master] = election.masters;
    if (master === undefined || election.masters.length > 1) continue;
    if (master.config.priority === PRIORITY_OWNER) continue;
    const better = election.candidates.find((candidate) =>
      candidate !== master && healthOf(candidate) === "able" &&
      membersWith(candidate).every((member) => preempts(member, place.get(member)))
    );
    if (better === undefined || isTangled(world, election)) continue;
    return `${named(master)} is MASTER of ${election.router} with priority ` +
      `${master.priorityEffective()} although ${named(better)} hears it and has ` +
      `${better.priorityEffective()}`;
  }
  return null;
}

/** Whether a BACKUP discards the adverts of every MASTER that it hears (RFC 9568 6.4.2 (465)). */
function preempts(instance: InstanceView, election: Election | undefined): boolean {
  if (election === undefined) return false;
  if (instance.config.nopreempt && instance.config.priority !== PRIORITY_OWNER) return false;
  const own = instance.priorityEffective();
  return election.masters.every((master) => own > master.priorityEffective());
}
