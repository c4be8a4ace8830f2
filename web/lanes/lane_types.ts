// What the lanes are made of: lists in the order of time, of each instance and of each node.

import type { StateName } from "../../host/core/abi.gen.ts";
import type { ProcessState } from "../../host/sim/world_view.ts";

/** UNKNOWN: the connection to the director is lost. */
export type BandState = StateName | "DOWN" | "UNKNOWN";

/** A stretch that begins; it ends where the next one does. */
export interface Band {
  atUs: number;
  state: BandState;
  /** The process stands still: it believes to be in the state and says nothing. */
  isStill: boolean;
  /** Concluded from a capture. */
  isInferred: boolean;
  /** Place of the event that began it. */
  event: number;
}

/** What one tracker adds to a priority. */
export interface PriorityPart {
  tracker: string;
  weight: number;
}

/** A priority from a time on; 0: there is none. */
export interface PriorityPoint {
  atUs: number;
  value: number;
  /** As configured; null: not told yet. */
  base: number | null;
  /** Of the trackers, as far as the records tell. */
  parts: readonly PriorityPart[];
  event: number;
}

/** One timer as it was set. `dueUs` null: it was stopped. */
export interface TimerPoint {
  atUs: number;
  dueUs: number | null;
  event: number;
}

/** Something at one moment. */
export interface Tick {
  atUs: number;
  event: number;
}

/** What a person looks for in a whole recording. */
export const MARK_KINDS = [
  "transition",
  "refused",
  "remark",
  "action",
  "found",
  "lost",
  "violation",
] as const;
export type MarkKind = typeof MARK_KINDS[number];

/** A moment that is drawn with a sign. */
export interface Mark extends Tick {
  kind: MarkKind;
  /** For a transition: the state that was entered. */
  state: BandState | null;
}

/** A run of a script or a check. */
export interface Run extends Tick {
  /** null: it goes on, or was broken off. */
  endUs: number | null;
  isGood: boolean | null;
}

/** What a tracker or a server is from a time on. */
export interface Verdict extends Tick {
  /** null: nothing is known. */
  isGood: boolean | null;
}

/** A script, or a real server of a virtual server, on one node. */
export interface WatchLane {
  verdicts: Verdict[];
  runs: Run[];
  /** Tries of a check that failed without deciding. */
  tries: Tick[];
}

/** One instance on one node. */
export interface InstanceLane {
  node: string;
  instance: string;
  bands: Band[];
  /** Adverts that it sent, and those of its virtual router that reached its node. */
  sent: Tick[];
  heard: Tick[];
  priorities: PriorityPoint[];
  /** Advert timer of a MASTER, master down timer of a BACKUP. */
  timers: TimerPoint[];
  /** preempt_delay. */
  preempts: TimerPoint[];
}

/** A cable. */
export interface LinkPoint extends Tick {
  up: boolean;
}

/** What befalls a node. */
export interface NodeLane {
  node: string;
  process: { atUs: number; process: ProcessState; event: number }[];
  /** The connection to it: of a live source, or of what a capture holds. */
  connections: { atUs: number; isUp: boolean; event: number }[];
  /** By name of the interface. */
  links: Map<string, LinkPoint[]>;
  /** By name of the script. */
  scripts: Map<string, WatchLane>;
  /** By `virtual server\nreal server`. */
  checks: Map<string, WatchLane>;
  /** Of how many virtual routers it is MASTER. */
  masters: { atUs: number; event: number; count: number }[];
  /** Notification scripts that were started. */
  notifications: Tick[];
}

/** Lowest and highest priority that a virtual router's instances had, the configured ones too. */
export interface PriorityRange {
  low: number;
  high: number;
}

/** Key of a real server in NodeLane.checks. */
export function checkKey(virtualServer: string, realServer: string): string {
  return `${virtualServer}\n${realServer}`;
}
