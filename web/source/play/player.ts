// Plays one simulation in slices, so that a thread can listen between them. Everything follows from the
// order: the same configurations, scenario and seed give the same events as `vipd simulate` plays.

import { errorText, VipdError } from "../../../host/base/errors.ts";
import { ALL_INVARIANTS } from "../../../host/sim/invariants/index.ts";
import { Simulation } from "../../../host/sim/simulate.ts";
import type { TraceEvent } from "../../../host/sim/world_view.ts";
import type { PlayOrder, PlayReport } from "./protocol.ts";

/** A slice takes about so long, milliseconds. */
const SLICE_MS = 12;
/** First step of the world's clock in a slice, microseconds, and the largest. */
const STEP_MIN_US = 100_000;
const STEP_MAX_US = 60_000_000;
/** Events in one report. */
const CHUNK_EVENTS = 4_000;

/** One play. */
export class Player {
  readonly #order: PlayOrder;
  readonly #simulation: Simulation;
  readonly #post: (report: PlayReport) => void;
  readonly #clockMs: () => number;
  #events: TraceEvent[] = [];
  #stepUs = STEP_MIN_US;
  #isOver = false;

  /** Throws VipdError when the order cannot be played. */
  constructor(
    wasm: WebAssembly.Module,
    order: PlayOrder,
    post: (report: PlayReport) => void,
    clockMs: () => number,
  ) {
    this.#order = order;
    this.#post = post;
    this.#clockMs = clockMs;
    this.#simulation = new Simulation({
      wasm,
      nodes: order.nodes,
      scenario: order.scenario,
      seed: order.seed,
      invariants: ALL_INVARIANTS,
      trace: (event) => this.#events.push(event),
      traceAdverts: false,
      traceDetail: true,
      traceAfterUs: order.knownUs,
      record: false,
      stopAtViolation: true,
    });
  }

  /** Nothing is left to play. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Plays on for about SLICE_MS and reports it. */
  slice(): void {
    if (this.#isOver) return;
    try {
      this.#slice();
    } catch (thrown) {
      if (!(thrown instanceof VipdError)) throw thrown;
      this.#isOver = true;
      this.#post(failure(this.#order.play, thrown));
    }
  }

  #slice(): void {
    const { play, scenario } = this.#order;
    const simulation = this.#simulation;
    const begunMs = this.#clockMs();
    for (;;) {
      const stepMs = this.#clockMs();
      simulation.advance(Math.min(scenario.durationUs, simulation.nowUs + this.#stepUs));
      if (simulation.isStopped || simulation.nowUs >= scenario.durationUs) return this.#finish();
      const nowMs = this.#clockMs();
      const factor = nowMs - stepMs < SLICE_MS / 4 ? 2 : nowMs - stepMs > SLICE_MS ? 0.5 : 1;
      this.#stepUs = Math.max(STEP_MIN_US, Math.min(STEP_MAX_US, this.#stepUs * factor));
      if (nowMs - begunMs >= SLICE_MS || this.#events.length >= CHUNK_EVENTS) break;
    }
    this.#post({ play, kind: "events", events: this.#take(), untilUs: simulation.nowUs });
  }

  #finish(): void {
    const { play } = this.#order;
    const untilUs = this.#simulation.nowUs;
    this.#post({ play, kind: "events", events: this.#take(), untilUs });
    const { digest, account } = this.#simulation.end();
    // The last look of the invariants belongs to the play; that every process ends does not.
    const late = this.#take().filter(({ kind }) => kind === "violation");
    if (late.length > 0) this.#post({ play, kind: "events", events: late, untilUs });
    this.#isOver = true;
    this.#post({ play, kind: "done", endUs: untilUs, digest, account });
  }

  #take(): TraceEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }
}

/** The report of an order that cannot be played. */
export function failure(play: number, thrown: unknown): PlayReport {
  const hint = thrown instanceof VipdError ? thrown.hint ?? "" : "";
  return { play, kind: "failed", text: errorText(thrown), hint };
}
