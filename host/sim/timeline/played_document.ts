// One play as one JSON document: what `vipd simulate --json` prints and the edge worker answers. Times are
// microseconds from the beginning of the scenario. This module is browser safe.

import type { Scenario } from "../scenario/scenario.ts";
import { writeScenario } from "../scenario/scenario_text.ts";
import type { SimulatedNode, SimulationResult } from "../simulate.ts";
import type { ServiceTally } from "../traffic/tally.ts";
import type { Timeline } from "./timeline.ts";

/** What the document is made of. */
export interface PlayedDocument {
  nodes: readonly SimulatedNode[];
  scenario: Scenario;
  seed: number;
  elapsedMs: number;
  again: string;
  timeline: Timeline;
  result: SimulationResult;
  /** Of the clients' requests; empty where the scenario has no load. */
  requests: readonly ServiceTally[];
  invariants: number;
}

/**
 * The document, ready for JSON.stringify:
 * - `nodes`: name and files of each; `scenario`: as a scenario file writes it; `seed`; `again`: the
 *   command that plays the same;
 * - `endUs`, `events`, `digest` (the same for the same play), `invariants` (how many were watched),
 *   `violations` (SimulationResult);
 * - `account`: SimulationResult's, per address and per virtual router;
 * - `requests`: of the scenario's load, per service (traffic/tally.ts), where it has any;
 * - `timeline`: lanes and lines (timeline.ts);
 * - `elapsedMs`: the only part that differs from play to play.
 */
export function playedDocument(document: PlayedDocument): Record<string, unknown> {
  const { nodes, scenario, seed, elapsedMs, again, timeline, result, requests, invariants } =
    document;
  return {
    nodes: nodes.map(({ name, config }) => ({ name, files: config.files })),
    scenario: JSON.parse(writeScenario(scenario)),
    seed,
    again,
    ...result,
    invariants,
    ...(requests.length === 0 ? {} : { requests }),
    timeline,
    elapsedMs,
  };
}
