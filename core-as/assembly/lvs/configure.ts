// Services, destinations, neighbours and interfaces as the host's records set them. Every record is
// applied at once and by difference: setting what stands already changes nothing, and what differs
// changes alone. A refused record changes nothing.

import {
  DestinationInput,
  DestinationRemoveInput,
  InterfaceInput,
  NEIGHBOUR_STATE_FAILED,
  NeighbourInput,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
  SCHEDULER_WLC,
  SERVICE_STATE_LOCAL,
  ServiceInput,
  ServiceRemoveInput,
} from "../abi/director";
import {
  DESTINATION_MAX,
  ID_NONE,
  PERSISTENCE_S_MAX,
  SERVICE_MAX,
  WEIGHT_MAX,
} from "../abi/limits";
import { FAMILY_INET, FAMILY_INET6 } from "../abi/state";
import {
  STATUS_LIMIT,
  STATUS_OK,
  STATUS_RECORD_REFERENCE,
  STATUS_RECORD_VALUE,
} from "../abi/status";
import { connectionCloseAll } from "./connection";
import {
  Destination,
  DESTINATION_FREE,
  DESTINATION_PRESENT,
  destinationAt,
  destinationLink,
  destinationUnlink,
} from "./destination";
import { interfaceRemove, interfaceSet } from "./interface";
import { neighbourRelease, neighbourSet, neighbourUse } from "./neighbour";
import {
  schedulerAdded,
  schedulerRemoved,
  schedulerReset,
  schedulerWeightChanged,
} from "./scheduler";
import { Service, serviceAt, serviceFind, serviceLink, serviceUnlink } from "./service";

const PORT_MAX: u32 = 0xffff;

/**
 * Adds a service or changes it. Returns STATUS_OK; STATUS_LIMIT for a number over SERVICE_MAX;
 * STATUS_RECORD_VALUE for a value outside its range, or an address, port and protocol that a service
 * of another number has.
 */
export function setService(record: ServiceInput): u32 {
  const slot = record.service;
  if (slot >= SERVICE_MAX) return STATUS_LIMIT;
  if (
    !isAddress(record.family, record.addressHi, record.addressLo) || record.port > PORT_MAX ||
    record.persistenceS > PERSISTENCE_S_MAX || (record.port == 0 && record.persistenceS == 0) ||
    (record.protocol != PROTOCOL_TCP && record.protocol != PROTOCOL_UDP) ||
    record.scheduler > SCHEDULER_WLC || record.state > SERVICE_STATE_LOCAL
  ) return STATUS_RECORD_VALUE;
  const holder = serviceFind(
    record.family,
    record.addressHi,
    record.addressLo,
    record.port,
    record.protocol,
  );
  if (holder != ID_NONE && holder != slot) return STATUS_RECORD_VALUE;
  const service = serviceAt(slot);
  if (holder == ID_NONE) {
    dropService(slot);
    enterService(service, slot, record);
  }
  service.state = record.state;
  service.persistenceS = record.persistenceS;
  if (service.scheduler != record.scheduler) {
    service.scheduler = record.scheduler;
    schedulerReset(service);
  }
  return STATUS_OK;
}

/** Removes a service with its destinations and connections. Returns STATUS_OK or STATUS_LIMIT. */
export function removeService(record: ServiceRemoveInput): u32 {
  if (record.service >= SERVICE_MAX) return STATUS_LIMIT;
  dropService(record.service);
  return STATUS_OK;
}

/**
 * Adds a destination or changes it. Returns STATUS_OK; STATUS_LIMIT for a number over
 * DESTINATION_MAX; STATUS_RECORD_REFERENCE for a service that is not there; STATUS_RECORD_VALUE for
 * a value outside its range or a family that is not the service's.
 */
export function setDestination(record: DestinationInput, now: u64): u32 {
  const slot = record.destination;
  if (slot >= DESTINATION_MAX) return STATUS_LIMIT;
  if (record.service >= SERVICE_MAX) return STATUS_LIMIT;
  const service = serviceAt(record.service);
  if (service.present == 0) return STATUS_RECORD_REFERENCE;
  if (
    record.family != service.family || record.port > PORT_MAX || record.weight > WEIGHT_MAX ||
    record.ifindex == 0 || !isAddress(record.family, record.addressHi, record.addressLo)
  ) return STATUS_RECORD_VALUE;
  const destination = destinationAt(slot);
  if (destination.presence != DESTINATION_FREE && !isSame(destination, record)) {
    dropDestination(slot);
  }
  if (destination.presence == DESTINATION_FREE) enterDestination(destination, record, now);
  else if (destination.ifindex != record.ifindex) {
    neighbourRelease(destination.neighbour);
    takeNeighbour(destination, record, now);
  }
  const weightChanged = destination.weight != record.weight;
  destination.weight = record.weight;
  if (destination.presence != DESTINATION_PRESENT) {
    destinationLink(service, slot);
    schedulerAdded(service, slot);
  } else if (weightChanged) schedulerWeightChanged(service, slot);
  return STATUS_OK;
}

/** Takes a destination out of its service; its connections stay. Returns STATUS_OK or STATUS_LIMIT. */
export function removeDestination(record: DestinationRemoveInput): u32 {
  if (record.destination >= DESTINATION_MAX) return STATUS_LIMIT;
  withdraw(record.destination);
  return STATUS_OK;
}

/** Takes over a neighbour's MAC. Returns STATUS_OK or STATUS_RECORD_VALUE. */
export function setNeighbour(record: NeighbourInput, now: u64): u32 {
  if (record.state > NEIGHBOUR_STATE_FAILED) return STATUS_RECORD_VALUE;
  return neighbourSet(
    record.ifindex,
    record.family,
    record.addressHi,
    record.addressLo,
    record.state,
    record.mac,
    now,
  );
}

/** Takes over an interface's MAC. Returns STATUS_OK, STATUS_RECORD_VALUE or STATUS_LIMIT. */
export function setInterface(record: InterfaceInput): u32 {
  if (record.present != 0) return interfaceSet(record.ifindex, record.mac);
  interfaceRemove(record.ifindex);
  return STATUS_OK;
}

function enterService(service: Service, slot: u32, record: ServiceInput): void {
  service.family = record.family;
  service.addressHi = record.addressHi;
  service.addressLo = record.addressLo;
  service.port = record.port;
  service.protocol = record.protocol;
  service.first = ID_NONE;
  service.scheduler = record.scheduler;
  schedulerReset(service);
  serviceLink(slot);
}

function dropService(slot: u32): void {
  if (serviceAt(slot).present == 0) return;
  // The list leaves out removed destinations; they go too.
  for (let i: u32 = 0; i < DESTINATION_MAX; i++) {
    const destination = destinationAt(i);
    if (destination.presence != DESTINATION_FREE && destination.service == slot) dropDestination(i);
  }
  serviceUnlink(slot);
}

function enterDestination(destination: Destination, record: DestinationInput, now: u64): void {
  destination.service = record.service;
  destination.family = record.family;
  destination.addressHi = record.addressHi;
  destination.addressLo = record.addressLo;
  destination.port = record.port;
  takeNeighbour(destination, record, now);
}

/** Each destination uses one entry and there are as many entries: there always is one. */
function takeNeighbour(destination: Destination, record: DestinationInput, now: u64): void {
  destination.ifindex = record.ifindex;
  destination.neighbour = neighbourUse(
    record.ifindex,
    record.family,
    record.addressHi,
    record.addressLo,
    now,
  );
}

function withdraw(slot: u32): void {
  const destination = destinationAt(slot);
  if (destination.presence != DESTINATION_PRESENT) return;
  const service = serviceAt(destination.service);
  destinationUnlink(service, slot);
  schedulerRemoved(service, slot);
}

function dropDestination(slot: u32): void {
  const destination = destinationAt(slot);
  withdraw(slot);
  connectionCloseAll(slot);
  neighbourRelease(destination.neighbour);
  memory.fill(changetype<u32>(destination), 0, offsetof<Destination>());
}

function isSame(destination: Destination, record: DestinationInput): bool {
  return destination.service == record.service && destination.port == record.port &&
    destination.addressHi == record.addressHi && destination.addressLo == record.addressLo;
}

/** Whether the 16 bytes are an address of the family, zero padded, and not the unspecified one. */
function isAddress(family: u32, hi: u64, lo: u64): bool {
  if ((hi | lo) == 0) return false;
  if (family == FAMILY_INET) return hi >> 32 == 0 && lo == 0;
  return family == FAMILY_INET6;
}
