// The director's inner functions in a form that a test can call; never shipped.

import { destinationAt } from "./destination";
import { leastFromTree, leastLinear } from "./sched/least";
import { schedulerLoadChanged, schedulerPick } from "./scheduler";
import { serviceAt } from "./service";

/** Sets a destination's counts as connections would. */
export function testDirectorLoad(slot: u32, active: u32, inactive: u32): void {
  const destination = destinationAt(slot);
  destination.active = active;
  destination.inactive = inactive;
  schedulerLoadChanged(serviceAt(destination.service), slot);
}

/** The scheduler's next pick; it moves rr and wrr on. */
export function testDirectorPick(service: u32): u32 {
  return schedulerPick(serviceAt(service));
}

/** The least-connection pick by scanning. */
export function testDirectorLinear(service: u32): u32 {
  return leastLinear(serviceAt(service));
}

/** The least-connection pick from the tree; only with more than LINEAR_MAX destinations. */
export function testDirectorTree(service: u32): u32 {
  return leastFromTree(serviceAt(service));
}
