// Timers: a small table of deadlines in each instance, and a binary heap of the instances by their
// earliest one, so that the next timeout costs nothing and a change O(log n). Equal deadlines fire
// in the order of the file: a replay must not depend on the heap's history.

import { heapEntry, instanceAt, node, setHeapEntry } from "./arena";
import { Instance } from "./records";

/** Advert timer while MASTER, master down timer while BACKUP. */
export const TIMER_PROTOCOL: u32 = 0;
/** preempt_delay. */
export const TIMER_PREEMPT: u32 = 1;
/** Second burst of gratuitous ARP. */
export const TIMER_GARP_DELAY: u32 = 2;
/** Refresh bursts. */
export const TIMER_GARP_REFRESH: u32 = 3;
/** Second burst after a lower priority advert. */
export const TIMER_GARP_LOWER_PRIO: u32 = 4;
/** Timers of an instance. */
export const TIMER_COUNT: u32 = 5;

/** Deadline of a timer that is not set. */
export const TIMER_OFF: u64 = u64.MAX_VALUE;

/** Deadline of a timer, microseconds, or TIMER_OFF. */
export function timerDueUs(instance: Instance, timer: u32): u64 {
  return load<u64>(
    changetype<u32>(instance) + offsetof<Instance>("timerProtocolUs") + (timer << 3),
  );
}

function storeDue(instance: Instance, timer: u32, dueUs: u64): void {
  store<u64>(
    changetype<u32>(instance) + offsetof<Instance>("timerProtocolUs") + (timer << 3),
    dueUs,
  );
}

/** Sets a timer of a running instance to a deadline. */
export function setTimer(instance: Instance, timer: u32, dueUs: u64): void {
  storeDue(instance, timer, dueUs);
  reschedule(instance);
}

/** Stops a timer. */
export function stopTimer(instance: Instance, timer: u32): void {
  setTimer(instance, timer, TIMER_OFF);
}

/** Stops all timers of a running instance. */
export function stopTimers(instance: Instance): void {
  for (let timer: u32 = 0; timer < TIMER_COUNT; timer++) storeDue(instance, timer, TIMER_OFF);
  reschedule(instance);
}

/** Marks all timers of a new instance as not set, outside the heap. */
export function clearTimers(instance: Instance): void {
  for (let timer: u32 = 0; timer < TIMER_COUNT; timer++) storeDue(instance, timer, TIMER_OFF);
  instance.dueUs = TIMER_OFF;
  instance.heapAt = 0;
}

/** The timer of an instance that is due first. */
export function firstTimer(instance: Instance): u32 {
  let first: u32 = 0;
  for (let timer: u32 = 1; timer < TIMER_COUNT; timer++) {
    if (timerDueUs(instance, timer) < timerDueUs(instance, first)) first = timer;
  }
  return first;
}

/** Earliest deadline of the node, or TIMER_OFF. */
export function earliestUs(): u64 {
  return node().heapCount == 0 ? TIMER_OFF : instanceAt(heapEntry(0)).dueUs;
}

/** The instance with the earliest deadline; only when there is one. */
export function earliestInstance(): Instance {
  return instanceAt(heapEntry(0));
}

/** Builds the heap anew from the running bank, after a commit renumbered the instances. */
export function rebuildHeap(instanceCount: u32): void {
  node().heapCount = 0;
  for (let n: u32 = 0; n < instanceCount; n++) {
    const instance = instanceAt(n);
    instance.heapAt = 0;
    reschedule(instance);
  }
}

/** Puts the instance where its earliest deadline belongs. */
function reschedule(instance: Instance): void {
  let due = TIMER_OFF;
  for (let timer: u32 = 0; timer < TIMER_COUNT; timer++) {
    due = min(due, timerDueUs(instance, timer));
  }
  instance.dueUs = due;
  if (due == TIMER_OFF) {
    if (instance.heapAt != 0) remove(instance);
  } else if (instance.heapAt == 0) {
    const at = node().heapCount;
    node().heapCount = at + 1;
    place(at, instance.instance);
    siftUp(at);
  } else {
    siftUp(instance.heapAt - 1);
    siftDown(instance.heapAt - 1);
  }
}

function remove(instance: Instance): void {
  const at = instance.heapAt - 1;
  const last = node().heapCount - 1;
  node().heapCount = last;
  instance.heapAt = 0;
  if (at == last) return;
  place(at, heapEntry(last));
  siftUp(at);
  siftDown(instanceAt(heapEntry(at)).heapAt - 1);
}

function place(at: u32, number: u32): void {
  setHeapEntry(at, number);
  instanceAt(number).heapAt = at + 1;
}

function isBefore(a: u32, b: u32): bool {
  const aUs = instanceAt(a).dueUs;
  const bUs = instanceAt(b).dueUs;
  return aUs < bUs || (aUs == bUs && a < b);
}

function siftUp(at: u32): void {
  const number = heapEntry(at);
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!isBefore(number, heapEntry(parent))) break;
    place(at, heapEntry(parent));
    at = parent;
  }
  place(at, number);
}

function siftDown(at: u32): void {
  const number = heapEntry(at);
  const count = node().heapCount;
  while (true) {
    let child: u32 = 2 * at + 1;
    if (child >= count) break;
    if (child + 1 < count && isBefore(heapEntry(child + 1), heapEntry(child))) child++;
    if (!isBefore(heapEntry(child), number)) break;
    place(at, heapEntry(child));
    at = child;
  }
  place(at, number);
}
