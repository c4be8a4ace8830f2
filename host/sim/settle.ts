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
 * The longest that any of the configurations' instances needs, microseconds: down interval and skew at
 * the longest interval of its VRID, preemption and its delay, once more for a group that moves
 * together, and what the machines add.
 */
export function settleUs(configs: readonly Config[], delays: SettleDelays): number {
  const instances = configs.flatMap((config) => config.instances);
  const longest = new Map<string, number>();
  for (const { family, vrid, advertisementIntervalUs } of instances) {
    const key = `${family} ${vrid}`;
    longest.set(key, Math.max(longest.get(key) ?? 0, advertisementIntervalUs));
  }
  let settle = 0;
  for (const instance of instances) {
    const intervalUs = longest.get(`${instance.family} ${instance.vrid}`)!;
    const rounds = instance.group === null ? 1 : 2;
    const electionUs = masterDownUs(instance, intervalUs) + intervalUs;
    settle = Math.max(settle, rounds * electionUs + instance.preemptDelayUs);
  }
  const { latencyUs, latenessUs, queueDelayUs, clockRate } = delays;
  return Math.ceil((settle + 4 * (latencyUs + latenessUs + queueDelayUs)) / clockRate);
}
