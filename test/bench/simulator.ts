// How fast the simulator plays, on one core: a pair of one instance each at peace, with invariants and
// without, and the random faults of the search.

import { config } from "../../host/conf/test_support.ts";
import { ALL_INVARIANTS } from "../../host/sim/invariants/index.ts";
import { GOOD_WIRE } from "../../host/sim/scenario/scenario.ts";
import { playSeeds } from "../sim/play_seeds.ts";
import { type Plan, play } from "../sim/play.ts";
import { coreModule } from "../virtual_node.ts";
import type { BenchRow, Measurement } from "./row.ts";

const RUNS = 9;
const QUICK_RUNS = 3;
const DAY_US = 86_400e6;
const DAYS = 7;
const CHAOS_SEEDS = 200;
const QUICK_CHAOS_SEEDS = 50;

/** Two routers of one instance each, adverts of 1 s, VRRP only, for a week. */
function pair(): Plan {
  const router = (name: string, priority: number) => ({
    name,
    config: config(`
      vrrp_instance VI_1 {
        interface eth0
        virtual_router_id 51
        priority ${priority}
        advert_int 1
        virtual_ipaddress { 192.0.2.100/24 }
      }`),
  });
  return {
    seed: 1,
    nodes: [router("a", 150), router("b", 100)],
    scenario: {
      name: "a week of peace",
      description: "",
      durationUs: DAYS * DAY_US,
      wire: GOOD_WIRE,
      machines: {},
      scripts: [],
      steps: [],
    },
  };
}

/** What one play took: how often it outruns real time, and its events in a second. */
interface Speed {
  timesRealTime: number;
  eventsPerSecond: number;
}

function timePair(invariants: typeof ALL_INVARIANTS): Speed {
  const begunMs = performance.now();
  const { violations, endUs, events } = play(coreModule(), pair(), invariants);
  const tookS = (performance.now() - begunMs) / 1000;
  if (violations.length > 0) throw new Error(`${violations[0]!.invariant}: ${violations[0]!.text}`);
  return { timesRealTime: endUs / 1e6 / tookS, eventsPerSecond: events / tookS };
}

/** Runs of the search in a second, and the events in them. */
function timeChaos(from: number, count: number): { runs: number; events: number } {
  const begunMs = performance.now();
  const { tally } = playSeeds(coreModule(), { from, count, keepGoing: true });
  const tookS = (performance.now() - begunMs) / 1000;
  return { runs: tally.runs / tookS, events: tally.events / tookS };
}

export const SIMULATOR_ROW: BenchRow = {
  name: "simulator",
  title: "The simulator, on one core",
  notes: [
    `Pair: two routers of one instance each, version 2, adverts of 1 s, VRRP only, ${DAYS} days at peace; ` +
    "times real time are seconds of the simulation in a second.",
    "Faults: the plays of `npm run sim`, all invariants on.",
    "keepalived has no simulator.",
  ],
  measure({ quick, progress }) {
    const runs = Array.from({ length: quick ? QUICK_RUNS : RUNS }, (_, run) => run);
    // The first play of each kind warms the compiler up.
    timePair(ALL_INVARIANTS);
    progress("the pair");
    const watched = runs.map(() => timePair(ALL_INVARIANTS));
    const alone = runs.map(() => timePair([]));
    progress("the faults");
    const seeds = quick ? QUICK_CHAOS_SEEDS : CHAOS_SEEDS;
    timeChaos(0, seeds);
    const chaos = runs.map((run) => timeChaos(run * seeds, seeds));
    const figure = (
      what: string,
      unit: Measurement["unit"],
      vipd: number[],
    ): Measurement => ({ what, unit, vipd, keepalived: null });
    return Promise.resolve([
      figure("pair, invariants on: times real time", "x", watched.map((s) => s.timesRealTime)),
      figure("pair, invariants on: events", "1/s", watched.map((s) => s.eventsPerSecond)),
      figure("pair, invariants off: times real time", "x", alone.map((s) => s.timesRealTime)),
      figure("pair, invariants off: events", "1/s", alone.map((s) => s.eventsPerSecond)),
      figure("faults, invariants on: runs", "1/s", chaos.map((c) => c.runs)),
      figure("faults, invariants on: events", "1/s", chaos.map((c) => c.events)),
    ]);
  },
};
