// What an accepted advert, a timer or a lost address does to an instance: the branches of RFC 9568
// 6.4.2 and 6.4.3 (and RFC 3768 6.4; the step numbers are those of RFC 5798 6.4), with keepalived's preempt_delay, nopreempt and answers to lower
// priorities. States change through machine.ts and sync_group.ts.

import { ID_NONE, PRIORITY_OWNER, PRIORITY_RESIGN } from "../abi/limits";
import {
  INSTANCE_HIGHER_PRIO_SEND_ADVERT,
  INSTANCE_LOWER_PRIO_NO_ADVERT,
  INSTANCE_NOPREEMPT,
  NOTICE_BACKUP_PRIORITY_ZERO,
  NOTICE_INTERVAL_LEARNED,
  NOTICE_LOWER_PRIORITY,
  NOTICE_MASTER_PRIORITY_ZERO,
  NOTICE_OWNER_CONFLICT,
  NOTICE_PREEMPT_CANCELLED,
  NOTICE_PREEMPT_DELAY,
  NOTICE_TIMER_LATE,
  REASON_ADDRESS_LOST,
  REASON_MASTER_DOWN,
  REASON_MASTER_RESIGNED,
  REASON_OWNER_CONFLICT,
  REASON_PEER_ADDRESS_HIGHER,
  REASON_PEER_PRIORITY_HIGHER,
  REASON_PREEMPT,
  REASON_STALLED,
  STATE_BACKUP,
  STATE_MASTER,
} from "../abi/state";
import { addressCompare } from "../base/address";
import { instanceAt, node, running } from "./arena";
import { ASSERT_TIMER, ensure } from "./assertion";
import { garpDelayed, garpLowerPriority, garpLowerPriorityDelayed, garpRefresh } from "./garp";
import { leaseWithAdvert } from "./lease";
import { masterDownOf, restartDownTimer, sendAdvert, setDownTimer, takeInterval } from "./machine";
import { notice, noticePeer, tellPriority } from "./output_queue";
import { Instance, PREEMPT_ALLOWED, PREEMPT_IDLE, PREEMPT_WAITING } from "./records";
import { dropToBackup, firstMember, nextMember, wishMaster } from "./sync_group";
import {
  earliestInstance,
  earliestUs,
  firstTimer,
  setTimer,
  stopTimer,
  TIMER_GARP_DELAY,
  TIMER_GARP_LOWER_PRIO,
  TIMER_OFF,
  TIMER_PREEMPT,
  TIMER_PROTOCOL,
  timerDueUs,
} from "./timers";
import { decidedByNoTimer, decidedByTimer } from "./transition";

/** Shortest master down interval there is: one advert of 10 ms missed. */
const MASTER_DOWN_US_MIN: u64 = 10_000;

/**
 * An advert that passed all checks of receive.ts; the sender and its priority already stand in the
 * instance as peer. `intervalUs` is the packet's.
 */
export function advertAccepted(instance: Instance, intervalUs: u32): void {
  if (instance.state == STATE_BACKUP) backupReceives(instance, intervalUs);
  else if (instance.state == STATE_MASTER) masterReceives(instance, intervalUs);
}

function backupReceives(instance: Instance, intervalUs: u32): void {
  const priority = instance.peerPriority;
  if (priority == PRIORITY_RESIGN) {
    // (430) Set the Active_Down_Timer to Skew_Time.
    noticePeer(instance, NOTICE_BACKUP_PRIORITY_ZERO, 0, 0);
    instance.masterKnown = 0;
    setDownTimer(instance, instance.skewTimeUs, REASON_MASTER_RESIGNED);
    return;
  }
  if (priority < instance.priorityEffective && !yieldsToLower(instance)) {
    // (465) Discard: the timer that runs decides.
    if (instance.timerReason == REASON_MASTER_DOWN) instance.timerReason = REASON_PREEMPT;
    return;
  }
  if (priority >= instance.priorityEffective) cancelPreemptDelay(instance);
  // (445)-(455) Learn the interval, compute the skew time, restart the timer.
  learnInterval(instance, intervalUs);
  rememberMaster(instance);
  instance.wantMaster = 0;
  restartDownTimer(instance);
}

/** Whether a BACKUP accepts an advert of a lower priority; starts preempt_delay at the first one. */
function yieldsToLower(instance: Instance): bool {
  if (instance.priorityBase == PRIORITY_OWNER) return false;
  if ((instance.flags & INSTANCE_NOPREEMPT) != 0) return true;
  if (instance.preemptDelayUs == 0) return false;
  if (instance.preempt == PREEMPT_IDLE) {
    instance.preempt = PREEMPT_WAITING;
    setTimer(instance, TIMER_PREEMPT, node().nowUs + instance.preemptDelayUs);
    noticePeer(instance, NOTICE_PREEMPT_DELAY, <f64> instance.preemptDelayUs, 0);
  }
  return instance.preempt == PREEMPT_WAITING;
}

function cancelPreemptDelay(instance: Instance): void {
  if (instance.preempt == PREEMPT_IDLE) return;
  if (instance.preempt == PREEMPT_WAITING) {
    noticePeer(instance, NOTICE_PREEMPT_CANCELLED, <f64> instance.peerPriority, 0);
  }
  instance.preempt = PREEMPT_IDLE;
  stopTimer(instance, TIMER_PREEMPT);
}

/** Version 3 takes the master's interval (RFC 9568 6.1 Active_Adver_Interval). */
function learnInterval(instance: Instance, intervalUs: u32): void {
  if (instance.version == 2) return;
  const before = instance.advertisementIntervalUs;
  if (before == intervalUs) return;
  takeInterval(instance, intervalUs);
  noticePeer(instance, NOTICE_INTERVAL_LEARNED, <f64> before, <f64> intervalUs);
}

function rememberMaster(instance: Instance): void {
  instance.masterHi = instance.peerHi;
  instance.masterLo = instance.peerLo;
  instance.masterPriority = instance.peerPriority;
  instance.masterKnown = 1;
}

/** Their address compared with ours as unsigned numbers: 1 theirs is larger, -1 smaller, 0 equal. */
function comparePeer(instance: Instance): i32 {
  const at = changetype<u32>(instance);
  return addressCompare(
    at + offsetof<Instance>("peerHi"),
    at + offsetof<Instance>("sourceHi"),
  );
}

function masterReceives(instance: Instance, intervalUs: u32): void {
  const priority = instance.peerPriority;
  if (priority == PRIORITY_RESIGN) {
    // (730)-(735) Send an ADVERTISEMENT at once, restart the Adver_Timer.
    noticePeer(instance, NOTICE_MASTER_PRIORITY_ZERO, 0, 0);
    advertise(instance);
    setTimer(instance, TIMER_PROTOCOL, node().nowUs + instance.intervalUs);
    return;
  }
  const own = instance.priorityEffective;
  const order = comparePeer(instance);
  if (priority == PRIORITY_OWNER && own == PRIORITY_OWNER) {
    ownerConflict(instance, intervalUs, order);
  } else if (priority > own || (priority == own && order > 0)) {
    // (745) The sender is the better master.
    yieldTo(
      instance,
      intervalUs,
      priority > own ? REASON_PEER_PRIORITY_HIGHER : REASON_PEER_ADDRESS_HIGHER,
    );
  } else {
    // (795) Discard, and assert ourselves against the sender and learning bridges (RFC 9568).
    noticePeer(instance, NOTICE_LOWER_PRIORITY, <f64> priority, <f64> own);
    if ((instance.flags & INSTANCE_LOWER_PRIO_NO_ADVERT) == 0) advertise(instance);
    for (let n = firstMember(instance); n != ID_NONE; n = nextMember(n)) {
      if (instanceAt(n).state == STATE_MASTER) garpLowerPriority(instanceAt(n));
    }
  }
}

/** MASTER to BACKUP because of a better master; its interval is learnt (760)-(785). */
function yieldTo(instance: Instance, intervalUs: u32, reason: u32): void {
  if ((instance.flags & INSTANCE_HIGHER_PRIO_SEND_ADVERT) != 0) {
    sendAdvert(instance, instance.priorityEffective);
  }
  learnInterval(instance, intervalUs);
  dropToBackup(instance, reason, false);
  rememberMaster(instance);
}

/**
 * Two owners of one address. The one with the smaller address yields; the other sends two adverts
 * and, when the rival keeps on for 1.2 times the larger interval, takes priority 254 and yields too,
 * so that one master is left.
 */
function ownerConflict(instance: Instance, intervalUs: u32, order: i32): void {
  noticePeer(instance, NOTICE_OWNER_CONFLICT, order > 0 ? 1 : 0, 0);
  if (order > 0) {
    yieldTo(instance, intervalUs, REASON_OWNER_CONFLICT);
    return;
  }
  const now = node().nowUs;
  const larger = <u64> max<u32>(intervalUs, instance.intervalUs);
  const since = now - instance.ownerConflictUs;
  if (instance.ownerConflictUs == 0 || since > 3 * larger) {
    instance.ownerConflictUs = now;
  } else if (since * 5 > larger * 6) {
    instance.ownerYielded = 1;
    instance.priorityEffective = PRIORITY_OWNER - 1;
    tellPriority(instance, ID_NONE, PRIORITY_OWNER);
    yieldTo(instance, intervalUs, REASON_OWNER_CONFLICT);
    return;
  }
  advertise(instance);
  advertise(instance);
}

/** Sends our advert and renews the leases with it. */
function advertise(instance: Instance): void {
  sendAdvert(instance, instance.priorityEffective);
  leaseWithAdvert(instance);
}

/** Somebody else removed one of our addresses while MASTER (RFC is silent; keepalived 8.3). */
export function addressLost(instance: Instance): void {
  dropToBackup(instance, REASON_ADDRESS_LOST, true);
}

/** Fires everything that is due. */
export function fireTimers(): void {
  const now = node().nowUs;
  while (earliestUs() <= now) {
    const instance = earliestInstance();
    const timer = firstTimer(instance);
    const due = timerDueUs(instance, timer);
    if (timer == TIMER_PROTOCOL) protocolTimer(instance, due);
    else if (timer == TIMER_PREEMPT) preemptDelayOver(instance);
    else if (timer == TIMER_GARP_DELAY) garpDelayed(instance);
    else if (timer == TIMER_GARP_LOWER_PRIO) garpLowerPriorityDelayed(instance);
    else garpRefresh(instance);
    const next = timerDueUs(instance, timer);
    ensure(next > now, ASSERT_TIMER);
  }
}

function preemptDelayOver(instance: Instance): void {
  instance.preempt = PREEMPT_ALLOWED;
  stopTimer(instance, TIMER_PREEMPT);
}

function protocolTimer(instance: Instance, dueUs: u64): void {
  const now = node().nowUs;
  const lateUs = now - dueUs;
  if (lateUs >= <u64> instance.advertisementIntervalUs) {
    notice(instance.instance, NOTICE_TIMER_LATE, <f64> lateUs, 0, 0);
  }
  if (instance.state == STATE_MASTER) {
    // (700)-(710) The Adver_Timer fired. The cadence is kept, unless a whole interval was missed.
    advertise(instance);
    const next = dueUs + instance.intervalUs;
    setTimer(instance, TIMER_PROTOCOL, next > now ? next : now + instance.intervalUs);
    return;
  }
  // (365) The Active_Down_Timer fired.
  decidedByTimer(instance.protocolSetUs, lateUs);
  wishMaster(instance, instance.timerReason);
  decidedByNoTimer();
}

/**
 * Called before each input: an instance whose protocol timer is late by more than its master down
 * interval was not running (a frozen guest, a stopped process), so it knows nothing of the network.
 * A MASTER must assume that a peer took over: it gives its addresses back without a word and listens
 * as BACKUP for a whole down interval. A BACKUP did not hear the adverts it missed: it listens anew.
 */
export function thaw(): void {
  const now = node().nowUs;
  const earliest = earliestUs();
  if (earliest == TIMER_OFF || earliest + MASTER_DOWN_US_MIN > now) return;
  for (let n: u32 = 0; n < running().instanceCount; n++) {
    const instance = instanceAt(n);
    const due = timerDueUs(instance, TIMER_PROTOCOL);
    if (due >= now) continue;
    const downUs = masterDownOf(instance);
    if (instance.state == STATE_MASTER) {
      if (now - instance.advertSentUs <= downUs) continue;
      decidedByTimer(instance.protocolSetUs, now - due);
      dropToBackup(instance, REASON_STALLED, false);
      decidedByNoTimer();
    } else if (now - due > downUs) {
      notice(instance.instance, NOTICE_TIMER_LATE, <f64> (now - due), 0, 0);
      restartDownTimer(instance);
    }
  }
}
