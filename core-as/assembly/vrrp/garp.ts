// When gratuitous ARP and unsolicited neighbour advertisements are sent (behaviour of keepalived's
// garp_master_*): a burst on MASTER, a second one after a delay, refresh bursts, and bursts when a
// lower priority is heard. What they look like: poll.ts.

import { node } from "./arena";
import { ENTRY_GARP, queueCursor } from "./output_queue";
import { Instance } from "./records";
import {
  setTimer,
  stopTimer,
  TIMER_GARP_DELAY,
  TIMER_GARP_LOWER_PRIO,
  TIMER_GARP_REFRESH,
} from "./timers";

/** Rounds over the addresses that have all flags of `require`; 0 rounds or addresses do nothing. */
export function garpBurst(instance: Instance, rounds: u32, require: u32): void {
  if (rounds == 0 || instance.vipCount == 0) return;
  const entry = queueCursor(ENTRY_GARP, instance);
  entry.amount = rounds;
  entry.require = require;
}

/** On becoming MASTER: the first burst at once, the others by timer. */
export function garpBegin(instance: Instance): void {
  const now = node().nowUs;
  garpBurst(instance, instance.garpRepeat, 0);
  if (instance.garpDelayUs != 0) {
    setTimer(instance, TIMER_GARP_DELAY, now + instance.garpDelayUs);
  }
  if (instance.garpRefreshUs != 0) {
    setTimer(instance, TIMER_GARP_REFRESH, now + instance.garpRefreshUs);
  }
}

/** After a reload gave a MASTER another refresh period. */
export function garpReschedule(instance: Instance): void {
  if (instance.garpRefreshUs == 0) stopTimer(instance, TIMER_GARP_REFRESH);
  else setTimer(instance, TIMER_GARP_REFRESH, node().nowUs + instance.garpRefreshUs);
}

/** On leaving MASTER: what is still to come is cancelled. */
export function garpEnd(instance: Instance): void {
  stopTimer(instance, TIMER_GARP_DELAY);
  stopTimer(instance, TIMER_GARP_REFRESH);
  stopTimer(instance, TIMER_GARP_LOWER_PRIO);
}

/** A lower priority was heard while MASTER. */
export function garpLowerPriority(instance: Instance): void {
  if (instance.garpLowerPrioRepeat == 0) return;
  garpBurst(instance, instance.garpLowerPrioRepeat, 0);
  if (instance.garpLowerPrioDelayUs != 0) {
    setTimer(
      instance,
      TIMER_GARP_LOWER_PRIO,
      node().nowUs + instance.garpLowerPrioDelayUs,
    );
  }
}

/** TIMER_GARP_DELAY fired. */
export function garpDelayed(instance: Instance): void {
  stopTimer(instance, TIMER_GARP_DELAY);
  garpBurst(instance, instance.garpRepeat, 0);
}

/** TIMER_GARP_LOWER_PRIO fired. */
export function garpLowerPriorityDelayed(instance: Instance): void {
  stopTimer(instance, TIMER_GARP_LOWER_PRIO);
  garpBurst(instance, instance.garpLowerPrioRepeat, 0);
}

/** TIMER_GARP_REFRESH fired. */
export function garpRefresh(instance: Instance): void {
  garpBurst(instance, instance.garpRefreshRepeat, 0);
  setTimer(instance, TIMER_GARP_REFRESH, node().nowUs + instance.garpRefreshUs);
}
