// What the page and the worker of opened files tell each other.

import type { DumpHead } from "../../../host/core/record.ts";
import type { Difference } from "../../../host/sim/replay/replay.ts";
import type { Cast } from "../../story/cast.ts";
import type { RecordedEvent } from "../../story/recording.ts";

/** Orders. The first one is to open a file; a worker opens one. */
export type FileOrder =
  | { kind: "open"; bytes: Uint8Array; name: string }
  /** Explain the transition with this number, of this instance or group. */
  | { kind: "explain"; ask: number; sequence: number }
  /** Show an input that the node was handed. */
  | { kind: "entry"; ask: number; place: EntryPlace };

/** Which input: the last one at a time of the recording, or that of a place among all, from 1. */
export type EntryPlace = { atUs: number } | { position: number };

/** What is known before anything is played. */
export interface FileOpening {
  source: "dump" | "capture";
  cast: Cast;
  endUs: number;
  /** Wall time of 0, milliseconds since 1970; null: the file has none. */
  wallMs: number | null;
  /** Of a dump. */
  head: DumpHead | null;
  /** What is said of the file as a whole, a line each. */
  lines: string[];
  /** What the file cannot tell, a line each. */
  limits: string[];
}

/** A transition in sentences. */
export interface Explained {
  title: string;
  sentences: string[];
}

/** One input of a half of the node, and what came of it. */
export interface ShownEntry {
  half: "core" | "engine";
  /** Number of the input in its half. */
  sequence: number;
  /** Place among all inputs, from 1, and how many there are. */
  position: number;
  of: number;
  atUs: number;
  input: string;
  outputs: string[];
  /** What came out is what the dump says. */
  same: boolean;
}

/** Reports. */
export type FileReport =
  | { kind: "opened"; opening: FileOpening }
  /** `done` of `of` inputs or packets are told. */
  | { kind: "events"; events: RecordedEvent[]; untilUs: number; done: number; of: number }
  | { kind: "done"; differences: readonly Difference[]; problem: string }
  /** The file cannot be opened or played. `hint` "" = none. */
  | { kind: "failed"; text: string; hint: string }
  | { kind: "explained"; ask: number; explained: Explained | null }
  | { kind: "entry"; ask: number; entry: ShownEntry | null };
