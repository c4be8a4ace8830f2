// How long a cluster needs to come to rest once nothing disturbs it: the arithmetic of RFC 9568 6.1 over
// the configurations in force. This module is browser safe.

import type { Config, VrrpInstance } from "../conf/model.ts";

/** Skew time at the most: (256 - priority) / 256 of the interval. */
function masterDownUs(instance: VrrpInstance, intervalUs: number): number {
  return instance.downTimerAdverts * intervalUs + intervalUs;
}

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
 * The longest that any of the configurations' instances needs, microseconds: down interval and skew,
 * preempt_delay and the down timer that goes on behind it, once more for a group that moves together,
 * and what the machines add. `heard` are all configurations whose adverts anybody may have learnt an
 * interval from (version 3), those of dead nodes too: the longest interval of a VRID counts.
 */
export function settleUs(
  configs: readonly Config[],
  heard: Iterable<Config>,
  delays: SettleDelays,
): number {
  const longest = new Map<string, number>();
  for (const { instances } of heard) {
    for (const { family, vrid, advertisementIntervalUs } of instances) {
      const key = `${family} ${vrid}`;
      longest.set(key, Math.max(longest.get(key) ?? 0, advertisementIntervalUs));
    }
  }
  let settle = 0;
  for (const instance of configs.flatMap(({ instances }) => instances)) {
    const intervalUs = longest.get(`${instance.family} ${instance.vrid}`) ??
      instance.advertisementIntervalUs;
    const downUs = masterDownUs(instance, intervalUs);
    // The delay begins with the first advert of a lower master, who may have to take over before.
    const delayUs = instance.preemptDelayUs === 0 ? 0 : instance.preemptDelayUs + downUs;
    const rounds = instance.group === null ? 1 : 2;
    settle = Math.max(settle, rounds * (downUs + intervalUs) + delayUs);
  }
  const { latencyUs, latenessUs, queueDelayUs, clockRate } = delays;
  return Math.ceil((settle + 4 * (latencyUs + latenessUs + queueDelayUs)) / clockRate);
}
