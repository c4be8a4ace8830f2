// Applies a staged configuration in one step, by difference. Instances are paired by (interface,
// family, vrid); a pair keeps its state and counters, and one that did not change emits nothing. The
// order is: removed instances leave, addresses that are gone are removed, the banks change places,
// then each instance takes what is new. What remains of an earlier process is removed here too: an
// address of the configuration that stands on its interface although we do not hold it.

import { ID_NONE, PRIORITY_OWNER } from "../abi/limits";
import {
  REASON_GROUP,
  REASON_RELOAD,
  REASON_REMOVED,
  STATE_BACKUP,
  STATE_INIT,
  STATE_MASTER,
  STATE_STOP,
  TRACKER_FILE,
  TRACKER_INTERFACE,
  TRACKER_PROCESS,
} from "../abi/state";
import {
  bankOf,
  groupAt,
  groupCapacity,
  groupOf,
  instanceAt,
  instanceOf,
  interfaceCapacity,
  interfaceOf,
  node,
  otherBank,
  running,
  setTrackOrder,
  setVipOrder,
  trackerCapacity,
  trackerOf,
  trackOf,
  trackOrder,
  vipOf,
  vipOfInstance,
} from "./arena";
import { garpBurst, garpReschedule } from "./garp";
import { classifyAll, findAddress, removeAddress } from "./interface_table";
import { findInstance, findVip } from "./key_index";
import { isLeased, refreshPeriodUs, renewLeases, setLease } from "./lease";
import { becomeStopped, restartDownTimer, takeInterval } from "./machine";
import { ENTRY_ADDRESS_ADD, ENTRY_ADDRESS_REMOVE, queueCursor, tellCommit } from "./output_queue";
import {
  Instance,
  INTERFACE_STAGED,
  INTERFACE_USED,
  Track,
  Vip,
  VIP_DROPPED,
  VIP_FRESH,
  VIP_HELD,
  VIP_LEFTOVER,
} from "./records";
import { dropToBackup, reviewFaults, settleGroup } from "./sync_group";
import { stateOfLink, updateFaults, updatePriority, updateSource } from "./tracker";
import { clearTimers, rebuildHeap, setTimer, TIMER_PROTOCOL, timerDueUs } from "./timers";

/** Makes the staged bank the running one. It is complete and sound. */
export function applyStaged(): void {
  const staged = otherBank();
  arrange(staged);
  linkGroups(staged);
  normaliseWeights(staged);
  planLeases(staged);
  const removed = pairInstances(staged);
  leaveRemoved();
  for (let n: u32 = 0; n < running().instanceCount; n++) carryAddresses(instanceAt(n), staged);
  for (let n: u32 = 0; n < bankOf(staged).instanceCount; n++) carryState(staged, n);
  carryTrackers(staged);
  carryGroups(staged);
  exchangeBanks(staged);
  tellCommitted(removed);
  const count = running().instanceCount;
  for (let n: u32 = 0; n < count; n++) takeUp(instanceAt(n));
  for (let n: u32 = 0; n < count; n++) reviewFaults(instanceAt(n));
  for (let n: u32 = 0; n < groupCapacity; n++) settleMembers(n);
}

/** Orders addresses and tracks by instance, keeping the host's order inside each. */
function arrange(staged: u32): void {
  const bank = bankOf(staged);
  let vipFirst: u32 = 0;
  let trackFirst: u32 = 0;
  for (let n: u32 = 0; n < bank.instanceCount; n++) {
    const instance = instanceOf(staged, n);
    // The counts are counted up again below as the next free position.
    instance.vipFirst = vipFirst;
    instance.trackFirst = trackFirst;
    vipFirst += instance.vipCount;
    trackFirst += instance.trackCount;
    instance.vipCount = 0;
    instance.trackCount = 0;
  }
  for (let place: u32 = 0; place < bank.vipCount; place++) {
    const instance = instanceOf(staged, vipOf(staged, place).instance);
    setVipOrder(staged, instance.vipFirst + instance.vipCount, place);
    instance.vipCount++;
  }
  for (let place: u32 = 0; place < bank.trackCount; place++) {
    const instance = instanceOf(staged, trackOf(staged, place).instance);
    setTrackOrder(staged, instance.trackFirst + instance.trackCount, place);
    instance.trackCount++;
  }
}

function linkGroups(staged: u32): void {
  for (let n = bankOf(staged).instanceCount; n > 0; n--) {
    const instance = instanceOf(staged, n - 1);
    if (instance.group == ID_NONE) continue;
    const group = groupOf(staged, instance.group);
    instance.groupNext = group.first;
    group.first = n - 1;
  }
}

/**
 * Owners take no weights. In a group without sync_group_tracking_weight a tracked interface has
 * weight 0, a file of weight 1 too, a process keeps its weight, and other weights count nothing.
 */
function normaliseWeights(staged: u32): void {
  for (let place: u32 = 0; place < bankOf(staged).trackCount; place++) {
    const track: Track = trackOf(staged, place);
    const instance = instanceOf(staged, track.instance);
    const watches = trackerOf(staged, track.tracker).watches;
    if (track.weight == 0) continue;
    if (instance.priorityBase == PRIORITY_OWNER) {
      track.ignored = 1;
      continue;
    }
    if (instance.group == ID_NONE || groupOf(staged, instance.group).trackingWeight != 0) continue;
    if (watches == TRACKER_INTERFACE || (watches == TRACKER_FILE && track.weight == 1)) {
      track.weight = 0;
    } else if (watches != TRACKER_PROCESS) track.ignored = 1;
  }
}

function planLeases(staged: u32): void {
  const bank = bankOf(staged);
  bank.leasedCount = 0;
  for (let n: u32 = 0; n < bank.instanceCount; n++) {
    const instance = instanceOf(staged, n);
    if (isLeased(instance)) bank.leasedCount += instance.vipCount;
  }
  bank.refreshPeriodUs = refreshPeriodUs(bank.leasedCount);
  for (let n: u32 = 0; n < bank.instanceCount; n++) setLease(staged, instanceOf(staged, n));
}

/** Finds for each staged instance the running one that it continues; how many are continued by none. */
function pairInstances(staged: u32): u32 {
  const count = running().instanceCount;
  let removed = count;
  for (let n: u32 = 0; n < count; n++) instanceAt(n).paired = ID_NONE;
  for (let n: u32 = 0; n < bankOf(staged).instanceCount; n++) {
    const instance = instanceOf(staged, n);
    const old = findInstance(node().bank, instance.ifindex, instance.family, instance.vrid);
    instance.paired = old;
    if (old == ID_NONE) continue;
    instanceAt(old).paired = n;
    removed--;
  }
  return removed;
}

/** Instances that are gone: a MASTER says priority 0 and gives its addresses back. */
function leaveRemoved(): void {
  for (let n: u32 = 0; n < running().instanceCount; n++) {
    const instance = instanceAt(n);
    if (instance.paired == ID_NONE) becomeStopped(instance, REASON_REMOVED);
  }
}

/** The staged address that is the same as a running one, or ID_NONE. */
function heir(old: Vip, instance: Instance, staged: u32): u32 {
  const place = findVip(
    staged,
    instance.paired,
    old.ifindex,
    old.family,
    old.prefixLength,
    old.addressHi,
    old.addressLo,
  );
  if (place == ID_NONE) return ID_NONE;
  // The kernel changes neither of an address that it has: it must go and come back.
  const next = vipOf(staged, place);
  return next.scope == old.scope && next.label == old.label ? place : ID_NONE;
}

/** Hands held addresses on to the staged bank and removes those that it does not have. */
function carryAddresses(instance: Instance, staged: u32): void {
  if (instance.paired == ID_NONE) return;
  const next = instanceOf(staged, instance.paired);
  const bank = node().bank;
  let dropped = false;
  for (let n: u32 = 0; n < instance.vipCount; n++) {
    const vip = vipOfInstance(bank, instance, n);
    const place = heir(vip, instance, staged);
    if (place != ID_NONE) {
      vipOf(staged, place).flags |= vip.flags & VIP_HELD;
      continue;
    }
    next.changed = 1;
    if ((vip.flags & VIP_HELD) == 0) continue;
    vip.flags = (vip.flags & ~VIP_HELD) | VIP_DROPPED;
    dropped = true;
  }
  if (next.vipCount != instance.vipCount) next.changed = 1;
  if (dropped) queueCursor(ENTRY_ADDRESS_REMOVE, instance).require = VIP_DROPPED;
}

/** Gives a staged instance the state of the one it continues, or that of a beginning. */
function carryState(staged: u32, number: u32): void {
  const next = instanceOf(staged, number);
  if (next.paired == ID_NONE) {
    next.state = STATE_INIT;
    next.priorityEffective = next.priorityBase;
    next.advertisementIntervalUs = next.intervalUs;
    next.sinceUs = <f64> node().nowUs;
    next.lastAdvertUs = -1;
    clearTimers(next);
    return;
  }
  const old = instanceAt(next.paired);
  if (!isSameConfiguration(old, next) || !hasSameTracks(old, next, staged)) next.changed = 1;
  const source = changetype<u32>(old);
  const target = changetype<u32>(next);
  const state = <u32> offsetof<Instance>("timerProtocolUs");
  memory.copy(target + state, source + state, offsetof<Instance>() - state);
  const since = <u32> offsetof<Instance>("sinceUs");
  const configuration = <u32> offsetof<Instance>("flags");
  memory.copy(target + since, source + since, configuration - since);
  next.state = old.state;
  next.reason = old.reason;
  next.priorityEffective = old.priorityEffective;
  next.priorityTracked = old.priorityTracked;
  next.advertisementIntervalUs = old.advertisementIntervalUs;
  next.skewTimeUs = old.skewTimeUs;
  next.masterPriority = old.masterPriority;
  next.masterKnown = old.masterKnown;
}

function isSameConfiguration(old: Instance, next: Instance): bool {
  const from = <u32> offsetof<Instance>("flags");
  const size = <u32> offsetof<Instance>("interfaceSlot") - from;
  return memory.compare(changetype<u32>(old) + from, changetype<u32>(next) + from, size) == 0 &&
    old.version == next.version && old.priorityBase == next.priorityBase;
}

function hasSameTracks(old: Instance, next: Instance, staged: u32): bool {
  if (old.trackCount != next.trackCount) return false;
  const bank = node().bank;
  for (let n: u32 = 0; n < old.trackCount; n++) {
    const before = trackOf(bank, trackOrder(bank, old.trackFirst + n));
    const after = trackOf(staged, trackOrder(staged, next.trackFirst + n));
    if (
      before.tracker != after.tracker || before.weight != after.weight ||
      before.reverse != after.reverse || before.ignored != after.ignored
    ) return false;
  }
  return true;
}

/** Results survive a reload as long as the tracker keeps its number and kind. */
function carryTrackers(staged: u32): void {
  for (let number: u32 = 0; number < trackerCapacity; number++) {
    const next = trackerOf(staged, number);
    if (next.present == 0) continue;
    const old = trackerOf(node().bank, number);
    if (next.watches == TRACKER_INTERFACE) {
      next.state = stateOfLink(next.ifindex);
      next.heard = 1;
    } else if (old.present != 0 && old.watches == next.watches) {
      next.state = old.state;
      next.value = old.value;
      next.heard = old.heard;
    }
  }
}

/** A group goes on with the state of the one that its first continued member was in. */
function carryGroups(staged: u32): void {
  for (let number: u32 = 0; number < groupCapacity; number++) {
    const next = groupOf(staged, number);
    if (next.present == 0) continue;
    next.state = STATE_INIT;
    next.sinceUs = <f64> node().nowUs;
    for (let n = next.first; n != ID_NONE; n = instanceOf(staged, n).groupNext) {
      const paired = instanceOf(staged, n).paired;
      const before = paired == ID_NONE ? ID_NONE : instanceAt(paired).group;
      if (before == ID_NONE) continue;
      next.state = groupAt(before).state;
      next.sinceUs = groupAt(before).sinceUs;
      break;
    }
  }
}

function exchangeBanks(staged: u32): void {
  node().bank = staged;
  node().generation = running().generation;
  node().configured = 1;
  for (let slot: u32 = 0; slot < interfaceCapacity; slot++) {
    const link = interfaceOf(slot);
    link.use = (link.use & INTERFACE_STAGED) != 0 ? INTERFACE_USED : 0;
  }
  classifyAll();
  rebuildHeap(running().instanceCount);
}

function tellCommitted(removed: u32): void {
  let added: u32 = 0;
  let changed: u32 = 0;
  for (let n: u32 = 0; n < running().instanceCount; n++) {
    if (instanceAt(n).paired == ID_NONE) added++;
    else changed += instanceAt(n).changed;
  }
  tellCommit(added, changed, removed);
}

/** Brings a running instance in line with its new configuration, short of changing its state. */
function takeUp(instance: Instance): void {
  updateSource(instance);
  if (instance.paired != ID_NONE) {
    const old = instanceOf(otherBank(), instance.paired);
    takeTiming(instance, old);
    takeAddresses(instance, old.leaseS);
  } else removeLeftovers(instance);
  // The yielding of an owner is a matter of its old priority.
  if (instance.priorityBase != PRIORITY_OWNER) instance.ownerYielded = 0;
  updatePriority(instance, ID_NONE);
  updateFaults(instance);
}

function takeTiming(instance: Instance, old: Instance): void {
  if (instance.state == STATE_MASTER && old.garpRefreshUs != instance.garpRefreshUs) {
    garpReschedule(instance);
  }
  const sameVersion = old.version == instance.version;
  if (sameVersion && old.intervalUs == instance.intervalUs) return;
  if (instance.state == STATE_MASTER) {
    takeInterval(instance, instance.intervalUs);
    const latest = node().nowUs + instance.intervalUs;
    instance.protocolSetUs = instance.intervalUs;
    setTimer(instance, TIMER_PROTOCOL, min<u64>(latest, timerDueUs(instance, TIMER_PROTOCOL)));
  } else if (!sameVersion || instance.version == 2 || instance.state != STATE_BACKUP) {
    // A version 3 BACKUP goes on with the interval that it learnt; others have learnt none.
    takeInterval(instance, instance.intervalUs);
    if (instance.state == STATE_BACKUP) restartDownTimer(instance);
  }
}

/** A MASTER adds what is new and renews the rest when the lease changed; others clear leftovers. */
function takeAddresses(instance: Instance, leaseBefore: u32): void {
  if (instance.state != STATE_MASTER) {
    instance.vipsHeld = 0;
    removeLeftovers(instance);
    return;
  }
  const bank = node().bank;
  let fresh: u32 = 0;
  for (let n: u32 = 0; n < instance.vipCount; n++) {
    const vip = vipOfInstance(bank, instance, n);
    if ((vip.flags & VIP_HELD) != 0) continue;
    vip.flags |= VIP_HELD | VIP_FRESH;
    fresh++;
    removeAddress(vip.interfaceSlot, vip.family, vip.prefixLength, vip.addressHi, vip.addressLo);
  }
  const kept = instance.vipCount - fresh;
  instance.vipsHeld = instance.vipCount;
  if (fresh != 0) {
    instance.changed = 1;
    const entry = queueCursor(ENTRY_ADDRESS_ADD, instance);
    entry.require = VIP_FRESH;
    entry.extra = instance.leaseS;
    garpBurst(instance, instance.garpRepeat, VIP_FRESH);
  }
  if (kept != 0 && leaseBefore != instance.leaseS) renewLeases(instance);
}

/** Removes addresses that stand on their interface although we do not hold them. */
function removeLeftovers(instance: Instance): void {
  const bank = node().bank;
  let found = false;
  for (let n: u32 = 0; n < instance.vipCount; n++) {
    const vip = vipOfInstance(bank, instance, n);
    const row = findAddress(
      vip.interfaceSlot,
      vip.family,
      vip.prefixLength,
      vip.addressHi,
      vip.addressLo,
    );
    if (row == ID_NONE) continue;
    vip.flags |= VIP_LEFTOVER;
    found = true;
    removeAddress(vip.interfaceSlot, vip.family, vip.prefixLength, vip.addressHi, vip.addressLo);
  }
  if (found) queueCursor(ENTRY_ADDRESS_REMOVE, instance).require = VIP_LEFTOVER;
}

/** Members that a reload brought together in different states go BACKUP; the group's line follows. */
function settleMembers(number: u32): void {
  const group = groupAt(number);
  if (group.present == 0) return;
  let master = ID_NONE;
  let waiting = false;
  for (let n = group.first; n != ID_NONE; n = instanceAt(n).groupNext) {
    const state = instanceAt(n).state;
    if (state == STATE_MASTER && master == ID_NONE) master = n;
    if (state != STATE_MASTER && state != STATE_STOP) waiting = true;
  }
  if (master != ID_NONE && waiting) dropToBackup(instanceAt(master), REASON_GROUP, true);
  if (group.first != ID_NONE) settleGroup(number, REASON_RELOAD, ID_NONE, group.first);
}
