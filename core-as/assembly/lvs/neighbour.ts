// The MACs of the destinations. There is an entry for every address that a destination has, shared by
// all destinations of that address on that interface, and none for any other. What is not known is
// asked of the host (outbox.ts), which reads the kernel's table.

import { NEIGHBOUR_STATE_FAILED, NEIGHBOUR_STATE_KNOWN } from "../abi/director";
import { ID_NONE, NEIGHBOUR_ASK_US, NEIGHBOUR_MAX } from "../abi/limits";
import { reserve } from "../abi/memory";
import { STATUS_OK, STATUS_RECORD_VALUE } from "../abi/status";
import { askNeighbour } from "./outbox";

/** Chains of the lookup; a power of two. */
const CHAIN_COUNT: u32 = 4096;

/** An address on an interface, and the MAC that answers there. */
@unmanaged
export class Neighbour {
  addressHi: u64;
  addressLo: u64;
  /** Six bytes in network order, two of zero; 0 = not known. */
  mac: u64;
  /** When it was last asked for, microseconds; 0 = never. */
  askedUs: u64;
  ifindex: u32;
  family: u32;
  /** Destinations that use the entry; 0 = free. */
  users: u32;
  /** Next entry of the chain, or of the free list. */
  next: u32;
}

/** What changes after init and is not of one entry. */
@unmanaged
export class NeighbourHead {
  /** First free entry, or ID_NONE. */
  free: u32;
}

const head = changetype<NeighbourHead>(memory.data(offsetof<NeighbourHead>(), 8));
let base: u32 = 0;
let chains: u32 = 0;

/** Bytes of arena and lookup. */
export function neighbourBytesNeeded(): u32 {
  return NEIGHBOUR_MAX * offsetof<Neighbour>() + CHAIN_COUNT * 4;
}

/** Reserves both; false when memory does not suffice. */
export function neighbourInit(): bool {
  base = <u32> reserve(NEIGHBOUR_MAX * offsetof<Neighbour>());
  chains = <u32> reserve(CHAIN_COUNT * 4);
  if (base == 0 || chains == 0) return false;
  memory.fill(chains, 0xff, CHAIN_COUNT * 4);
  head.free = ID_NONE;
  for (let slot = NEIGHBOUR_MAX; slot > 0; slot--) {
    neighbourAt(slot - 1).next = head.free;
    head.free = slot - 1;
  }
  return true;
}

/** The entry of a slot. */
export function neighbourAt(slot: u32): Neighbour {
  return changetype<Neighbour>(base + slot * offsetof<Neighbour>());
}

/**
 * The entry of an address, made and asked for when there is none; ID_NONE when all are in use. The
 * caller owns one use of it and gives it back with neighbourRelease.
 */
export function neighbourUse(ifindex: u32, family: u32, hi: u64, lo: u64, now: u64): u32 {
  let slot = find(ifindex, family, hi, lo);
  if (slot == ID_NONE) {
    slot = head.free;
    if (slot == ID_NONE) return ID_NONE;
    const entry = neighbourAt(slot);
    head.free = entry.next;
    entry.addressHi = hi;
    entry.addressLo = lo;
    entry.mac = 0;
    entry.askedUs = 0;
    entry.ifindex = ifindex;
    entry.family = family;
    const chain = chainOf(ifindex, hi, lo);
    entry.next = load<u32>(chain);
    store<u32>(chain, slot);
    neighbourAsk(slot, now);
  }
  neighbourAt(slot).users++;
  return slot;
}

/** Gives one use back; the last one frees the entry. */
export function neighbourRelease(slot: u32): void {
  const entry = neighbourAt(slot);
  entry.users--;
  if (entry.users > 0) return;
  const chain = chainOf(entry.ifindex, entry.addressHi, entry.addressLo);
  if (load<u32>(chain) == slot) store<u32>(chain, entry.next);
  else {
    let before = neighbourAt(load<u32>(chain));
    while (before.next != slot) before = neighbourAt(before.next);
    before.next = entry.next;
  }
  entry.next = head.free;
  head.free = slot;
}

/** Asks the host for the MAC, unless that was done within NEIGHBOUR_ASK_US. */
export function neighbourAsk(slot: u32, now: u64): void {
  const entry = neighbourAt(slot);
  if (entry.askedUs != 0 && now - entry.askedUs < <u64> NEIGHBOUR_ASK_US) return;
  // At time 0 the mark would read as "never": one microsecond off does no harm.
  entry.askedUs = now == 0 ? 1 : now;
  askNeighbour(entry.ifindex, entry.family, entry.addressHi, entry.addressLo);
}

/**
 * Takes over what the host says of an address. Returns STATUS_OK, also for an address that no
 * destination has, or STATUS_RECORD_VALUE for a MAC that is not one station's.
 */
export function neighbourSet(
  ifindex: u32,
  family: u32,
  hi: u64,
  lo: u64,
  state: u32,
  mac: u64,
  now: u64,
): u32 {
  // The first byte in memory carries the group bit (IEEE 802).
  if (state == NEIGHBOUR_STATE_KNOWN && (mac == 0 || (mac & 1) != 0 || mac >> 48 != 0)) {
    return STATUS_RECORD_VALUE;
  }
  const slot = find(ifindex, family, hi, lo);
  if (slot == ID_NONE) return STATUS_OK;
  const entry = neighbourAt(slot);
  if (state == NEIGHBOUR_STATE_KNOWN) {
    entry.mac = mac;
    return STATUS_OK;
  }
  if (state == NEIGHBOUR_STATE_FAILED) entry.mac = 0;
  else neighbourAsk(slot, now);
  return STATUS_OK;
}

function find(ifindex: u32, family: u32, hi: u64, lo: u64): u32 {
  let slot = load<u32>(chainOf(ifindex, hi, lo));
  while (slot != ID_NONE) {
    const entry = neighbourAt(slot);
    if (
      entry.addressHi == hi && entry.addressLo == lo && entry.ifindex == ifindex &&
      entry.family == family
    ) return slot;
    slot = entry.next;
  }
  return ID_NONE;
}

function chainOf(ifindex: u32, hi: u64, lo: u64): u32 {
  let mixed = (hi ^ (lo * 0x9e37_79b9_7f4a_7c15)) + <u64> ifindex;
  mixed *= 0xff51_afd7_ed55_8ccd;
  return chains + (<u32> (mixed >> 40) & (CHAIN_COUNT - 1)) * 4;
}
