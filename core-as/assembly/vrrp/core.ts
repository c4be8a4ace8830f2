// One input of the VRRP core: checks the record, lets time pass, hands it to its handler and fires
// what is due. Every refusal has a status and a counter; nothing traps on what the host or the
// network hands in.

import { ID_NONE, INPUT_SIZE_MAX, PACKET_SIZE_MAX } from "../abi/limits";
import {
  AddressInput,
  CommandInput,
  ConfigBeginInput,
  ConfigCommitInput,
  ConfigGroupInput,
  ConfigInstanceInput,
  ConfigTrackerInput,
  ConfigTrackInput,
  ConfigVipInput,
  INPUT_ADDRESS,
  INPUT_COMMAND,
  INPUT_CONFIG_BEGIN,
  INPUT_CONFIG_COMMIT,
  INPUT_CONFIG_GROUP,
  INPUT_CONFIG_INSTANCE,
  INPUT_CONFIG_TRACK,
  INPUT_CONFIG_TRACKER,
  INPUT_CONFIG_VIP,
  INPUT_LINK,
  INPUT_PACKET,
  INPUT_TIMER,
  INPUT_TRACKER,
  InputHeader,
  LinkInput,
  PacketInput,
  TimerInput,
  TrackerInput,
} from "../abi/input";
import {
  FAMILY_INET,
  FAMILY_INET6,
  STATE_MASTER,
  TRACKER_INTERFACE,
  TRACKER_STATE_BAD,
} from "../abi/state";
import {
  STATUS_CONFIG_ORDER,
  STATUS_LIMIT,
  STATUS_NOT_INITIALISED,
  STATUS_OK,
  STATUS_RECORD_KIND,
  STATUS_RECORD_REFERENCE,
  STATUS_RECORD_SIZE,
  STATUS_RECORD_VALUE,
  STATUS_TIME,
} from "../abi/status";
import {
  bankOf,
  clearBank,
  countStatus,
  instanceAt,
  instanceCapacity,
  instanceOf,
  interfaceCapacity,
  interfaceOf,
  isInitialised,
  node,
  otherBank,
  running,
  trackerCapacity,
  trackerOf,
} from "./arena";
import { runCommand } from "./command";
import { applyStaged } from "./commit";
import { addressLost, fireTimers, thaw } from "./events";
import {
  addAddress,
  findInterface,
  removeAddress,
  removeAddresses,
  takeInterface,
} from "./interface_table";
import { vipInSlot, vipNext, vipStart } from "./key_index";
import { queueHasRoom, queueIsEmpty } from "./output_queue";
import { stageGroup, stageInstance, stageTrack, stageTracker, stageVip } from "./parameters";
import { receive } from "./receive";
import { Instance, INTERFACE_STAGED, STAGING_NONE, STAGING_OPEN, VIP_HELD } from "./records";
import { earliestUs, TIMER_COUNT, TIMER_OFF, timerDueUs } from "./timers";
import { linkChanged, setTracker } from "./tracker";

/** Beyond this a f64 does not hold whole microseconds exactly. */
const TIME_US_MAX: f64 = 9_007_199_254_740_991;

/**
 * Handles the record of `size` bytes at an address, at `now` microseconds. Answers its status: that
 * of the record, for a packet that of the packet; STATUS_TIME when it was taken with the last known
 * time instead; STATUS_LIMIT also when outputs wait that must be drained first.
 */
export function handleRecord(now: f64, at: u32, size: u32): u32 {
  if (!isInitialised()) return STATUS_NOT_INITIALISED;
  const timely = advanceTime(now);
  const status = dispatch(at, size);
  const answer = status == STATUS_OK && !timely ? STATUS_TIME : status;
  if (answer != STATUS_OK) countStatus(answer);
  return answer;
}

/** Moves the clock; false when the time is no time or lies before the last one. */
function advanceTime(now: f64): bool {
  // NaN fails the comparison.
  if (!(now >= 0 && now <= TIME_US_MAX)) return false;
  const us = <u64> now;
  if (us < node().nowUs) return false;
  node().nowUs = us;
  return true;
}

/** Bytes of the fixed part of a kind; 0 for an unknown one. */
function fixedSize(kind: u32): u32 {
  switch (kind) {
    case INPUT_TIMER:
      return offsetof<TimerInput>();
    case INPUT_PACKET:
      return offsetof<PacketInput>();
    case INPUT_LINK:
      return offsetof<LinkInput>();
    case INPUT_ADDRESS:
      return offsetof<AddressInput>();
    case INPUT_TRACKER:
      return offsetof<TrackerInput>();
    case INPUT_COMMAND:
      return offsetof<CommandInput>();
    case INPUT_CONFIG_BEGIN:
      return offsetof<ConfigBeginInput>();
    case INPUT_CONFIG_TRACKER:
      return offsetof<ConfigTrackerInput>();
    case INPUT_CONFIG_GROUP:
      return offsetof<ConfigGroupInput>();
    case INPUT_CONFIG_INSTANCE:
      return offsetof<ConfigInstanceInput>();
    case INPUT_CONFIG_VIP:
      return offsetof<ConfigVipInput>();
    case INPUT_CONFIG_TRACK:
      return offsetof<ConfigTrackInput>();
    case INPUT_CONFIG_COMMIT:
      return offsetof<ConfigCommitInput>();
    default:
      return 0;
  }
}

function dispatch(at: u32, size: u32): u32 {
  if (size < offsetof<InputHeader>() || size > INPUT_SIZE_MAX) return STATUS_RECORD_SIZE;
  const header = changetype<InputHeader>(at);
  const fixed = fixedSize(header.kind);
  if (fixed == 0) return STATUS_RECORD_KIND;
  if (header.size != size || size < fixed) return STATUS_RECORD_SIZE;
  if (header.kind == INPUT_PACKET) {
    const length = changetype<PacketInput>(at).payloadLength;
    if (length > PACKET_SIZE_MAX || size - fixed != length) return STATUS_RECORD_SIZE;
  } else if (size != fixed) return STATUS_RECORD_SIZE;
  if (!queueHasRoom()) return STATUS_LIMIT;
  thaw();
  const status = handle(header.kind, at);
  if (!comesFromKernel(header.kind)) fireTimers();
  return status;
}

/**
 * Whether more of its sort may wait behind it: after a process was stopped, the advert that restarts a
 * timer which ended meanwhile, or the link that is up again. Timers do not fire between them;
 * the host says when all are read (INPUT_TIMER).
 */
function comesFromKernel(kind: u32): bool {
  return kind == INPUT_PACKET || kind == INPUT_LINK || kind == INPUT_ADDRESS;
}

function handle(kind: u32, at: u32): u32 {
  switch (kind) {
    case INPUT_TIMER:
      return STATUS_OK;
    case INPUT_PACKET:
      return handlePacket(changetype<PacketInput>(at));
    case INPUT_LINK:
      return handleLink(changetype<LinkInput>(at));
    case INPUT_ADDRESS:
      return handleAddress(changetype<AddressInput>(at));
    case INPUT_TRACKER:
      return handleTracker(changetype<TrackerInput>(at));
    case INPUT_COMMAND:
      return runCommand(changetype<CommandInput>(at).command);
    case INPUT_CONFIG_BEGIN:
      return beginConfig(changetype<ConfigBeginInput>(at));
    case INPUT_CONFIG_COMMIT:
      return commitConfig(changetype<ConfigCommitInput>(at));
    default:
      return stage(kind, at);
  }
}

function isFamily(family: u32): bool {
  return family == FAMILY_INET || family == FAMILY_INET6;
}

function handlePacket(input: PacketInput): u32 {
  if (!isFamily(input.family)) return STATUS_RECORD_VALUE;
  return receive(input);
}

/** STATUS_LIMIT when the interface table is full. */
function handleLink(input: LinkInput): u32 {
  if (input.ifindex == 0 || input.present > 1) return STATUS_RECORD_VALUE;
  const known = findInterface(input.ifindex);
  if (known == ID_NONE && input.present == 0) return STATUS_OK;
  const slot = takeInterface(input.ifindex);
  if (slot == ID_NONE) return STATUS_LIMIT;
  const link = interfaceOf(slot);
  link.present = input.present;
  link.flags = input.present != 0 ? input.flags : 0;
  link.mtu = input.mtu;
  link.forwarding = input.forwarding;
  link.mac = input.mac & 0x0000_ffff_ffff_ffff;
  if (input.present == 0) removeAddresses(slot);
  linkChanged(slot);
  return STATUS_OK;
}

/** STATUS_LIMIT when a table is full. */
function handleAddress(input: AddressInput): u32 {
  if (input.ifindex == 0 || !isFamily(input.family) || input.present > 1) {
    return STATUS_RECORD_VALUE;
  }
  const bits: u32 = input.family == FAMILY_INET ? 32 : 128;
  if (input.prefixLength > bits) return STATUS_RECORD_VALUE;
  const hi = input.family == FAMILY_INET ? input.addressHi & 0xffff_ffff : input.addressHi;
  const lo: u64 = input.family == FAMILY_INET ? 0 : input.addressLo;
  return input.present != 0 ? addressAppeared(input, hi, lo) : addressWent(input, hi, lo);
}

function addressAppeared(input: AddressInput, hi: u64, lo: u64): u32 {
  if (heldBy(input, hi, lo, ID_NONE) != ID_NONE) return STATUS_OK;
  const slot = takeInterface(input.ifindex);
  if (slot == ID_NONE) return STATUS_LIMIT;
  const status = addAddress(slot, input.family, input.prefixLength, hi, lo);
  if (status == STATUS_OK) linkChanged(slot);
  return status;
}

function addressWent(input: AddressInput, hi: u64, lo: u64): u32 {
  let holder = heldBy(input, hi, lo, ID_NONE);
  while (holder != ID_NONE) {
    const instance = instanceAt(vipInSlot(node().bank, holder).instance);
    if (instance.state == STATE_MASTER) addressLost(instance);
    holder = heldBy(input, hi, lo, holder);
  }
  const slot = findInterface(input.ifindex);
  if (slot == ID_NONE) return STATUS_OK;
  if (removeAddress(slot, input.family, input.prefixLength, hi, lo)) linkChanged(slot);
  return STATUS_OK;
}

/** Slot of the index of an address with this prefix that we hold, searching behind `after`. */
function heldBy(input: AddressInput, hi: u64, lo: u64, after: u32): u32 {
  const bank = node().bank;
  let slot = after == ID_NONE ? vipStart(input.ifindex, hi, lo) : after + 1;
  while (true) {
    slot = vipNext(bank, slot, input.ifindex, input.family, hi, lo);
    if (slot == ID_NONE) return ID_NONE;
    const vip = vipInSlot(bank, slot);
    if ((vip.flags & VIP_HELD) != 0 && vip.prefixLength == input.prefixLength) return slot;
    slot++;
  }
}

/** STATUS_RECORD_REFERENCE: no such tracker, or one that is fed by link events. */
function handleTracker(input: TrackerInput): u32 {
  if (input.tracker >= trackerCapacity) return STATUS_RECORD_REFERENCE;
  const tracker = trackerOf(node().bank, input.tracker);
  if (tracker.present == 0 || tracker.watches == TRACKER_INTERFACE) {
    return STATUS_RECORD_REFERENCE;
  }
  if (input.state > TRACKER_STATE_BAD) return STATUS_RECORD_VALUE;
  setTracker(input.tracker, input.state, input.value);
  return STATUS_OK;
}

/**
 * STATUS_CONFIG_ORDER: after COMMAND_STOP, or while outputs of the configuration before the running
 * one wait; STATUS_RECORD_VALUE: the generation does not grow.
 */
function beginConfig(input: ConfigBeginInput): u32 {
  const self = node();
  if (self.stopped != 0 || !queueIsEmpty()) return STATUS_CONFIG_ORDER;
  if (self.configured != 0 && input.generation <= self.generation) return STATUS_RECORD_VALUE;
  for (let slot: u32 = 0; slot < interfaceCapacity; slot++) {
    interfaceOf(slot).use &= ~INTERFACE_STAGED;
  }
  clearBank(otherBank());
  bankOf(otherBank()).generation = input.generation;
  self.staging = STAGING_OPEN;
  self.stagingStatus = STATUS_OK;
  return STATUS_OK;
}

/** A record between begin and commit; the first refusal spoils the commit. */
function stage(kind: u32, at: u32): u32 {
  const self = node();
  if (self.staging != STAGING_OPEN) return STATUS_CONFIG_ORDER;
  let status = STATUS_OK;
  if (kind == INPUT_CONFIG_TRACKER) status = stageTracker(changetype<ConfigTrackerInput>(at));
  else if (kind == INPUT_CONFIG_GROUP) status = stageGroup(changetype<ConfigGroupInput>(at));
  else if (kind == INPUT_CONFIG_INSTANCE) {
    status = stageInstance(changetype<ConfigInstanceInput>(at));
  } else if (kind == INPUT_CONFIG_VIP) status = stageVip(changetype<ConfigVipInput>(at));
  else status = stageTrack(changetype<ConfigTrackInput>(at));
  if (self.stagingStatus == STATUS_OK) self.stagingStatus = status;
  return status;
}

/**
 * STATUS_CONFIG_ORDER: no begin, another generation, or stopped since; otherwise the first status
 * that a record of the configuration got: then nothing changed and the next begin starts anew.
 */
function commitConfig(input: ConfigCommitInput): u32 {
  const self = node();
  if (self.staging != STAGING_OPEN || self.stopped != 0) return STATUS_CONFIG_ORDER;
  if (bankOf(otherBank()).generation != input.generation) return STATUS_CONFIG_ORDER;
  self.staging = STAGING_NONE;
  if (self.stagingStatus != STATUS_OK) return self.stagingStatus;
  applyStaged();
  return STATUS_OK;
}

/** Absolute time of the next timeout, microseconds; Infinity when none is set. */
export function nextDeadline(): f64 {
  if (!isInitialised()) return Infinity;
  const due = earliestUs();
  return due == TIMER_OFF ? Infinity : <f64> due;
}

/** Address of the InstanceStatus of a running instance; 0 when there is none of that number. */
export function statusOf(instance: u32): u32 {
  if (!isInitialised() || instance >= running().instanceCount) return 0;
  return changetype<u32>(instanceAt(instance));
}

/** Deadline of a timer of a running instance (TIMER_ code), microseconds; -1: not set, or none such. */
export function deadlineOf(instance: u32, timer: u32): f64 {
  if (!isInitialised() || instance >= running().instanceCount || timer >= TIMER_COUNT) return -1;
  const due = timerDueUs(instanceAt(instance), timer);
  return due == TIMER_OFF ? -1 : <f64> due;
}

/**
 * Address of the eight bytes of an instance's password in a bank (0, 1; the one that is not running
 * holds the configuration before, or the one being staged); 0 when there is no such place.
 */
export function secretOf(bank: u32, instance: u32): u32 {
  if (!isInitialised() || bank > 1 || instance >= instanceCapacity) return 0;
  return changetype<u32>(instanceOf(bank, instance)) + <u32> offsetof<Instance>("authData");
}
