// Sync groups (behaviour of keepalived's vrrp_sync_group): all members are MASTER together or none
// is. One member in FAULT puts all there, one that must be BACKUP takes all along; MASTER needs the
// wish of every member. The functions here take an instance with or without a group and move what
// has to move; members are told before their group, but for the first line of a group's life.

import { ID_NONE } from "../abi/limits";
import {
  REASON_FAULT_CLEARED,
  REASON_GROUP,
  REASON_OWNER,
  REASON_START,
  STATE_BACKUP,
  STATE_FAULT,
  STATE_INIT,
  STATE_MASTER,
  STATE_STOP,
} from "../abi/state";
import { groupAt, instanceAt } from "./arena";
import {
  becomeBackup,
  becomeFault,
  becomeMaster,
  restartDownTimer,
  setDownTimer,
  startsAsOwner,
} from "./machine";
import { Group, Instance } from "./records";
import { enterGroupState } from "./transition";

/** First instance that goes along with this one: of its group, or itself. */
export function firstMember(instance: Instance): u32 {
  return instance.group == ID_NONE ? instance.instance : groupAt(instance.group).first;
}

/** The next one, or ID_NONE. */
export function nextMember(number: u32): u32 {
  const instance = instanceAt(number);
  return instance.group == ID_NONE ? ID_NONE : instance.groupNext;
}

/** What the members' states make the group's. */
function stateOfMembers(group: Group): u32 {
  let allMaster = true;
  let allInit = true;
  let allStopped = true;
  for (let n = group.first; n != ID_NONE; n = nextMember(n)) {
    const state = instanceAt(n).state;
    if (state == STATE_FAULT) return STATE_FAULT;
    if (state != STATE_MASTER) allMaster = false;
    if (state != STATE_INIT) allInit = false;
    if (state != STATE_STOP) allStopped = false;
  }
  if (allMaster) return STATE_MASTER;
  if (allInit) return STATE_INIT;
  return allStopped ? STATE_STOP : STATE_BACKUP;
}

/** Tells the group's new state when its members' changed it. */
export function settleGroup(number: u32, reason: u32, tracker: u32, decisive: u32): void {
  if (number == ID_NONE) return;
  const group = groupAt(number);
  const state = stateOfMembers(group);
  if (state != group.state) enterGroupState(number, state, reason, tracker, decisive);
}

/**
 * The down timer of a BACKUP ran out: it becomes MASTER, with all its group when that was the last
 * wish missing; otherwise it waits for another down interval.
 */
export function wishMaster(instance: Instance, reason: u32): void {
  instance.wantMaster = 1;
  for (let n = firstMember(instance); n != ID_NONE; n = nextMember(n)) {
    const member = instanceAt(n);
    if (member.state == STATE_BACKUP && member.wantMaster == 0) {
      restartDownTimer(instance);
      return;
    }
  }
  for (let n = firstMember(instance); n != ID_NONE; n = nextMember(n)) {
    const member = instanceAt(n);
    if (member.state != STATE_BACKUP) continue;
    becomeMaster(member, n == instance.instance ? reason : REASON_GROUP);
  }
  settleGroup(instance.group, reason, ID_NONE, instance.instance);
}

/**
 * A MASTER must be BACKUP. Members that are MASTER follow with REASON_GROUP; `resign`: each says
 * priority 0 first and waits only for its skew time, because nobody took over yet.
 */
export function dropToBackup(instance: Instance, reason: u32, resign: bool): void {
  for (let n = firstMember(instance); n != ID_NONE; n = nextMember(n)) {
    const member = instanceAt(n);
    const own = n == instance.instance;
    if (!own && member.state != STATE_MASTER) {
      member.wantMaster = 0;
      continue;
    }
    becomeBackup(member, own ? reason : REASON_GROUP, resign);
    if (resign) setDownTimer(member, member.skewTimeUs, member.timerReason);
  }
  settleGroup(instance.group, reason, ID_NONE, instance.instance);
}

/** The member whose fault weighs most: a real one before one without a result; or ID_NONE. */
function culprit(instance: Instance): u32 {
  let found = ID_NONE;
  for (let n = firstMember(instance); n != ID_NONE; n = nextMember(n)) {
    const member = instanceAt(n);
    if (member.faultCount == 0) continue;
    if (member.faultUnknown == 0) return n;
    if (found == ID_NONE) found = n;
  }
  return found;
}

/** Moves an instance and its group to where their faults want them. */
export function reviewFaults(instance: Instance): void {
  const guilty = culprit(instance);
  if (guilty != ID_NONE) faultAll(instance, instanceAt(guilty));
  else recoverAll(instance);
}

function faultAll(instance: Instance, guilty: Instance): void {
  const groupNumber = instance.group;
  const startsNow = groupNumber != ID_NONE && groupAt(groupNumber).state == STATE_INIT;
  if (startsNow && guilty.faultUnknown == 0) {
    enterGroupState(
      groupNumber,
      STATE_FAULT,
      guilty.faultReason,
      guilty.faultTracker,
      guilty.instance,
    );
  }
  for (let n = firstMember(instance); n != ID_NONE; n = nextMember(n)) {
    const member = instanceAt(n);
    if (member.state == STATE_FAULT || member.state == STATE_STOP) continue;
    // Nothing is told before the first result of a tracker.
    if (member.state == STATE_INIT && guilty.faultUnknown != 0) continue;
    const own = member.faultCount != 0 && member.faultUnknown <= guilty.faultUnknown;
    becomeFault(
      member,
      own ? member.faultReason : REASON_GROUP,
      own ? member.faultTracker : guilty.faultTracker,
    );
  }
  settleGroup(groupNumber, guilty.faultReason, guilty.faultTracker, guilty.instance);
}

function recoverAll(instance: Instance): void {
  let owners = true;
  let starting = false;
  for (let n = firstMember(instance); n != ID_NONE; n = nextMember(n)) {
    const member = instanceAt(n);
    owners = owners && member.state == STATE_INIT && startsAsOwner(member);
    starting = starting || member.state == STATE_INIT || member.state == STATE_FAULT;
  }
  if (!starting) return;
  const state = owners ? STATE_MASTER : STATE_BACKUP;
  const groupNumber = instance.group;
  const startsNow = groupNumber != ID_NONE && groupAt(groupNumber).state == STATE_INIT;
  if (startsNow) {
    const reason = owners ? REASON_OWNER : REASON_START;
    enterGroupState(groupNumber, state, reason, ID_NONE, instance.instance);
  }
  for (let n = firstMember(instance); n != ID_NONE; n = nextMember(n)) {
    const member = instanceAt(n);
    if (owners) becomeMaster(member, REASON_OWNER);
    else if (member.state == STATE_INIT) becomeBackup(member, REASON_START, false);
    else if (member.state == STATE_FAULT) becomeBackup(member, REASON_FAULT_CLEARED, false);
    // A new or recovered member makes the others wait for it.
    else if (member.state == STATE_MASTER) becomeBackup(member, REASON_GROUP, true);
  }
  settleGroup(groupNumber, REASON_FAULT_CLEARED, ID_NONE, instance.instance);
}
