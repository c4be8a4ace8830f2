// Connections and what they mean for their destinations: counts of active and inactive, which the
// schedulers hear of, and the bindings of persistent services. The store is connection_table.ts.
//
// A binding ties a client to a destination (the template of ip_vs): its next connections go there too
// until persistenceS has passed since the last one was opened, and as long as one of them lives. It is
// an entry of the same table and counts towards its limit, but not as a connection of the destination.

import { EXPIRE_PER_CALL_MAX, ID_NONE } from "../abi/limits";
import { TIME_NEVER } from "../base/time";
import { CONNECTION_BINDING, CONNECTION_STATE_COUNT, isConnectionActive } from "./connection_state";
import {
  CONNECTION_FREE,
  connectionAt,
  tableEnter,
  tableFind,
  tableInit,
  tableLeave,
  tableMove,
  tableOldest,
  tableWalkEnd,
} from "./connection_table";
import { DESTINATION_PRESENT, destinationAt } from "./destination";
import { schedulerLoadChanged } from "./scheduler";
import { serviceAt } from "./service";

/** Sets the keys of bindings apart from those of connections. */
const BINDING_KEY: u32 = 0x8000_0000;
/** A binding that still has connections when its time is over gets this much more, as in ip_vs. */
const BINDING_GRACE_US: u64 = 60_000_000;

/** What changes after init and is not of one entry. */
@unmanaged
export class ConnectionHead {
  expired: u32;
}

const head = changetype<ConnectionHead>(memory.data(offsetof<ConnectionHead>(), 8));

/** Reserves the table, as tableInit does. */
export function connectionInit(connections: u32, hashSeed: u32): bool {
  head.expired = 0;
  return tableInit(connections, hashSeed);
}

/** Connections and bindings that expired. */
export function connectionExpired(): u32 {
  return head.expired;
}

/**
 * The entry of a client's connection to a service, ID_NONE when there is none or it has expired. Ports
 * are those of client << 16 | service.
 */
export function connectionFind(service: u32, hi: u64, lo: u64, ports: u32, now: u64): u32 {
  const entry = tableFind(service, hi, lo, ports);
  if (entry == ID_NONE || connectionAt(entry).expiresUs > now) return entry;
  expire(entry, now);
  return ID_NONE;
}

/**
 * Enters a connection that connectionFind did not find, by a binding or ID_NONE; ID_NONE when the
 * table is full.
 */
export function connectionOpen(
  service: u32,
  destination: u32,
  binding: u32,
  hi: u64,
  lo: u64,
  ports: u32,
  state: u32,
  now: u64,
): u32 {
  const entry = tableEnter(service, destination, hi, lo, ports, state, now);
  if (entry == ID_NONE) return ID_NONE;
  connectionAt(entry).binding = binding;
  if (binding != ID_NONE) connectionAt(binding).users++;
  countLoad(destination, isConnectionActive(state), 1);
  destinationAt(destination).connections++;
  serviceAt(service).connections++;
  return entry;
}

/** A packet came: the connection is in this state now and its timeout starts anew. */
export function connectionTouch(entry: u32, state: u32, now: u64): void {
  const connection = connectionAt(entry);
  const wasActive = isConnectionActive(connection.state);
  tableMove(entry, state, now);
  if (wasActive == isConnectionActive(state)) return;
  countLoad(connection.destination, wasActive, -1);
  countLoad(connection.destination, !wasActive, 1);
}

/** Forgets a connection. */
export function connectionClose(entry: u32): void {
  const connection = connectionAt(entry);
  countLoad(connection.destination, isConnectionActive(connection.state), -1);
  if (connection.binding != ID_NONE) connectionAt(connection.binding).users--;
  tableLeave(entry);
}

/** Forgets all connections and bindings of a destination: O(table), for a slot that gets another meaning. */
export function connectionCloseAll(destination: u32): void {
  const owner = destinationAt(destination);
  for (let entry: u32 = 0; entry < tableWalkEnd(); entry++) {
    if (owner.active + owner.inactive + owner.persistent == 0) return;
    const connection = connectionAt(entry);
    if (connection.state == CONNECTION_FREE || connection.destination != destination) continue;
    if (connection.state == CONNECTION_BINDING) loosen(entry);
    else connectionClose(entry);
  }
}

/** The client's binding to a service, ID_NONE when there is none that holds. */
export function bindingFind(service: u32, hi: u64, lo: u64, now: u64): u32 {
  const entry = tableFind(service | BINDING_KEY, hi, lo, 0);
  if (entry == ID_NONE) return ID_NONE;
  const binding = connectionAt(entry);
  return binding.users > 0 || binding.boundUntilUs > now ? entry : ID_NONE;
}

/**
 * Binds a client to a destination until a time, or moves its binding there; the entry, ID_NONE when
 * the table is full.
 */
export function bindingSet(
  service: u32,
  destination: u32,
  hi: u64,
  lo: u64,
  untilUs: u64,
  now: u64,
): u32 {
  const key = service | BINDING_KEY;
  let entry = tableFind(key, hi, lo, 0);
  if (entry == ID_NONE) {
    entry = tableEnter(key, ID_NONE, hi, lo, 0, CONNECTION_BINDING, now);
    if (entry == ID_NONE) return ID_NONE;
  }
  if (connectionAt(entry).destination != destination) {
    loosen(entry);
    connectionAt(entry).destination = destination;
    destinationAt(destination).persistent++;
  }
  connectionAt(entry).boundUntilUs = untilUs;
  return entry;
}

/** Forgets what has expired, at most EXPIRE_PER_CALL_MAX entries. */
export function connectionsExpire(now: u64): void {
  let budget = EXPIRE_PER_CALL_MAX;
  for (let state: u32 = 0; state < CONNECTION_STATE_COUNT; state++) {
    let entry = tableOldest(state);
    while (entry != ID_NONE && connectionAt(entry).expiresUs <= now) {
      if (budget-- == 0) return;
      expire(entry, now);
      entry = tableOldest(state);
    }
  }
}

/** When the next entry expires or must be looked at, microseconds; TIME_NEVER when there is none. */
export function connectionsNextExpiry(): u64 {
  let next = TIME_NEVER;
  for (let state: u32 = 0; state < CONNECTION_STATE_COUNT; state++) {
    const entry = tableOldest(state);
    if (entry != ID_NONE) next = min(next, connectionAt(entry).expiresUs);
  }
  return next;
}

function expire(entry: u32, now: u64): void {
  const connection = connectionAt(entry);
  if (connection.state == CONNECTION_BINDING) {
    if (connection.boundUntilUs <= now && connection.users > 0) {
      connection.boundUntilUs = now + BINDING_GRACE_US;
    }
    if (connection.boundUntilUs > now) {
      tableMove(entry, CONNECTION_BINDING, now);
      return;
    }
    loosen(entry);
    tableLeave(entry);
  } else connectionClose(entry);
  head.expired++;
}

/** Ends a binding to a destination; the entry stays, for connections may have come by it. */
function loosen(entry: u32): void {
  const binding = connectionAt(entry);
  if (binding.destination == ID_NONE) return;
  destinationAt(binding.destination).persistent--;
  binding.destination = ID_NONE;
  binding.boundUntilUs = 0;
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
