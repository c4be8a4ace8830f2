// Plays a range of seeds and sums up: the work of one worker of the search, and of the tests with
// their fixed budget.
// Runs on Node and on Deno; not browser safe (it reads the core's file).

import { ALL_INVARIANTS } from "../../host/sim/invariants/index.ts";
import type { Violation } from "../../host/sim/world_view.ts";
import { planOf } from "./plan.ts";
import { play } from "./play.ts";
import { counted, countRun, emptyTally, type Tally } from "./tally.ts";

/** Seeds to play. */
export interface Order {
  from: number;
  count: number;
  /** Go on behind a failure; otherwise it is the last run. */
  keepGoing: boolean;
}

/** A seed that failed. */
export interface Failure {
  seed: number;
  violation: Violation;
}

/** What came of an order. */
export interface Answer {
  failures: Failure[];
  tally: Tally;
}

/** Plays seeds one after the other with all invariants. */
export function playSeeds(wasm: WebAssembly.Module, order: Order): Answer {
  const tally = emptyTally();
  const invariants = counted(ALL_INVARIANTS, tally);
  const failures: Failure[] = [];
  for (let seed = order.from; seed < order.from + order.count; seed++) {
    const plan = planOf(seed);
    const { violations, endUs, events } = play(wasm, plan, invariants);
    countRun(tally, plan, endUs, events);
    if (violations.length === 0) continue;
    failures.push({ seed, violation: violations[0]! });
    if (!order.keepGoing) break;
  }
  return { failures, tally };
}
