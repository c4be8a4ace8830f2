// The core's records as people read them: with names beside the numbers. The engine makes them, the
// control socket carries them, log and page print them.
// This module is browser safe.

import type { NoticeOutput, PriorityOutput, RefusedOutput, TransitionOutput } from "./abi.gen.ts";

/** Names beside the numbers of a record of the core, as they were when it was told. */
export interface RecordNames {
  instanceName?: string;
  groupName?: string;
  trackerName?: string;
  interfaceName?: string;
  /** VRRP version of the instance. */
  instanceVersion?: number;
}

/** The reason record of a transition with its names. */
export type TransitionRecord = TransitionOutput & RecordNames;
/** A change of the effective priority with its names. */
export type PriorityRecord = PriorityOutput & RecordNames;
/** A refused packet with its names. */
export type RefusedRecord = RefusedOutput & RecordNames;
/** A remark of the core with its names. */
export type NoticeRecord = NoticeOutput & RecordNames;
/** Any record of the core that a person reads. */
export type CoreRecord = TransitionRecord | PriorityRecord | RefusedRecord | NoticeRecord;
