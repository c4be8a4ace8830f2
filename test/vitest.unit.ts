// The unit tests: no root, no Debian package, no network. Two projects:
//   pure   tests beside browser-safe code and over checked-in data; they pass on Node 20 and on Deno
//   host   tests beside code that needs Deno (FFI, workers, sockets of the local machine) but no root
// `test/unit` runs pure on both runtimes and host on Deno. A file's tests share a worker with other
// files, so a test must not leave global state behind.

import { defineConfig } from "vitest/config";
import "./node20.ts";

/** Folders whose code is browser safe or pure data: the same list that `test/check` type-checks. */
const PURE = [
  "core-as/**/*_test.ts",
  "host/{base,core,conf,engine,sim}/**/*_test.ts",
  "host/control/client_test.ts",
  "web/**/*_test.ts",
  "test/{golden,conformance,property,fuzz,sim,coverage}/**/*_test.ts",
  "test/*_test.ts",
];

/**
 * Checked on Deno alone: it compiles the core two dozen times and plays for half a minute, and what
 * it proves does not depend on the runtime (seeds_test.ts plays the same seeds on both).
 */
const MUTANTS = "test/sim/mutants_test.ts";

const HOST = [
  "host/{linux,check,track,notify,control,daemon}/**/*_test.ts",
  "cli/**/*_test.ts",
  MUTANTS,
];

const MACHINE_FREE_TIMEOUT_MS = 20_000;

export default defineConfig({
  // The tests are TypeScript that Node cannot read by itself in version 20: vite strips the types.
  test: {
    pool: "forks",
    isolate: false,
    testTimeout: MACHINE_FREE_TIMEOUT_MS,
    passWithNoTests: true,
    projects: [
      { extends: true, test: { name: "pure", include: PURE, exclude: [MUTANTS] } },
      {
        extends: true,
        test: { name: "host", include: HOST, exclude: ["host/control/client_test.ts"] },
      },
    ],
  },
});
