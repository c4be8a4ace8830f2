// The priority that trackers make. This module is browser safe.

import type { InstanceView, Invariant } from "../world_view.ts";
import { expectedPriority, firstOfRunning } from "./expected.ts";
import { named } from "./telling.ts";

const PRIORITY_OWNER = 255;

/**
 * At rest the priority in an instance's adverts is the configured one plus the weights of its
 * trackers, within 1 to 254; an owner's is 255, or 254 after it yielded to another owner
 * (keepalived.conf(5) weight, sync_group_tracking_weight). Silent after messages between the halves
 * were lost.
 */
export function priorityFollowsTrackers(): Invariant {
  return { name: "priority_follows_trackers", atRest: (world) => firstOfRunning(world, check) };
}

function check(instance: InstanceView): string | null {
  const expected = expectedPriority(instance);
  const priority = instance.priorityEffective();
  if (expected === null || priority === expected) return null;
  const yielded = expected === PRIORITY_OWNER && priority === PRIORITY_OWNER - 1;
  if (yielded) return null;
  return `${named(instance)} has priority ${priority}, its configuration and trackers make ` +
    `${expected}`;
}
