// The user-space director as one thing: what index.ts calls. It is driven like the rest of the core
// (records in, records out, a next timeout) and has a fast path for frames that needs no records.
// All state stands in linear memory, so that a copy of it is a checkpoint.

import {
  DestinationInput,
  DestinationRemoveInput,
  DestinationStatus,
  ForwardOutput,
  FrameInput,
  INPUT_DESTINATION,
  INPUT_DESTINATION_REMOVE,
  INPUT_FRAME,
  INPUT_INTERFACE,
  INPUT_NEIGHBOUR,
  INPUT_SERVICE,
  INPUT_SERVICE_REMOVE,
  InterfaceInput,
  NeighbourInput,
  OUTPUT_FORWARD,
  ServiceInput,
  ServiceRemoveInput,
  ServiceStatus,
} from "../abi/director";
import { CONNECTION_MAX, DESTINATION_MAX, SERVICE_MAX } from "../abi/limits";
import { inputAddress, outputAddress } from "../abi/memory";
import {
  STATUS_MEMORY,
  STATUS_NOT_INITIALISED,
  STATUS_OK,
  STATUS_RECORD_KIND,
  STATUS_RECORD_SIZE,
} from "../abi/status";
import { TIME_NEVER } from "../base/time";
import { answerInit } from "./answer";
import {
  removeDestination,
  removeService,
  setDestination,
  setInterface,
  setNeighbour,
  setService,
} from "./configure";
import {
  connectionBytesNeeded,
  connectionInit,
  connectionsExpire,
  connectionsNextExpiry,
} from "./connection";
import { countersInit, countersRead } from "./counters";
import {
  DESTINATION_FREE,
  DESTINATION_PRESENT,
  destinationAt,
  destinationBytesNeeded,
  destinationInit,
} from "./destination";
import { forwardFrame, forwardVerdict } from "./forward";
import { interfaceBytesNeeded, interfaceInit } from "./interface";
import { neighbourAt, neighbourBytesNeeded, neighbourInit } from "./neighbour";
import { outboxBytesNeeded, outboxInit, outboxTake } from "./outbox";
import { leastBytesNeeded, leastInit } from "./sched/least";
import { serviceAt, serviceBytesNeeded, serviceInit } from "./service";

/** Bytes that reserve() may lose to alignment, all arenas together. */
const ALIGNMENT_SLACK: u32 = 16 * 64;

/** What changes after init and is of the director as a whole. */
@unmanaged
export class DirectorHead {
  /** Latest time seen, microseconds. */
  nowUs: u64;
  /** 1 once directorInit succeeded. */
  ready: u32;
  /** Address of a decided frame that waits for pollDirectorOutput; 0 = none. */
  pending: u32;
}

const head = changetype<DirectorHead>(memory.data(offsetof<DirectorHead>(), 8));
const serviceStatus = changetype<ServiceStatus>(memory.data(offsetof<ServiceStatus>(), 8));
const destinationStatus = changetype<DestinationStatus>(
  memory.data(offsetof<DestinationStatus>(), 8),
);

/** Bytes of arenas for a number of connections, buffers not counted; 0 when it is out of range. */
export function directorBytesNeeded(connections: u32): u32 {
  if (connections == 0 || connections > CONNECTION_MAX) return 0;
  return serviceBytesNeeded() + destinationBytesNeeded() + neighbourBytesNeeded() +
    interfaceBytesNeeded() + outboxBytesNeeded() + leastBytesNeeded() +
    connectionBytesNeeded(connections) + ALIGNMENT_SLACK;
}

/**
 * Reserves the arenas, after memoryBegin: 1..CONNECTION_MAX connections; the seed is that of their
 * hash. Whatever there was is forgotten. Returns STATUS_OK or STATUS_MEMORY.
 */
export function directorInit(connections: u32, seed: u32): u32 {
  head.nowUs = 0;
  head.pending = 0;
  countersInit();
  answerInit();
  const ready = serviceInit() && destinationInit() && neighbourInit() && interfaceInit() &&
    outboxInit() && leastInit() && connectionInit(connections, seed);
  head.ready = ready ? 1 : 0;
  return ready ? STATUS_OK : STATUS_MEMORY;
}

/**
 * Takes one record of a kind from INPUT_SERVICE on, `size` bytes at an address, and expires
 * connections. Returns STATUS_OK; STATUS_NOT_INITIALISED; STATUS_RECORD_KIND for a kind that is not
 * the director's; STATUS_RECORD_SIZE for a record shorter than its kind needs; what configure.ts says;
 * for a frame what became of it (forward.ts). Time that runs backwards stands still.
 */
export function handleDirectorInput(kind: u32, address: u32, size: u32, now: u64): u32 {
  if (head.ready == 0) return STATUS_NOT_INITIALISED;
  head.pending = 0;
  directorTimer(now);
  const fixed = fixedSize(kind);
  if (fixed == 0) return STATUS_RECORD_KIND;
  if (size < fixed) return STATUS_RECORD_SIZE;
  switch (kind) {
    case INPUT_SERVICE:
      return setService(changetype<ServiceInput>(address));
    case INPUT_SERVICE_REMOVE:
      return removeService(changetype<ServiceRemoveInput>(address));
    case INPUT_DESTINATION:
      return setDestination(changetype<DestinationInput>(address), head.nowUs);
    case INPUT_DESTINATION_REMOVE:
      return removeDestination(changetype<DestinationRemoveInput>(address));
    case INPUT_NEIGHBOUR:
      return setNeighbour(changetype<NeighbourInput>(address), head.nowUs);
    case INPUT_INTERFACE:
      return setInterface(changetype<InterfaceInput>(address));
    default:
      return handleFrame(address, size);
  }
}

/** Lets time pass: expires connections. Before init it does nothing. */
export function directorTimer(now: u64): void {
  if (head.ready == 0) return;
  if (now > head.nowUs) head.nowUs = now;
  connectionsExpire(head.nowUs);
}

/**
 * The fast path: decides on the frame of `size` bytes behind the FrameInput at the input buffer, of
 * which only ifindex and vnetHeaderLength are read, and rewrites it in place. Returns its status; what
 * to send stands in directorVerdict() and begins at directorFrameBuffer().
 */
export function directorFrame(now: u64, size: u32): u32 {
  if (head.ready == 0) return STATUS_NOT_INITIALISED;
  head.pending = 0;
  directorTimer(now);
  return decideFrame(<u32> inputAddress(), size);
}

/** Address of the frame of the fast path: FRAME_SIZE_MAX bytes. */
export function directorFrameBuffer(): u32 {
  return <u32> inputAddress() + offsetof<FrameInput>();
}

/** Address of the DirectorVerdict on the last frame. */
export function directorVerdict(): u32 {
  return changetype<u32>(forwardVerdict());
}

/** Writes the next record at the output buffer; returns its bytes, 0 when there is none. */
export function pollDirectorOutput(): u32 {
  if (head.ready == 0) return 0;
  const to = <u32> outputAddress();
  const size = outboxTake(to);
  if (size > 0 || head.pending == 0) return size;
  const decided = forwardVerdict();
  const record = changetype<ForwardOutput>(to);
  record.kind = OUTPUT_FORWARD;
  record.size = offsetof<ForwardOutput>() + decided.frameSize;
  record.ifindex = decided.ifindex;
  record.destination = decided.destination;
  record.payloadLength = decided.frameSize;
  record.reserved = 0;
  memory.copy(to + offsetof<ForwardOutput>(), head.pending, decided.frameSize);
  head.pending = 0;
  return record.size;
}

/** When time must pass again if nothing comes, microseconds; TIME_NEVER when nothing is waited for. */
export function directorNextTimeout(): u64 {
  return head.ready == 0 ? TIME_NEVER : connectionsNextExpiry();
}

/** Address of the DirectorStatus as it is now. */
export function directorStatus(): u32 {
  return changetype<u32>(countersRead());
}

/** Address of the ServiceStatus of a number, valid until the next call; 0 when there is none. */
export function directorServiceStatus(slot: u32): u32 {
  if (head.ready == 0 || slot >= SERVICE_MAX || serviceAt(slot).present == 0) return 0;
  const service = serviceAt(slot);
  serviceStatus.service = slot;
  serviceStatus.family = service.family;
  serviceStatus.protocol = service.protocol;
  serviceStatus.port = service.port;
  serviceStatus.scheduler = service.scheduler;
  serviceStatus.state = service.state;
  serviceStatus.addressHi = service.addressHi;
  serviceStatus.addressLo = service.addressLo;
  serviceStatus.destinationCount = service.count;
  serviceStatus.noDestination = service.noDestination;
  serviceStatus.noConnection = service.noConnection;
  serviceStatus.connectionLimit = service.connectionLimit;
  serviceStatus.connections = <f64> service.connections;
  serviceStatus.packets = <f64> service.packets;
  serviceStatus.bytes = <f64> service.bytes;
  return changetype<u32>(serviceStatus);
}

/** Address of the DestinationStatus of a number, valid until the next call; 0 when there is none. */
export function directorDestinationStatus(slot: u32): u32 {
  if (head.ready == 0 || slot >= DESTINATION_MAX) return 0;
  const destination = destinationAt(slot);
  if (destination.presence == DESTINATION_FREE) return 0;
  destinationStatus.destination = slot;
  destinationStatus.service = destination.service;
  destinationStatus.family = destination.family;
  destinationStatus.port = destination.port;
  destinationStatus.addressHi = destination.addressHi;
  destinationStatus.addressLo = destination.addressLo;
  destinationStatus.weight = destination.weight;
  destinationStatus.present = destination.presence == DESTINATION_PRESENT ? 1 : 0;
  destinationStatus.active = destination.active;
  destinationStatus.inactive = destination.inactive;
  destinationStatus.neighbourKnown = neighbourAt(destination.neighbour).mac == 0 ? 0 : 1;
  destinationStatus.ifindex = destination.ifindex;
  destinationStatus.connections = <f64> destination.connections;
  destinationStatus.packets = <f64> destination.packets;
  destinationStatus.bytes = <f64> destination.bytes;
  return changetype<u32>(destinationStatus);
}

function handleFrame(address: u32, size: u32): u32 {
  const record = changetype<FrameInput>(address);
  if (record.payloadLength > size - offsetof<FrameInput>()) return STATUS_RECORD_SIZE;
  const status = decideFrame(address, record.payloadLength);
  if (forwardVerdict().frameSize > 0) head.pending = address + offsetof<FrameInput>();
  return status;
}

function decideFrame(address: u32, size: u32): u32 {
  const record = changetype<FrameInput>(address);
  return forwardFrame(
    address + offsetof<FrameInput>(),
    size,
    record.vnetHeaderLength,
    record.ifindex,
    head.nowUs,
  );
}

/** Bytes of the fixed part of a record of the director, 0 for another kind. */
function fixedSize(kind: u32): u32 {
  switch (kind) {
    case INPUT_SERVICE:
      return offsetof<ServiceInput>();
    case INPUT_SERVICE_REMOVE:
      return offsetof<ServiceRemoveInput>();
    case INPUT_DESTINATION:
      return offsetof<DestinationInput>();
    case INPUT_DESTINATION_REMOVE:
      return offsetof<DestinationRemoveInput>();
    case INPUT_NEIGHBOUR:
      return offsetof<NeighbourInput>();
    case INPUT_INTERFACE:
      return offsetof<InterfaceInput>();
    case INPUT_FRAME:
      return offsetof<FrameInput>();
    default:
      return 0;
  }
}
