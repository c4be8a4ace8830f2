// The arena of destinations (real servers) and their order within a service. A destination's slot is
// the host's number of it. The list of a service is walked by every scheduler and has ip_vs' order:
// what is added comes first.

import { DESTINATION_MAX, ID_NONE } from "../abi/limits";
import { reserve } from "../abi/memory";
import { Service } from "./service";

/** The slot is free. */
export const DESTINATION_FREE: u32 = 0;
/** In its service's list. */
export const DESTINATION_PRESENT: u32 = 1;
/** Out of the list; its connections wait for it to come back. */
export const DESTINATION_REMOVED: u32 = 2;

/** One real server of one service. */
@unmanaged
export class Destination {
  addressHi: u64;
  addressLo: u64;
  /** Connections opened. */
  connections: u64;
  /** Frames forwarded. */
  packets: u64;
  /** Bytes forwarded, from the IP header on. */
  bytes: u64;
  /** DESTINATION_ code. */
  presence: u32;
  service: u32;
  family: u32;
  port: u32;
  ifindex: u32;
  weight: u32;
  /** What the least-connection schedulers divide the overhead by; 0 = never picked. */
  share: u32;
  active: u32;
  inactive: u32;
  /** Clients that persistence binds to it. */
  persistent: u32;
  /** Neighbours of the list, or ID_NONE. */
  next: u32;
  previous: u32;
  /** Grows with every addition: of two in a list, the larger one comes first. */
  sequence: u32;
  /** Leaf in the service's tree (sched/least.ts). */
  leaf: u32;
  /** Entry of neighbour.ts. */
  neighbour: u32;
  reserved: u32;
}

/** What changes after init and is not of one destination. */
@unmanaged
export class DestinationHead {
  nextSequence: u32;
}

const head = changetype<DestinationHead>(memory.data(offsetof<DestinationHead>(), 8));
let base: u32 = 0;

/** Bytes of the arena. */
export function destinationBytesNeeded(): u32 {
  return DESTINATION_MAX * offsetof<Destination>();
}

/** Reserves the arena; false when memory does not suffice. */
export function destinationInit(): bool {
  base = <u32> reserve(destinationBytesNeeded());
  head.nextSequence = 0;
  return base != 0;
}

/** The destination of a slot, 0..DESTINATION_MAX-1, whatever its presence. */
export function destinationAt(slot: u32): Destination {
  return changetype<Destination>(base + slot * offsetof<Destination>());
}

/** Puts a destination first in its service's list. */
export function destinationLink(service: Service, slot: u32): void {
  const destination = destinationAt(slot);
  destination.presence = DESTINATION_PRESENT;
  destination.sequence = head.nextSequence++;
  destination.previous = ID_NONE;
  destination.next = service.first;
  if (service.first != ID_NONE) destinationAt(service.first).previous = slot;
  service.first = slot;
  service.count++;
}

/** Takes a destination out of its service's list; next and previous stay readable. */
export function destinationUnlink(service: Service, slot: u32): void {
  const destination = destinationAt(slot);
  if (destination.previous == ID_NONE) service.first = destination.next;
  else destinationAt(destination.previous).next = destination.next;
  if (destination.next != ID_NONE) destinationAt(destination.next).previous = destination.previous;
  destination.presence = DESTINATION_REMOVED;
  service.count--;
}
