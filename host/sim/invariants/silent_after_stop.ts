// What is said at the end. This module is browser safe.

import type { TransitionRecord } from "../../engine/contract.ts";
import type { InstanceView, Invariant, NodeView, SentAdvert, WorldView } from "../world_view.ts";
import { instanceOf, PerInstance, PerNode } from "./memory.ts";
import { named } from "./telling.ts";

/** Reasons for which a MASTER says nothing when it leaves: somebody else took over, or it cannot. */
const WITHOUT_A_WORD: ReadonlySet<string> = new Set([
  "PEER_PRIORITY_HIGHER",
  "PEER_ADDRESS_HIGHER",
  "OWNER_CONFLICT",
  "STALLED",
  "INTERFACE_DOWN",
  "NO_SOURCE_ADDRESS",
  // The group's: some leave with a resignation, some because of a better master elsewhere.
  "GROUP",
]);

/**
 * After STOP (a shutdown, or a reload that removed the instance) nothing is sent but priority 0,
 * and after the process has ended nothing at all; exactly: a MASTER that leaves in order says
 * priority 0 in the same moment (RFC 9568 6.4.3 (655)), a sync group's followers left aside, those
 * whose link or source address is gone, and those with dont_track_primary. Holds always.
 */
export function silentAfterStop(): Invariant {
  return new SilentAfterStop();
}

class SilentAfterStop implements Invariant {
  readonly name = "silent_after_stop";
  /** True time of the last resignation. */
  readonly #resigned = new PerInstance<{ atUs: number }>(() => ({ atUs: -1 }));
  /** Of instances that a reload removed: by VRID and family. */
  readonly #removed = new PerNode<Map<string, number>>(() => new Map());

  advert(world: WorldView, { node, instance, priority, vrid, family }: SentAdvert): string | null {
    if (node.process !== "running") {
      return `${node.name} sent an advert of VRID ${vrid} although its process is ${node.process}`;
    }
    if (priority === 0) {
      if (instance !== null) this.#resigned.of(instance).atUs = world.nowUs;
      else this.#removed.of(node).set(`${vrid} ${family}`, world.nowUs);
      return null;
    }
    if (instance?.state !== "STOP") return null;
    return `${named(instance)} sent an advert with priority ${priority} in STOP`;
  }

  transition(world: WorldView, node: NodeView, record: TransitionRecord): string | null {
    const leaves = record.subject === "INSTANCE" && record.from === "MASTER" &&
      record.to !== "MASTER" && !WITHOUT_A_WORD.has(record.reason);
    if (!leaves) return null;
    const instance = instanceOf(node, record);
    if (instance === null) return this.#checkRemoved(world, node, record);
    if (!canSpeak(instance) || this.#resigned.of(instance).atUs === world.nowUs) return null;
    return `${named(instance)} went from MASTER to ${record.to} (${record.reason}) without ` +
      "saying priority 0";
  }

  #checkRemoved(world: WorldView, node: NodeView, record: TransitionRecord): string | null {
    const links = record.interfaceName === undefined || node.linkGood(record.interfaceName);
    for (const atUs of this.#removed.of(node).values()) if (atUs === world.nowUs) return null;
    if (!links) return null;
    return `${
      record.instanceName ?? "an instance"
    } on ${node.name} was removed as MASTER without ` +
      "saying priority 0";
  }
}

function canSpeak(instance: InstanceView): boolean {
  // With dont_track_primary it may not have heard yet that the link is back.
  return !instance.config.dontTrackPrimary &&
    instance.node.linkGood(instance.config.interface) && instance.source() !== null;
}
