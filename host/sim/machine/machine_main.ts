// The main thread of a simulated process, apart from the engine that runs on it: what comes for it
// while the process stands still waits, its signals wait for a stall's end too, and a worker that
// hears nothing of it for too long ends the process. This module is browser safe.

import type { MachineClock } from "./machine_clock.ts";

/** Main may be silent for so long before the worker resigns and ends the process (as in wire.ts). */
export const MAIN_SILENT_MAX_US = 30_000_000;
/** After the process stood still main gets so long to be heard again. */
const HEARD_AGAIN_US = 2_000_000;

/** What it needs of the machine. */
export interface MainTools {
  readonly clock: MachineClock;
  now(): number;
  at(atUs: number, happen: () => void): void;
  /** The process runs: it neither stands still nor is gone. */
  isRunning(): boolean;
  /** Main was silent for too long: the worker acts. */
  silent(): void;
  /** A signal was taken that came long ago. */
  disturb(): void;
}

/** Main of one process after the other. */
export class MainThread {
  readonly #tools: MainTools;
  /** What came while the process stood still. */
  #waiting: (() => void)[] = [];
  /** By the machine's clock: main stands still from and until then. */
  #stalledFromUs = -Infinity;
  #stalledUntilUs = -Infinity;
  /** Number of the process. */
  #life = 0;

  constructor(tools: MainTools) {
    this.#tools = tools;
  }

  /** What waits because the process stands still. */
  get queueLength(): number {
    return this.#waiting.length;
  }

  /** The process is gone. */
  end(): void {
    this.#life++;
    this.#waiting = [];
    this.#stalledFromUs = this.#stalledUntilUs = -Infinity;
  }

  /** The process goes on. */
  goOn(): void {
    for (const take of this.#waiting.splice(0)) take();
  }

  /** Main stands still for so long; answers until when, by the machine's clock. */
  stall(forUs: number): number {
    const nowUs = this.#nowUs();
    if (nowUs >= this.#stalledUntilUs) {
      this.#stalledFromUs = nowUs;
      this.#watch(nowUs + MAIN_SILENT_MAX_US);
    }
    this.#stalledUntilUs = Math.max(this.#stalledUntilUs, nowUs + forUs);
    return this.#stalledUntilUs;
  }

  /** Something for main's queue comes, now or when the process goes on. */
  whenRuns(take: () => void): void {
    if (this.#tools.isRunning()) take();
    else this.#waiting.push(take);
  }

  /** A signal comes: main takes it when the process runs and main does. */
  whenHears(take: () => void): void {
    this.whenRuns(() => {
      if (this.#nowUs() >= this.#stalledUntilUs) return take();
      this.#atShown(this.#stalledUntilUs, () => {
        this.whenHears(take);
        this.#tools.disturb();
      });
    });
  }

  /** The worker looks at a time whether main has been heard. */
  #watch(atUs: number): void {
    const fromUs = this.#stalledFromUs;
    this.#atShown(atUs, () => {
      if (fromUs !== this.#stalledFromUs) return;
      const { isRunning, silent } = this.#tools;
      const nowUs = this.#nowUs();
      if (!isRunning()) {
        return this.whenRuns(() => this.#watch(Math.max(atUs, this.#nowUs() + HEARD_AGAIN_US)));
      }
      if (nowUs >= this.#stalledUntilUs) return;
      // The clock was made slower meanwhile.
      if (nowUs < atUs) return this.#watch(atUs);
      silent();
    });
  }

  /** When the machine's clock shows a time, if the process is the same then. */
  #atShown(shownUs: number, happen: () => void): void {
    const { clock, now, at } = this.#tools;
    const life = this.#life;
    at(Math.max(now(), clock.whenShows(shownUs)), () => {
      if (this.#life === life) happen();
    });
  }

  #nowUs(): number {
    const { clock, now } = this.#tools;
    return clock.at(now());
  }
}
