// The tests in a browser: Debian's Chromium, driven from Deno over the built page. One file after the other:
// each has a browser of its own. Without VIPD_LANE all; "page" needs nothing but Chromium, "directors" are real
// daemons in namespaces beside it and needs root.

import { defineConfig } from "vitest/config";

const STEP_TIMEOUT_MS = 60_000;
const ALL = ["test/browser/**/*_test.ts"];
const DIRECTORS = ["test/browser/directors_test.ts"];
const LANES: Record<string, { include: string[]; exclude: string[] }> = {
  page: { include: ALL, exclude: DIRECTORS },
  directors: { include: DIRECTORS, exclude: [] },
};

export default defineConfig({
  test: {
    ...LANES[Deno.env.get("VIPD_LANE") ?? ""] ?? { include: ALL, exclude: [] },
    pool: "forks",
    fileParallelism: false,
    testTimeout: STEP_TIMEOUT_MS,
    hookTimeout: STEP_TIMEOUT_MS,
    teardownTimeout: STEP_TIMEOUT_MS,
    passWithNoTests: false,
  },
});
