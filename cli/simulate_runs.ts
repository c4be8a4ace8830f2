// Many plays with one seed after another: what was violated, and how the addresses fared.

import type { SimulatedNode } from "../host/sim/simulate.ts";
import { simulate } from "../host/sim/simulate.ts";
import type { Scenario } from "../host/sim/scenario/scenario.ts";
import type { Invariant, Violation } from "../host/sim/world_view.ts";
import { errorText, VipdError } from "../host/base/errors.ts";

/** Runs with a violation after which no more are played. */
export const FAILING_RUNS_MAX = 5;
/** Time between two words about the progress, milliseconds. */
const PROGRESS_MS = 200;
/** Name under which a trap of the core or an exception is told. */
const NO_TRAP = "no_trap";

/** Errors of what the user gave, not of the play. */
export const WRONG_CODES: ReadonlySet<string> = new Set(["simulate", "scenario", "edit"]);

/** What to play. */
export interface RunsOptions {
  wasm: WebAssembly.Module;
  nodes: readonly SimulatedNode[];
  /** Seed of the first run; the others follow. */
  first: number;
  runs: number;
  scenario(seed: number): Scenario;
  invariants: readonly (() => Invariant)[];
  /** Hears how far it is, and at the end; null: nobody. */
  progress: ((done: number, runs: number, failures: number) => void) | null;
}

/** A run with its first violation. */
export interface FailingRun {
  seed: number;
  violation: Violation;
}

/** One number of every run. */
export interface Distribution {
  median: number;
  p90: number;
  p99: number;
  most: number;
  /** Seed of the run with the most. */
  mostSeed: number;
}

/** What came of it. Times are microseconds of the simulations but for elapsedMs. */
export interface RunsSummary {
  first: number;
  /** Runs that were asked for, and played. */
  asked: number;
  played: number;
  playedUs: number;
  elapsedMs: number;
  events: number;
  /** At most FAILING_RUNS_MAX. */
  failures: FailingRun[];
  /** Of each run the address that fared worst. */
  withoutUs: Distribution;
  severalUs: Distribution;
  misledUs: Distribution;
  longestTakeoverUs: Distribution;
}

/** Plays until all are played or FAILING_RUNS_MAX failed. Throws VipdError for a wrong scenario. */
export function playRuns(options: RunsOptions): RunsSummary {
  const { first, runs, progress } = options;
  const failures: FailingRun[] = [];
  const none = (): number[] => [];
  const numbers = { without: none(), several: none(), misled: none(), takeover: none() };
  const start = performance.now();
  let spokenMs = start;
  let [played, playedUs, events] = [0, 0, 0];
  while (played < runs && failures.length < FAILING_RUNS_MAX) {
    const seed = (first + played) >>> 0;
    const result = playSeed(options, seed);
    played++;
    playedUs += result.endUs;
    events += result.events;
    const { addresses, routers } = result.account;
    numbers.without.push(Math.max(0, ...addresses.map(({ without }) => without.totalUs)));
    numbers.several.push(Math.max(0, ...addresses.map(({ several }) => several.totalUs)));
    numbers.misled.push(Math.max(0, ...addresses.map(({ misled }) => misled.totalUs)));
    numbers.takeover.push(Math.max(0, ...routers.map(({ takeovers }) => takeovers.longestUs)));
    const [violation] = result.violations;
    if (violation !== undefined) failures.push({ seed, violation });
    if (progress !== null && performance.now() - spokenMs >= PROGRESS_MS) {
      spokenMs = performance.now();
      progress(played, runs, failures.length);
    }
  }
  progress?.(runs, runs, failures.length);
  return {
    ...{ first, asked: runs, played, playedUs, events, failures },
    elapsedMs: performance.now() - start,
    withoutUs: distributionOf(numbers.without, first),
    severalUs: distributionOf(numbers.several, first),
    misledUs: distributionOf(numbers.misled, first),
    longestTakeoverUs: distributionOf(numbers.takeover, first),
  };
}

/** One play; a core that traps or code that throws is a violation too. */
function playSeed({ wasm, nodes, scenario, invariants }: RunsOptions, seed: number) {
  const plan = { wasm, nodes, scenario: scenario(seed), seed, invariants };
  try {
    return simulate({
      ...plan,
      trace: null,
      traceAdverts: false,
      record: true,
      stopAtViolation: true,
    });
  } catch (thrown) {
    // What the user wrote is wrong in every run.
    if (thrown instanceof VipdError && WRONG_CODES.has(thrown.code)) throw thrown;
    const violation = { invariant: NO_TRAP, atUs: 0, text: errorText(thrown) };
    const account = { addresses: [], routers: [] };
    return { violations: [violation], endUs: 0, events: 0, account };
  }
}

/** Of numbers in the order of their seeds. */
function distributionOf(numbers: readonly number[], first: number): Distribution {
  const sorted = numbers.toSorted((a, b) => a - b);
  const at = (part: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
  const most = sorted.at(-1) ?? 0;
  return {
    median: at(0.5) ?? 0,
    p90: at(0.9) ?? 0,
    p99: at(0.99) ?? 0,
    most,
    mostSeed: (first + numbers.indexOf(most)) >>> 0,
  };
}
