// Plays one plan (the nodes, the scenario and the seed of a run) and says what was violated. A core
// that traps or code that throws is a violation like the others.
// This module is browser safe.

import type { Scenario } from "../../host/sim/scenario/scenario.ts";
import { simulate, type SimulatedNode, type SimulationResult } from "../../host/sim/simulate.ts";
import type { Invariant, TraceEvent } from "../../host/sim/world_view.ts";

/** Everything that a run follows from, but for the core. */
export interface Plan {
  nodes: readonly SimulatedNode[];
  scenario: Scenario;
  /** Of the run itself; unsigned 32 bit. */
  seed: number;
}

/** What came of a play. */
export type Played = Pick<SimulationResult, "violations" | "endUs" | "events" | "digest">;

/** Name under which a trap or an exception is told. */
export const NO_TRAP = "no trap";

/** Plays until the end or the first violation. */
export function play(
  wasm: WebAssembly.Module,
  plan: Plan,
  invariants: readonly (() => Invariant)[],
  trace: ((event: TraceEvent) => void) | null = null,
): Played {
  const { nodes, scenario, seed } = plan;
  const watched = { invariants, trace, traceAdverts: false, stopAtViolation: true };
  // The log of each core is for the invariant replay_equal.
  const record = invariants.length > 0;
  try {
    return simulate({ wasm, nodes, scenario, seed, record, ...watched });
  } catch (error) {
    const text = error instanceof Error ? error.stack ?? error.message : String(error);
    const violation = { invariant: NO_TRAP, atUs: scenario.durationUs, text };
    return { violations: [violation], endUs: scenario.durationUs, events: 0, digest: "" };
  }
}
