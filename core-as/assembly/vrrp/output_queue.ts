// The output queue: a bounded ring of finished records and of cursors. A burst over thousands of
// addresses is one entry; its records are made one by one when the host polls (poll.ts). An input
// is only taken while the queue has room for everything that it can cause (queueHasRoom), so nothing
// that acts on the world is ever lost; remarks are dropped first and counted.

import { ID_NONE } from "../abi/limits";
import { NoticeOutput, OUTPUT_NOTICE, OUTPUT_PRIORITY, PriorityOutput } from "../abi/output";
import { FAMILY_NONE, NOTICE_CONFIG_COMMITTED, NOTICE_OUTPUT_OVERRUN } from "../abi/state";
import { ASSERT_QUEUE, ensure } from "./assertion";
import { node, queueCapacity, queueEntry, queueNeeded, queueRecord } from "./arena";
import { Instance, QueueEntry } from "./records";

/** A finished record follows. */
export const ENTRY_RECORD: u32 = 1;
/** One advert of an instance. */
export const ENTRY_ADVERT: u32 = 2;
/** Addresses of an instance: one record each. */
export const ENTRY_ADDRESS_ADD: u32 = 3;
/** Renewal of their leases. */
export const ENTRY_ADDRESS_REFRESH: u32 = 4;
/** Their removal. */
export const ENTRY_ADDRESS_REMOVE: u32 = 5;
/** Gratuitous ARP or unsolicited NA: rounds over the addresses of an instance. */
export const ENTRY_GARP: u32 = 6;

/** Free entries that remarks leave to what acts on the world. */
const REMARK_RESERVE: u32 = 8;

/** Whether everything that one input can cause has room. */
export function queueHasRoom(): bool {
  return queueCapacity - node().queueCount >= queueNeeded;
}

/** Whether nothing waits. */
export function queueIsEmpty(): bool {
  return node().queueCount == 0;
}

/** The oldest waiting entry; only when the queue is not empty. */
export function queueFirst(): QueueEntry {
  return queueEntry(0);
}

/** Takes the oldest entry away. */
export function queueDrop(): void {
  const self = node();
  self.queueHead = (self.queueHead + 1) % queueCapacity;
  self.queueCount--;
}

function append(operation: u32): QueueEntry {
  const self = node();
  ensure(self.queueCount < queueCapacity, ASSERT_QUEUE);
  const entry = queueEntry(self.queueCount);
  self.queueCount++;
  memory.fill(changetype<u32>(entry), 0, offsetof<QueueEntry>());
  entry.operation = operation;
  return entry;
}

/** Appends an entry that makes records of an instance of the running bank when polled. */
export function queueCursor(operation: u32, instance: Instance): QueueEntry {
  const entry = append(operation);
  entry.bank = node().bank;
  entry.instance = instance.instance;
  return entry;
}

/**
 * Appends a finished record of a kind and size and returns its address, kind and size written and
 * the rest zero; the size is at most 120 bytes.
 */
export function queueRecordOf(kind: u32, size: u32): u32 {
  const entry = append(ENTRY_RECORD);
  const at = queueRecord(entry);
  memory.fill(at, 0, size);
  store<u32>(at, kind);
  store<u32>(at + 4, size);
  return at;
}

/** As queueRecordOf for a record that may be lost: 0 when the queue is nearly full, and counted. */
export function queueRemarkOf(kind: u32, size: u32): u32 {
  const self = node();
  if (queueCapacity - self.queueCount <= REMARK_RESERVE) {
    self.queueLost++;
    return 0;
  }
  if (self.queueLost != 0) {
    const lost = self.queueLost;
    self.queueLost = 0;
    const overrun = changetype<NoticeOutput>(
      queueRecordOf(OUTPUT_NOTICE, offsetof<NoticeOutput>()),
    );
    overrun.instance = ID_NONE;
    overrun.notice = NOTICE_OUTPUT_OVERRUN;
    overrun.a = lost;
  }
  return queueRecordOf(kind, size);
}

/** Tells a notice of an instance, or of the node with ID_NONE; without a peer. */
export function notice(instance: u32, code: u32, a: f64, b: f64, c: f64): void {
  const at = queueRemarkOf(OUTPUT_NOTICE, offsetof<NoticeOutput>());
  if (at == 0) return;
  const record = changetype<NoticeOutput>(at);
  record.instance = instance;
  record.notice = code;
  record.a = a;
  record.b = b;
  record.c = c;
  record.family = FAMILY_NONE;
}

/**
 * Tells that a configuration was committed. This one is never lost: what comes before it has the
 * numbers of the old configuration, what comes after it those of the new one.
 */
export function tellCommit(added: u32, changed: u32, removed: u32): void {
  const record = changetype<NoticeOutput>(
    queueRecordOf(OUTPUT_NOTICE, offsetof<NoticeOutput>()),
  );
  record.instance = ID_NONE;
  record.notice = NOTICE_CONFIG_COMMITTED;
  record.a = added;
  record.b = changed;
  record.c = removed;
}

/** Tells a notice about the sender of the last accepted advert. */
export function noticePeer(instance: Instance, code: u32, a: f64, b: f64): void {
  const at = queueRemarkOf(OUTPUT_NOTICE, offsetof<NoticeOutput>());
  if (at == 0) return;
  const record = changetype<NoticeOutput>(at);
  record.instance = instance.instance;
  record.notice = code;
  record.a = a;
  record.b = b;
  record.family = instance.family;
  record.peerHi = instance.peerHi;
  record.peerLo = instance.peerLo;
}

/** Tells a change of the effective priority; `tracker` is the one that moved it, or ID_NONE. */
export function tellPriority(instance: Instance, tracker: u32, from: u32): void {
  const at = queueRemarkOf(OUTPUT_PRIORITY, offsetof<PriorityOutput>());
  if (at == 0) return;
  const record = changetype<PriorityOutput>(at);
  record.instance = instance.instance;
  record.tracker = tracker;
  record.from = from;
  record.to = instance.priorityEffective;
  record.priorityBase = instance.priorityBase;
  record.priorityTracked = instance.priorityTracked;
}
