// The schedulers of the core against those of a real kernel (User-Mode Linux): the shared cases of
// test/conformance and long random sequences of additions, removals, weights, new and finished
// connections. Both must give every connection to the same server. VIPD_SEED repeats a run.

import { beforeAll, describe, expect, it } from "vitest";
import { SCHEDULER_CASES } from "../conformance/scheduler_cases.ts";
import type { PlayedCase } from "../lab/programs/ipvs_picks.ts";
import { reportFromUml } from "../lab/uml.ts";

interface PicksReport {
  seed: number;
  cases: PlayedCase[];
}

/** A random sequence has at least so many new connections. */
const PICKS_MIN = 200;
const SEED_BOUND = 0xffff;

let report: PicksReport;

beforeAll(async () => {
  const seed = Deno.env.get("VIPD_SEED") ?? `${Math.floor(Math.random() * SEED_BOUND)}`;
  console.log(`seed ${seed} (VIPD_SEED=${seed} repeats this run)`);
  report = await reportFromUml("ipvs_picks.ts", [seed]);
});

describe("ip_vs picks what the table of cases says", () => {
  it.each(SCHEDULER_CASES.map(({ name, scheduler }) => ({ name, scheduler })))(
    "$scheduler: $name",
    ({ name, scheduler }) => {
      const played = report.cases.find((one) => one.name === name && one.scheduler === scheduler);
      expect(played?.kernel).toEqual(played?.expected);
      expect(played?.core).toEqual(played?.expected);
      expect(played?.coreCounts).toEqual(played?.kernelCounts);
    },
  );
});

describe("the core picks what ip_vs picks through random changes", () => {
  it.each(["rr", "wrr", "lc", "wlc"])("%s", (scheduler) => {
    const played = report.cases.find((one) => one.expected === null && one.scheduler === scheduler);
    expect(played!.core, `seed ${report.seed}`).toEqual(played!.kernel);
    expect(played!.coreCounts, `seed ${report.seed}`).toEqual(played!.kernelCounts);
    expect(played!.kernel.length).toBeGreaterThanOrEqual(PICKS_MIN);
  });
});
