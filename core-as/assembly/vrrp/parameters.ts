// Configuration records on their way into the staged bank: each value is checked against its range
// before it is stored, so that whatever a commit takes over is sound. References go backwards only:
// trackers and groups first, then instances, then addresses and tracks.

import {
  ADVERTISEMENT_INTERVAL_CS_MAX,
  DOWN_TIMER_ADVERTS_MAX,
  GARP_REFRESH_S_MAX,
  GARP_REPEAT_MAX,
  ID_NONE,
  VIP_MAX,
  VIP_PER_INSTANCE_MAX,
} from "../abi/limits";
import {
  ConfigGroupInput,
  ConfigInstanceInput,
  ConfigTrackerInput,
  ConfigTrackInput,
  ConfigVipInput,
} from "../abi/input";
import {
  AUTH_NONE,
  AUTH_PASS,
  FAMILY_INET,
  FAMILY_INET6,
  TRACKER_INTERFACE,
  TRACKER_PROCESS,
} from "../abi/state";
import {
  STATUS_LIMIT,
  STATUS_OK,
  STATUS_RECORD_REFERENCE,
  STATUS_RECORD_VALUE,
  STATUS_VRID_DUPLICATE,
} from "../abi/status";
import { addressIsMulticast } from "../base/address";
import {
  bankOf,
  groupCapacity,
  groupOf,
  instanceCapacity,
  instanceOf,
  interfaceOf,
  otherBank,
  trackCapacity,
  trackerCapacity,
  trackerOf,
  trackOf,
  vipCapacity,
  vipOf,
} from "./arena";
import { takeInterface } from "./interface_table";
import { findInstance, findVip, indexInstance, indexVip } from "./key_index";
import { Instance, INTERFACE_STAGED, VIP_ADVERTISED } from "./records";

const SECOND_US: u32 = 1_000_000;
const CENTISECOND_US: u32 = 10_000;
const INTERVAL_V2_S_MAX: u32 = 255;
const OCTET_MAX: u32 = 255;
const WEIGHT_LIMIT: i32 = 254;
const SCOPE_MAX: u32 = 255;

function isFamily(family: u32): bool {
  return family == FAMILY_INET || family == FAMILY_INET6;
}

function bitsOf(family: u32): u32 {
  return family == FAMILY_INET ? 32 : 128;
}

/** Whether an IPv4 address field has nothing behind its four bytes. */
function isClean(family: u32, hi: u64, lo: u64): bool {
  return family != FAMILY_INET || (lo == 0 && hi >> 32 == 0);
}

/** Slot of an interface for the staged configuration, or ID_NONE when the table is full. */
function stageInterface(ifindex: u32): u32 {
  const slot = takeInterface(ifindex);
  if (slot != ID_NONE) interfaceOf(slot).use |= INTERFACE_STAGED;
  return slot;
}

/** STATUS_OK, STATUS_LIMIT (number beyond the node's trackers), STATUS_RECORD_VALUE. */
export function stageTracker(input: ConfigTrackerInput): u32 {
  if (input.tracker >= trackerCapacity) return STATUS_LIMIT;
  if (input.watches > TRACKER_PROCESS) return STATUS_RECORD_VALUE;
  const tracker = trackerOf(otherBank(), input.tracker);
  if (tracker.present != 0) return STATUS_RECORD_VALUE;
  if (input.watches == TRACKER_INTERFACE) {
    if (input.ifindex == 0) return STATUS_RECORD_VALUE;
    if (stageInterface(input.ifindex) == ID_NONE) return STATUS_LIMIT;
  }
  tracker.present = 1;
  tracker.watches = input.watches;
  tracker.ifindex = input.watches == TRACKER_INTERFACE ? input.ifindex : 0;
  return STATUS_OK;
}

/** STATUS_OK, STATUS_LIMIT, STATUS_RECORD_VALUE (given twice, or no boolean). */
export function stageGroup(input: ConfigGroupInput): u32 {
  if (input.group >= groupCapacity) return STATUS_LIMIT;
  const group = groupOf(otherBank(), input.group);
  if (group.present != 0 || input.trackingWeight > 1) return STATUS_RECORD_VALUE;
  group.present = 1;
  group.trackingWeight = input.trackingWeight;
  group.first = ID_NONE;
  return STATUS_OK;
}

function isInterval(version: u32, us: u32): bool {
  if (version == 2) return us % SECOND_US == 0 && us != 0 && us <= INTERVAL_V2_S_MAX * SECOND_US;
  return us % CENTISECOND_US == 0 && us != 0 &&
    us <= ADVERTISEMENT_INTERVAL_CS_MAX * CENTISECOND_US;
}

/** Whether the numbers of an instance are in their ranges. */
function hasSoundNumbers(input: ConfigInstanceInput): bool {
  if (input.ifindex == 0 || !isFamily(input.family)) return false;
  if (input.version != 3 && !(input.version == 2 && input.family == FAMILY_INET)) return false;
  if (input.vrid == 0 || input.vrid > OCTET_MAX) return false;
  if (input.priority == 0 || input.priority > OCTET_MAX) return false;
  if (!isInterval(input.version, input.advertisementIntervalUs)) return false;
  if (input.downTimerAdverts == 0 || input.downTimerAdverts > DOWN_TIMER_ADVERTS_MAX) return false;
  if (input.authType != AUTH_NONE && input.authType != AUTH_PASS) return false;
  if (input.authType != AUTH_NONE && input.version != 2) return false;
  if (input.garpRepeat > GARP_REPEAT_MAX || input.garpRefreshRepeat > GARP_REPEAT_MAX) return false;
  if (input.garpLowerPrioRepeat > GARP_REPEAT_MAX) return false;
  // Also refuses NaN.
  return input.garpRefreshUs >= 0 &&
    input.garpRefreshUs <= <f64> GARP_REFRESH_S_MAX * <f64> SECOND_US;
}

/** Whether group and source are addresses of the instance's family. */
function hasSoundAddresses(input: ConfigInstanceInput): bool {
  const group = changetype<u32>(input) + offsetof<ConfigInstanceInput>("multicastGroupHi");
  const source = changetype<u32>(input) + offsetof<ConfigInstanceInput>("sourceHi");
  return addressIsMulticast(group, input.family) && !addressIsMulticast(source, input.family) &&
    isClean(input.family, input.multicastGroupHi, input.multicastGroupLo) &&
    isClean(input.family, input.sourceHi, input.sourceLo);
}

/**
 * STATUS_OK, STATUS_LIMIT, STATUS_RECORD_VALUE (a value, or a number that is not the next one),
 * STATUS_RECORD_REFERENCE (unknown group), STATUS_VRID_DUPLICATE.
 */
export function stageInstance(input: ConfigInstanceInput): u32 {
  const number = otherBank();
  const bank = bankOf(number);
  if (input.instance >= instanceCapacity) return STATUS_LIMIT;
  if (input.instance != bank.instanceCount) return STATUS_RECORD_VALUE;
  if (!hasSoundNumbers(input) || !hasSoundAddresses(input)) return STATUS_RECORD_VALUE;
  if (input.group != ID_NONE) {
    if (input.group >= groupCapacity || groupOf(number, input.group).present == 0) {
      return STATUS_RECORD_REFERENCE;
    }
  }
  if (findInstance(number, input.ifindex, input.family, input.vrid) != ID_NONE) {
    return STATUS_VRID_DUPLICATE;
  }
  const slot = stageInterface(input.ifindex);
  if (slot == ID_NONE) return STATUS_LIMIT;
  const instance = instanceOf(number, input.instance);
  copyInstance(instance, input);
  instance.interfaceSlot = slot;
  indexInstance(number, instance);
  bank.instanceCount++;
  return STATUS_OK;
}

function copyInstance(instance: Instance, input: ConfigInstanceInput): void {
  instance.instance = input.instance;
  instance.ifindex = input.ifindex;
  instance.family = input.family;
  instance.version = input.version;
  instance.vrid = input.vrid;
  instance.priorityBase = input.priority;
  instance.flags = input.flags;
  instance.intervalUs = input.advertisementIntervalUs;
  instance.preemptDelayUs = input.preemptDelayUs;
  instance.downTimerAdverts = input.downTimerAdverts;
  instance.group = input.group;
  instance.groupNext = ID_NONE;
  instance.paired = ID_NONE;
  instance.authType = input.authType;
  instance.authData = input.authType == AUTH_NONE ? 0 : input.authData;
  instance.garpDelayUs = input.garpDelayUs;
  instance.garpRepeat = input.garpRepeat;
  instance.garpRefreshUs = <u64> input.garpRefreshUs;
  instance.garpRefreshRepeat = input.garpRefreshRepeat;
  instance.garpLowerPrioDelayUs = input.garpLowerPrioDelayUs;
  instance.garpLowerPrioRepeat = input.garpLowerPrioRepeat;
  instance.multicastGroupHi = input.multicastGroupHi;
  instance.multicastGroupLo = input.multicastGroupLo;
  instance.configuredSourceHi = input.sourceHi;
  instance.configuredSourceLo = input.sourceLo;
}

/** Whether the instance has this address already. */
function isStagedTwice(input: ConfigVipInput): bool {
  return findVip(
    otherBank(),
    input.instance,
    input.ifindex,
    input.family,
    input.prefixLength,
    input.addressHi,
    input.addressLo,
  ) != ID_NONE;
}

/**
 * STATUS_OK, STATUS_LIMIT (too many, on the node or in the instance's adverts),
 * STATUS_RECORD_REFERENCE (unknown instance), STATUS_RECORD_VALUE.
 */
export function stageVip(input: ConfigVipInput): u32 {
  const number = otherBank();
  const bank = bankOf(number);
  if (bank.vipCount == vipCapacity) return STATUS_LIMIT;
  if (input.instance >= bank.instanceCount) return STATUS_RECORD_REFERENCE;
  const instance = instanceOf(number, input.instance);
  if (input.vip >= VIP_MAX || input.ifindex == 0 || !isFamily(input.family)) {
    return STATUS_RECORD_VALUE;
  }
  if (input.prefixLength > bitsOf(input.family) || input.scope > SCOPE_MAX) {
    return STATUS_RECORD_VALUE;
  }
  if (input.advertised > 1 || (input.advertised == 1 && input.family != instance.family)) {
    return STATUS_RECORD_VALUE;
  }
  const address = changetype<u32>(input) + offsetof<ConfigVipInput>("addressHi");
  if ((input.addressHi | input.addressLo) == 0) return STATUS_RECORD_VALUE;
  if (!isClean(input.family, input.addressHi, input.addressLo)) return STATUS_RECORD_VALUE;
  if (addressIsMulticast(address, input.family)) return STATUS_RECORD_VALUE;
  if (input.advertised == 1 && instance.advertisedCount == VIP_PER_INSTANCE_MAX) {
    return STATUS_LIMIT;
  }
  if (isStagedTwice(input)) return STATUS_RECORD_VALUE;
  const slot = stageInterface(input.ifindex);
  if (slot == ID_NONE) return STATUS_LIMIT;
  const vip = vipOf(number, bank.vipCount);
  vip.vip = input.vip;
  vip.instance = input.instance;
  vip.ifindex = input.ifindex;
  vip.interfaceSlot = slot;
  vip.family = input.family;
  vip.prefixLength = input.prefixLength;
  vip.scope = input.scope;
  vip.label = input.label;
  vip.flags = input.advertised == 1 ? VIP_ADVERTISED : 0;
  vip.addressHi = input.addressHi;
  vip.addressLo = input.addressLo;
  indexVip(number, bank.vipCount);
  instance.vipCount++;
  instance.advertisedCount += input.advertised;
  bank.vipCount++;
  return STATUS_OK;
}

/** STATUS_OK, STATUS_LIMIT, STATUS_RECORD_REFERENCE, STATUS_RECORD_VALUE. */
export function stageTrack(input: ConfigTrackInput): u32 {
  const number = otherBank();
  const bank = bankOf(number);
  if (bank.trackCount == trackCapacity) return STATUS_LIMIT;
  if (input.instance >= bank.instanceCount) return STATUS_RECORD_REFERENCE;
  if (input.tracker >= trackerCapacity || trackerOf(number, input.tracker).present == 0) {
    return STATUS_RECORD_REFERENCE;
  }
  if (input.weight < -WEIGHT_LIMIT || input.weight > WEIGHT_LIMIT || input.reverse > 1) {
    return STATUS_RECORD_VALUE;
  }
  const track = trackOf(number, bank.trackCount);
  track.instance = input.instance;
  track.tracker = input.tracker;
  track.weight = input.weight;
  track.reverse = input.reverse;
  track.ignored = 0;
  instanceOf(number, input.instance).trackCount++;
  bank.trackCount++;
  return STATUS_OK;
}
