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
import { INPUT_TIMER, InputHeader, TimerInput } from "../abi/input";
import {
  CONNECTION_MAX,
  DESTINATION_MAX,
  INPUT_SIZE_MAX,
  OUTPUT_SIZE_MAX,
  SERVICE_MAX,
} from "../abi/limits";
import { inputAddress, memoryBegin, outputAddress } from "../abi/memory";
import {
  STATUS_MEMORY,
  STATUS_NOT_INITIALISED,
  STATUS_OK,
  STATUS_RECORD_KIND,
  STATUS_RECORD_SIZE,
  STATUS_TIME,
} from "../abi/status";
import { TIME_NEVER, timeFromF64, timeIsValid, timeToF64 } from "../base/time";
import { answerInit } from "./answer";
import {
  removeDestination,
  removeService,
  setDestination,
  setInterface,
  setNeighbour,
  setService,
} from "./configure";
import { connectionInit, connectionsExpire, connectionsNextExpiry } from "./connection";
import { connectionBytesNeeded } from "./connection_table";
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

/** reserve() aligns to this. */
const ALIGNMENT: u32 = 64;
/** Calls of reserve() at the most, buffers included. */
const ARENA_COUNT: u32 = 16;

/** What changes after init and is of the director as a whole. */
@unmanaged
export class DirectorHead {
  /** Latest time seen, microseconds. */
  nowUs: u64;
  /** 1 once directorInit succeeded. */
  ready: u32;
  /** Address of a decided frame that waits for directorPoll; 0 = none. */
  pending: u32;
}

const head = changetype<DirectorHead>(memory.data(offsetof<DirectorHead>(), 8));
const serviceStatus = changetype<ServiceStatus>(memory.data(offsetof<ServiceStatus>(), 8));
const destinationStatus = changetype<DestinationStatus>(
  memory.data(offsetof<DestinationStatus>(), 8),
);

/**
 * Bytes of memory that a director with room for this many connections needs, static data and buffers
 * included; 0 when the number is not in 1..CONNECTION_MAX. May be called before directorInit.
 */
export function directorBytesNeeded(connections: u32): u32 {
  if (connections == 0 || connections > CONNECTION_MAX) return 0;
  return <u32> __heap_base + INPUT_SIZE_MAX + OUTPUT_SIZE_MAX + serviceBytesNeeded() +
    destinationBytesNeeded() + neighbourBytesNeeded() + interfaceBytesNeeded() +
    outboxBytesNeeded() + leastBytesNeeded() + connectionBytesNeeded(connections) +
    ARENA_COUNT * ALIGNMENT;
}

/**
 * Makes this instance of the core a director with room for 1..CONNECTION_MAX connections and nothing
 * configured; whatever it held before is forgotten. The seed is that of the connections' hash.
 * STATUS_OK, or STATUS_MEMORY when the number is out of range or the memory too small.
 */
export function directorInit(connections: u32, seed: u32): u32 {
  head.ready = 0;
  const bytes = directorBytesNeeded(connections);
  if (bytes == 0 || <u64> bytes > <u64> memory.size() << 16) return STATUS_MEMORY;
  memoryBegin();
  head.nowUs = 0;
  head.pending = 0;
  countersInit();
  answerInit();
  const whole = serviceInit() && destinationInit() && neighbourInit() && interfaceInit() &&
    outboxInit() && leastInit() && connectionInit(connections, seed);
  if (!whole) return STATUS_MEMORY;
  head.ready = 1;
  return STATUS_OK;
}

/** Whether this instance of the core is a director. */
export function directorIsReady(): bool {
  return head.ready != 0;
}

/**
 * Takes the record of `size` bytes at an address, at `now` microseconds, after connections that are
 * due have expired. Answers STATUS_OK; STATUS_NOT_INITIALISED; STATUS_RECORD_KIND for a kind that is
 * neither INPUT_TIMER nor the director's; STATUS_RECORD_SIZE; what configure.ts says; for a frame what
 * became of it (forward.ts); STATUS_TIME for a record that was taken with the last known time because
 * `now` is none or lies before it.
 */
export function directorHandle(now: f64, at: u32, size: u32): u32 {
  if (!directorIsReady()) return STATUS_NOT_INITIALISED;
  const timely = advanceTime(now);
  const status = dispatch(at, size);
  return status == STATUS_OK && !timely ? STATUS_TIME : status;
}

/**
 * The fast path: decides on the frame of `size` bytes behind the FrameInput at the input buffer, of
 * which only ifindex and vnetHeaderLength are read, and rewrites it in place. Answers its status; what
 * to send stands in directorVerdict() and begins at directorFrameBuffer().
 */
export function directorFrame(now: f64, size: u32): u32 {
  if (!directorIsReady()) return STATUS_NOT_INITIALISED;
  advanceTime(now);
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
export function directorPoll(): u32 {
  if (!directorIsReady()) return 0;
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

/** When to let time pass if nothing comes: absolute microseconds, Infinity = no timer is set. */
export function directorNextTimeout(): f64 {
  return timeToF64(directorIsReady() ? connectionsNextExpiry() : TIME_NEVER);
}

/** Address of the DirectorStatus as it is now. */
export function directorStatus(): u32 {
  return changetype<u32>(countersRead());
}

/** Address of the ServiceStatus of a number, valid until the next call; 0 when there is none. */
export function directorServiceStatus(slot: u32): u32 {
  if (!directorIsReady() || slot >= SERVICE_MAX || serviceAt(slot).present == 0) return 0;
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
  serviceStatus.persistenceS = service.persistenceS;
  serviceStatus.connections = <f64> service.connections;
  serviceStatus.packets = <f64> service.packets;
  serviceStatus.bytes = <f64> service.bytes;
  return changetype<u32>(serviceStatus);
}

/** Address of the DestinationStatus of a number, valid until the next call; 0 when there is none. */
export function directorDestinationStatus(slot: u32): u32 {
  if (!directorIsReady() || slot >= DESTINATION_MAX) return 0;
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
  destinationStatus.persistent = destination.persistent;
  destinationStatus.neighbourKnown = neighbourAt(destination.neighbour).mac == 0 ? 0 : 1;
  destinationStatus.ifindex = destination.ifindex;
  destinationStatus.connections = <f64> destination.connections;
  destinationStatus.packets = <f64> destination.packets;
  destinationStatus.bytes = <f64> destination.bytes;
  return changetype<u32>(destinationStatus);
}

/** Moves the clock and expires what is due; false when the time is none or lies before the last one. */
function advanceTime(now: f64): bool {
  head.pending = 0;
  const timely = timeIsValid(now) && timeFromF64(now) >= head.nowUs;
  if (timely) head.nowUs = timeFromF64(now);
  connectionsExpire(head.nowUs);
  return timely;
}

function dispatch(at: u32, size: u32): u32 {
  if (size < offsetof<InputHeader>() || size > INPUT_SIZE_MAX) return STATUS_RECORD_SIZE;
  const record = changetype<InputHeader>(at);
  const fixed = fixedSize(record.kind);
  if (fixed == 0) return STATUS_RECORD_KIND;
  if (size < fixed || record.size != size) return STATUS_RECORD_SIZE;
  switch (record.kind) {
    case INPUT_SERVICE:
      return setService(changetype<ServiceInput>(at));
    case INPUT_SERVICE_REMOVE:
      return removeService(changetype<ServiceRemoveInput>(at));
    case INPUT_DESTINATION:
      return setDestination(changetype<DestinationInput>(at), head.nowUs);
    case INPUT_DESTINATION_REMOVE:
      return removeDestination(changetype<DestinationRemoveInput>(at));
    case INPUT_NEIGHBOUR:
      return setNeighbour(changetype<NeighbourInput>(at), head.nowUs);
    case INPUT_INTERFACE:
      return setInterface(changetype<InterfaceInput>(at));
    case INPUT_FRAME:
      return handleFrame(at, size);
    default:
      // INPUT_TIMER: time has passed already.
      return STATUS_OK;
  }
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

/** Bytes of the fixed part of a kind; 0 for one that a director does not take. */
function fixedSize(kind: u32): u32 {
  switch (kind) {
    case INPUT_TIMER:
      return offsetof<TimerInput>();
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
