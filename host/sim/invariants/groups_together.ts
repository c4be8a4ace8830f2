// Sync groups. This module is browser safe.

import type { StateName } from "../../core/abi.gen.ts";
import type { TransitionRecord } from "../../engine/contract.ts";
import type { InstanceView, Invariant, NodeView, WorldView } from "../world_view.ts";
import { PerNode } from "./memory.ts";

/** What is remembered of a node. */
interface Groups {
  /** True time of a transition to be looked at when its moment is over; -1: none. */
  changedUs: number;
  /** State last told of each group. */
  told: Map<string, StateName>;
}

/**
 * The members of a sync group of a running process are all in one state, and the group's own last
 * record tells that state (keepalived.conf(5) vrrp_sync_group). It holds whenever time has moved
 * on: within one moment the members change one after the other. Members that have not started yet
 * (INIT: a script's first result is still to come) are left out, and what was told of a group
 * before a reload changed its members.
 */
export function groupsTogether(): Invariant {
  return new GroupsTogether();
}

class GroupsTogether implements Invariant {
  readonly name = "groups_together";
  readonly #groups = new PerNode<Groups>(() => ({ changedUs: -1, told: new Map() }));
  /** Nodes that have changed since they were looked at. */
  #changed = 0;

  advert(world: WorldView): string | null {
    return this.#changed > 0 ? this.#checkChanged(world, world.nowUs) : null;
  }

  transition(world: WorldView, node: NodeView, record: TransitionRecord): null {
    const groups = this.#groups.of(node);
    if (record.subject === "GROUP" && record.groupName !== undefined) {
      groups.told.set(record.groupName, record.to);
    }
    // The moment has begun: some members may have changed, others not yet.
    groups.changedUs = world.nowUs;
    this.#changed++;
    return null;
  }

  atRest(world: WorldView): string | null {
    return this.#checkChanged(world, Infinity);
  }

  end(world: WorldView): string | null {
    return this.#checkChanged(world, Infinity);
  }

  #checkChanged(world: WorldView, beforeUs: number): string | null {
    let waiting = 0;
    let text: string | null = null;
    for (const node of world.nodes) {
      if (node.process === "off" || node.process === "down") continue;
      const groups = this.#groups.of(node);
      if (groups.changedUs < 0) continue;
      if (groups.changedUs >= beforeUs) {
        waiting++;
        continue;
      }
      groups.changedUs = -1;
      text ??= checkNode(node, groups.told);
    }
    this.#changed = waiting;
    return text;
  }
}

function checkNode(node: NodeView, told: Map<string, StateName>): string | null {
  for (const { name, members } of node.config?.groups ?? []) {
    const started = members
      .map((member) => node.instances.find((instance) => instance.name === member))
      .filter((instance): instance is InstanceView =>
        instance !== undefined && instance.state !== "INIT"
      );
    const [first] = started;
    if (first === undefined) continue;
    if (started.some(({ state }) => state !== first.state)) {
      const states = started.map((one) => `${one.name} ${one.state}`).join(", ");
      return `the members of ${name} on ${node.name} are in different states: ${states}`;
    }
    const state = told.get(name);
    const complete = started.length === members.length;
    if (complete && state !== undefined && state !== first.state) {
      return `${name} on ${node.name} was told to be ${state} but its members are ${first.state}`;
    }
  }
  return null;
}
