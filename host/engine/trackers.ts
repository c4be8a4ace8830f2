// Tracked scripts (vrrp_script): when they run, and what their results mean. A script that no
// instance tracks does not run, as in keepalived, which drops it ("script x is not used").
// Rules: behaviour of keepalived 2.2.7: the first run is at once; the first result decides alone
// whatever rise and fall say; later ones need `rise` or `fall` in a row; a run that is still going
// when the next one is due is not doubled; results survive a reload under the script's name.
// This module is browser safe.

import type { VrrpScript } from "../conf/model.ts";
import { PERIOD_MIN_US, type ScriptOutcome } from "./contract.ts";
import type { CoreIndex } from "./core_index.ts";

import { abortRun, emit, type EngineState, startRun, tell, type TrackerState } from "./state.ts";
import { setTimer } from "./timer_queue.ts";

/** Takes over the scripts of a configuration: new ones start at once, old ones keep their results. */
export function configureTrackers(
  state: EngineState,
  scripts: VrrpScript[],
  index: CoreIndex,
): void {
  const before = state.trackers;
  state.trackers = new Map();
  for (const script of scripts) {
    const number = index.trackers.findIndex((row) =>
      row !== null && row.watches === "SCRIPT" && row.name === script.name
    );
    if (script.trackedBy.length === 0 || number < 0) continue;
    const old = before.get(script.name);
    before.delete(script.name);
    const tracker = old === undefined
      ? createTracker(state, script, number)
      : updateTracker(state, old, script, number);
    state.trackers.set(script.name, tracker);
  }
  for (const gone of before.values()) abortRun(state, gone.run);
}

function createTracker(state: EngineState, script: VrrpScript, number: number): TrackerState {
  const tracker: TrackerState = {
    name: script.name,
    number,
    script,
    state: "UNKNOWN",
    sinceUs: state.nowUs,
    against: 0,
    dueUs: state.nowUs,
    run: null,
    lastOutcome: null,
    // As in keepalived, success is not told the first time.
    lastCode: 0,
  };
  schedule(state, tracker, state.nowUs);
  return tracker;
}

function updateTracker(
  state: EngineState,
  tracker: TrackerState,
  script: VrrpScript,
  number: number,
): TrackerState {
  const other = JSON.stringify(script.script) !== JSON.stringify(tracker.script.script);
  const interval = script.intervalUs !== tracker.script.intervalUs;
  tracker.script = script;
  tracker.number = number;
  if (other) {
    // A run of the old command says nothing of the new one; the old result stands until it has.
    abortRun(state, tracker.run);
    tracker.run = null;
  }
  if (other || interval) schedule(state, tracker, state.nowUs);
  return tracker;
}

function schedule(state: EngineState, tracker: TrackerState, atUs: number): void {
  tracker.dueUs = atUs;
  setTimer(state.timers, atUs, { kind: "tracker", name: tracker.name });
}

/** A tracker's timer fired. */
export function fireTracker(state: EngineState, name: string, atUs: number): void {
  const tracker = state.trackers.get(name);
  if (tracker === undefined || tracker.dueUs !== atUs || state.stop !== null) return;
  // From the time it was due, so that the period does not drift, but never a burst after a pause.
  const intervalUs = Math.max(tracker.script.intervalUs, PERIOD_MIN_US);
  schedule(state, tracker, Math.max(atUs, state.nowUs - intervalUs + 1) + intervalUs);
  if (tracker.run !== null) {
    skipRun(state, tracker);
    return;
  }
  tracker.run = startRun(state, { kind: "tracker", name });
  emit(state, {
    kind: "runScript",
    run: tracker.run.run,
    tracker: name,
    script: tracker.script.script,
    timeoutUs: tracker.script.timeoutUs,
  });
}

function skipRun(state: EngineState, tracker: TrackerState): void {
  if (tracker.run === null || tracker.run.skipTold) return;
  tracker.run.skipTold = true;
  tell(state, {
    event: "TRACKER_SKIPPED",
    tracker: tracker.name,
    runningUs: state.nowUs - tracker.run.startedUs,
  });
}

/** A run of a tracker ended. */
export function takeScriptResult(state: EngineState, name: string, outcome: ScriptOutcome): void {
  const tracker = state.trackers.get(name);
  if (tracker === undefined) return;
  tracker.run = null;
  tracker.lastOutcome = outcome;
  if (outcome.kind === "exit" && outcome.code !== tracker.lastCode) {
    tracker.lastCode = outcome.code;
    tell(state, { event: "TRACKER_STATUS", tracker: name, code: outcome.code });
  }
  judge(state, tracker, outcome);
}

function judge(state: EngineState, tracker: TrackerState, outcome: ScriptOutcome): void {
  const says = outcome.kind === "exit" && outcome.code === 0 ? "GOOD" : "BAD";
  if (says === tracker.state) {
    tracker.against = 0;
    return;
  }
  tracker.against++;
  const needed = says === "GOOD" ? tracker.script.rise : tracker.script.fall;
  if (tracker.state !== "UNKNOWN" && tracker.against < needed) return;
  tell(state, {
    event: "TRACKER_STATE",
    tracker: tracker.name,
    from: tracker.state,
    to: says,
    outcome,
    streak: tracker.against,
    needed,
  });
  tracker.state = says;
  tracker.sinceUs = state.nowUs;
  tracker.against = 0;
  emit(state, {
    kind: "tracker",
    tracker: tracker.number,
    name: tracker.name,
    state: says,
    value: 0,
  });
}

/** Ends all runs (the engine stops). */
export function stopTrackers(state: EngineState): void {
  for (const tracker of state.trackers.values()) {
    abortRun(state, tracker.run);
    tracker.run = null;
  }
}
