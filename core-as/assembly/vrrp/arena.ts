// The arenas of the VRRP core: sized once from the caller's counts, reserved in a fixed order, never
// freed. Everything that changes after init stands in them, so that a copy of the memory is the
// whole node; the pointers below depend on nothing but the counts.

import { memoryBegin, reserve } from "../abi/memory";
import {
  GROUP_MAX,
  INPUT_SIZE_MAX,
  INSTANCE_MAX,
  INTERFACE_ADDRESS_MAX,
  INTERFACE_MAX,
  OUTPUT_SIZE_MAX,
  REFUSED_SENDER_MAX,
  TRACK_MAX,
  TRACKER_MAX,
  VIP_MAX,
} from "../abi/limits";
import { STATUS_COUNT, STATUS_MEMORY, STATUS_OK } from "../abi/status";
import { Packet } from "./packet";
import {
  Bank,
  Group,
  Instance,
  Interface,
  InterfaceAddress,
  Node,
  QueueEntry,
  RefusedSender,
  Track,
  Tracker,
  Vip,
} from "./records";

/** Entries that one instance can add to the output queue in one handleInput, generously. */
const QUEUE_PER_INSTANCE: u32 = 20;
const QUEUE_PER_GROUP: u32 = 4;
/** Entries that belong to no instance. */
const QUEUE_BASE: u32 = 16;
/** Entries that may wait undrained beside a full handleInput. */
const QUEUE_SLACK: u32 = 48;
/** Bytes of a queue entry: the largest finished record behind its operation word. */
const QUEUE_ENTRY_SIZE: u32 = 128;
/** reserve() aligns to this. */
const ALIGNMENT: u32 = 64;
/** Number of calls of reserve() in arenaBegin. */
const ARENA_COUNT: u32 = 20;

/** VRRP instances the node has room for. */
export let instanceCapacity: u32 = 0;
/** Virtual addresses of all instances. */
export let vipCapacity: u32 = 0;
/** Tracker numbers. */
export let trackerCapacity: u32 = 0;
/** Tracks of all instances. */
export let trackCapacity: u32 = 0;
/** Sync group numbers. */
export let groupCapacity: u32 = 0;
/** Slots of the interface table. */
export let interfaceCapacity: u32 = 0;
/** Rows of the interface address table. */
export let addressCapacity: u32 = 0;
/** Rows of the table of refused senders. */
export let senderCapacity: u32 = 0;
/** Entries of the output queue. */
export let queueCapacity: u32 = 0;
/** Entries that must be free before an input is taken. */
export let queueNeeded: u32 = 0;
/** Slots of the instance index, a power of two. */
export let instanceIndexSize: u32 = 0;
/** Slots of the address index, a power of two. */
export let vipIndexSize: u32 = 0;

let nodeAt: u32 = 0;
let countersAt: u32 = 0;
let banksAt: u32 = 0;
let instancesAt: u32 = 0;
let vipsAt: u32 = 0;
let vipOrderAt: u32 = 0;
let tracksAt: u32 = 0;
let trackOrderAt: u32 = 0;
let trackersAt: u32 = 0;
let groupsAt: u32 = 0;
let instanceIndexAt: u32 = 0;
let vipIndexAt: u32 = 0;
let interfacesAt: u32 = 0;
let addressesAt: u32 = 0;
let sendersAt: u32 = 0;
let heapAt: u32 = 0;
let queueAt: u32 = 0;
let packetAt: u32 = 0;

function powerOfTwo(atLeast: u32): u32 {
  let size: u32 = 4;
  while (size < atLeast) size <<= 1;
  return size;
}

/** Entries that must be free before an input is taken. */
function queueNeed(instances: u32, groups: u32): u32 {
  return QUEUE_PER_INSTANCE * instances + QUEUE_PER_GROUP * groups + QUEUE_BASE;
}

/**
 * Bytes of memory that a node with these counts needs, static data and buffers included; 0 when a
 * count is over its limit (limits.ts). Counts: VRRP instances, virtual addresses, trackers, tracks,
 * sync groups, interfaces, addresses of interfaces, refused senders remembered.
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
  if (instances > INSTANCE_MAX || vips > VIP_MAX || trackers > TRACKER_MAX) return 0;
  if (tracks > TRACK_MAX || groups > GROUP_MAX || interfaces > INTERFACE_MAX) return 0;
  if (addresses > INTERFACE_ADDRESS_MAX || senders > REFUSED_SENDER_MAX) return 0;
  const perBank = offsetof<Bank>() + instances * offsetof<Instance>() +
    vips * (offsetof<Vip>() + 4) + tracks * (offsetof<Track>() + 4) +
    trackers * offsetof<Tracker>() + groups * offsetof<Group>() +
    4 * (powerOfTwo(2 * instances) + powerOfTwo(2 * vips));
  const shared = offsetof<Node>() + offsetof<Packet>() + 4 * STATUS_COUNT +
    interfaces * offsetof<Interface>() +
    addresses * offsetof<InterfaceAddress>() + senders * offsetof<RefusedSender>() +
    4 * instances + (queueNeed(instances, groups) + QUEUE_SLACK) * QUEUE_ENTRY_SIZE;
  return <u32> (__heap_base + INPUT_SIZE_MAX + OUTPUT_SIZE_MAX + 2 * perBank + shared) +
    ARENA_COUNT * ALIGNMENT;
}

/** reserve() between plain u32, as all pointers of the core are outside abi/. */
function take(bytes: usize): u32 {
  return <u32> reserve(<u32> bytes);
}

/** Lays out the arenas for these counts and starts an empty node. STATUS_OK or STATUS_MEMORY. */
export function arenaBegin(
  instances: u32,
  vips: u32,
  trackers: u32,
  tracks: u32,
  groups: u32,
  interfaces: u32,
  addresses: u32,
  senders: u32,
  seed: u64,
): u32 {
  nodeAt = 0;
  const needed = bytesNeeded(
    instances,
    vips,
    trackers,
    tracks,
    groups,
    interfaces,
    addresses,
    senders,
  );
  if (needed == 0 || <u64> needed > (<u64> memory.size()) << 16) return STATUS_MEMORY;
  instanceCapacity = instances;
  vipCapacity = vips;
  trackerCapacity = trackers;
  trackCapacity = tracks;
  groupCapacity = groups;
  interfaceCapacity = interfaces;
  addressCapacity = addresses;
  senderCapacity = senders;
  queueNeeded = queueNeed(instances, groups);
  queueCapacity = queueNeeded + QUEUE_SLACK;
  instanceIndexSize = powerOfTwo(2 * instances);
  vipIndexSize = powerOfTwo(2 * vips);
  memoryBegin();
  const at = take(offsetof<Node>());
  countersAt = take(4 * STATUS_COUNT);
  banksAt = take(2 * offsetof<Bank>());
  instancesAt = take(2 * instances * offsetof<Instance>());
  vipsAt = take(2 * vips * offsetof<Vip>());
  vipOrderAt = take(2 * vips * 4);
  tracksAt = take(2 * tracks * offsetof<Track>());
  trackOrderAt = take(2 * tracks * 4);
  trackersAt = take(2 * trackers * offsetof<Tracker>());
  groupsAt = take(2 * groups * offsetof<Group>());
  instanceIndexAt = take(2 * instanceIndexSize * 4);
  vipIndexAt = take(2 * vipIndexSize * 4);
  interfacesAt = take(interfaces * offsetof<Interface>());
  addressesAt = take(addresses * offsetof<InterfaceAddress>());
  sendersAt = take(senders * offsetof<RefusedSender>());
  heapAt = take(4 * instances);
  packetAt = take(offsetof<Packet>());
  queueAt = take(queueCapacity * QUEUE_ENTRY_SIZE);
  if (queueAt == 0) return STATUS_MEMORY;
  nodeAt = at;
  node().seed = seed;
  return STATUS_OK;
}

/** Whether arenaBegin succeeded. */
export function isInitialised(): bool {
  return nodeAt != 0;
}

/** The node; only after arenaBegin. */
export function node(): Node {
  return changetype<Node>(nodeAt);
}

/** The packet that is being checked. */
export function scratchPacket(): Packet {
  return changetype<Packet>(packetAt);
}

/** One of the two configurations. */
export function bankOf(bank: u32): Bank {
  return changetype<Bank>(banksAt + bank * offsetof<Bank>());
}

/** The running configuration. */
export function running(): Bank {
  return bankOf(node().bank);
}

/** The bank that is not running: staged, or what ran before the last commit. */
export function otherBank(): u32 {
  return node().bank ^ 1;
}

/** An instance of a bank; the number is not checked. */
export function instanceOf(bank: u32, number: u32): Instance {
  return changetype<Instance>(
    instancesAt + (bank * instanceCapacity + number) * offsetof<Instance>(),
  );
}

/** An instance of the running configuration; the number is not checked. */
export function instanceAt(number: u32): Instance {
  return instanceOf(node().bank, number);
}

/** An address of a bank by its place in the table, in the order the host gave them. */
export function vipOf(bank: u32, place: u32): Vip {
  return changetype<Vip>(vipsAt + (bank * vipCapacity + place) * offsetof<Vip>());
}

/** Place in the table of the address at a position of the order by instance. */
export function vipOrder(bank: u32, position: u32): u32 {
  return load<u32>(vipOrderAt + ((bank * vipCapacity + position) << 2));
}

/** Sets a place of the order by instance. */
export function setVipOrder(bank: u32, position: u32, place: u32): void {
  store<u32>(vipOrderAt + ((bank * vipCapacity + position) << 2), place);
}

/** The n-th address of an instance. */
export function vipOfInstance(bank: u32, instance: Instance, n: u32): Vip {
  return vipOf(bank, vipOrder(bank, instance.vipFirst + n));
}

/** A track of a bank by its place in the table. */
export function trackOf(bank: u32, place: u32): Track {
  return changetype<Track>(tracksAt + (bank * trackCapacity + place) * offsetof<Track>());
}

/** Place in the table of the track at a position of the order by instance. */
export function trackOrder(bank: u32, position: u32): u32 {
  return load<u32>(trackOrderAt + ((bank * trackCapacity + position) << 2));
}

/** Sets a place of the order by instance. */
export function setTrackOrder(bank: u32, position: u32, place: u32): void {
  store<u32>(trackOrderAt + ((bank * trackCapacity + position) << 2), place);
}

/** A tracker of a bank; the number is not checked. */
export function trackerOf(bank: u32, number: u32): Tracker {
  return changetype<Tracker>(
    trackersAt + (bank * trackerCapacity + number) * offsetof<Tracker>(),
  );
}

/** A sync group of a bank; the number is not checked. */
export function groupOf(bank: u32, number: u32): Group {
  return changetype<Group>(groupsAt + (bank * groupCapacity + number) * offsetof<Group>());
}

/** A sync group of the running configuration; the number is not checked. */
export function groupAt(number: u32): Group {
  return groupOf(node().bank, number);
}

/** Content of a slot of a bank's instance index: number plus one, 0 = empty. */
export function instanceSlot(bank: u32, slot: u32): u32 {
  return load<u32>(instanceIndexAt + ((bank * instanceIndexSize + slot) << 2));
}

/** Sets a slot of a bank's instance index. */
export function setInstanceSlot(bank: u32, slot: u32, content: u32): void {
  store<u32>(instanceIndexAt + ((bank * instanceIndexSize + slot) << 2), content);
}

/** Content of a slot of a bank's address index: place plus one, 0 = empty. */
export function vipSlot(bank: u32, slot: u32): u32 {
  return load<u32>(vipIndexAt + ((bank * vipIndexSize + slot) << 2));
}

/** Sets a slot of a bank's address index. */
export function setVipSlot(bank: u32, slot: u32, content: u32): void {
  store<u32>(vipIndexAt + ((bank * vipIndexSize + slot) << 2), content);
}

/** A slot of the interface table; the number is not checked. */
export function interfaceOf(slot: u32): Interface {
  return changetype<Interface>(interfacesAt + slot * offsetof<Interface>());
}

/** A row of the interface address table, in order of arrival. */
export function addressOf(row: u32): InterfaceAddress {
  return changetype<InterfaceAddress>(addressesAt + row * offsetof<InterfaceAddress>());
}

/** Takes a row out of the interface address table; the others keep their order. */
export function deleteAddressRow(row: u32): void {
  const size = <u32> offsetof<InterfaceAddress>();
  const count = node().addressCount;
  memory.copy(
    addressesAt + row * size,
    addressesAt + (row + 1) * size,
    (count - row - 1) * size,
  );
  node().addressCount = count - 1;
}

/** A row of the table of refused senders. */
export function senderOf(row: u32): RefusedSender {
  return changetype<RefusedSender>(sendersAt + row * offsetof<RefusedSender>());
}

/** Instance number at a position of the timer heap. */
export function heapEntry(position: u32): u32 {
  return load<u32>(heapAt + (position << 2));
}

/** Sets a position of the timer heap. */
export function setHeapEntry(position: u32, instance: u32): void {
  store<u32>(heapAt + (position << 2), instance);
}

/** The n-th waiting entry of the output queue, 0 = oldest. */
export function queueEntry(n: u32): QueueEntry {
  return changetype<QueueEntry>(
    queueAt + ((node().queueHead + n) % queueCapacity) * QUEUE_ENTRY_SIZE,
  );
}

/** Address of the finished record inside a queue entry: QUEUE_ENTRY_SIZE - 8 bytes. */
export function queueRecord(entry: QueueEntry): u32 {
  return changetype<u32>(entry) + 8;
}

/** Address of the counters by status: STATUS_COUNT of u32. */
export function statusCounters(): u32 {
  return countersAt;
}

/** Counts a status. */
export function countStatus(status: u32): void {
  const at = countersAt + (status << 2);
  store<u32>(at, load<u32>(at) + 1);
}

/** Empties the staged bank. */
export function clearBank(bank: u32): void {
  memory.fill(changetype<u32>(bankOf(bank)), 0, offsetof<Bank>());
  memory.fill(
    changetype<u32>(instanceOf(bank, 0)),
    0,
    instanceCapacity * offsetof<Instance>(),
  );
  memory.fill(changetype<u32>(trackerOf(bank, 0)), 0, trackerCapacity * offsetof<Tracker>());
  memory.fill(changetype<u32>(groupOf(bank, 0)), 0, groupCapacity * offsetof<Group>());
  memory.fill(instanceIndexAt + ((bank * instanceIndexSize) << 2), 0, instanceIndexSize << 2);
  memory.fill(vipIndexAt + ((bank * vipIndexSize) << 2), 0, vipIndexSize << 2);
}
