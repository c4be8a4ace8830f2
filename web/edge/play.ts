// A simulation within the limits of one request: played in slices, with a look at the limits between them.

import type { Config } from "../../host/conf/index.ts";
import { againCommand } from "../../host/sim/again_command.ts";
import { ALL_INVARIANTS } from "../../host/sim/invariants/index.ts";
import { replayEqual } from "../../host/sim/invariants/replay_equal.ts";
import { laterConfigs } from "../../host/sim/layout.ts";
import { chaosScenario } from "../../host/sim/scenario/chaos.ts";
import type { Scenario } from "../../host/sim/scenario/scenario.ts";
import { checkScenario } from "../../host/sim/scenario/scenario_check.ts";
import { readScenario, type ScenarioProblem } from "../../host/sim/scenario/scenario_text.ts";
import { tourScenario } from "../../host/sim/scenario/tour.ts";
import { type SimulatedNode, Simulation, type SimulationResult } from "../../host/sim/simulate.ts";
import { playedDocument } from "../../host/sim/timeline/played_document.ts";
import { makeTimeline } from "../../host/sim/timeline/timeline.ts";
import type { TraceEvent } from "../../host/sim/world_view.ts";
import type { ReadCluster } from "./cluster.ts";
import { EDGE_LIMITS } from "./limits.ts";
import { limitReached, Problem } from "./problem.ts";
import { MADE_SCENARIOS, type PostedPlay } from "./request.ts";

/** All but replay_equal: it wants the log of every core, which is more memory than a worker has. */
const INVARIANTS = ALL_INVARIANTS.filter((make) => make !== replayEqual);
/** Events that a slice should have: some tens of milliseconds. */
const SLICE_EVENTS = 20_000;
const SLICE_US_FIRST = 10_000;
const SLICE_US_MIN = 1_000;
const SLICE_US_MAX = 3_600_000_000;
const SECOND_US = 1_000_000;

/** Plays it; the document of `vipd simulate --json`. Throws Problem 422 or 503. */
export async function playPosted(
  wasm: WebAssembly.Module,
  posted: PostedPlay,
  nodes: readonly SimulatedNode[],
  resolveConfig: ReadCluster["resolveConfig"],
): Promise<Record<string, unknown>> {
  const scenario = scenarioFor(posted, nodes, resolveConfig);
  refuseLarge(nodes, scenario);
  const events: TraceEvent[] = [];
  const startMs = performance.now();
  const play = new Simulation({
    ...{ wasm, nodes, scenario, seed: posted.seed, invariants: INVARIANTS },
    trace: (event) => events.push(event),
    traceAdverts: false,
    record: false,
    stopAtViolation: false,
  });
  const result = await playInSlices(play, scenario.durationUs, events, startMs);
  return playedDocument({
    ...{ nodes, scenario, seed: posted.seed, result },
    elapsedMs: performance.now() - startMs,
    again: againOf(posted),
    // Ten thousand a second would cost more than the play: the edge leaves them to the command line.
    requests: [],
    timeline: makeTimeline({ nodes, scenario, events, endUs: result.endUs }),
    invariants: INVARIANTS.length,
  });
}

/** The command that plays the same on a machine that has the files. */
function againOf({ files, scenario, seed }: PostedPlay): string {
  return againCommand({
    files: files.map(({ name }) => name),
    names: files.flatMap(({ node }) => node ?? []),
    scenario: MADE_SCENARIOS.includes(scenario) ? scenario : "scenario.jsonc",
    seed,
  });
}

// ---- The scenario ----

function scenarioFor(
  { scenario: asked, seed }: PostedPlay,
  nodes: readonly SimulatedNode[],
  resolveConfig: ReadCluster["resolveConfig"],
): Scenario {
  if (asked === "tour") return tourScenario(nodes);
  if (asked === "chaos") return chaosScenario(nodes, seed);
  const { scenario, problems, placeOf } = readScenario(asked, {
    resolveConfig: onceEach(resolveConfig),
  });
  refuse(problems);
  refuseLong(scenario!);
  refuse(checkScenario(scenario!, nodes, placeOf));
  return scenario!;
}

/** Reads each file once, however often a scenario names it. */
function onceEach(resolveConfig: ReadCluster["resolveConfig"]): ReadCluster["resolveConfig"] {
  const known = new Map<string, Config>();
  return (name) => {
    const config = known.get(name) ?? resolveConfig(name);
    known.set(name, config);
    return config;
  };
}

/** Checking a step takes time of its own, a reload most of all: it makes another configuration. */
function refuseLong({ steps }: Scenario): void {
  if (steps.length > EDGE_LIMITS.steps.value) {
    throw limitReached(422, EDGE_LIMITS.steps, steps.length, "play a scenario of fewer steps");
  }
  const reloads = steps.filter(({ action }) => action.do === "reload").length;
  if (reloads > EDGE_LIMITS.reloads.value) {
    throw limitReached(422, EDGE_LIMITS.reloads, reloads, "reload less often");
  }
}

function refuse(problems: readonly ScenarioProblem[]): void {
  if (problems.length === 0) return;
  throw new Problem(422, "scenario", "the scenario cannot be played", {
    hint: "`problems` says what and where; docs/scenarios.md has the language",
    more: { problems },
  });
}

/** What can be said before anything is played. */
function refuseLarge(nodes: readonly SimulatedNode[], scenario: Scenario): void {
  const most = (of: (config: Config) => number) =>
    nodes.reduce((sum, { name, config }) => {
      const all = [config, ...laterConfigs(scenario, name)];
      return sum + Math.max(...all.map(of));
    }, 0);
  const servers = most(({ virtualServers }) =>
    virtualServers.reduce((sum, { realServers }) => sum + realServers.length, 0)
  );
  if (servers > EDGE_LIMITS.servers.value) {
    throw limitReached(422, EDGE_LIMITS.servers, servers, "play fewer of them");
  }
  const instances = most((config) => config.instances.length);
  if (instances > EDGE_LIMITS.instances.value) {
    throw limitReached(422, EDGE_LIMITS.instances, instances, "play fewer of them");
  }
  const seconds = Math.ceil(scenario.durationUs / SECOND_US * instances);
  if (seconds > EDGE_LIMITS.instanceSeconds.value) {
    throw limitReached(422, EDGE_LIMITS.instanceSeconds, seconds, "play a shorter scenario");
  }
}

// ---- Slices ----

/**
 * Between two slices the runtime gets its turn: other requests are answered, and clocks go on, which on an
 * edge runtime stand still while code runs.
 */
async function playInSlices(
  play: Simulation,
  endUs: number,
  story: readonly TraceEvent[],
  startMs: number,
): Promise<SimulationResult> {
  let sliceUs = SLICE_US_FIRST;
  for (;;) {
    const before = play.events;
    play.advance(Math.min(endUs, play.nowUs + sliceUs));
    refuseCostly(play, story);
    if (play.nowUs >= endUs) return play.end();
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (performance.now() - startMs > EDGE_LIMITS.playMs.value) {
      throw limitReached(503, EDGE_LIMITS.playMs, null, "try again, or play a shorter scenario");
    }
    sliceUs = nextSlice(sliceUs, play.events - before);
  }
}

/** So long that SLICE_EVENTS should happen; at most four times the one before. */
function nextSlice(sliceUs: number, events: number): number {
  const wanted = sliceUs * Math.min(4, SLICE_EVENTS / Math.max(1, events));
  return Math.round(Math.max(SLICE_US_MIN, Math.min(SLICE_US_MAX, wanted)));
}

function refuseCostly(play: Simulation, story: readonly TraceEvent[]): void {
  if (play.events > EDGE_LIMITS.events.value) {
    throw limitReached(
      422,
      EDGE_LIMITS.events,
      null,
      "play a shorter scenario, or longer advert intervals",
    );
  }
  if (story.length > EDGE_LIMITS.story.value) {
    throw limitReached(422, EDGE_LIMITS.story, null, "play a scenario in which less happens");
  }
}
