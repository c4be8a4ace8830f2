// Why an instance is in FAULT. This module is browser safe.

import type { InstanceView, Invariant } from "../world_view.ts";
import { faultCause, firstOfRunning, healthOf, membersWith } from "./expected.ts";
import { named } from "./telling.ts";

/**
 * At rest an instance of a running process is in FAULT if and only if something puts it or a member
 * of its sync group there: its interface without a link, no source address, a tracked interface or
 * script of weight 0 that is bad (keepalived.conf(5) track_interface, track_script,
 * dont_track_primary). An instance that could be started is not in INIT either. Silent while a
 * script that decides has no result, and after messages between the halves were lost.
 */
export function faultHasCause(): Invariant {
  return { name: "fault_has_cause", atRest: (world) => firstOfRunning(world, check) };
}

function check(instance: InstanceView): string | null {
  const health = healthOf(instance);
  if (health === "unknown") return null;
  const isFaulty = instance.state === "FAULT";
  if (health === "fault" && !isFaulty) {
    const why = membersWith(instance).map(faultCause).find((cause) => cause !== null)?.why;
    return `${named(instance)} is ${instance.state} although ${why}`;
  }
  if (health === "fault" || (!isFaulty && instance.state !== "INIT")) return null;
  return `${named(instance)} is ${instance.state} although nothing keeps it there`;
}
