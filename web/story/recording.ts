// A recording: what happened, whatever its source is - a simulation, a dump, a capture or running
// directors. Views draw recordings and nothing else. Sources append to them; nobody changes what is
// there. Times are microseconds from the recording's beginning, in true time.

import type { TraceEvent } from "../../host/sim/world_view.ts";
import type { StateName, TrackerStateName } from "../../host/core/abi.gen.ts";
import { type Cast, NOBODY } from "./cast.ts";

/** Where a recording comes from. */
export type SourceKind = "simulation" | "dump" | "capture" | "live";

/** What the simulator tells, and what other sources know beside it. */
export type RecordedEvent =
  | TraceEvent
  | { atUs: number; node: string | null }
    & (
      /** The state of an instance as a snapshot or a capture shows it, without a reason record. */
      | { kind: "state"; instance: string; state: StateName; inferred: boolean; text: string }
      /** A tracker as a snapshot shows it. */
      | { kind: "tracker"; tracker: string; state: TrackerStateName }
      /** A real server as a snapshot shows it. */
      | {
        kind: "server";
        service: string;
        server: string;
        state: "up" | "down" | "unknown";
        weight: number;
      }
      /** The connection to a director is there, or lost: from then on nothing is known of it. */
      | {
        kind: "connection";
        isUp: boolean;
        text: string;
        /** Nothing of ours broke: a dump or capture does not hear the node. */
        isSilent?: boolean;
      }
      /** A line for people. */
      | { kind: "remark"; text: string; isBad: boolean }
    );

/** What happened. Appended to in place: `revision` tells that something is new. */
export interface Recording {
  source: SourceKind;
  /** For the title: name of the scenario or file. */
  name: string;
  cast: Cast;
  /** In the order of time; of equal times in the order in which they were told. */
  events: RecordedEvent[];
  /** Everything until then is known. */
  untilUs: number;
  /** Where it ends as far as one knows; grows while live. */
  endUs: number;
  /** Nothing will be appended any more. */
  isComplete: boolean;
  /** Wall time of 0, milliseconds since 1970; null: simulated time has none. */
  wallMs: number | null;
  /** Why it ended early, "" = it did not. */
  problem: string;
}

/** Events of a recording; one more ends it with a problem. */
export const RECORDED_EVENT_MAX = 500_000;

/** An empty recording. */
export function emptyRecording(source: SourceKind, name: string): Recording {
  return {
    source,
    name,
    cast: NOBODY,
    events: [],
    untilUs: 0,
    endUs: 0,
    isComplete: false,
    wallMs: null,
    problem: "",
  };
}

/** Place of the first event at or behind a time. */
export function firstAt(events: readonly { atUs: number }[], us: number): number {
  let [low, high] = [0, events.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (events[middle]!.atUs < us) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Place of the first event behind a time. */
export function firstAfter(events: readonly { atUs: number }[], us: number): number {
  let [low, high] = [0, events.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (events[middle]!.atUs <= us) low = middle + 1;
    else high = middle;
  }
  return low;
}
