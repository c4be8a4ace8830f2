// `vipd simulate FILE...`: plays a cluster of the real core and engine on a virtual clock and tells what
// happens. Exit status: 0 every invariant held, 1 one was violated, 2 wrong usage, configuration or
// scenario, 70 an error of vipd itself.

import { errorText, VipdError } from "../host/base/errors.ts";
import { formatDiagnostic, isError } from "../host/conf/index.ts";
import { coreBytes } from "../host/daemon/core_bytes.ts";
import type { Account } from "../host/sim/timeline/account.ts";
import { ALL_INVARIANTS } from "../host/sim/invariants/index.ts";
import type { Scenario } from "../host/sim/scenario/scenario.ts";
import { writeScenario } from "../host/sim/scenario/scenario_text.ts";
import { simulate, type SimulatedNode } from "../host/sim/simulate.ts";
import { playedDocument } from "../host/sim/timeline/played_document.ts";
import { hasLoad, tallyTraffic } from "../host/sim/traffic/tally.ts";
import { makeTimeline, type Timeline } from "../host/sim/timeline/timeline.ts";
import type { Invariant, TraceEvent } from "../host/sim/world_view.ts";
import { isOf } from "./lanes_text.ts";
import { ASCII_GLYPHS, type Screen, UNICODE_GLYPHS } from "./screen.ts";
import { EXIT_INTERNAL } from "./exit_status.ts";
import { print, printError, printErrorText } from "./output.ts";
import { stdoutPaint } from "./paint.ts";
import {
  againCommand,
  checkCommand,
  scenarioOf,
  type SimulateOptions,
} from "./simulate_options.ts";
import { playRuns, WRONG_CODES } from "./simulate_runs.ts";
import { runsJson, runsText } from "./simulate_runs_text.ts";
import { scenarioMaker, ScenarioRefused } from "./simulate_scenario.ts";
import { readCluster } from "./simulated_cluster.ts";
import { drawnWidth, isUtf8Locale } from "./terminal.ts";
import { type PlayedStory, playedText } from "./timeline_text.ts";

/** Every invariant held. */
export const SIMULATE_HELD = 0;
/** One was violated. */
export const SIMULATE_VIOLATED = 1;
/** Nothing was played: usage, configuration or scenario are wrong. */
export const SIMULATE_WRONG = 2;

/** What is printed, and how it ended. */
export interface Told {
  text: string;
  exitStatus: number;
}

/** Plays what is asked for and prints it; returns the exit status. Throws OutputClosed and OutputFailed. */
export function runSimulate(options: SimulateOptions): number {
  try {
    const nodes = readNodes(options);
    if (nodes === null) return SIMULATE_WRONG;
    const { text, exitStatus } = options.runs > 1
      ? playMany(options, nodes, screen(), ALL_INVARIANTS)
      : playOne(options, nodes, screen(), ALL_INVARIANTS);
    print(text);
    return exitStatus;
  } catch (thrown) {
    if (thrown instanceof ScenarioRefused) {
      printErrorText(thrown.message);
      return SIMULATE_WRONG;
    }
    if (!(thrown instanceof VipdError)) throw thrown;
    printError(thrown);
    // 1 says that an invariant was violated, which nobody knows here.
    return WRONG_CODES.has(thrown.code) ? SIMULATE_WRONG : EXIT_INTERNAL;
  }
}

/** The nodes; null when a file has errors, which were told. */
function readNodes({ files, names }: SimulateOptions): SimulatedNode[] | null {
  const { nodes, diagnostics } = readCluster(files, names);
  if (nodes === null) {
    printErrorText(diagnostics.filter(isError).map(formatDiagnostic).join("\n"));
    return null;
  }
  const warnings = diagnostics.filter(({ severity }) => severity === "warning").length;
  if (warnings > 0) {
    printErrorText(
      `${warnings} ${warnings === 1 ? "warning" : "warnings"}: ${checkCommand(files)}`,
    );
  }
  return nodes;
}

function screen(): Screen {
  return {
    width: drawnWidth(),
    paint: stdoutPaint(),
    glyphs: isUtf8Locale() ? UNICODE_GLYPHS : ASCII_GLYPHS,
  };
}

// ---- One run ----

/** Plays once. Throws VipdError and ScenarioRefused for what the user gave. */
export function playOne(
  options: SimulateOptions,
  nodes: readonly SimulatedNode[],
  to: Screen,
  invariants: readonly (() => Invariant)[],
): Told {
  const { verbose } = options;
  const seed = options.from ?? options.seed;
  const scenario = scenarioMaker(options, nodes)(seed);
  if (options.save !== null) saveScenario(options.save, scenario);
  const events: TraceEvent[] = [];
  const wasm = new WebAssembly.Module(coreBytes());
  const start = performance.now();
  const result = simulate({
    ...{ wasm, nodes, scenario, seed, invariants },
    trace: (event) => events.push(event),
    traceAdverts: false,
    // Requests follow from the details: IPVS tables and cables.
    traceDetail: hasLoad(scenario),
    record: true,
    stopAtViolation: false,
  });
  const { endUs } = result;
  const requests = hasLoad(scenario)
    ? tallyTraffic({ wasm, nodes, scenario, seed, events, endUs })
    : [];
  const elapsedMs = performance.now() - start;
  const timeline = shown(makeTimeline({ nodes, scenario, events, endUs }), options);
  const again = againCommand(options, seed);
  const common = { seed, elapsedMs, timeline, invariants: invariants.length, again };
  const exitStatus = result.violations.length === 0 ? SIMULATE_HELD : SIMULATE_VIOLATED;
  if (options.json) {
    const document = playedDocument({ nodes, scenario, result, requests, ...common });
    return { text: JSON.stringify(document, null, 2), exitStatus };
  }
  const story: PlayedStory = {
    nodes: nodes.map(({ name }) => name),
    scenario: scenario.name,
    description: scenario.description,
    events: result.events,
    account: shownAccount(result.account, timeline),
    violations: result.violations,
    requests,
    verbose,
    ...common,
  };
  return { text: playedText(story, to), exitStatus };
}

/** The timeline of the instances that were asked for. */
function shown(timeline: Timeline, { instances }: SimulateOptions): Timeline {
  if (instances.length === 0) return timeline;
  const known = timeline.routers.flatMap(({ lanes }) => lanes.map(({ instance }) => instance));
  const unknown = instances.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new VipdError("simulate", `there is no instance ${unknown}`, {
      hint: `the configurations have ${[...new Set(known)].join(", ")}`,
    });
  }
  const routers = timeline.routers.filter(({ lanes }) =>
    lanes.some(({ instance }) => instances.includes(instance))
  );
  const names = new Set(routers.flatMap(({ lanes }) => lanes.map(({ instance }) => instance)));
  const lines = timeline.lines.filter((line) => line.instance === null || names.has(line.instance));
  return { ...timeline, routers, lines };
}

function shownAccount({ addresses, routers }: Account, timeline: Timeline): Account {
  return {
    addresses: addresses.filter((one) => timeline.routers.some((router) => isOf(one, router))),
    routers: routers.filter(({ name, segment }) =>
      timeline.routers.some((router) => router.name === name && router.segment === segment)
    ),
  };
}

function saveScenario(file: string, scenario: Scenario): void {
  try {
    Deno.writeTextFileSync(file, writeScenario(scenario));
  } catch (thrown) {
    if (thrown instanceof VipdError) throw thrown;
    throw new VipdError("simulate", `${file} cannot be written: ${errorText(thrown)}`, {
      cause: thrown,
      hint: "name a file in a folder that is there",
    });
  }
}

// ---- Many runs ----

/** Plays several seeds. Throws VipdError and ScenarioRefused for what the user gave. */
export function playMany(
  options: SimulateOptions,
  nodes: readonly SimulatedNode[],
  to: Screen,
  invariants: readonly (() => Invariant)[],
): Told {
  if (options.save !== null) {
    throw new VipdError("simulate", "--save writes the scenario of one run, not of several", {
      hint: "leave --runs or --save out",
    });
  }
  const summary = playRuns({
    ...{ nodes, invariants, runs: options.runs, first: options.from ?? options.seed },
    wasm: new WebAssembly.Module(coreBytes()),
    scenario: scenarioMaker(options, nodes),
    progress: Deno.stderr.isTerminal() ? showProgress : null,
  });
  const told = {
    summary,
    scenario: scenarioOf(options),
    invariants: invariants.length,
    again: (seed: number) => againCommand(options, seed),
  };
  return {
    text: options.json ? runsJson(told) : runsText(told, to),
    exitStatus: summary.failures.length === 0 ? SIMULATE_HELD : SIMULATE_VIOLATED,
  };
}

/** One line on standard error that stays where it is. */
function showProgress(done: number, runs: number, failures: number): void {
  const failed = failures === 0 ? "" : `, ${failures} with a violation`;
  const text = done === runs ? "" : `${done} of ${runs} runs${failed}`;
  Deno.stderr.writeSync(new TextEncoder().encode(`\r\x1b[K${text}`));
}
