// The reason record: every state change of an instance or a group is told with the numbers that
// explain it, and only here are `state`, `reason` and `since` written.

import { ID_NONE } from "../abi/limits";
import { OUTPUT_TRANSITION, TransitionOutput } from "../abi/output";
import { FAMILY_NONE, SUBJECT_GROUP, SUBJECT_INSTANCE } from "../abi/state";
import { groupAt, instanceAt, node } from "./arena";
import { queueRecordOf } from "./output_queue";
import { Instance } from "./records";

/** Names the timer that decides what follows; all zero again with decidedByNoTimer. */
export function decidedByTimer(timerUs: u64, lateUs: u64): void {
  node().decisionTimerUs = timerUs;
  node().decisionLateUs = lateUs;
}

/** No timer decides what follows. */
export function decidedByNoTimer(): void {
  decidedByTimer(0, 0);
}

function begin(subject: u32, from: u32, to: u32, reason: u32): TransitionOutput {
  const self = node();
  self.sequence++;
  const record = changetype<TransitionOutput>(
    queueRecordOf(OUTPUT_TRANSITION, offsetof<TransitionOutput>()),
  );
  record.sequence = self.sequence;
  record.subject = subject;
  record.from = from;
  record.to = to;
  record.reason = reason;
  record.timerUs = <f64> self.decisionTimerUs;
  record.timerLateUs = <f64> self.decisionLateUs;
  return record;
}

function fillFromInstance(record: TransitionOutput, instance: Instance): void {
  record.instance = instance.instance;
  record.priorityBase = instance.priorityBase;
  record.priorityEffective = instance.priorityEffective;
  record.priorityTracked = instance.priorityTracked;
  record.peerPriority = instance.peerPriority;
  record.family = instance.peerKnown != 0 ? instance.family : FAMILY_NONE;
  record.advertisementIntervalUs = instance.advertisementIntervalUs;
  record.skewTimeUs = instance.skewTimeUs;
  record.peerKnown = instance.peerKnown;
  record.advertAgeUs = instance.lastAdvertUs < 0 ? -1 : <f64> node().nowUs - instance.lastAdvertUs;
  record.peerHi = instance.peerHi;
  record.peerLo = instance.peerLo;
}

/** Moves an instance to a state and tells it. `tracker` is the one that decided, or ID_NONE. */
export function enterState(instance: Instance, to: u32, reason: u32, tracker: u32): void {
  const now = <f64> node().nowUs;
  const record = begin(SUBJECT_INSTANCE, instance.state, to, reason);
  record.group = instance.group;
  record.tracker = tracker;
  record.stateAgeUs = now - instance.sinceUs;
  fillFromInstance(record, instance);
  instance.state = to;
  instance.reason = reason;
  instance.sinceUs = now;
}

/** Moves a group to a state and tells it, with the numbers of the member that decided. */
export function enterGroupState(
  number: u32,
  to: u32,
  reason: u32,
  tracker: u32,
  decisive: u32,
): void {
  const group = groupAt(number);
  const now = <f64> node().nowUs;
  const record = begin(SUBJECT_GROUP, group.state, to, reason);
  record.tracker = tracker;
  record.stateAgeUs = now - group.sinceUs;
  if (decisive != ID_NONE) fillFromInstance(record, instanceAt(decisive));
  record.instance = group.first;
  record.group = number;
  group.state = to;
  group.sinceUs = now;
}
