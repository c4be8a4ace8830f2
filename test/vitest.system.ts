// The system tests: network namespaces, User-Mode Linux, real daemons. They run on Deno as root,
// one file after the other in each of two lanes: "wire" holds what measures packets, "journeys"
// the real IPVS in its guests and the journeys of e2e. Without VIPD_LANE all are in one.
// A test that finds no root, no keepalived or no User-Mode Linux fails: `test/lab/install` has
// brought them. `test/run` leaves this whole part out, aloud, where they cannot be had.

import { defineConfig } from "vitest/config";

const STEP_TIMEOUT_MS = 180_000;
const ALL = ["test/{lab,interop,linux,e2e,bench}/**/*_test.ts"];
const JOURNEYS = ["test/e2e/**/*_test.ts", "test/interop/*ipvs*_test.ts"];
const LANES: Record<string, { include: string[]; exclude: string[] }> = {
  journeys: { include: JOURNEYS, exclude: [] },
  wire: { include: ALL, exclude: JOURNEYS },
};
const lane = LANES[Deno.env.get("VIPD_LANE") ?? ""] ?? { include: ALL, exclude: [] };

export default defineConfig({
  test: {
    ...lane,
    pool: "forks",
    fileParallelism: false,
    testTimeout: STEP_TIMEOUT_MS,
    hookTimeout: STEP_TIMEOUT_MS,
    teardownTimeout: STEP_TIMEOUT_MS,
    passWithNoTests: true,
  },
});
