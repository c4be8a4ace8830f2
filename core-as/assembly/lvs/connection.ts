// The connection table: a fixed arena, found by client address, client port and service (which stands
// for virtual address, port and protocol). All connections of one state have one timeout and every
// packet starts it anew, so each state keeps its connections in the order of their last packet:
// what expires next is always at the head of one of six lists.

import { CONNECTION_MAX, EXPIRE_PER_CALL_MAX, ID_NONE } from "../abi/limits";
import { reserve } from "../abi/memory";
import { CONNECTION_STATE_COUNT, connectionTimeout, isConnectionActive } from "./connection_state";
import { DESTINATION_PRESENT, destinationAt } from "./destination";
import { schedulerLoadChanged } from "./scheduler";
import { serviceAt } from "./service";

/** State of a free entry. */
const FREE: u32 = 0xffff_ffff;

/** One connection. */
@unmanaged
export class Connection {
  clientHi: u64;
  clientLo: u64;
  /** When it is forgotten, microseconds. */
  expiresUs: u64;
  clientPort: u32;
  service: u32;
  destination: u32;
  /** CONNECTION_ code. */
  state: u32;
  /** Next of the chain, or of the free list. */
  chainNext: u32;
  /** Neighbours in the list of the state. */
  older: u32;
  newer: u32;
  reserved: u32;
}

/** The list of a state: from the connection that expires first to the one that expires last. */
@unmanaged
export class StateList {
  oldest: u32;
  newest: u32;
}

/** What changes after init and is not of one connection. */
@unmanaged
export class ConnectionHead {
  /** First free entry, or ID_NONE. */
  free: u32;
  /** Entries from here on were never used. */
  untouched: u32;
  count: u32;
  peak: u32;
  expired: u32;
}

const head = changetype<ConnectionHead>(memory.data(offsetof<ConnectionHead>(), 8));
let base: u32 = 0;
let chains: u32 = 0;
let lists: u32 = 0;
let chainMask: u32 = 0;
let capacity: u32 = 0;
let seed: u64 = 0;

/** Bytes for a number of connections. */
export function connectionBytesNeeded(connections: u32): u32 {
  return connections * offsetof<Connection>() + chainsFor(connections) * 4 +
    CONNECTION_STATE_COUNT * offsetof<StateList>();
}

/**
 * Reserves room for 1..CONNECTION_MAX connections; false when that is out of range or memory does
 * not suffice. The hash seed keeps clients from choosing ports that fall into one chain.
 */
export function connectionInit(connections: u32, hashSeed: u32): bool {
  if (connections == 0 || connections > CONNECTION_MAX) return false;
  capacity = connections;
  chainMask = chainsFor(connections) - 1;
  base = <u32> reserve(connections * offsetof<Connection>());
  chains = <u32> reserve((chainMask + 1) * 4);
  lists = <u32> reserve(CONNECTION_STATE_COUNT * offsetof<StateList>());
  if (base == 0 || chains == 0 || lists == 0) return false;
  memory.fill(chains, 0xff, (chainMask + 1) * 4);
  memory.fill(lists, 0xff, CONNECTION_STATE_COUNT * offsetof<StateList>());
  seed = <u64> hashSeed * 0x9e37_79b9_7f4a_7c15;
  head.free = ID_NONE;
  head.untouched = 0;
  head.count = 0;
  head.peak = 0;
  head.expired = 0;
  return true;
}

/** Connections in the table. */
export function connectionCount(): u32 {
  return head.count;
}

/** Most connections there have been. */
export function connectionPeak(): u32 {
  return head.peak;
}

/** Connections the table has room for. */
export function connectionCapacity(): u32 {
  return capacity;
}

/** Connections that expired. */
export function connectionExpired(): u32 {
  return head.expired;
}

/** The connection of an entry. */
export function connectionAt(entry: u32): Connection {
  return changetype<Connection>(base + entry * offsetof<Connection>());
}

/** The entry of a client's connection to a service, ID_NONE when there is none or it has expired. */
export function connectionFind(service: u32, hi: u64, lo: u64, port: u32, now: u64): u32 {
  let entry = load<u32>(chainOf(service, hi, lo, port));
  while (entry != ID_NONE) {
    const connection = connectionAt(entry);
    if (
      connection.clientLo == lo && connection.clientHi == hi && connection.clientPort == port &&
      connection.service == service
    ) break;
    entry = connection.chainNext;
  }
  if (entry == ID_NONE || connectionAt(entry).expiresUs > now) return entry;
  expire(entry);
  return ID_NONE;
}

/** Enters a connection that connectionFind did not find; ID_NONE when the table is full. */
export function connectionOpen(
  service: u32,
  destination: u32,
  hi: u64,
  lo: u64,
  port: u32,
  state: u32,
  now: u64,
): u32 {
  const entry = take();
  if (entry == ID_NONE) return ID_NONE;
  const connection = connectionAt(entry);
  connection.clientHi = hi;
  connection.clientLo = lo;
  connection.clientPort = port;
  connection.service = service;
  connection.destination = destination;
  connection.state = state;
  const chain = chainOf(service, hi, lo, port);
  connection.chainNext = load<u32>(chain);
  store<u32>(chain, entry);
  append(entry, now);
  countLoad(destination, isConnectionActive(state), 1);
  destinationAt(destination).connections++;
  serviceAt(service).connections++;
  return entry;
}

/** A packet came: the connection is in this state now and its timeout starts anew. */
export function connectionTouch(entry: u32, state: u32, now: u64): void {
  const connection = connectionAt(entry);
  const wasActive = isConnectionActive(connection.state);
  unlist(entry);
  connection.state = state;
  append(entry, now);
  if (wasActive == isConnectionActive(state)) return;
  countLoad(connection.destination, wasActive, -1);
  countLoad(connection.destination, !wasActive, 1);
}

/** Forgets a connection. */
export function connectionClose(entry: u32): void {
  const connection = connectionAt(entry);
  const chain = chainOf(
    connection.service,
    connection.clientHi,
    connection.clientLo,
    connection.clientPort,
  );
  if (load<u32>(chain) == entry) store<u32>(chain, connection.chainNext);
  else {
    let before = connectionAt(load<u32>(chain));
    while (before.chainNext != entry) before = connectionAt(before.chainNext);
    before.chainNext = connection.chainNext;
  }
  unlist(entry);
  countLoad(connection.destination, isConnectionActive(connection.state), -1);
  connection.state = FREE;
  connection.chainNext = head.free;
  head.free = entry;
  head.count--;
}

/** Forgets all connections of a destination: O(table), for a slot that gets another meaning. */
export function connectionCloseAll(destination: u32): void {
  const owner = destinationAt(destination);
  for (let entry: u32 = 0; entry < head.untouched; entry++) {
    if (owner.active + owner.inactive == 0) return;
    const connection = connectionAt(entry);
    if (connection.state != FREE && connection.destination == destination) connectionClose(entry);
  }
}

/** Forgets what has expired, at most EXPIRE_PER_CALL_MAX connections. */
export function connectionsExpire(now: u64): void {
  let budget = EXPIRE_PER_CALL_MAX;
  for (let state: u32 = 0; state < CONNECTION_STATE_COUNT; state++) {
    let entry = listOf(state).oldest;
    while (entry != ID_NONE && connectionAt(entry).expiresUs <= now) {
      if (budget-- == 0) return;
      expire(entry);
      entry = listOf(state).oldest;
    }
  }
}

/** When the next connection expires, microseconds; u64.MAX_VALUE when there is none. */
export function connectionsNextExpiry(): u64 {
  let next: u64 = u64.MAX_VALUE;
  for (let state: u32 = 0; state < CONNECTION_STATE_COUNT; state++) {
    const entry = listOf(state).oldest;
    if (entry != ID_NONE && connectionAt(entry).expiresUs < next) {
      next = connectionAt(entry).expiresUs;
    }
  }
  return next;
}

function expire(entry: u32): void {
  connectionClose(entry);
  head.expired++;
}

function take(): u32 {
  let entry = head.free;
  if (entry != ID_NONE) head.free = connectionAt(entry).chainNext;
  else if (head.untouched < capacity) entry = head.untouched++;
  else return ID_NONE;
  head.count++;
  if (head.count > head.peak) head.peak = head.count;
  return entry;
}

/** Adds to the destination's active or inactive count and tells the scheduler. */
function countLoad(slot: u32, active: bool, change: i32): void {
  const destination = destinationAt(slot);
  if (active) destination.active += change;
  else destination.inactive += change;
  if (destination.presence == DESTINATION_PRESENT) {
    schedulerLoadChanged(serviceAt(destination.service), slot);
  }
}

function listOf(state: u32): StateList {
  return changetype<StateList>(lists + state * offsetof<StateList>());
}

function append(entry: u32, now: u64): void {
  const connection = connectionAt(entry);
  const list = listOf(connection.state);
  connection.expiresUs = now + connectionTimeout(connection.state);
  connection.older = list.newest;
  connection.newer = ID_NONE;
  if (list.newest == ID_NONE) list.oldest = entry;
  else connectionAt(list.newest).newer = entry;
  list.newest = entry;
}

function unlist(entry: u32): void {
  const connection = connectionAt(entry);
  const list = listOf(connection.state);
  if (connection.older == ID_NONE) list.oldest = connection.newer;
  else connectionAt(connection.older).newer = connection.newer;
  if (connection.newer == ID_NONE) list.newest = connection.older;
  else connectionAt(connection.newer).older = connection.older;
}

function chainsFor(connections: u32): u32 {
  let chainCount: u32 = 16;
  while (chainCount < connections) chainCount <<= 1;
  return chainCount;
}

function chainOf(service: u32, hi: u64, lo: u64, port: u32): u32 {
  let mixed = (hi ^ seed) * 0x9e37_79b9_7f4a_7c15;
  mixed ^= mixed >> 32;
  mixed = (mixed ^ lo) * 0xc2b2_ae3d_27d4_eb4f;
  mixed ^= mixed >> 29;
  mixed = (mixed ^ (<u64> service << 16 | <u64> port)) * 0xff51_afd7_ed55_8ccd;
  return chains + (<u32> (mixed >> 40) & chainMask) * 4;
}
