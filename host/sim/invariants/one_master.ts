// At most one MASTER. This module is browser safe.

import type { Invariant, WorldView } from "../world_view.ts";
import { electionsOf, isTangled } from "./election.ts";
import { named } from "./telling.ts";

/**
 * At rest at most one of the instances that hear each other is MASTER of a virtual router. Silent
 * while a wire loses or a cut is one-way, for instances that refuse each other's adverts (version;
 * version 2: interval, authentication), for two on one machine or with one address, and where sync
 * groups of the candidates rank differently in different routers: such groups may chase each other.
 */
export function oneMaster(): Invariant {
  return { name: "one_master", atRest: check, end: (world) => world.atRest ? check(world) : null };
}

function check(world: WorldView): string | null {
  for (const election of electionsOf(world)) {
    if (election.masters.length < 2 || isTangled(world, election)) continue;
    const masters = election.masters.map(named).join(" and ");
    return `${masters} are MASTER of ${election.router} although they hear each other`;
  }
  return null;
}
