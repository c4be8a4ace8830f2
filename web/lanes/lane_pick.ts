// What a point of the lanes means: the event that a click picks, and the facts that a pointer is told. Pure.

import type { RecordedEvent } from "../story/recording.ts";
import type { LaneIndex } from "./lane_index.ts";
import type {
  Band,
  NodeLane,
  PriorityPoint,
  Run,
  Tick,
  TimerPoint,
  Verdict,
  WatchLane,
} from "./lane_types.ts";
import { lastAt } from "./lod.ts";
import type { Row } from "./rows.ts";

/** Lists in which a click looks for an event, the more important first. */
function listsOf(row: Row, index: LaneIndex): readonly (readonly Tick[])[] {
  if (row.kind === "router" || row.kind === "service") return [];
  if (row.kind === "instance") {
    const lane = index.of(row.node, row.instance);
    if (lane === undefined) return [];
    const { bands, sent, heard, priorities } = lane;
    return [bands, priorities, sent, heard];
  }
  const lane = index.nodes.get(row.node);
  if (lane === undefined) return [];
  switch (row.kind) {
    case "node":
      return [lane.process, lane.connections];
    case "link":
      return [lane.links.get(row.name) ?? []];
    case "notifications":
      return [lane.notifications];
    default: {
      const watch = watchOf(row, lane);
      return watch === undefined ? [] : [watch.verdicts, watch.tries, watch.runs];
    }
  }
}

function watchOf(row: Row & { kind: "script" | "check" }, lane: NodeLane): WatchLane | undefined {
  return row.kind === "script" ? lane.scripts.get(row.name) : lane.checks.get(row.key);
}

/** The nearest of a list within a distance; null: none is. */
function nearest(list: readonly Tick[], us: number, withinUs: number): Tick | null {
  const at = lastAt(list, us);
  let best: Tick | null = null;
  let bestUs = withinUs;
  for (let i = at; i <= at + 1; i++) {
    const one = list[i];
    if (one === undefined || one.event < 0) continue;
    const awayUs = Math.abs(one.atUs - us);
    if (awayUs <= bestUs) [best, bestUs] = [one, awayUs];
  }
  return best;
}

/** Place of the event that a click at a time in a row means; -1: none is near. */
export function eventNear(
  row: Row | null,
  us: number,
  withinUs: number,
  index: LaneIndex,
): number {
  if (row === null) return -1;
  for (const list of listsOf(row, index)) {
    const found = nearest(list, us, withinUs);
    if (found !== null) return found.event;
  }
  return -1;
}

/** The step or violation whose flag is near; -1: none. */
export function markNear(us: number, withinUs: number, { marks }: LaneIndex): number {
  for (const list of [marks.violation, marks.lost, marks.action]) {
    const found = nearest(list, us, withinUs);
    if (found !== null) return found.event;
  }
  return -1;
}

/** What a pointer is told of a moment in a row. */
export interface LaneFacts {
  band: Band | null;
  priority: PriorityPoint | null;
  /** Those that run. */
  timer: TimerPoint | null;
  preempt: TimerPoint | null;
  process: string | null;
  isLinkUp: boolean | null;
  verdict: Verdict | null;
  run: Run | null;
  /** The event that a click would pick; null: none. */
  event: RecordedEvent | null;
}

/** The facts. */
export function factsOf(
  row: Row,
  us: number,
  withinUs: number,
  index: LaneIndex,
  events: readonly RecordedEvent[],
): LaneFacts {
  const facts: LaneFacts = {
    ...{ band: null, priority: null, timer: null, preempt: null },
    ...{ process: null, isLinkUp: null, verdict: null, run: null },
    event: events[eventNear(row, us, withinUs, index)] ?? null,
  };
  if (row.kind === "router" || row.kind === "service") return facts;
  if (row.kind === "instance") {
    const lane = index.of(row.node, row.instance);
    if (lane === undefined) return facts;
    const { bands, priorities, timers, preempts } = lane;
    const priority = priorities[lastAt(priorities, us)] ?? null;
    facts.band = bands[lastAt(bands, us)] ?? null;
    facts.priority = priority !== null && priority.value > 0 ? priority : null;
    facts.timer = runningAt(timers, us);
    facts.preempt = runningAt(preempts, us);
    return facts;
  }
  const lane = index.nodes.get(row.node);
  if (lane === undefined) return facts;
  if (row.kind === "node") facts.process = lane.process[lastAt(lane.process, us)]?.process ?? null;
  else if (row.kind === "link") {
    const points = lane.links.get(row.name) ?? [];
    facts.isLinkUp = points[lastAt(points, us)]?.up ?? true;
  } else if (row.kind !== "notifications") {
    const watch = watchOf(row, lane);
    facts.verdict = watch?.verdicts[lastAt(watch.verdicts, us)] ?? null;
    const run = watch?.runs[lastAt(watch.runs, us + withinUs)] ?? null;
    const isNear = run !== null && us - (run.endUs ?? run.atUs) <= withinUs;
    facts.run = isNear ? run : null;
  }
  return facts;
}

function runningAt(timers: readonly TimerPoint[], us: number): TimerPoint | null {
  const timer = timers[lastAt(timers, us)];
  return timer?.dueUs == null || timer.dueUs < us ? null : timer;
}
