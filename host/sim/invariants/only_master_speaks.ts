// Who sends adverts. This module is browser safe.

import type { TransitionRecord } from "../../engine/contract.ts";
import type {
  InstanceView,
  Invariant,
  NodeView,
  SentAdvert,
  SentGarp,
  WorldView,
} from "../world_view.ts";
import { instanceOf, Promises } from "./memory.ts";
import { named } from "./telling.ts";

/**
 * Only a MASTER sends adverts other than resignations (RFC 9568 6.4.2: a BACKUP must not) and
 * announces its addresses (gratuitous ARP, unsolicited NA). The first ones come in the moment in
 * which it becomes MASTER, shortly before that is told; an advert of an instance that a reload
 * removed in the same moment is a resignation. Holds always.
 */
export function onlyMasterSpeaks(): Invariant {
  return new OnlyMasterSpeaks();
}

class OnlyMasterSpeaks implements Invariant {
  readonly name = "only_master_speaks";
  readonly #first = new Promises();

  advert(world: WorldView, { node, instance, priority, vrid }: SentAdvert): string | null {
    const broken = this.#first.broken(world.nowUs);
    if (broken !== null || priority === 0) return broken;
    if (instance === null) {
      return `${node.name} sent an advert of VRID ${vrid} with priority ${priority}, which it no ` +
        "longer has";
    }
    if (instance.state !== "MASTER") {
      this.#first.expect(
        instance,
        world.nowUs,
        `${named(instance)} sent an advert with priority ${priority} in ${instance.state}`,
      );
    }
    return null;
  }

  garp(world: WorldView, { node, address }: SentGarp): string | null {
    let claimed: InstanceView | null = null;
    for (const instance of node.instances) {
      if (!hasAddress(instance, address)) continue;
      if (instance.state === "MASTER") return this.#first.broken(world.nowUs);
      claimed = instance;
    }
    const broken = this.#first.broken(world.nowUs);
    if (claimed !== null) {
      this.#first.expect(
        claimed,
        world.nowUs,
        `${named(claimed)} announced ${address} in ${claimed.state}`,
      );
    }
    return broken;
  }

  transition(_: WorldView, node: NodeView, record: TransitionRecord): null {
    const instance = record.to === "MASTER" ? instanceOf(node, record) : null;
    if (instance !== null) this.#first.settle(instance);
    return null;
  }

  atRest(world: WorldView): string | null {
    return this.#first.broken(world.nowUs);
  }

  end(world: WorldView): string | null {
    // The last moment is over too.
    return this.#first.broken(world.nowUs + 1);
  }
}

function hasAddress({ config }: InstanceView, address: string): boolean {
  return config.vips.some((vip) => vip.address === address) ||
    config.excludedVips.some((vip) => vip.address === address);
}
