// The play that a hand fills.

import { GOOD_WIRE, type Scenario } from "../../../host/sim/scenario/scenario.ts";

/** How long a play by hand is, microseconds. */
export const HAND_DURATION_US = 600_000_000;

/** A play in which nothing happens but what a hand does. */
export function handScenario(): Scenario {
  return {
    name: "by hand",
    description: "",
    durationUs: HAND_DURATION_US,
    wire: { ...GOOD_WIRE },
    machines: {},
    scripts: [],
    steps: [],
  };
}
