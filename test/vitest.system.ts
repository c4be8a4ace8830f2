// The system tests: network namespaces, User-Mode Linux, real daemons. They run on Deno as root,
// one file after the other: they share the machine's two cores, and most of them measure time.
// A test that finds no root, no keepalived or no User-Mode Linux fails: `test/lab/install` has
// brought them. `test/run` leaves this whole part out, aloud, where they cannot be had.

import { defineConfig } from "vitest/config";

const STEP_TIMEOUT_MS = 180_000;

export default defineConfig({
  test: {
    include: ["test/{lab,interop,linux,e2e,bench}/**/*_test.ts"],
    pool: "forks",
    fileParallelism: false,
    testTimeout: STEP_TIMEOUT_MS,
    hookTimeout: STEP_TIMEOUT_MS,
    teardownTimeout: STEP_TIMEOUT_MS,
    passWithNoTests: true,
  },
});
