// The steps of filling an index (lane_index.ts): what one event does to one list.

import type { TrackerStateName } from "../../host/core/abi.gen.ts";
import type { CheckOutcome } from "../../host/engine/contract.ts";
import type { EngineEvent } from "../../host/engine/event.ts";
import type { ProcessState } from "../../host/sim/world_view.ts";
import {
  type Band,
  checkKey,
  type InstanceLane,
  type NodeLane,
  type PriorityPart,
  type Tick,
  type WatchLane,
} from "./lane_types.ts";

/** A script or server of which nothing is known. */
export function emptyWatch(): WatchLane {
  return { verdicts: [], runs: [], tries: [] };
}

/** The value of a key, made when it is asked for first. */
export function pushTo<Value>(of: Map<string, Value>, key: string, make: () => Value): Value {
  let value = of.get(key);
  if (value === undefined) of.set(key, value = make());
  return value;
}

/** Puts a row to its time: nearly always the last. */
export function insert(rows: Tick[], row: Tick): void {
  let at = rows.length;
  rows.push(row);
  for (; at > 0 && rows[at - 1]!.atUs > row.atUs; at--) rows[at] = rows[at - 1]!;
  rows[at] = row;
}

/** A tracker or server is said to be so; told only when it is another verdict. */
export function judge({ verdicts }: WatchLane, tick: Tick, state: TrackerStateName): void {
  const isGood = state === "UNKNOWN" ? null : state === "GOOD";
  if ((verdicts.at(-1)?.isGood ?? null) !== isGood) verdicts.push({ ...tick, isGood });
}

/** Whether a check saw what it should. */
export function isGoodCheck(outcome: CheckOutcome): boolean {
  if (outcome.kind === "script") {
    return outcome.outcome.kind === "exit" && outcome.outcome.code === 0;
  }
  return outcome.kind === "connected" || outcome.kind === "response";
}

/** What the engine tells of a script or server. */
export function engineEvent(lane: NodeLane, event: EngineEvent, tick: Tick): void {
  switch (event.event) {
    case "TRACKER_STATE":
      return judge(pushTo(lane.scripts, event.tracker, emptyWatch), tick, event.to);
    case "CHECK_TRY_FAILED": {
      const key = checkKey(event.virtualServer, event.realServer);
      return void pushTo(lane.checks, key, emptyWatch).tries.push(tick);
    }
    // With several checkers one verdict is not the server's: that counts which is told of the server.
    case "CHECK_UP":
    case "CHECK_DOWN": {
      const watch = pushTo(
        lane.checks,
        checkKey(event.virtualServer, event.realServer),
        emptyWatch,
      );
      if ((watch.verdicts.at(-1)?.isGood ?? null) !== null) return;
      return judge(watch, tick, event.event === "CHECK_UP" ? "GOOD" : "BAD");
    }
    case "REAL_SERVER_UP":
    case "REAL_SERVER_DOWN": {
      const key = checkKey(event.virtualServer, event.realServer);
      const said = event.event === "REAL_SERVER_UP" ? "GOOD" : "BAD";
      return judge(pushTo(lane.checks, key, emptyWatch), tick, said);
    }
  }
}

/** What the trackers add when their sum becomes another one by a tracker; null: by something else. */
export function partsWith(
  parts: readonly PriorityPart[],
  tracker: string | null,
  tracked: number,
): readonly PriorityPart[] {
  const sum = parts.reduce((total, { weight }) => total + weight, 0);
  if (sum === tracked) return parts;
  if (tracker === null) return tracked === 0 ? [] : parts;
  const before = parts.find((one) => one.tracker === tracker)?.weight ?? 0;
  const others = parts.filter((one) => one.tracker !== tracker);
  const weight = before + tracked - sum;
  return weight === 0 ? others : [...others, { tracker, weight }];
}

/** Another state begins; one of the same moment takes the place of the one before. */
export function begin(lane: InstanceLane, band: Omit<Band, "isStill">, isStill = false): void {
  const last = lane.bands.at(-1)!;
  const still = isStill || (last.isStill && band.state !== "DOWN");
  const next: Band = { ...band, isStill: still };
  if (last.atUs === band.atUs) lane.bands[lane.bands.length - 1] = next;
  else lane.bands.push(next);
}

/** The process started, ended, stands still or goes on. */
export function becomeProcess(lane: InstanceLane, process: ProcessState, tick: Tick): void {
  const last = lane.bands.at(-1)!;
  if (process === "off" || process === "down") {
    if (last.state === "DOWN") return;
    begin(lane, { ...tick, state: "DOWN", isInferred: false });
    lane.bands.at(-1)!.isStill = false;
    lane.timers.push({ ...tick, dueUs: null });
    if (lane.preempts.at(-1)?.dueUs != null) lane.preempts.push({ ...tick, dueUs: null });
    lane.priorities.push({ ...tick, value: 0, base: null, parts: [] });
    return;
  }
  const isStill = process !== "running";
  const state = last.state === "DOWN" ? "INIT" : last.state;
  if (state === last.state && isStill === last.isStill) return;
  begin(lane, { ...tick, state, isInferred: last.isInferred }, isStill);
  lane.bands.at(-1)!.isStill = isStill;
}
