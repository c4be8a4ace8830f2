// The state machine of one virtual router (RFC 3768 6.4, RFC 9568 6.4; the step numbers
// are those of RFC 5798 6.4). The states are left and entered here and nowhere else; whether a whole sync group goes
// along is sync_group.ts's business, who calls these functions for each member.
// Order of the outputs: advert, addresses, gratuitous ARP, reason record.

import { ID_NONE, PRIORITY_OWNER, PRIORITY_RESIGN } from "../abi/limits";
import {
  INSTANCE_STATE_MASTER,
  REASON_MASTER_DOWN,
  STATE_BACKUP,
  STATE_FAULT,
  STATE_INIT,
  STATE_MASTER,
  STATE_STOP,
} from "../abi/state";
import { interfaceOf, node, vipOfInstance } from "./arena";
import { ASSERT_STATE, ensure } from "./assertion";
import { garpBegin, garpEnd } from "./garp";
import { isGood, removeAddress } from "./interface_table";
import { masterDownUs, skewTimeUs } from "./intervals";
import { leaseStarted } from "./lease";
import { ENTRY_ADDRESS_ADD, ENTRY_ADDRESS_REMOVE, ENTRY_ADVERT, queueCursor } from "./output_queue";
import { Instance, PREEMPT_IDLE, VIP_HELD } from "./records";
import { setTimer, stopTimer, stopTimers, TIMER_PREEMPT, TIMER_PROTOCOL } from "./timers";
import { enterState } from "./transition";

/** Sends one advert with a priority: our effective one, or PRIORITY_RESIGN. */
export function sendAdvert(instance: Instance, priority: u32): void {
  // The identification is never 0: a raw socket would replace it.
  instance.ipId = instance.ipId == 0xffff ? 1 : instance.ipId + 1;
  const entry = queueCursor(ENTRY_ADVERT, instance);
  entry.amount = priority;
  entry.extra = instance.ipId;
  entry.sourceHi = instance.sourceHi;
  entry.sourceLo = instance.sourceLo;
  instance.advertSent++;
  if (priority == PRIORITY_RESIGN) instance.priorityZeroSent++;
  else instance.advertSentUs = node().nowUs;
}

/** Whether an advert could leave the machine now. */
function canSend(instance: Instance): bool {
  return instance.sourceKnown != 0 && isGood(interfaceOf(instance.interfaceSlot));
}

/** Sets the timer that ends in MASTER unless a master is heard; for BACKUP only. */
export function setDownTimer(instance: Instance, lengthUs: u64, reason: u32): void {
  instance.protocolSetUs = lengthUs;
  instance.timerReason = reason;
  setTimer(instance, TIMER_PROTOCOL, node().nowUs + lengthUs);
}

/** Takes an advert interval as the one in force and computes the skew time anew. */
export function takeInterval(instance: Instance, intervalUs: u32): void {
  instance.advertisementIntervalUs = intervalUs;
  updateSkew(instance);
}

/** Computes the skew time anew, after the priority changed; a running timer keeps its length. */
export function updateSkew(instance: Instance): void {
  instance.skewTimeUs = <u32> min<u64>(
    <u64> u32.MAX_VALUE,
    skewTimeUs(instance.version, instance.priorityEffective, instance.advertisementIntervalUs),
  );
}

/** Master (Active) down interval in force, microseconds. */
export function masterDownOf(instance: Instance): u64 {
  return masterDownUs(
    instance.version,
    instance.priorityEffective,
    instance.advertisementIntervalUs,
    instance.downTimerAdverts,
  );
}

/** Restarts the master down timer at its full length (455). */
export function restartDownTimer(instance: Instance): void {
  setDownTimer(instance, masterDownOf(instance), REASON_MASTER_DOWN);
}

/** Whether the instance takes MASTER at its start without waiting (105). */
export function startsAsOwner(instance: Instance): bool {
  return instance.priorityBase == PRIORITY_OWNER &&
    (instance.flags & INSTANCE_STATE_MASTER) != 0;
}

/** Marks the instance's addresses as ours and queues their addition. */
function addAddresses(instance: Instance): void {
  const bank = node().bank;
  for (let n: u32 = 0; n < instance.vipCount; n++) {
    const vip = vipOfInstance(bank, instance, n);
    vip.flags |= VIP_HELD;
    // From here on it is ours: the table holds only what others put there.
    removeAddress(
      vip.interfaceSlot,
      vip.family,
      vip.prefixLength,
      vip.addressHi,
      vip.addressLo,
    );
  }
  instance.vipsHeld = instance.vipCount;
  if (instance.vipCount == 0) return;
  queueCursor(ENTRY_ADDRESS_ADD, instance).extra = instance.leaseS;
  leaseStarted(instance);
}

/**
 * Queues the removal of the addresses, of a lost one too: a lease that was renewed before we heard of
 * the loss has put it back. The host knows an address that is gone already.
 */
function removeAddressesOf(instance: Instance): void {
  const bank = node().bank;
  for (let n: u32 = 0; n < instance.vipCount; n++) {
    vipOfInstance(bank, instance, n).flags &= ~VIP_HELD;
  }
  instance.vipsHeld = 0;
  if (instance.vipCount == 0) return;
  queueCursor(ENTRY_ADDRESS_REMOVE, instance);
}

/** (105)-(145) and (365)-(410): advert, addresses, ARP and NA, advert timer. */
export function becomeMaster(instance: Instance, reason: u32): void {
  ensure(instance.state == STATE_BACKUP || instance.state == STATE_INIT, ASSERT_STATE);
  const now = node().nowUs;
  stopTimer(instance, TIMER_PREEMPT);
  instance.preempt = PREEMPT_IDLE;
  instance.wantMaster = 0;
  instance.ownerConflictUs = 0;
  takeInterval(instance, instance.intervalUs);
  sendAdvert(instance, instance.priorityEffective);
  addAddresses(instance);
  garpBegin(instance);
  setTimer(instance, TIMER_PROTOCOL, now + instance.intervalUs);
  instance.protocolSetUs = instance.intervalUs;
  instance.becomeMaster++;
  enterState(instance, STATE_MASTER, reason, ID_NONE);
  instance.masterHi = instance.sourceHi;
  instance.masterLo = instance.sourceLo;
  instance.masterPriority = instance.priorityEffective;
  instance.masterKnown = 1;
}

/** What leaving MASTER does whatever comes next; `resign` sends priority 0, as a Shutdown event does. */
function leaveMaster(instance: Instance, resign: bool): void {
  if (resign && canSend(instance)) sendAdvert(instance, PRIORITY_RESIGN);
  garpEnd(instance);
  removeAddressesOf(instance);
  instance.releaseMaster++;
  instance.masterKnown = 0;
}

/**
 * Any state but STOP to BACKUP. The down timer is set to its full length with the interval in force
 * (155)-(165), (760)-(785); the caller may shorten it. `resign`: a MASTER
 * says priority 0 first.
 */
export function becomeBackup(instance: Instance, reason: u32, resign: bool): void {
  ensure(instance.state != STATE_STOP, ASSERT_STATE);
  if (instance.state == STATE_MASTER) leaveMaster(instance, resign);
  instance.preempt = PREEMPT_IDLE;
  instance.wantMaster = 0;
  restartDownTimer(instance);
  enterState(instance, STATE_BACKUP, reason, ID_NONE);
}

/** INIT, BACKUP or MASTER to FAULT: nothing is sent or held until the cause is gone. */
export function becomeFault(instance: Instance, reason: u32, tracker: u32): void {
  ensure(instance.state != STATE_STOP && instance.state != STATE_FAULT, ASSERT_STATE);
  if (instance.state == STATE_MASTER) leaveMaster(instance, true);
  stopTimers(instance);
  instance.preempt = PREEMPT_IDLE;
  instance.wantMaster = 0;
  instance.masterKnown = 0;
  takeInterval(instance, instance.intervalUs);
  enterState(instance, STATE_FAULT, reason, tracker);
}

/** Any state to STOP, for good: a Shutdown event (RFC 9568 6.4.2, 6.4.3). */
export function becomeStopped(instance: Instance, reason: u32): void {
  if (instance.state == STATE_MASTER) leaveMaster(instance, true);
  stopTimers(instance);
  instance.masterKnown = 0;
  enterState(instance, STATE_STOP, reason, ID_NONE);
}
