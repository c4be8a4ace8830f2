// When a BACKUP takes over: the down timer of RFC 9568 6.4.2 and RFC 3768 6.4.2, kept a second time
// from what the instance heard and when. This module is browser safe.

import type { CoreRecord, TransitionRecord } from "../../engine/contract.ts";
import type {
  HeardAdvert,
  InstanceView,
  Invariant,
  NodeView,
  ProcessState,
  WorldView,
} from "../world_view.ts";
import { DownTimer } from "./down_timer.ts";
import { instanceOf, PerInstance, PerNode } from "./memory.ts";
import { named, seconds } from "./telling.ts";

/**
 * A BACKUP becomes MASTER when its down timer has run out, not before and not later than its
 * machine's known lateness, by its own clock: (missed adverts x interval + skew time) after the
 * last advert that it accepted, the skew time after a resignation, nothing of it while a better or
 * a tolerated master is heard (nopreempt, preempt_delay), and with the interval that it learnt in
 * version 3. The reason that it tells is the one that set the timer.
 *
 * Members of a sync group may be later (they wait for each other) but not earlier. After a pause
 * the latest moment is counted from its end. Silent where the timer's beginning cannot be told:
 * after a reload that changed version, interval or preempt_delay, after a stall, and while it is
 * open whether preempt_delay was over when an advert came; each time until the next certain
 * beginning.
 */
export function takeoverOnTime(): Invariant {
  return new TakeoverOnTime();
}

class TakeoverOnTime implements Invariant {
  readonly name = "takeover_on_time";
  readonly #timers = new PerInstance<DownTimer>((instance) => new DownTimer(instance));
  readonly #reloads = new PerNode(() => ({ atUs: -1 }));

  heard(world: WorldView, advert: HeardAdvert): string | null {
    const { instance } = advert;
    if (instance === null || !advert.accepted) return null;
    const timer = this.#timers.of(instance);
    timer.hear(advert, instance, world.nowUs);
    return null;
  }

  record(world: WorldView, node: NodeView, record: CoreRecord): null {
    if (record.kind !== "notice" || record.notice !== "CONFIG_COMMITTED") return null;
    this.#reloads.of(node).atUs = world.nowUs;
    // The view still shows what the reload before this one brought.
    for (const instance of node.instances) this.#timers.of(instance).notice(instance);
    return null;
  }

  transition(world: WorldView, node: NodeView, record: TransitionRecord): string | null {
    const instance = instanceOf(node, record);
    if (instance === null) return null;
    const timer = this.#timers.of(instance);
    const { from, to } = record;
    const text = from === "BACKUP" && to === "MASTER"
      ? checkTakeover(instance, timer, record)
      : null;
    timer.enter(record, instance, world.nowUs);
    // What the view says of the configuration is the old one until the reload is over.
    if (this.#reloads.of(node).atUs === world.nowUs) timer.forget();
    return text;
  }

  process(_: WorldView, node: NodeView, was: ProcessState): null {
    if (node.process !== "running" || (was !== "paused" && was !== "frozen")) return null;
    for (const instance of node.instances) this.#timers.of(instance).goOn(instance);
    return null;
  }

  atRest(world: WorldView): string | null {
    return this.#checkWaiting(world);
  }

  end(world: WorldView): string | null {
    return this.#checkWaiting(world);
  }

  /** Nobody waits longer than it may. */
  #checkWaiting(world: WorldView): string | null {
    for (const node of world.nodes) {
      if (node.process !== "running") continue;
      for (const instance of node.instances) {
        if (instance.state !== "BACKUP" || instance.config.group !== null) continue;
        const timer = this.#timers.of(instance);
        timer.notice(instance);
        if (!timer.isOverdue(node)) continue;
        return `${named(instance)} is BACKUP although its down timer was over ` +
          `${seconds(node.clockUs() - timer.latestUs)} ago: ${timer.describe()}`;
      }
    }
    return null;
  }
}

function checkTakeover(
  instance: InstanceView,
  timer: DownTimer,
  record: TransitionRecord,
): string | null {
  const { node } = instance;
  timer.notice(instance);
  const what = `${named(instance)} became MASTER (${record.reason})`;
  if (timer.isEarly(node)) {
    return `${what} ${seconds(timer.earliestUs - node.clockUs())} too early: ${timer.describe()}`;
  }
  if (instance.config.group !== null) return null;
  if (timer.isOverdue(node)) {
    return `${what} ${seconds(node.clockUs() - timer.latestUs)} too late: ${timer.describe()}`;
  }
  if (timer.contradicts(record.reason, node)) {
    return `${what} for another reason than ${timer.reason}: ${timer.describe()}`;
  }
  return null;
}
