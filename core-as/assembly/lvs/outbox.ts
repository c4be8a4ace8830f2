// What the director has to say besides frames: a ring of records in the layout of abi/director.ts,
// drained by pollDirectorOutput. When it is full a record is lost and counted, and that is told.

import {
  DIRECTOR_NOTICE_OUTPUT_OVERRUN,
  DirectorNoticeOutput,
  NeighbourNeededOutput,
  OUTPUT_DIRECTOR_NOTICE,
  OUTPUT_NEIGHBOUR_NEEDED,
} from "../abi/director";
import { DIRECTOR_OUTPUT_MAX, DIRECTOR_QUIET_US, ID_NONE } from "../abi/limits";
import { reserve } from "../abi/memory";

/** Bytes of a place in the ring: the largest record. */
const PLACE_SIZE: u32 = 32;
/** Number of DIRECTOR_NOTICE_ codes. */
const NOTICE_COUNT: u32 = 3;

/** A notice that is told at intervals, with what it counted in between. */
@unmanaged
export class Remark {
  /** When it was last told, microseconds; 0 = never. */
  toldUs: u64;
  count: u32;
  service: u32;
}

/** What changes after init and is not of one record. */
@unmanaged
export class OutboxHead {
  /** Place of the oldest record. */
  first: u32;
  /** Records in the ring. */
  count: u32;
  /** Records that found no place since that was last told. */
  lost: u32;
}

const head = changetype<OutboxHead>(memory.data(offsetof<OutboxHead>(), 8));
let ring: u32 = 0;
let remarks: u32 = 0;

/** Bytes of the ring and of what is counted for notices. */
export function outboxBytesNeeded(): u32 {
  return DIRECTOR_OUTPUT_MAX * PLACE_SIZE + NOTICE_COUNT * offsetof<Remark>();
}

/** Reserves both; false when memory does not suffice. */
export function outboxInit(): bool {
  ring = <u32> reserve(DIRECTOR_OUTPUT_MAX * PLACE_SIZE);
  remarks = <u32> reserve(NOTICE_COUNT * offsetof<Remark>());
  head.first = 0;
  head.count = 0;
  head.lost = 0;
  return ring != 0 && remarks != 0;
}

/** Moves the oldest record to a buffer; returns its bytes, 0 when there is none. */
export function outboxTake(to: u32): u32 {
  if (head.count == 0) {
    if (head.lost == 0) return 0;
    writeNotice(to, DIRECTOR_NOTICE_OUTPUT_OVERRUN, ID_NONE, head.lost);
    head.lost = 0;
    return offsetof<DirectorNoticeOutput>();
  }
  const from = ring + head.first * PLACE_SIZE;
  const size = changetype<NeighbourNeededOutput>(from).size;
  memory.copy(to, from, size);
  head.first = (head.first + 1) % DIRECTOR_OUTPUT_MAX;
  head.count--;
  return size;
}

/** Asks the host for a MAC. */
export function askNeighbour(ifindex: u32, family: u32, hi: u64, lo: u64): void {
  const at = place();
  if (at == 0) return;
  const record = changetype<NeighbourNeededOutput>(at);
  record.kind = OUTPUT_NEIGHBOUR_NEEDED;
  record.size = offsetof<NeighbourNeededOutput>();
  record.ifindex = ifindex;
  record.family = family;
  record.addressHi = hi;
  record.addressLo = lo;
}

/** Counts for a notice and tells it, unless that was done within DIRECTOR_QUIET_US. */
export function remark(notice: u32, service: u32, now: u64): void {
  const entry = changetype<Remark>(remarks + notice * offsetof<Remark>());
  entry.count++;
  if (entry.toldUs != 0 && now - entry.toldUs < <u64> DIRECTOR_QUIET_US) return;
  const at = place();
  if (at == 0) return;
  writeNotice(at, notice, service, entry.count);
  entry.toldUs = now == 0 ? 1 : now;
  entry.count = 0;
}

function place(): u32 {
  if (head.count == DIRECTOR_OUTPUT_MAX) {
    head.lost++;
    return 0;
  }
  const at = ring + ((head.first + head.count) % DIRECTOR_OUTPUT_MAX) * PLACE_SIZE;
  head.count++;
  return at;
}

function writeNotice(at: u32, notice: u32, service: u32, times: u32): void {
  const record = changetype<DirectorNoticeOutput>(at);
  record.kind = OUTPUT_DIRECTOR_NOTICE;
  record.size = offsetof<DirectorNoticeOutput>();
  record.notice = notice;
  record.service = service;
  record.count = times;
  record.reserved = 0;
}
