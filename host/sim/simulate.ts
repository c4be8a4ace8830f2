// One simulation from beginning to end: the function behind `vipd simulate`, the search and the tests.
// Everything follows from (configurations, scenario, seed): the same three give the same bytes on Deno,
// Node and in a browser.
// This module is browser safe.

import type { Config } from "../conf/model.ts";
import { type Account, Accountant } from "./timeline/account.ts";
import type { Scenario } from "./scenario/scenario.ts";
import { World } from "./world.ts";
import type { Invariant, TraceEvent, Violation } from "./world_view.ts";

/** What to play. */
export interface SimulationOptions {
  /** The core. */
  wasm: WebAssembly.Module;
  /** The nodes; their names are what the scenario calls them. At least one. */
  nodes: readonly SimulatedNode[];
  scenario: Scenario;
  /** Unsigned 32 bit. */
  seed: number;
  /** Each is made anew for the run; ALL_INVARIANTS (invariants/index.ts) is the whole list. */
  invariants: readonly (() => Invariant)[];
  /** Hears of everything in order; null = nobody does, which is faster. */
  trace: ((event: TraceEvent) => void) | null;
  /** Trace adverts too. */
  traceAdverts: boolean;
  /** Trace everything that a page shows: packets with their bytes, timers, checks, the IPVS table. */
  traceDetail?: boolean;
  /** Trace only what comes after this time: the rest is known already. Everything if left out. */
  traceAfterUs?: number;
  /** Keep the log of each node's core, for the invariant replay_equal. */
  record: boolean;
  /** End at the first violation, or go on and note all (VIOLATION_MAX). */
  stopAtViolation: boolean;
}

/** One node to play. */
export interface SimulatedNode {
  name: string;
  config: Config;
}

/** Violations that are noted in one run. */
export const VIOLATION_MAX = 100;

/** What came of it. */
export interface SimulationResult {
  violations: Violation[];
  /** When it ended: the scenario's duration, or the time of the violation. */
  endUs: number;
  /** Events of the world that were played. */
  events: number;
  /** Hash of every output of every core in order with its time, 16 hex digits: the same play. */
  digest: string;
  /** How long each address had nobody or several, and each instance was in each state. */
  account: Account;
}

/** Plays a simulation. Throws VipdError `scenario` when the scenario names what is not there. */
export function simulate(options: SimulationOptions): SimulationResult {
  const play = new Simulation(options);
  play.advance(options.scenario.durationUs);
  return play.end();
}

/** A simulation that is played bit by bit; how it is cut into bits changes nothing of what comes out. */
export class Simulation {
  readonly #world: World;
  readonly #accountant: Accountant;

  /** Throws VipdError `scenario` when the scenario names what is not there. */
  constructor(options: SimulationOptions) {
    this.#accountant = new Accountant(options);
    const invariants = [...options.invariants, () => this.#accountant];
    this.#world = new World({ ...options, invariants });
  }

  /** Where it stands, microseconds. */
  get nowUs(): number {
    return this.#world.nowUs;
  }

  /** Events of the world that were played so far. */
  get events(): number {
    return this.#world.events;
  }

  /** A violation has ended it (stopAtViolation): advance() plays nothing more. */
  get isStopped(): boolean {
    return this.#world.watchers.isStopped;
  }

  /** Plays up to a time. Throws VipdError `sim-loop` when something answers itself without end. */
  advance(untilUs: number): void {
    this.#world.advance(untilUs);
  }

  /** Ends it where it stands: every process stops, and what came of it is told. */
  end(): SimulationResult {
    const world = this.#world;
    // The end kills every process, which is no part of the play.
    const account = this.#accountant.tell(world);
    world.end();
    return {
      violations: world.watchers.violations,
      endUs: world.nowUs,
      events: world.events,
      digest: world.digest.text(),
      account,
    };
  }
}
