// Drives the engine on main: one input, drain all outputs, set one timer for the next timeout. The
// loop of DESIGN's one contract and nothing else; what an output does is effects.ts's business.

import type { EngineInput, EngineOutput } from "../engine/contract.ts";
import { nowUs } from "../linux/clock.ts";

/** What the runner needs of an engine. */
export interface EngineHandle {
  handleInput(now: number, input: EngineInput): void;
  pollOutput(): EngineOutput | null;
  nextTimeout(): number;
}

/** setTimeout takes no more than 2^31-1 milliseconds; the runner looks again after this. */
const TIMER_MS_MAX = 60_000;

/** The running engine. */
export class EngineRunner {
  readonly #engine: EngineHandle;
  readonly #carryOut: (output: EngineOutput) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #draining = false;
  #closed = false;
  readonly #waiting: EngineInput[] = [];

  /** `carryOut` is called for each output, in order; it may call input(). */
  constructor(engine: EngineHandle, carryOut: (output: EngineOutput) => void) {
    this.#engine = engine;
    this.#carryOut = carryOut;
  }

  /** Hands an input to the engine, now or as soon as the outputs of the one before are drained. */
  input(input: EngineInput): void {
    if (this.#closed) return;
    this.#waiting.push(input);
    if (this.#draining) return;
    this.#draining = true;
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        this.#engine.handleInput(nowUs(), next);
        for (
          let output = this.#engine.pollOutput();
          output !== null;
          output = this.#engine.pollOutput()
        ) this.#carryOut(output);
      }
    } finally {
      this.#draining = false;
    }
    this.#arm();
  }

  /** Ends it: no timer, no further input. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const next = this.#engine.nextTimeout();
    if (this.#closed || next === Infinity) return;
    const ms = Math.min(TIMER_MS_MAX, Math.max(0, (next - nowUs()) / 1000));
    // setTimeout may fire up to a millisecond early; the engine then does nothing and we arm again.
    this.#timer = setTimeout(() => this.input({ kind: "timer" }), Math.ceil(ms));
  }
}
