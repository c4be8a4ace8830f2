// The store behind connection.ts: a fixed arena of entries, found by client address, ports and service
// (which stands for virtual address and protocol), and a list for each state. All entries of one state
// have one timeout and every packet starts it anew, so each list is in the order of expiry: what
// expires next is always at the head of one of seven lists.

import { CONNECTION_MAX, ID_NONE } from "../abi/limits";
import { reserve } from "../abi/memory";
import { CONNECTION_STATE_COUNT, connectionTimeout } from "./connection_state";

/** State of a free entry. */
export const CONNECTION_FREE: u32 = 0xffff_ffff;

/** One connection, or one binding of a client to a destination (CONNECTION_BINDING). */
@unmanaged
export class Connection {
  clientHi: u64;
  clientLo: u64;
  /** When it is forgotten (a binding: looked at), microseconds. */
  expiresUs: u64;
  /** Binding: until when it holds, microseconds. */
  boundUntilUs: u64;
  /** Client's port << 16 | service's port; 0 for a binding. */
  ports: u32;
  /** Slot of the service; with BINDING_KEY for a binding. */
  service: u32;
  destination: u32;
  /** CONNECTION_ code. */
  state: u32;
  /** Connection: the binding it came by, or ID_NONE. */
  binding: u32;
  /** Binding: connections that came by it. */
  users: u32;
  /** Next of the chain, or of the free list. */
  chainNext: u32;
  /** Neighbours in the list of the state. */
  older: u32;
  newer: u32;
  reserved: u32;
}

/** The list of a state: from the entry that expires first to the one that expires last. */
@unmanaged
export class StateList {
  oldest: u32;
  newest: u32;
}

/** What changes after init and is not of one entry. */
@unmanaged
export class ConnectionTableHead {
  /** First free entry, or ID_NONE. */
  free: u32;
  /** Entries from here on were never used. */
  untouched: u32;
  count: u32;
  peak: u32;
}

const head = changetype<ConnectionTableHead>(memory.data(offsetof<ConnectionTableHead>(), 8));
let base: u32 = 0;
let chains: u32 = 0;
let lists: u32 = 0;
let chainMask: u32 = 0;
let capacity: u32 = 0;
let seed: u64 = 0;

/** Bytes for a number of entries. */
export function connectionBytesNeeded(connections: u32): u32 {
  return connections * offsetof<Connection>() + chainsFor(connections) * 4 +
    CONNECTION_STATE_COUNT * offsetof<StateList>();
}

/**
 * Reserves room for 1..CONNECTION_MAX entries; false when that is out of range or memory does not
 * suffice. The hash seed keeps clients from choosing ports that fall into one chain.
 */
export function tableInit(connections: u32, hashSeed: u32): bool {
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
  return true;
}

/** Entries in the table. */
export function connectionCount(): u32 {
  return head.count;
}

/** Most entries there have been. */
export function connectionPeak(): u32 {
  return head.peak;
}

/** Entries the table has room for. */
export function connectionCapacity(): u32 {
  return capacity;
}

/** Entries from 0 that have ever been used: the bound of a walk over all. */
export function tableWalkEnd(): u32 {
  return head.untouched;
}

/** What stands in an entry. */
export function connectionAt(entry: u32): Connection {
  return changetype<Connection>(base + entry * offsetof<Connection>());
}

/** The entry of a key, expired or not; ID_NONE when there is none. */
export function tableFind(service: u32, hi: u64, lo: u64, ports: u32): u32 {
  let entry = load<u32>(chainOf(service, hi, lo, ports));
  while (entry != ID_NONE) {
    const connection = connectionAt(entry);
    if (
      connection.ports == ports && connection.clientLo == lo && connection.clientHi == hi &&
      connection.service == service
    ) return entry;
    entry = connection.chainNext;
  }
  return ID_NONE;
}

/** Enters a key that is not there, bound to nothing and used by nobody; ID_NONE when the table is full. */
export function tableEnter(
  service: u32,
  destination: u32,
  hi: u64,
  lo: u64,
  ports: u32,
  state: u32,
  now: u64,
): u32 {
  const entry = take();
  if (entry == ID_NONE) return ID_NONE;
  const connection = connectionAt(entry);
  connection.clientHi = hi;
  connection.clientLo = lo;
  connection.ports = ports;
  connection.service = service;
  connection.destination = destination;
  connection.state = state;
  connection.binding = ID_NONE;
  connection.users = 0;
  connection.boundUntilUs = 0;
  const chain = chainOf(service, hi, lo, ports);
  connection.chainNext = load<u32>(chain);
  store<u32>(chain, entry);
  append(entry, now);
  return entry;
}

/** Puts an entry at the end of a state's list, its timeout begun anew. */
export function tableMove(entry: u32, state: u32, now: u64): void {
  unlist(entry);
  connectionAt(entry).state = state;
  append(entry, now);
}

/** Takes an entry out and frees it. */
export function tableLeave(entry: u32): void {
  const connection = connectionAt(entry);
  const chain = chainOf(
    connection.service,
    connection.clientHi,
    connection.clientLo,
    connection.ports,
  );
  if (load<u32>(chain) == entry) store<u32>(chain, connection.chainNext);
  else {
    let before = connectionAt(load<u32>(chain));
    while (before.chainNext != entry) before = connectionAt(before.chainNext);
    before.chainNext = connection.chainNext;
  }
  unlist(entry);
  connection.state = CONNECTION_FREE;
  connection.chainNext = head.free;
  head.free = entry;
  head.count--;
}

/** The entry of a state that expires first, ID_NONE when there is none. */
export function tableOldest(state: u32): u32 {
  return listOf(state).oldest;
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

function chainOf(service: u32, hi: u64, lo: u64, ports: u32): u32 {
  let mixed = (hi ^ seed) * 0x9e37_79b9_7f4a_7c15;
  mixed ^= mixed >> 32;
  mixed = (mixed ^ lo) * 0xc2b2_ae3d_27d4_eb4f;
  mixed ^= mixed >> 29;
  mixed = (mixed ^ (<u64> service << 32 | <u64> ports)) * 0xff51_afd7_ed55_8ccd;
  return chains + (<u32> (mixed >> 40) & chainMask) * 4;
}
