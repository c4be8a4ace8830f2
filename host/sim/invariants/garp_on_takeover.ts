// Gratuitous ARP and unsolicited neighbour advertisements of a new MASTER. This module is browser
// safe.

import type { CoreRecord, TransitionRecord } from "../../engine/contract.ts";
import type {
  InstanceView,
  Invariant,
  NodeView,
  ProcessState,
  SentGarp,
  WorldView,
} from "../world_view.ts";
import { slackUs } from "./arithmetic.ts";
import { instanceOf, PerInstance, PerNode } from "./memory.ts";
import { named, seconds } from "./telling.ts";

/** Announcements that one node sent of an address in one moment. */
interface Burst {
  atUs: number;
  count: number;
}

/** The second burst of an instance, by the node's own clock; NaN: none is to come. */
interface Second {
  fromUs: number;
  untilUs: number;
}

/**
 * In the moment in which an instance becomes MASTER it announces each of its addresses
 * garp_master_repeat times, and again garp_master_delay later by its own clock while it still is
 * (keepalived.conf(5) garp_master_*; RFC 9568 6.4.2 (380)-(395)). Addresses on interfaces without a
 * link are left out. Of the second burst nothing is said after a pause, a reload or a cable out in
 * between.
 */
export function garpOnTakeover(): Invariant {
  return new GarpOnTakeover();
}

class GarpOnTakeover implements Invariant {
  readonly name = "garp_on_takeover";
  readonly #bursts = new PerNode<Map<string, Burst>>(() => new Map());
  readonly #seconds = new PerInstance<Second>(() => ({ fromUs: NaN, untilUs: NaN }));
  /** Instances whose second burst is to come. */
  readonly #waiting = new Set<InstanceView>();

  garp(world: WorldView, { node, address }: SentGarp): null {
    const bursts = this.#bursts.of(node);
    const burst = bursts.get(address);
    if (burst === undefined) bursts.set(address, { atUs: world.nowUs, count: 1 });
    else if (burst.atUs === world.nowUs) burst.count++;
    else {
      burst.atUs = world.nowUs;
      burst.count = 1;
    }
    if (this.#waiting.size > 0) this.#settle(node, address);
    return null;
  }

  advert(): string | null {
    return this.#waiting.size > 0 ? this.#checkWaiting() : null;
  }

  transition(world: WorldView, node: NodeView, record: TransitionRecord): string | null {
    const instance = instanceOf(node, record);
    if (instance === null) return null;
    const missing = this.#waiting.size > 0 ? this.#checkWaiting() : null;
    this.#waiting.delete(instance);
    if (record.to !== "MASTER") return missing;
    const { garp } = instance.config;
    const silent = this.#findSilent(instance, world.nowUs);
    if (garp.repeat > 0 && garp.delayUs > 0 && announced(instance).length > 0) {
      const second = this.#seconds.of(instance);
      second.fromUs = node.clockUs() + garp.delayUs;
      second.untilUs = second.fromUs + slackUs(node);
      this.#waiting.add(instance);
    }
    if (silent === null) return missing;
    return `${named(instance)} became MASTER and announced ${silent.address} ${silent.count} ` +
      `times instead of ${garp.repeat}`;
  }

  record(_: WorldView, node: NodeView, record: CoreRecord): null {
    if (record.kind === "notice" && record.notice === "CONFIG_COMMITTED") this.#forget(node);
    return null;
  }

  process(_: WorldView, node: NodeView, was: ProcessState): null {
    if (node.process !== "running" || was !== "running") this.#forget(node);
    return null;
  }

  network(): null {
    // An interface may be without a link when the second burst is due, and have one again
    // afterwards.
    for (const instance of this.#waiting) {
      const { vips, excludedVips } = instance.config;
      if (announced(instance).length < vips.length + excludedVips.length) {
        this.#waiting.delete(instance);
      }
    }
    return null;
  }

  atRest(): string | null {
    return this.#checkWaiting();
  }

  end(): string | null {
    return this.#checkWaiting();
  }

  #findSilent(instance: InstanceView, nowUs: number): { address: string; count: number } | null {
    const { garp } = instance.config;
    const bursts = this.#bursts.of(instance.node);
    for (const address of announced(instance)) {
      const burst = bursts.get(address);
      const count = burst?.atUs === nowUs ? burst.count : 0;
      if (count < garp.repeat) return { address, count };
    }
    return null;
  }

  #settle(node: NodeView, address: string): void {
    for (const instance of this.#waiting) {
      if (instance.node !== node || !announced(instance).includes(address)) continue;
      if (node.clockUs() >= this.#seconds.of(instance).fromUs) this.#waiting.delete(instance);
    }
  }

  #checkWaiting(): string | null {
    for (const instance of this.#waiting) {
      const { node } = instance;
      const lateUs = node.clockUs() - this.#seconds.of(instance).untilUs;
      if (lateUs <= 0) continue;
      this.#waiting.delete(instance);
      if (announced(instance).length === 0 || node.process !== "running") continue;
      return `${named(instance)} did not announce its addresses a second time ` +
        `${seconds(instance.config.garp.delayUs)} after it became MASTER`;
    }
    return null;
  }

  #forget(node: NodeView): void {
    if (this.#waiting.size === 0) return;
    for (const instance of this.#waiting) {
      if (instance.node === node) this.#waiting.delete(instance);
    }
  }
}

/** Addresses of an instance on interfaces with a link. */
function announced({ config, node }: InstanceView): string[] {
  return [...config.vips, ...config.excludedVips].filter(({ device }) => node.linkGood(device))
    .map(({ address }) => address);
}
