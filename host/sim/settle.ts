// How long a cluster needs to come to rest once nothing disturbs it: the arithmetic of RFC 9568 6.1 over
// the configurations in force. This module is browser safe.

import type { Config, VrrpInstance } from "../conf/model.ts";

/** What the network and the machines add. */
export interface SettleDelays {
  /** The longest way of a frame. */
  latencyUs: number;
  /** The latest that a loop comes. */
  latenessUs: number;
  /** The longest way of a message between worker and main. */
  queueDelayUs: number;
  /** The slowest clock's seconds in a second. */
  clockRate: number;
}

/**
 * The longest that any instance needs, microseconds: down interval and skew, preempt_delay and the down
 * timer that goes on behind it, once more for a group that moves together, and what the machines
 * add. `seen` are all configurations that were ever in force, those of dead nodes and those before
 * a reload too: a BACKUP counts on with the timer that it set then, and a version 3 one with the
 * interval that it learnt, so the longest of a VRID counts.
 */
export function settleUs(seen: Iterable<Config>, delays: SettleDelays): number {
  const instances = [...seen].flatMap((config) => config.instances);
  const keyOf = ({ family, vrid }: VrrpInstance) => `${family} ${vrid}`;
  const longest = new Map<string, { intervalUs: number; adverts: number }>();
  for (const instance of instances) {
    const before = longest.get(keyOf(instance)) ?? { intervalUs: 0, adverts: 0 };
    longest.set(keyOf(instance), {
      intervalUs: Math.max(before.intervalUs, instance.advertisementIntervalUs),
      adverts: Math.max(before.adverts, instance.downTimerAdverts),
    });
  }
  let settle = 0;
  for (const instance of instances) {
    const { intervalUs, adverts } = longest.get(keyOf(instance))!;
    // Skew time at the most: (256 - priority) / 256 of the interval.
    const downUs = adverts * intervalUs + intervalUs;
    // The delay begins with the first advert of a lower master, who may have to take over before.
    const delayUs = instance.preemptDelayUs === 0 ? 0 : instance.preemptDelayUs + downUs;
    const rounds = instance.group === null ? 1 : 2;
    settle = Math.max(settle, rounds * (downUs + intervalUs) + delayUs);
  }
  const { latencyUs, latenessUs, queueDelayUs, clockRate } = delays;
  return Math.ceil((settle + 4 * (latencyUs + latenessUs + queueDelayUs)) / clockRate);
}
