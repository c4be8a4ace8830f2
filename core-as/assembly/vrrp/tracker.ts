// What trackers, links and source addresses mean for an instance: its effective priority and its
// reasons for FAULT, computed from scratch at each change. Called by the input handlers and by the
// commit; what follows from it for the state is sync_group.ts's business.

import { ID_NONE } from "../abi/limits";
import {
  FAMILY_INET,
  INSTANCE_DONT_TRACK_PRIMARY,
  REASON_INTERFACE_DOWN,
  REASON_NO_SOURCE_ADDRESS,
  REASON_NONE,
  REASON_TRACKED_INTERFACE,
  REASON_TRACKED_OTHER,
  REASON_TRACKED_SCRIPT,
  REASON_TRACKER_UNKNOWN,
  STATE_FAULT,
  STATE_INIT,
  STATE_MASTER,
  TRACKER_INTERFACE,
  TRACKER_SCRIPT,
  TRACKER_STATE_BAD,
  TRACKER_STATE_GOOD,
  TRACKER_STATE_UNKNOWN,
} from "../abi/state";
import { PRIORITY_OWNER } from "../abi/limits";
import {
  instanceAt,
  interfaceOf,
  node,
  running,
  trackerCapacity,
  trackerOf,
  trackOf,
  trackOrder,
} from "./arena";
import { findInterface, hasSource, isGood } from "./interface_table";
import { updateSkew } from "./machine";
import { tellPriority } from "./output_queue";
import { effectivePriority, HOLD_NONE, HOLD_UNKNOWN, trackHold, trackWeight } from "./priority";
import { Instance, Tracker } from "./records";
import { reviewFaults } from "./sync_group";

/** Takes the source of adverts from the configuration or the interface. */
export function updateSource(instance: Instance): void {
  if ((instance.configuredSourceHi | instance.configuredSourceLo) != 0) {
    instance.sourceHi = instance.configuredSourceHi;
    instance.sourceLo = instance.configuredSourceLo;
    instance.sourceKnown = 1;
  } else {
    const link = interfaceOf(instance.interfaceSlot);
    instance.sourceKnown = hasSource(link, instance.family) ? 1 : 0;
    if (instance.sourceKnown != 0) {
      const inet = instance.family == FAMILY_INET;
      instance.sourceHi = inet ? link.source4 : link.source6Hi;
      instance.sourceLo = inet ? 0 : link.source6Lo;
    }
  }
  if (instance.state != STATE_MASTER) return;
  instance.masterHi = instance.sourceHi;
  instance.masterLo = instance.sourceLo;
}

/** Computes the effective priority; the step is told unless the instance has not started. */
export function updatePriority(instance: Instance, tracker: u32): void {
  const bank = node().bank;
  let sum: i32 = 0;
  for (let n: u32 = 0; n < instance.trackCount; n++) {
    const track = trackOf(bank, trackOrder(bank, instance.trackFirst + n));
    sum += trackWeight(track, trackerOf(bank, track.tracker));
  }
  const before = instance.priorityEffective;
  instance.priorityTracked = instance.priorityBase == PRIORITY_OWNER ? 0 : sum;
  instance.priorityEffective = instance.ownerYielded != 0
    ? PRIORITY_OWNER - 1
    : effectivePriority(instance.priorityBase, sum);
  updateSkew(instance);
  if (instance.state == STATE_MASTER) instance.masterPriority = instance.priorityEffective;
  if (before == instance.priorityEffective || instance.state == STATE_INIT) return;
  tellPriority(instance, tracker, before);
}

function addFault(instance: Instance, reason: u32, tracker: u32, unknown: bool): void {
  // The first real reason is the one told; one that only waits for a result gives way to it.
  const first = instance.faultCount == 0 || (instance.faultUnknown != 0 && !unknown);
  instance.faultCount++;
  if (!first) return;
  instance.faultReason = reason;
  instance.faultTracker = tracker;
  instance.faultUnknown = unknown ? 1 : 0;
}

/** Counts the reasons for FAULT that hold now and finds the one to tell. */
export function updateFaults(instance: Instance): void {
  const bank = node().bank;
  instance.faultCount = 0;
  instance.faultReason = REASON_NONE;
  instance.faultTracker = ID_NONE;
  instance.faultUnknown = 0;
  const tracksPrimary = (instance.flags & INSTANCE_DONT_TRACK_PRIMARY) == 0;
  if (tracksPrimary && !isGood(interfaceOf(instance.interfaceSlot))) {
    addFault(instance, REASON_INTERFACE_DOWN, ID_NONE, false);
  }
  if (instance.sourceKnown == 0) addFault(instance, REASON_NO_SOURCE_ADDRESS, ID_NONE, false);
  for (let n: u32 = 0; n < instance.trackCount; n++) {
    const track = trackOf(bank, trackOrder(bank, instance.trackFirst + n));
    const tracker = trackerOf(bank, track.tracker);
    const hold = trackHold(track, tracker);
    if (hold == HOLD_NONE) continue;
    if (hold == HOLD_UNKNOWN) {
      // A tracker that a reload gave to a running instance does not stop it before it has spoken.
      const waits = instance.state == STATE_INIT || instance.state == STATE_FAULT;
      if (!waits && tracker.heard == 0) continue;
      addFault(instance, REASON_TRACKER_UNKNOWN, track.tracker, true);
    } else addFault(instance, reasonOf(tracker), track.tracker, false);
  }
}

function reasonOf(tracker: Tracker): u32 {
  if (tracker.watches == TRACKER_INTERFACE) return REASON_TRACKED_INTERFACE;
  return tracker.watches == TRACKER_SCRIPT ? REASON_TRACKED_SCRIPT : REASON_TRACKED_OTHER;
}

/** Whether a running instance of the bank tracks it. */
function isTrackedBy(instance: Instance, tracker: u32): bool {
  const bank = node().bank;
  for (let n: u32 = 0; n < instance.trackCount; n++) {
    if (trackOf(bank, trackOrder(bank, instance.trackFirst + n)).tracker == tracker) return true;
  }
  return false;
}

/** Takes what a tracker says and moves the instances that track it. */
export function setTracker(number: u32, state: u32, value: i32): void {
  const tracker = trackerOf(node().bank, number);
  if (tracker.state == state && tracker.value == value) return;
  tracker.state = state;
  tracker.value = value;
  if (state != TRACKER_STATE_UNKNOWN) tracker.heard = 1;
  for (let n: u32 = 0; n < running().instanceCount; n++) {
    const instance = instanceAt(n);
    if (!isTrackedBy(instance, number)) continue;
    updatePriority(instance, number);
    updateFaults(instance);
    reviewFaults(instance);
  }
}

/** State of an interface tracker by its link; a link that nobody reported is bad. */
export function stateOfLink(ifindex: u32): u32 {
  const slot = findInterface(ifindex);
  const good = slot != ID_NONE && isGood(interfaceOf(slot));
  return good ? TRACKER_STATE_GOOD : TRACKER_STATE_BAD;
}

/** A link changed: the instances on it and those that track it follow. */
export function linkChanged(slot: u32): void {
  const ifindex = interfaceOf(slot).ifindex;
  for (let n: u32 = 0; n < running().instanceCount; n++) {
    const instance = instanceAt(n);
    if (instance.interfaceSlot != slot) continue;
    updateSource(instance);
    updateFaults(instance);
    reviewFaults(instance);
  }
  for (let number: u32 = 0; number < trackerCapacity; number++) {
    const tracker = trackerOf(node().bank, number);
    if (tracker.present == 0 || tracker.watches != TRACKER_INTERFACE) continue;
    if (tracker.ifindex == ifindex) setTracker(number, stateOfLink(ifindex), 0);
  }
}
