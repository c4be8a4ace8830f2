// What the page and the traffic's worker tell each other.

import type { Compared, Comparison } from "../../host/sim/traffic/compare.ts";
import type { Request, TrafficService } from "../../host/sim/traffic/request.ts";
import type { TraceEvent } from "../../host/sim/world_view.ts";

/** To the worker. */
export type TrafficOrder =
  /** Another recording: the events up to a time are those of the one before. -1: none are. */
  | {
    kind: "begin";
    play: number;
    services: TrafficService[];
    nodes: string[];
    segments: Map<string, number>;
    seed: number;
    sameUntilUs: number;
  }
  /** More events, and how far the recording is known. */
  | { kind: "events"; play: number; events: TraceEvent[]; untilUs: number }
  | { kind: "compare"; ask: number; schedulers: string[]; comparison: Comparison };

/** A bin as the page keeps it: number of the bin, and counts by `service server`. */
export interface BinRow {
  bin: number;
  began: [string, number][];
  failed: [string, number][];
  open: [string, number][];
}

/** From the worker. */
export type TrafficReport =
  | { kind: "bins"; play: number; bins: BinRow[]; requests: Request[]; untilUs: number }
  | { kind: "compared"; ask: number; results: Compared[] };
