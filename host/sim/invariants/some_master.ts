// At least one MASTER. This module is browser safe.

import type { Invariant, WorldView } from "../world_view.ts";
import { electionsOf, isTangled, placesOf } from "./election.ts";
import { healthOf, membersWith } from "./expected.ts";
import { named } from "./telling.ts";

/**
 * At rest somebody is MASTER of a virtual router wherever a running instance could be: nothing in
 * its configuration puts it or its sync group in FAULT, and no member of its group hears another
 * MASTER. Silent where who hears whom cannot be said, while a script that decides has not ended for
 * the first time, and where sync groups of the candidates rank differently.
 */
export function someMaster(): Invariant {
  return { name: "some_master", atRest: check, end: (world) => world.atRest ? check(world) : null };
}

function check(world: WorldView): string | null {
  const elections = electionsOf(world);
  const place = placesOf(elections);
  for (const election of elections) {
    if (election.masters.length > 0 || isTangled(world, election)) continue;
    const idle = election.candidates.find((candidate) =>
      healthOf(candidate) === "able" &&
      membersWith(candidate).every((member) => place.get(member)?.masters.length === 0)
    );
    if (idle === undefined) continue;
    return `nobody is MASTER of ${election.router} although ${named(idle)} could be; ` +
      `it is ${idle.state}`;
  }
  return null;
}
