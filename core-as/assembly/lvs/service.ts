// The arena of services (virtual servers) and the lookup by address, port and protocol. A service's
// slot is the host's number of it.

import { ID_NONE, SERVICE_MAX } from "../abi/limits";
import { reserve } from "../abi/memory";

/** Chains of the lookup; a power of two. */
const CHAIN_COUNT: u32 = 2048;

/** One virtual server. */
@unmanaged
export class Service {
  addressHi: u64;
  addressLo: u64;
  /** Connections opened. */
  connections: u64;
  /** Frames forwarded. */
  packets: u64;
  /** Bytes forwarded, from the IP header on. */
  bytes: u64;
  /** 1 while the slot is in use. */
  present: u32;
  family: u32;
  protocol: u32;
  port: u32;
  /** SCHEDULER_ code. */
  scheduler: u32;
  /** SERVICE_STATE_ code. */
  state: u32;
  /** Next service of the same chain, or ID_NONE. */
  chainNext: u32;
  /** First destination, or ID_NONE. */
  first: u32;
  /** Destinations in the list. */
  count: u32;
  /** rr and wrr: the destination picked last, or ID_NONE for the head of the list. */
  cursor: u32;
  /** wrr: weight a destination needs in this pass, where passes start, and the step between. */
  passWeight: i32;
  topWeight: i32;
  weightStep: i32;
  /** lc and wlc: first word of the tree (sched/least.ts). */
  tree: u32;
  noDestination: u32;
  noConnection: u32;
  connectionLimit: u32;
  /** Seconds for which a client stays with its destination; 0 = no persistence. */
  persistenceS: u32;
}

let base: u32 = 0;
let chains: u32 = 0;

/** Bytes of arena and lookup. */
export function serviceBytesNeeded(): u32 {
  return SERVICE_MAX * offsetof<Service>() + CHAIN_COUNT * 4;
}

/** Reserves both; false when memory does not suffice. */
export function serviceInit(): bool {
  base = <u32> reserve(SERVICE_MAX * offsetof<Service>());
  chains = <u32> reserve(CHAIN_COUNT * 4);
  if (base == 0 || chains == 0) return false;
  memory.fill(chains, 0xff, CHAIN_COUNT * 4);
  return true;
}

/** The service of a slot, 0..SERVICE_MAX-1, whether present or not. */
export function serviceAt(slot: u32): Service {
  return changetype<Service>(base + slot * offsetof<Service>());
}

/**
 * The service that takes packets for an address (16 bytes of a record), port and protocol: the one of
 * that port, else the one of port 0; ID_NONE when there is neither.
 */
export function serviceFor(family: u32, hi: u64, lo: u64, port: u32, protocol: u32): u32 {
  const slot = serviceFind(family, hi, lo, port, protocol);
  return slot != ID_NONE ? slot : serviceFind(family, hi, lo, 0, protocol);
}

/** The service of exactly this address, port and protocol; ID_NONE when none has them. */
export function serviceFind(family: u32, hi: u64, lo: u64, port: u32, protocol: u32): u32 {
  let slot = load<u32>(chainOf(hi, lo, port, protocol));
  while (slot != ID_NONE) {
    const service = serviceAt(slot);
    if (
      service.port == port && service.addressHi == hi && service.addressLo == lo &&
      service.protocol == protocol && service.family == family
    ) return slot;
    slot = service.chainNext;
  }
  return ID_NONE;
}

/** Enters a service whose identity is written; the caller made sure that no other has it. */
export function serviceLink(slot: u32): void {
  const service = serviceAt(slot);
  const chain = chainOfService(service);
  service.chainNext = load<u32>(chain);
  store<u32>(chain, slot);
  service.present = 1;
}

/** Takes a service out of the lookup and frees its slot. */
export function serviceUnlink(slot: u32): void {
  const service = serviceAt(slot);
  const chain = chainOfService(service);
  if (load<u32>(chain) == slot) store<u32>(chain, service.chainNext);
  else {
    let before = serviceAt(load<u32>(chain));
    while (before.chainNext != slot) before = serviceAt(before.chainNext);
    before.chainNext = service.chainNext;
  }
  memory.fill(changetype<u32>(service), 0, offsetof<Service>());
}

function chainOfService(service: Service): u32 {
  return chainOf(service.addressHi, service.addressLo, service.port, service.protocol);
}

function chainOf(hi: u64, lo: u64, port: u32, protocol: u32): u32 {
  let mixed = (hi ^ (lo * 0x9e37_79b9_7f4a_7c15)) + <u64> (port << 8 | protocol);
  mixed *= 0xff51_afd7_ed55_8ccd;
  return chains + (<u32> (mixed >> 40) & (CHAIN_COUNT - 1)) * 4;
}
