// The facts of a moment of a lane in lines, for the pointer.

import { describeReason } from "../../host/engine/describe.ts";
import { recording } from "../app/state.ts";
import { timeText } from "../app/time_text.ts";
import { LANES_TEXT } from "../text/lanes.ts";
import { t } from "../text/text.ts";
import { eventWords } from "./event_words.ts";
import { exactText } from "./exact.ts";
import type { LaneFacts } from "./lane_pick.ts";
import { priorityText } from "./priority_text.ts";
import type { Row } from "./rows.ts";

/** Longer lines are cut. */
const LINE_MAX = 220;

/** The lines; the first is the time and who. */
export function tipLines(row: Row, us: number, facts: LaneFacts): string[] {
  const lines = [`${timeText(us)}  ${titleOf(row)}`];
  const { band, priority, timer, preempt, event, process, isLinkUp, verdict, run } = facts;
  if (band !== null) {
    const state = band.state === "UNKNOWN" ? t(LANES_TEXT.unknown) : band.state;
    lines.push(`${state}, ${t(LANES_TEXT.since, { time: timeText(band.atUs) })}`);
    const why = recording.peek().events[band.event];
    if (why?.kind === "record" && why.record.kind === "transition") {
      lines.push(describeReason(why.record));
    } else if (why?.kind === "state" && why.text !== "") lines.push(why.text);
    if (band.isStill && band.state !== "DOWN") lines.push(t(LANES_TEXT.still));
    if (band.isInferred) lines.push(t(LANES_TEXT.inferred));
  }
  if (priority !== null) {
    lines.push(t(LANES_TEXT.priority, { priority: priorityText(priority) }));
  }
  if (timer !== null) {
    const text = band?.state === "MASTER" ? LANES_TEXT.timerAdvert : LANES_TEXT.timerDown;
    lines.push(t(text, timerValues(timer.atUs, timer.dueUs!, us)));
  }
  if (preempt !== null) {
    lines.push(t(LANES_TEXT.timerPreempt, timerValues(preempt.atUs, preempt.dueUs!, us)));
  }
  if (process !== null) lines.push(t(LANES_TEXT.processNow, { process }));
  if (isLinkUp !== null) lines.push(t(isLinkUp ? LANES_TEXT.cableIsIn : LANES_TEXT.cableIsOut));
  if (verdict !== null && verdict.isGood !== null) {
    const text = verdict.isGood ? LANES_TEXT.goodSince : LANES_TEXT.badSince;
    lines.push(t(text, { time: timeText(verdict.atUs) }));
  }
  if (run?.endUs != null) lines.push(t(LANES_TEXT.ran, { time: exactText(run.endUs - run.atUs) }));
  const isTold = event !== null && band !== null && recording.peek().events[band.event] === event;
  if (event !== null && !isTold) lines.push(`▸ ${eventWords(event)}`);
  return lines.map((line) => line.length > LINE_MAX ? `${line.slice(0, LINE_MAX)}…` : line);
}

function timerValues(atUs: number, dueUs: number, us: number): Record<string, string> {
  return {
    age: exactText(Math.round((us - atUs) / 1000) * 1000),
    whole: exactText(dueUs - atUs),
    left: exactText(Math.round((dueUs - us) / 1000) * 1000),
  };
}

/** Name of a row. */
export function titleOf(row: Row): string {
  switch (row.kind) {
    case "router":
      return row.router.name;
    case "instance":
      return `${row.node} ${row.instance}`;
    case "node":
      return row.node;
    case "service":
      return `${row.node} ${row.service}`;
    case "check":
      return `${row.node} ${row.name}`;
    case "notifications":
      return `${row.node} ${t(LANES_TEXT.notifications)}`;
    default:
      return `${row.node} ${row.name}`;
  }
}
