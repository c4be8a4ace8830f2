// The seeds that ever failed. A seed names a play only as long as the generators draw the same numbers
// for it, so what is worth keeping for good is written as a unit test as well; the seed stays here
// because it costs nothing.

import { readFileSync } from "node:fs";

/** One seed that failed once. */
export interface Regression {
  seed: number;
  /** Name of the invariant that was violated. */
  invariant: string;
  /** What it was, in a sentence. */
  what: string;
  /** Commit that mended it. */
  commit: string;
}

/** All of them, the oldest first. */
export function readRegressions(): Regression[] {
  return JSON.parse(readFileSync(new URL("regressions.json", import.meta.url), "utf8"));
}
