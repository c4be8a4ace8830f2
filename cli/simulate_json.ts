// `vipd simulate --json`: one play as one JSON document. Times are microseconds from the beginning of
// the scenario.

import type { Scenario } from "../host/sim/scenario/scenario.ts";
import { writeScenario } from "../host/sim/scenario/scenario_text.ts";
import type { SimulatedNode, SimulationResult } from "../host/sim/simulate.ts";
import type { Timeline } from "../host/sim/timeline/timeline.ts";

/** What the document is made of. */
export interface PlayedDocument {
  nodes: readonly SimulatedNode[];
  scenario: Scenario;
  seed: number;
  elapsedMs: number;
  again: string;
  timeline: Timeline;
  result: SimulationResult;
  invariants: number;
}

/**
 * The document:
 * - `nodes`: name and files of each; `scenario`: as a scenario file writes it; `seed`; `again`: the
 *   command that plays the same;
 * - `endUs`, `events`, `digest` (the same for the same play), `invariants` (how many were watched),
 *   `violations` (SimulationResult);
 * - `account`: SimulationResult's, per address and per virtual router;
 * - `timeline`: lanes and lines (host/sim/timeline/timeline.ts);
 * - `elapsedMs`: the only part that differs from play to play.
 */
export function playedJson(document: PlayedDocument): string {
  const { nodes, scenario, seed, elapsedMs, again, timeline, result, invariants } = document;
  return JSON.stringify(
    {
      nodes: nodes.map(({ name, config }) => ({ name, files: config.files })),
      scenario: JSON.parse(writeScenario(scenario)),
      seed,
      again,
      ...result,
      invariants,
      timeline,
      elapsedMs,
    },
    null,
    2,
  );
}
