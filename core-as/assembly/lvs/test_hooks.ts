// The director's inner functions in a form that a test can call; never shipped.

import { FrameInput } from "../abi/director";
import { InputHeader } from "../abi/input";
import { inputAddress, memoryBegin, memoryUsed, outputAddress } from "../abi/memory";
import { timeFromF64, timeToF64 } from "../base/time";
import { connectionCount } from "./connection";
import { destinationAt } from "./destination";
import {
  directorBytesNeeded,
  directorFrame,
  directorInit,
  directorNextTimeout,
  directorTimer,
  handleDirectorInput,
  pollDirectorOutput,
} from "./director";
import { leastFromTree, leastLinear } from "./sched/least";
import { schedulerLoadChanged, schedulerPick } from "./scheduler";
import { serviceAt } from "./service";

export {
  directorDestinationStatus,
  directorFrameBuffer,
  directorServiceStatus,
  directorStatus,
  directorVerdict,
} from "./director";

/** A director of its own; returns what directorInit does. */
export function testDirectorBegin(connections: u32, seed: u32): u32 {
  memoryBegin();
  return directorInit(connections, seed);
}

/** Bytes that testDirectorBegin reserved, buffers not counted, by memory map. */
export function testDirectorReserved(): u32 {
  return memoryUsed() - <u32> outputAddress();
}

/** directorBytesNeeded. */
export function testDirectorBytesNeeded(connections: u32): u32 {
  return directorBytesNeeded(connections);
}

/** Takes the record at the input buffer. */
export function testDirectorInput(now: f64, size: u32): u32 {
  const at = <u32> inputAddress();
  return handleDirectorInput(changetype<InputHeader>(at).kind, at, size, timeFromF64(now));
}

/** directorFrame for the frame behind the FrameInput at the input buffer. */
export function testDirectorFrame(now: f64, size: u32): u32 {
  return directorFrame(timeFromF64(now), size);
}

/** Lets time pass. */
export function testDirectorTimer(now: f64): void {
  directorTimer(timeFromF64(now));
}

/** directorNextTimeout as the boundary gives it. */
export function testDirectorNextTimeout(): f64 {
  return timeToF64(directorNextTimeout());
}

/** pollDirectorOutput. */
export function testDirectorPoll(): u32 {
  return pollDirectorOutput();
}

/** Address of the input buffer. */
export function testDirectorInputBuffer(): u32 {
  return <u32> inputAddress();
}

/** Address of the output buffer. */
export function testDirectorOutputBuffer(): u32 {
  return <u32> outputAddress();
}

/** Bytes of the fixed part of a FrameInput. */
export function testDirectorFrameOffset(): u32 {
  return offsetof<FrameInput>();
}

/** Bytes of memory that hold the director's state. */
export function testDirectorMemoryUsed(): u32 {
  return memoryUsed();
}

/** Sets a destination's counts as connections would. */
export function testDirectorLoad(slot: u32, active: u32, inactive: u32): void {
  const destination = destinationAt(slot);
  destination.active = active;
  destination.inactive = inactive;
  schedulerLoadChanged(serviceAt(destination.service), slot);
}

/** The scheduler's next pick; it moves rr and wrr on. */
export function testDirectorPick(service: u32): u32 {
  return schedulerPick(serviceAt(service));
}

/** The least-connection pick by scanning. */
export function testDirectorLinear(service: u32): u32 {
  return leastLinear(serviceAt(service));
}

/** The least-connection pick from the tree; only with more than LINEAR_MAX destinations. */
export function testDirectorTree(service: u32): u32 {
  return leastFromTree(serviceAt(service));
}

/** Connections in the table. */
export function testDirectorConnections(): u32 {
  return connectionCount();
}
