// Random faults for any cluster: what `vipd simulate --runs` and the search play. Everything follows from the
// seed and the configurations. A run is one to three storms of faults; each ends in quiet, after most of
// them with everything mended, after the last one always, so that the invariants that need a still world
// are asked. This module is browser safe.

import type { Config } from "../../conf/model.ts";
import { CHAOS_CLOCK_RATE, CHAOS_KINDS, CHAOS_WIRE } from "./chaos_kinds.ts";
import { ChaosState } from "./chaos_state.ts";
import { quietUs } from "./quiet.ts";
import { Random } from "../random.ts";
import {
  DEFAULT_MACHINE,
  GOOD_WIRE,
  type Machine,
  type Scenario,
  type WireQuality,
} from "./scenario.ts";
import type { SimulatedNode } from "../simulate.ts";

/** What a caller may ask for. */
export interface ChaosOptions {
  /** Faults altogether; null = drawn, CHAOS_FAULTS. */
  faults: number | null;
}

/** Numbers of faults in a run, each as often as it stands here: short runs find simple things fast. */
export const CHAOS_FAULTS = [1, 2, 3, 4, 6, 8, 12, 20, 40] as const;
/** A whole run has a wire that loses: its peace is never asked for, all else is. */
const LOSSY_RUN = 0.03;
/** Storms in a run, each as often as it stands here. */
const STORMS = [1, 1, 2, 3] as const;
/** A storm that is not the last ends without anything being mended. */
const UNMENDED = 0.4;
/** A daemon that stops in order has ended after so long (STOP_WAIT_MAX_US). */
const STOP_US = 3_200_000;

/** A scenario of random faults for these nodes. */
export function chaosScenario(
  nodes: readonly SimulatedNode[],
  seed: number,
  options: ChaosOptions = { faults: null },
): Scenario {
  const random = new Random(seed);
  const configs = nodes.map(({ config }) => config);
  const wire = drawWire(random, configs);
  const machines = drawMachines(random, nodes);
  const state = new ChaosState(random, nodes, machines);
  const slow = [...Object.values(machines), {
    ...DEFAULT_MACHINE,
    clockRate: CHAOS_CLOCK_RATE.min,
  }];
  const faults = options.faults ?? random.pick(CHAOS_FAULTS);
  const storms = Math.min(random.pick(STORMS), Math.max(1, faults));
  const quiet = () => quietUs(state.seen, state.isNetworkDirty ? CHAOS_WIRE : wire, slow);
  // Most runs let the cluster come up first.
  if (!random.chance(0.2)) state.wait(quiet());
  for (let storm = 0; storm < storms; storm++) {
    const count = Math.floor(faults / storms) + (storm === 0 ? faults % storms : 0);
    for (let i = 0; i < count; i++) disturb(state, random);
    const isLast = storm === storms - 1;
    if (isLast || !random.chance(UNMENDED)) mend(state, random);
    state.wait(quiet());
  }
  return {
    name: `chaos ${seed}`,
    description: `Random faults of seed ${seed}.`,
    durationUs: state.nowUs,
    wire,
    machines,
    scripts: [],
    steps: state.steps,
  };
}

/** Shortest interval of adverts: what a wire or a machine may be late by depends on it. */
function shortestUs(configs: readonly Config[]): number {
  const all = configs.flatMap(({ instances }) =>
    instances.map(({ advertisementIntervalUs }) => advertisementIntervalUs)
  );
  return Math.min(1_000_000, ...all);
}

function drawWire(random: Random, configs: readonly Config[]): WireQuality {
  const most = Math.floor(shortestUs(configs) / 20);
  const latencyUs = random.chance(0.5) ? GOOD_WIRE.latencyUs : random.between(1, most);
  const jitterUs = random.chance(0.7) ? 0 : random.between(0, most);
  const loss = random.chance(LOSSY_RUN) ? random.pick([0.01, 0.1, 0.3]) : 0;
  const duplicate = random.chance(0.05) ? random.pick([0.1, 0.5]) : 0;
  return { ...GOOD_WIRE, latencyUs, jitterUs, loss, duplicate };
}

function drawMachines(random: Random, nodes: readonly SimulatedNode[]): Record<string, Machine> {
  const most = Math.min(20_000, Math.floor(shortestUs(nodes.map(({ config }) => config)) / 10));
  const machines: Record<string, Machine> = {};
  for (const { name } of nodes) {
    machines[name] = {
      ...DEFAULT_MACHINE,
      clockRate: random.chance(0.7) ? 1 : random.between(980, 1020) / 1000,
      latenessUs: random.chance(0.7) ? 0 : random.between(0, most),
      queueDelayUs: random.chance(0.7) ? DEFAULT_MACHINE.queueDelayUs : random.between(0, 5_000),
      started: random.chance(0.85),
    };
  }
  return machines;
}

/** The pause before a fault: none, a moment, an interval, a down time, or longer. */
function drawGap(random: Random, intervalUs: number): number {
  switch (random.pick([0, 1, 1, 2, 2, 2, 3, 3, 4])) {
    case 0:
      return 0;
    case 1:
      return random.below(10_000);
    case 2:
      return random.below(intervalUs);
    case 3:
      return random.below(4 * intervalUs);
    default:
      return random.below(10 * intervalUs);
  }
}

function disturb(state: ChaosState, random: Random): void {
  const total = CHAOS_KINDS.reduce((sum, { weight }) => sum + weight, 0);
  state.wait(drawGap(random, state.intervalUs()));
  // A kind that finds nothing to do here draws again; `kill` and `start` between them always find.
  for (let tries = 0; tries < 20; tries++) {
    let ticket = random.below(total);
    const kind = CHAOS_KINDS.find(({ weight }) => (ticket -= weight) < 0)!;
    if (kind.happen(state, random)) return;
  }
}

/** Whose main was silent for too long may have ended: it starts, or goes on. */
function startSilent(state: ChaosState): void {
  const silent = state.nodes.filter(({ process, resignsUs }) =>
    process === "running" && resignsUs > 0
  );
  if (silent.length === 0) return;
  const atUs = Math.max(state.nowUs + STOP_US, ...silent.map(({ resignsUs }) => resignsUs));
  state.wait(atUs - state.nowUs);
  for (const node of silent) state.start(node);
}

/** Everything is whole again: nodes run, wires carry, scripts and servers are good. */
function mend(state: ChaosState, random: Random): void {
  const breath = () => {
    if (random.chance(0.5)) state.wait(random.below(state.intervalUs()));
  };
  if (state.isNetworkDirty || random.chance(0.2)) {
    state.do({ do: "heal" });
    state.isNetworkDirty = false;
    breath();
  }
  for (const node of state.nodes) {
    if (node.unplugged) {
      state.do({ do: "plug", node: node.name, interface: null });
      node.unplugged = node.cableOut = false;
      breath();
    }
    if (node.cableOut) {
      state.do({ do: "plug", node: node.name, interface: null });
      node.cableOut = false;
    }
    if (node.process === "paused") state.goOn(node);
    if (node.process === "frozen") state.goOn(node);
    if (node.clockChanged) {
      state.do({ do: "clock", node: node.name, rate: 1 });
      node.clockChanged = false;
    }
  }
  state.mendScripts();
  state.mendServers();
  startSilent(state);
  const down = state.nodes.filter(({ process }) => process === "down" || process === "off");
  if (down.some(({ stopping }) => stopping)) state.wait(STOP_US);
  for (const node of down) {
    breath();
    state.start(node);
  }
  state.settleFiles();
}
