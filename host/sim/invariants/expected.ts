// What the configuration says of an instance, given what the world knows of links, addresses and
// trackers: whether it must be in FAULT, and what its priority is. This module is browser safe.

import type { Track } from "../../conf/model.ts";
import type { InstanceView, NodeView, WorldView } from "../world_view.ts";
import { groupOf, priorityOf, type TrackerVerdict, weightInForce } from "./arithmetic.ts";

/** Whether something keeps an instance in FAULT; `unknown`: a script has no result yet. */
export type Health = "able" | "fault" | "unknown";

function verdictOf(node: NodeView, track: Track): TrackerVerdict {
  if (track.watches === "INTERFACE") return node.linkGood(track.tracker);
  const state = node.tracker(track.tracker);
  return state === "UNKNOWN" ? null : state === "GOOD";
}

/** Priority that an instance of a running process has once its trackers were heard. */
export function expectedPriority(instance: InstanceView): number | null {
  const { node } = instance;
  if (node.config === null) return null;
  return priorityOf(node.config, instance.config, (track) => verdictOf(node, track));
}

/** What keeps this instance, its group left aside, in FAULT, in words; null: nothing does. */
export function faultCause(instance: InstanceView): { health: Health; why: string } | null {
  const { node, config } = instance;
  if (node.config === null) return null;
  if (!config.dontTrackPrimary && !node.linkGood(config.interface)) {
    return { health: "fault", why: `${config.interface} is down` };
  }
  if (instance.source() === null) {
    return { health: "fault", why: `${config.interface} has no source address` };
  }
  let waits: { health: Health; why: string } | null = null;
  const group = groupOf(node.config, config);
  for (const track of config.tracks) {
    if (weightInForce(track, config, group) !== 0) continue;
    const said = verdictOf(node, track);
    if (said === null) waits = { health: "unknown", why: `${track.tracker} has not ended` };
    else if (said === track.reverse) return { health: "fault", why: `${track.tracker} fails` };
  }
  return waits;
}

/** The instances that change state with this one: its group's on its node, or itself alone. */
export function membersWith(instance: InstanceView): readonly InstanceView[] {
  const { group } = instance.config;
  if (group === null) return [instance];
  return instance.node.instances.filter(({ config }) => config.group === group);
}

/** Whether an instance of a running process can be MASTER, its group counted in. */
export function healthOf(instance: InstanceView): Health {
  let health: Health = "able";
  for (const member of membersWith(instance)) {
    const cause = faultCause(member);
    if (cause?.health === "fault") return "fault";
    if (cause?.health === "unknown") health = "unknown";
  }
  return health;
}

/** The first answer for an instance of a running process that has not stopped; null: none. */
export function firstOfRunning(
  world: WorldView,
  check: (instance: InstanceView) => string | null,
): string | null {
  for (const node of world.nodes) {
    if (node.process !== "running" || node.overruns > 0) continue;
    for (const instance of node.instances) {
      const text = instance.state === "STOP" ? null : check(instance);
      if (text !== null) return text;
    }
  }
  return null;
}
