// The simulation as the page drives it: orders plays from the worker, puts what comes into the
// recording, and turns what a hand does into steps of the scenario.

import { signal } from "@preact/signals";
import { checkScenario } from "../../../host/sim/scenario/scenario_check.ts";
import type { Action, Scenario, Step } from "../../../host/sim/scenario/scenario.ts";
import type { Account } from "../../../host/sim/timeline/account.ts";
import type { SimulatedNode } from "../../../host/sim/simulate.ts";
import { jumpTo } from "../../app/playback.ts";
import {
  type ConfFile,
  files,
  playheadUs,
  recording,
  scenario,
  seed,
  selection,
  touchRecording,
} from "../../app/state.ts";
import { emptyRecording, firstAfter, RECORDED_EVENT_MAX } from "../../story/recording.ts";
import { castOf } from "./cast_of.ts";
import { HAND_DURATION_US, handScenario } from "./hand_scenario.ts";
import { type Edit, withAction, withoutStep, withStep } from "./edit_steps.ts";
import { loadNodes } from "./nodes.ts";
import type { PlayOrder, PlayReport } from "./protocol.ts";

/** The files that the simulation plays; the editor's may be newer. */
export const playedFiles = signal<readonly ConfFile[]>([]);
/** Its nodes; null while nothing is played. */
export const playedNodes = signal<readonly SimulatedNode[] | null>(null);
/** Digest of the play, that of `vipd simulate`; "" while it goes on. */
export const playDigest = signal("");
/** How long each address had nobody or several; null while the play goes on. */
export const playAccount = signal<Account | null>(null);
/** Steps that were taken out, the last one last: to be put back. */
export const undone = signal<readonly Step[]>([]);

let worker: Worker | null = null;
let play = 0;

/**
 * Plays the editor's files from the beginning with the scenario and seed in force. Answers false when
 * a file has an error: what was played goes on.
 */
export function playFiles(): boolean {
  const { nodes } = loadNodes(files.peek());
  if (nodes === null) return false;
  playedFiles.value = files.peek();
  playedNodes.value = nodes;
  order(-1);
  return true;
}

/** Plays another scenario from the beginning; null: by hand. */
export function playScenario(next: Scenario | null): void {
  scenario.value = next;
  undone.value = [];
  jumpTo(0);
  order(-1);
}

/** Plays with another seed from the beginning. */
export function playSeed(next: number): void {
  seed.value = next >>> 0;
  order(-1);
}

/** A hand does something now, at the playhead: a step of the scenario. */
export function doAction(action: Action): void {
  const nowUs = playheadUs.peek();
  edited(withAction(scenario.peek() ?? handScenario(), action, nowUs));
  undone.value = [];
}

/** Sends SIGHUP to a node at the playhead, with what the editor has for it. False: it has errors. */
export function reloadWithText(node: string): boolean {
  const index = playedNodes.peek()?.findIndex(({ name }) => name === node) ?? -1;
  const config = loadNodes(files.peek()).nodes?.[index]?.config;
  if (config === undefined) return false;
  doAction({ do: "reload", node, set: [], config });
  return true;
}

/** Takes a step out of the scenario. */
export function removeStep(index: number): void {
  const base = scenario.peek();
  const step = base?.steps[index];
  if (base === null || step === undefined) return;
  undone.value = [...undone.peek(), step];
  edited(withoutStep(base, step));
}

/** Puts the step back that was taken out last. */
export function restoreStep(): void {
  const step = undone.peek().at(-1);
  const base = scenario.peek();
  if (step === undefined || base === null) return;
  undone.value = undone.peek().slice(0, -1);
  edited(withStep(base, step));
}

/** Lets the play go on for longer. */
export function extendPlay(): void {
  const base = scenario.peek() ?? handScenario();
  scenario.value = { ...base, durationUs: base.durationUs + HAND_DURATION_US };
  order(recording.peek().untilUs);
}

/** Plays an edited scenario from where it differs. */
function edited(edit: Edit): void {
  scenario.value = edit.scenario;
  order(edit.sameUntilUs);
}

/** Orders a play of which the page knows what happened up to a time; -1: nothing. */
function order(knownUs: number): void {
  const nodes = playedNodes.peek();
  if (nodes === null) return;
  const wanted = scenario.peek() ?? handScenario();
  play++;
  playDigest.value = "";
  playAccount.value = null;
  const isFresh = knownUs < 0 || recording.peek().source !== "simulation";
  begin(nodes, wanted, isFresh ? -1 : Math.min(knownUs, recording.peek().untilUs));
  const problem = checkScenario(wanted, nodes)[0];
  if (problem !== undefined) return end(problem.message);
  const message: PlayOrder = {
    play,
    nodes,
    scenario: wanted,
    seed: seed.peek(),
    knownUs: isFresh ? -1 : Math.min(knownUs, recording.peek().untilUs),
  };
  thread().postMessage(message);
}

/** The recording of a play: a new one, or the one so far up to a time. */
function begin(nodes: readonly SimulatedNode[], wanted: Scenario, knownUs: number): void {
  const before = recording.peek();
  const next = emptyRecording("simulation", wanted.name);
  next.cast = castOf(nodes, wanted);
  next.endUs = wanted.durationUs;
  if (knownUs >= 0) {
    next.events = before.events.slice(0, firstAfter(before.events, knownUs));
    next.untilUs = knownUs;
  }
  const picked = selection.peek();
  const isGone = picked !== null && "event" in picked && picked.event >= next.events.length;
  if (isGone) selection.value = null;
  recording.value = next;
  touchRecording();
}

function end(problem: string): void {
  const current = recording.peek();
  current.problem = problem;
  current.isComplete = true;
  touchRecording();
}

function thread(): Worker {
  if (worker !== null) return worker;
  worker = new Worker(new URL("../thread.ts", import.meta.url), { type: "module", name: "play" });
  worker.addEventListener("message", ({ data }: MessageEvent<PlayReport>) => hear(data));
  worker.addEventListener(
    "error",
    ({ message }) => end(message || "the simulation's thread failed"),
  );
  return worker;
}

function hear(report: PlayReport): void {
  if (report.play !== play) return;
  const current = recording.peek();
  switch (report.kind) {
    case "events":
      for (const event of report.events) current.events.push(event);
      current.untilUs = report.untilUs;
      if (current.events.length > RECORDED_EVENT_MAX) return stopAt(RECORDED_EVENT_MAX);
      return touchRecording();
    case "done":
      current.untilUs = current.endUs = report.endUs;
      current.isComplete = true;
      playDigest.value = report.digest;
      playAccount.value = report.account;
      return touchRecording();
    case "failed":
      return end(report.hint === "" ? report.text : `${report.text}: ${report.hint}`);
  }
}

/** More events than the page takes: the play ends here. */
function stopAt(events: number): void {
  play++;
  worker?.terminate();
  worker = null;
  const current = recording.peek();
  current.endUs = current.untilUs;
  end(`the play has more than ${events} events: give it a shorter duration`);
}
