// The system tests: network namespaces, User-Mode Linux, real daemons. They run on Deno as root,
// one file after the other in each of three lanes. "timed" holds what measures milliseconds and runs
// alone: the kernel's lock over all network configuration is one for all namespaces, so that another
// test's clean-up would be in the figures. "guests" (real IPVS) and "rest" run side by side.
// Without VIPD_LANE all are in one.
// A test that finds no root, no keepalived or no User-Mode Linux fails: `test/lab/install` has
// brought them. `test/run` leaves this whole part out, aloud, where they cannot be had.

import { defineConfig } from "vitest/config";

const STEP_TIMEOUT_MS = 180_000;
const ALL = ["test/{lab,interop,linux,e2e,bench}/**/*_test.ts"];
const TIMED = [
  "test/interop/{vrrp_*,lease,link,bad_*,main_silent,way_out,director,simulation_*}_test.ts",
];
const GUESTS = ["test/interop/*ipvs*_test.ts", "test/e2e/mail_test.ts"];
const LANES: Record<string, { include: string[]; exclude: string[] }> = {
  timed: { include: TIMED, exclude: [] },
  guests: { include: GUESTS, exclude: [] },
  rest: { include: ALL, exclude: [...TIMED, ...GUESTS] },
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
