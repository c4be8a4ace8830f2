// The director's interfaces and their MACs: a handful, so a scan finds one fastest.

import { DIRECTOR_INTERFACE_MAX } from "../abi/limits";
import { reserve } from "../abi/memory";
import { STATUS_LIMIT, STATUS_OK, STATUS_RECORD_VALUE } from "../abi/status";

@unmanaged
export class Interface {
  mac: u64;
  ifindex: u32;
  reserved: u32;
}

/** What changes after init and is not of one interface. */
@unmanaged
export class InterfaceHead {
  count: u32;
}

const head = changetype<InterfaceHead>(memory.data(offsetof<InterfaceHead>(), 8));
let base: u32 = 0;

/** Bytes of the table. */
export function interfaceBytesNeeded(): u32 {
  return DIRECTOR_INTERFACE_MAX * offsetof<Interface>();
}

/** Reserves the table; false when memory does not suffice. */
export function interfaceInit(): bool {
  base = <u32> reserve(interfaceBytesNeeded());
  head.count = 0;
  return base != 0;
}

/** The MAC of an interface as six bytes in network order and two of zero; 0 when it is not known. */
export function interfaceMac(ifindex: u32): u64 {
  for (let i: u32 = 0; i < head.count; i++) {
    const entry = at(i);
    if (entry.ifindex == ifindex) return entry.mac;
  }
  return 0;
}

/** Adds an interface or changes its MAC. Returns STATUS_OK, STATUS_RECORD_VALUE or STATUS_LIMIT. */
export function interfaceSet(ifindex: u32, mac: u64): u32 {
  if (ifindex == 0 || mac == 0 || (mac & 1) != 0 || mac >> 48 != 0) return STATUS_RECORD_VALUE;
  let i: u32 = 0;
  while (i < head.count && at(i).ifindex != ifindex) i++;
  if (i == DIRECTOR_INTERFACE_MAX) return STATUS_LIMIT;
  if (i == head.count) head.count++;
  const entry = at(i);
  entry.ifindex = ifindex;
  entry.mac = mac;
  return STATUS_OK;
}

/** Forgets an interface; an unknown one is not an error. */
export function interfaceRemove(ifindex: u32): void {
  for (let i: u32 = 0; i < head.count; i++) {
    if (at(i).ifindex != ifindex) continue;
    const last = at(--head.count);
    at(i).ifindex = last.ifindex;
    at(i).mac = last.mac;
    return;
  }
}

function at(i: u32): Interface {
  return changetype<Interface>(base + i * offsetof<Interface>());
}
