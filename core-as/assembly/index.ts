// The exports of the core: the one contract of every node. Create the memory, init once, then for
// each event: write a record at inputBuffer(), handleInput(now, size), drain pollOutput(), and ask
// nextTimeout() when to come back. A 64-bit number never crosses; times are f64 microseconds.
// The director (lvs/) has exports of its own for its record kinds, from 64 on; vrrp/ and lvs/ never
// know each other, and an instance of this module serves one of them.

import { ABI_VERSION } from "./abi/limits";
import { inputAddress, memoryUsed as usedBytes, outputAddress } from "./abi/memory";
import { directorHandle, directorIsReady, directorNextTimeout, directorPoll } from "./lvs/director";
import {
  arenaBegin,
  bytesNeeded as vrrpBytesNeeded,
  isInitialised,
  node,
  statusCounters as statusCountersAddress,
} from "./vrrp/arena";
import { deadlineOf, handleRecord, nextDeadline, secretOf, statusOf } from "./vrrp/core";
import { pollNext } from "./vrrp/poll";

export {
  directorBytesNeeded,
  directorDestinationStatus,
  directorFrame,
  directorFrameBuffer,
  directorInit,
  directorServiceStatus,
  directorStatus,
  directorVerdict,
} from "./lvs/director";

/** The ABI_VERSION this module was built with. */
export function abiVersion(): u32 {
  return ABI_VERSION;
}

/**
 * Bytes of memory that a VRRP node with these counts needs; 0 when a count is over its limit
 * (abi/limits.ts: INSTANCE_MAX, VIP_MAX, TRACKER_MAX, TRACK_MAX, GROUP_MAX, INTERFACE_MAX,
 * INTERFACE_ADDRESS_MAX, REFUSED_SENDER_MAX). May be called before init.
 */
export function bytesNeeded(
  instances: u32,
  vips: u32,
  trackers: u32,
  tracks: u32,
  groups: u32,
  interfaces: u32,
  addresses: u32,
  senders: u32,
): u32 {
  return vrrpBytesNeeded(
    instances,
    vips,
    trackers,
    tracks,
    groups,
    interfaces,
    addresses,
    senders,
  );
}

/**
 * Reserves the arenas and starts an empty node; nothing is allocated afterwards. The seed is kept in
 * the memory. STATUS_OK, or STATUS_MEMORY when a count is over its limit or the memory too small.
 */
export function init(
  instances: u32,
  vips: u32,
  trackers: u32,
  tracks: u32,
  groups: u32,
  interfaces: u32,
  addresses: u32,
  senders: u32,
  seedLo: u32,
  seedHi: u32,
): u32 {
  return arenaBegin(
    instances,
    vips,
    trackers,
    tracks,
    groups,
    interfaces,
    addresses,
    senders,
    (<u64> seedHi << 32) | <u64> seedLo,
  );
}

/** Address of the input buffer, INPUT_SIZE_MAX bytes; valid after init. */
export function inputBuffer(): u32 {
  return <u32> inputAddress();
}

/** Address of the output buffer, OUTPUT_SIZE_MAX bytes; valid after init. */
export function outputBuffer(): u32 {
  return <u32> outputAddress();
}

/**
 * Takes the record of `size` bytes at the input buffer at `now` microseconds of CLOCK_MONOTONIC and
 * answers its STATUS_ code. Due timers fire after it. Drain pollOutput() before the next one.
 */
export function handleInput(now: f64, size: u32): u32 {
  if (directorIsReady()) return directorHandle(now, inputBuffer(), size);
  return handleRecord(now, inputBuffer(), size);
}

/** Writes the next output record at the output buffer; its size in bytes, 0 when there is none. */
export function pollOutput(): u32 {
  if (directorIsReady()) return directorPoll();
  return isInitialised() ? pollNext() : 0;
}

/** When to call handleInput with a TimerInput: absolute microseconds, Infinity = no timer is set. */
export function nextTimeout(): f64 {
  return directorIsReady() ? directorNextTimeout() : nextDeadline();
}

/** Address of the InstanceStatus of a running instance; 0 when there is none of that number. */
export function instanceStatus(instance: u32): u32 {
  return statusOf(instance);
}

/**
 * Deadline of a timer of a running instance, absolute microseconds; -1 = not set. 0: advert timer while
 * MASTER, master down timer while BACKUP; 1: preempt_delay; see vrrp/timers.ts. For those who watch.
 */
export function instanceTimer(instance: u32, timer: u32): f64 {
  return deadlineOf(instance, timer);
}

/**
 * Address of the eight bytes of the password of an instance, whether it is there or not, in bank 0 or 1;
 * 0 when there is no such place. For those who mask a checkpoint.
 */
export function secretAddress(bank: u32, instance: u32): u32 {
  return secretOf(bank, instance);
}

/** Bytes from address 0 that hold the node; the two buffers lie among them and hold no state. */
export function memoryUsed(): u32 {
  return usedBytes();
}

/** Address of the refusals by STATUS_ code: STATUS_COUNT of u32; valid after init. */
export function statusCounters(): u32 {
  return <u32> statusCountersAddress();
}

/** Number of the assertion that failed before a trap; 0 = none (vrrp/assertion.ts). */
export function assertCode(): u32 {
  return isInitialised() ? node().assertCode : 0;
}
