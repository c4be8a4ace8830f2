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
 * The longest that a cluster needs, microseconds: down interval and skew, once more for a group that
 * moves together, preempt_delay and the down timer that goes on behind it, and what the machines
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
  let [electionUs, delayUs] = [0, 0];
  for (const instance of instances) {
    const { intervalUs, adverts } = longest.get(keyOf(instance))!;
    // Skew time at the most: (256 - priority) / 256 of the interval.
    const downUs = adverts * intervalUs + intervalUs;
    const rounds = instance.group === null ? 1 : 2;
    electionUs = Math.max(electionUs, rounds * (downUs + intervalUs));
    if (instance.preemptDelayUs > 0) delayUs = Math.max(delayUs, instance.preemptDelayUs + downUs);
  }
  // The delay begins with the first advert of a lower master, who may have to take over before; in a
  // group one member's election can come before another's delay.
  const settle = electionUs + delayUs;
  const { latencyUs, latenessUs, queueDelayUs, clockRate } = delays;
  return Math.ceil((settle + 4 * (latencyUs + latenessUs + queueDelayUs)) / clockRate);
}
