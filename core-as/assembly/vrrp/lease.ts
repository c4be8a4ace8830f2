// Address leases (DESIGN decision 1): a virtual address lives in the kernel for a limited time and is
// renewed together with an advert while MASTER, so that a dead daemon loses it by itself.

import { INSTANCE_LEASE_OFF } from "../abi/state";
import { LEASE_REFRESH_PER_SECOND_MAX, LEASE_S_MIN } from "../abi/limits";
import { bankOf, node, running } from "./arena";
import { ENTRY_ADDRESS_REFRESH, queueCursor } from "./output_queue";
import { Bank, Instance } from "./records";

const SECOND_US: u64 = 1_000_000;
/** A lease outlives this many periods of whatever renews it. */
const LEASE_PERIODS: u64 = 3;

/** Refresh period that keeps LEASE_REFRESH_PER_SECOND_MAX for so many leased addresses: whole s. */
export function refreshPeriodUs(leased: u32): u64 {
  const perSecond = LEASE_REFRESH_PER_SECOND_MAX;
  const seconds = (leased + perSecond - 1) / perSecond;
  return <u64> max<u32>(1, seconds) * SECOND_US;
}

/** Lifetime in seconds: max(3 s, 3 advert intervals, 3 refresh periods), rounded up. */
export function leaseSeconds(intervalUs: u32, periodUs: u64): u32 {
  const longest = LEASE_PERIODS * max<u64>(<u64> intervalUs, periodUs);
  return max<u32>(LEASE_S_MIN, <u32> ((longest + SECOND_US - 1) / SECOND_US));
}

/** Whether the instance's addresses are leased at all. */
export function isLeased(instance: Instance): bool {
  return (instance.flags & INSTANCE_LEASE_OFF) == 0;
}

/** Sets the refresh period of a bank and the lease of an instance of it. */
export function setLease(bank: u32, instance: Instance): void {
  instance.leaseS = isLeased(instance)
    ? leaseSeconds(instance.intervalUs, bankOf(bank).refreshPeriodUs)
    : 0;
}

/** The addresses were just added or renewed: the next refresh is a period away. */
export function leaseStarted(instance: Instance): void {
  instance.refreshDueUs = node().nowUs + running().refreshPeriodUs;
}

/**
 * Called with each advert of a MASTER: renews its leases when their period is over. Half an advert
 * interval early counts as over, so that jitter does not skip an advert. When the second has its
 * LEASE_REFRESH_PER_SECOND_MAX the next advert tries again; one that waited a whole period does not
 * wait any longer, since the lease is three.
 */
export function leaseWithAdvert(instance: Instance): void {
  if (!isLeased(instance) || instance.vipsHeld == 0) return;
  const self = node();
  const now = self.nowUs;
  const early = <u64> (instance.intervalUs >> 1);
  if (now + early < instance.refreshDueUs) return;
  if (now - self.refreshWindowUs >= SECOND_US) {
    self.refreshWindowUs = now;
    self.refreshWindowCount = 0;
  }
  const bank: Bank = running();
  const full = self.refreshWindowCount != 0 &&
    self.refreshWindowCount + instance.vipsHeld > LEASE_REFRESH_PER_SECOND_MAX;
  if (full && now < instance.refreshDueUs + bank.refreshPeriodUs) return;
  self.refreshWindowCount += instance.vipsHeld;
  renewLeases(instance);
}

/** Renews the leases of all held addresses now. */
export function renewLeases(instance: Instance): void {
  queueCursor(ENTRY_ADDRESS_REFRESH, instance).extra = instance.leaseS;
  leaseStarted(instance);
}
