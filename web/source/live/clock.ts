// How far a director's clock is from ours. Each answer to `status` says what time it is there; it was said
// half of the way there and back ago, give or take the other half. So of the last ones the quickest counts.

import type { NodeStatus } from "../../../host/control/client.ts";

/** Answers that are measured with. */
const SAMPLES = 16;

/** When a question was asked and answered, milliseconds of this machine's clock since 1970. */
export interface Heard {
  askedMs: number;
  heardMs: number;
}

/** The clock of one director. */
export class DirectorClock {
  /** The newest last. */
  readonly #samples: { tripMs: number; aheadMs: number }[] = [];

  /** Measures with an answer. */
  measure({ since, ageS }: Pick<NodeStatus, "since" | "ageS">, { askedMs, heardMs }: Heard): void {
    const theirsMs = Date.parse(since) + ageS * 1000;
    const aheadMs = theirsMs - (askedMs + heardMs) / 2;
    this.#samples.push({ tripMs: heardMs - askedMs, aheadMs });
    if (this.#samples.length > SAMPLES) this.#samples.shift();
  }

  /** How far it is ahead of ours, milliseconds; null before the first answer. */
  get aheadMs(): number | null {
    let best: { tripMs: number; aheadMs: number } | null = null;
    for (const sample of this.#samples) {
      if (best === null || sample.tripMs < best.tripMs) best = sample;
    }
    return best?.aheadMs ?? null;
  }

  /** A time of its clock as one of ours, milliseconds. */
  oursMs(theirsMs: number): number {
    return theirsMs - (this.aheadMs ?? 0);
  }
}
