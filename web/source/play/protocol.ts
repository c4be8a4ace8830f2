// What the page and the simulation's worker tell each other. An order makes the one before it void:
// what still comes of that carries its number and is dropped.

import type { Scenario } from "../../../host/sim/scenario/scenario.ts";
import type { Account } from "../../../host/sim/timeline/account.ts";
import type { SimulatedNode } from "../../../host/sim/simulate.ts";
import type { TraceEvent } from "../../../host/sim/world_view.ts";

/** Play this. */
export interface PlayOrder {
  /** Grows by one with each order. */
  play: number;
  nodes: readonly SimulatedNode[];
  scenario: Scenario;
  seed: number;
  /** The page has the events up to this time, microseconds; -1 = none. */
  knownUs: number;
}

/** What came of it. */
export type PlayReport =
  & { play: number }
  & (
    | { kind: "events"; events: TraceEvent[]; untilUs: number }
    /** The play is over: the scenario's end, or a violation. */
    | { kind: "done"; endUs: number; digest: string; account: Account }
    /** It cannot be played. `hint` "" = none. */
    | { kind: "failed"; text: string; hint: string }
  );
