// What a MASTER does on the advert of another one. This module is browser safe.

import type { TransitionRecord } from "../../engine/contract.ts";
import type { HeardAdvert, InstanceView, Invariant, NodeView, WorldView } from "../world_view.ts";
import { compareAddressText } from "./arithmetic.ts";
import { instanceOf, PerInstance, Promises } from "./memory.ts";
import { named } from "./telling.ts";

const BETTER: ReadonlySet<string> = new Set(["PEER_PRIORITY_HIGHER", "PEER_ADDRESS_HIGHER"]);

/** What a MASTER last heard. */
interface Heard {
  /** True time. */
  atUs: number;
  better: boolean;
  priority: number;
  source: string;
}

/**
 * A MASTER that accepts an advert of a higher priority, or of its own priority from a higher
 * address, becomes BACKUP in the same moment, and for no other advert (RFC 9568 6.4.3 (745)-(795));
 * that holds between two address owners too, of whom the one with the higher address yields later
 * only when the other does not. Holds always.
 */
export function yieldsToBetter(): Invariant {
  return new YieldsToBetter();
}

class YieldsToBetter implements Invariant {
  readonly name = "yields_to_better";
  readonly #yields = new Promises();
  readonly #heard = new PerInstance<Heard>(() => ({
    atUs: -1,
    better: false,
    priority: 0,
    source: "",
  }));

  advert(world: WorldView): string | null {
    return this.#yields.broken(world.nowUs);
  }

  heard(world: WorldView, advert: HeardAdvert): string | null {
    const { instance, priority, source } = advert;
    if (instance === null || !advert.accepted || instance.state !== "MASTER") return null;
    const better = isBetter(advert, instance);
    const heard = this.#heard.of(instance);
    heard.better = better || (heard.atUs === world.nowUs && heard.better);
    heard.atUs = world.nowUs;
    heard.priority = priority;
    heard.source = source;
    const broken = this.#yields.broken(world.nowUs);
    if (better) {
      this.#yields.expect(
        instance,
        world.nowUs,
        `${named(instance)} stayed MASTER with priority ${instance.priorityEffective()} of ` +
          `${instance.source()} when it heard ${priority} of ${source}`,
      );
    }
    return broken;
  }

  transition(world: WorldView, node: NodeView, record: TransitionRecord): string | null {
    const instance = instanceOf(node, record);
    if (instance === null) return null;
    if (record.to !== "MASTER") this.#yields.settle(instance);
    if (!BETTER.has(record.reason)) return null;
    const { atUs, better, priority, source } = this.#heard.of(instance);
    if (better && atUs === world.nowUs) return null;
    const what = atUs === world.nowUs ? `only heard ${priority} of ${source}` : "heard nobody";
    return `${named(instance)} yielded (${record.reason}) with priority ` +
      `${record.priorityEffective} of ${instance.source()} although it ${what}`;
  }

  atRest(world: WorldView): string | null {
    return this.#yields.broken(world.nowUs);
  }

  end(world: WorldView): string | null {
    // The last moment is over too.
    return this.#yields.broken(world.nowUs + 1);
  }
}

function isBetter({ priority, source }: HeardAdvert, instance: InstanceView): boolean {
  const own = instance.priorityEffective();
  if (priority !== own) return priority > own;
  const address = instance.source();
  return address !== null && compareAddressText(source, address) > 0;
}
