// What clients believe. This module is browser safe.

import type { TransitionRecord } from "../../engine/contract.ts";
import type { Invariant, NodeView, SentGarp, WorldView } from "../world_view.ts";
import { instanceOf } from "./memory.ts";

/** Who last told the client of a segment that an address is his, or had to. */
interface Announcement {
  /** null: it cannot be told what the client heard. */
  node: NodeView | null;
  life: number;
  /** True time. */
  atUs: number;
}

/** A frame has reached the client after so long; wires are faster. */
const WAY_US = 2_000_000;

/**
 * At rest a client has for each virtual address either no entry or the MAC of the machine that
 * holds it, provided that this machine was the last that announced it (gratuitous ARP, unsolicited
 * NA) or had to because it became MASTER, where the client could hear it, and nobody else answered
 * for the address since. Silent for WAY_US after that, where no announcement is made
 * (garp_master_repeat 0, a wire that loses, or an announcement that may still be held back by one
 * that did), where the client does not reach the holder, and while another machine that it reaches
 * has the address too.
 */
export function arpPointsAtOwner(): Invariant {
  return new ArpPointsAtOwner();
}

class ArpPointsAtOwner implements Invariant {
  readonly name = "arp_points_at_owner";
  /** By segment and address. */
  readonly #said: (Map<string, Announcement> | undefined)[] = [];
  /** By segment: when somebody last announced something of which it cannot be told when it is heard. */
  readonly #unsureUs: number[] = [];

  garp(world: WorldView, { node, segment, address }: SentGarp): null {
    this.#note(world, node, segment, address);
    return null;
  }

  transition(world: WorldView, node: NodeView, record: TransitionRecord): null {
    const instance = record.to === "MASTER" ? instanceOf(node, record) : null;
    if (instance === null || instance.config.garp.repeat === 0) return null;
    const { vips, excludedVips } = instance.config;
    for (const { address, device } of [...vips, ...excludedVips]) {
      if (device !== instance.config.interface || !node.linkGood(device)) continue;
      this.#note(world, node, instance.segment, address);
    }
    return null;
  }

  #note(world: WorldView, node: NodeView, segment: number, address: string): void {
    if (world.components(segment) === null) this.#unsureUs[segment] = world.nowUs;
    const isSure = world.nowUs - (this.#unsureUs[segment] ?? -Infinity) > WAY_US;
    // What the client does not hear changes nothing.
    if (isSure && !world.clientReaches(node, segment)) return;
    const said = this.#said[segment] ??= new Map();
    said.set(address, { node: isSure ? node : null, life: node.life, atUs: world.nowUs });
  }

  address(_: WorldView, node: NodeView, address: string): null {
    // Until now, or from now on, this machine answers for it too.
    for (const said of this.#said) {
      const last = said?.get(address);
      if (last !== undefined && last.node !== node) last.node = null;
    }
    return null;
  }

  atRest(world: WorldView): string | null {
    return this.#check(world);
  }

  end(world: WorldView): string | null {
    return world.atRest ? this.#check(world) : null;
  }

  #check(world: WorldView): string | null {
    for (const client of world.clients) {
      const said = this.#said[client.segment];
      if (said === undefined || world.components(client.segment) === null) continue;
      for (const [address, { node, life, atUs }] of said) {
        if (node === null || node.life !== life || world.nowUs - atUs < WAY_US) continue;
        if (!isOnlyHolder(world, node, client.segment, address)) continue;
        const believed = client.macOf(address);
        const mac = world.macOf(node, client.segment);
        if (believed === null || believed === mac) continue;
        return `the client sends ${address} to ${believed} although ${node.name} has it and ` +
          `said that it is at ${mac}`;
      }
    }
    return null;
  }
}

function isOnlyHolder(
  world: WorldView,
  node: NodeView,
  segment: number,
  address: string,
): boolean {
  if (node.process !== "running" || !node.holds(address)) return false;
  if (!world.clientReaches(node, segment)) return false;
  return world.nodes.every((other) =>
    other === node || !other.holds(address) || !world.clientReaches(other, segment)
  );
}
