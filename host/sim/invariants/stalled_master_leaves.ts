// What a process does when it goes on after it stood still. This module is browser safe.

import type { CoreRecord, TransitionRecord } from "../../engine/contract.ts";
import type {
  InstanceView,
  Invariant,
  NodeView,
  ProcessState,
  SentAdvert,
  WorldView,
} from "../world_view.ts";
import { masterDownUs } from "./arithmetic.ts";
import { instanceOf, PerInstance, Promises } from "./memory.ts";
import { named, seconds } from "./telling.ts";

/** A stop that is longer than the down interval by less than this may pass for a late timer. */
const CERTAIN_US = 20_000;

/**
 * A MASTER whose process stood still for longer than its down interval, by the machine's own clock
 * and counted from its last advert, leaves MASTER in the moment in which it goes on: a peer must
 * have taken over. Of a frozen guest, whose clock stood still too, nothing is said, and nothing
 * between a reload, which may shorten the down interval, and the next advert.
 */
export function stalledMasterLeaves(): Invariant {
  return new StalledMasterLeaves();
}

class StalledMasterLeaves implements Invariant {
  readonly name = "stalled_master_leaves";
  readonly #leaves = new Promises();
  /** When the last advert that was no resignation was sent, by the node's clock. */
  readonly #sent = new PerInstance<{ atUs: number }>(() => ({ atUs: Infinity }));

  advert(world: WorldView, { node, instance, priority }: SentAdvert): string | null {
    const broken = this.#leaves.broken(world.nowUs);
    if (instance !== null && priority !== 0) this.#sent.of(instance).atUs = node.clockUs();
    return broken;
  }

  record(_: WorldView, node: NodeView, record: CoreRecord): null {
    if (record.kind !== "notice" || record.notice !== "CONFIG_COMMITTED") return null;
    for (const sent of this.#sent.all(node)) sent.atUs = Infinity;
    return null;
  }

  process(world: WorldView, node: NodeView, was: ProcessState): null {
    if (node.process !== "running" || (was !== "paused" && was !== "frozen")) return null;
    for (const instance of node.instances) {
      if (instance.state === "MASTER") this.#expect(world, instance);
    }
    return null;
  }

  transition(world: WorldView, node: NodeView, record: TransitionRecord): string | null {
    const instance = record.from === "MASTER" ? instanceOf(node, record) : null;
    if (instance !== null) this.#leaves.settle(instance);
    return this.#leaves.broken(world.nowUs);
  }

  atRest(world: WorldView): string | null {
    return this.#leaves.broken(world.nowUs);
  }

  end(world: WorldView): string | null {
    // The last moment is over too.
    return this.#leaves.broken(world.nowUs + 1);
  }

  #expect(world: WorldView, instance: InstanceView): void {
    const { config, node } = instance;
    const silentUs = node.clockUs() - this.#sent.of(instance).atUs;
    const downUs = masterDownUs(
      config,
      instance.priorityEffective(),
      config.advertisementIntervalUs,
    );
    if (!(silentUs > downUs + CERTAIN_US)) return;
    this.#leaves.expect(
      instance,
      world.nowUs,
      `${named(instance)} is still MASTER after it stood still for ${seconds(silentUs)}, ` +
        `its down interval is ${seconds(downUs)}`,
    );
  }
}
