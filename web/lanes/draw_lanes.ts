// Draws the lanes of a window of time: rows from the index, the axis above them, the playhead over all.
// Called in every frame in which something changed: no list is made here, and where many events fall on
// one pixel one line stands for all.

import type { Palette } from "../style/palette.ts";
import { timeText } from "../app/time_text.ts";
import {
  type InstanceLane,
  type LaneIndex,
  lastAt,
  type NodeLane,
  type Run,
} from "./lane_index.ts";
import type { Patterns } from "./patterns.ts";
import type { Row } from "./rows.ts";
import { axisStep, type Window } from "./window.ts";

/** Height of the axis. */
export const AXIS = 20;
/** Room of a label on the axis. */
const AXIS_LABEL = 84;
/** Ramps whose period is shorter than this on the screen are left out, CSS pixels. */
const RAMP_MIN = 5;
const NANO = 0.75;

/** Everything that a picture is made of. */
export interface Picture {
  context: CanvasRenderingContext2D;
  width: number;
  height: number;
  /** Width of the names at the left. */
  gutter: number;
  scrollTop: number;
  window: Window;
  untilUs: number;
  playheadUs: number;
  rows: readonly Row[];
  index: LaneIndex;
  colours: Palette;
  patterns: Patterns;
  fonts: { small: string; normal: string };
  /** The event that is picked; -1: none. */
  picked: number;
}

/** Draws it. */
export function drawLanes(picture: Picture): void {
  const { context, width, height, colours } = picture;
  context.fillStyle = colours.card;
  context.fillRect(0, 0, width, height);
  drawGrid(picture);
  context.save();
  context.beginPath();
  context.rect(0, AXIS, width, height - AXIS);
  context.clip();
  for (const row of picture.rows) {
    const y = AXIS + row.top - picture.scrollTop;
    if (y > height || y + row.height < AXIS) continue;
    drawRow(picture, row, y);
  }
  context.restore();
  drawActions(picture);
  drawPlayhead(picture);
}

/** Place of a time. */
export function xOf({ gutter, width, window }: Picture, us: number): number {
  const { fromUs, toUs } = window;
  return gutter + (us - fromUs) / (toUs - fromUs) * (width - gutter);
}

function drawGrid(picture: Picture): void {
  const { context, width, height, gutter, window, colours, fonts } = picture;
  const step = axisStep(window, (width - gutter) / AXIS_LABEL);
  context.font = fonts.small;
  context.textBaseline = "middle";
  context.fillStyle = colours["ink-soft"];
  context.strokeStyle = colours.line;
  context.lineWidth = 1;
  const digits = step >= 1e6 ? 0 : step >= 1e3 ? 3 : 6;
  for (let us = Math.ceil(window.fromUs / step) * step; us <= window.toUs; us += step) {
    const x = Math.round(xOf(picture, us)) + 0.5;
    context.beginPath();
    context.moveTo(x, AXIS - 4);
    context.lineTo(x, height);
    context.stroke();
    context.fillText(timeText(us, digits), x + 3, AXIS / 2);
  }
  const known = xOf(picture, picture.untilUs);
  if (known < width) {
    context.fillStyle = colours.sunk;
    context.fillRect(Math.max(gutter, known), AXIS, width, height);
  }
}

function drawRow(picture: Picture, row: Row, y: number): void {
  const { context, gutter, width, colours, fonts, index } = picture;
  switch (row.kind) {
    case "router": {
      const { name, vrid, addresses } = row.router;
      context.font = fonts.normal;
      context.fillStyle = colours.ink;
      context.textBaseline = "middle";
      const text = `${name}   VRID ${vrid}   ${addresses.slice(0, 3).join(", ")}${
        addresses.length > 3 ? " …" : ""
      }`;
      context.fillText(text, 6, y + row.height / 2);
      return;
    }
    case "instance": {
      const lane = index.instances.get(`${row.node} ${row.instance}`);
      label(picture, row.node, y, row.height);
      if (lane === undefined) return;
      context.save();
      context.beginPath();
      context.rect(gutter, y, width - gutter, row.height);
      context.clip();
      drawBands(picture, lane, y, row.height);
      drawRamps(picture, lane, y, row.height);
      drawTicks(picture, lane, y, row.height);
      drawPriorities(picture, lane, y);
      context.restore();
      return;
    }
    default: {
      const lane = index.nodes.get(row.node);
      const isHead = row.kind === "node";
      label(picture, isHead ? row.node : `  ${row.kind}`, y, row.height);
      if (lane === undefined) return;
      context.save();
      context.beginPath();
      context.rect(gutter, y, width - gutter, row.height);
      context.clip();
      if (isHead) drawProcess(picture, lane, y, row.height);
      else drawRuns(picture, row.kind === "scripts" ? lane.runs : lane.checks, y, row.height);
      context.restore();
    }
  }
}

function label({ context, colours, fonts, gutter }: Picture, text: string, y: number, h: number) {
  context.font = fonts.small;
  context.fillStyle = colours["ink-soft"];
  context.textBaseline = "middle";
  context.fillText(text, 10, y + h / 2, gutter - 14);
}

function drawBands(picture: Picture, { bands }: InstanceLane, y: number, height: number): void {
  const { context, window, untilUs, patterns, picked } = picture;
  const [top, tall] = [y + 3, height - 6];
  for (let i = Math.max(0, lastAt(bands, window.fromUs)); i < bands.length; i++) {
    const band = bands[i]!;
    if (band.atUs > window.toUs) break;
    const x = xOf(picture, band.atUs);
    const end = xOf(picture, bands[i + 1]?.atUs ?? untilUs);
    const wide = Math.max(end - x, 1);
    if (end < picture.gutter) continue;
    fillBand(picture, band.state, x, top, wide, tall);
    if (band.isStill && band.state !== "DOWN") {
      context.fillStyle = patterns.still;
      context.fillRect(x, top, wide, tall);
    }
    if (band.isInferred) {
      context.fillStyle = patterns.inferred;
      context.fillRect(x, top, wide, tall);
    }
    if (band.event === picked && picked >= 0) {
      context.strokeStyle = picture.colours.focus;
      context.lineWidth = 3;
      context.strokeRect(x, top, wide, tall);
    }
  }
}

function fillBand(
  { context, colours, patterns, fonts, gutter }: Picture,
  state: string,
  x: number,
  y: number,
  wide: number,
  tall: number,
): void {
  context.lineWidth = 1.5;
  switch (state) {
    case "MASTER":
      context.fillStyle = colours.master;
      context.fillRect(x, y, wide, tall);
      break;
    case "BACKUP":
      context.globalAlpha = 0.16;
      context.fillStyle = colours.backup;
      context.fillRect(x, y, wide, tall);
      context.globalAlpha = 1;
      context.strokeStyle = colours.backup;
      context.strokeRect(x + NANO, y + NANO, Math.max(0, wide - 2 * NANO), tall - 2 * NANO);
      break;
    case "FAULT":
      context.fillStyle = patterns.fault;
      context.fillRect(x, y, wide, tall);
      context.strokeStyle = colours.fault;
      context.strokeRect(x + NANO, y + NANO, Math.max(0, wide - 2 * NANO), tall - 2 * NANO);
      break;
    case "UNKNOWN":
      context.fillStyle = patterns.unknown;
      context.fillRect(x, y, wide, tall);
      break;
    case "DOWN":
      context.fillStyle = colours.down;
      context.fillRect(x, y + tall / 2, wide, 1);
      return;
    default:
      context.fillStyle = patterns.init;
      context.fillRect(x, y, wide, tall);
  }
  if (wide < 52) return;
  context.font = fonts.small;
  context.textBaseline = "middle";
  const text = state === "UNKNOWN" ? "?" : state;
  const at = Math.max(x, gutter) + 5;
  const isPlain = state === "MASTER";
  if (!isPlain) {
    context.fillStyle = colours.card;
    context.fillRect(at - 2, y + 2, context.measureText(text).width + 4, 12);
  }
  context.fillStyle = isPlain ? colours.card : colours.ink;
  context.fillText(text, at, y + 8);
}

/** Timers: from the bottom when they are set to the top when they are due. */
function drawRamps(picture: Picture, { timers, bands }: InstanceLane, y: number, height: number) {
  const { context, window, colours, untilUs } = picture;
  const [low, high] = [y + height - 4, y + 16];
  context.lineWidth = 1;
  for (let i = Math.max(0, lastAt(timers, window.fromUs)); i < timers.length; i++) {
    const { atUs, dueUs } = timers[i]!;
    if (atUs > window.toUs) break;
    if (dueUs === null) continue;
    const x = xOf(picture, atUs);
    const due = xOf(picture, dueUs);
    if (due - x < RAMP_MIN) continue;
    const endUs = Math.min(timers[i + 1]?.atUs ?? untilUs, untilUs);
    const end = Math.min(xOf(picture, endUs), due);
    const isMaster = bands[lastAt(bands, atUs)]?.state === "MASTER";
    context.strokeStyle = isMaster ? colours.card : colours.backup;
    context.globalAlpha = isMaster ? 0.6 : 0.9;
    context.beginPath();
    context.moveTo(x, low);
    context.lineTo(end, low + (high - low) * (end - x) / (due - x));
    context.stroke();
  }
  context.globalAlpha = 1;
}

function drawTicks(picture: Picture, { sent }: InstanceLane, y: number, height: number): void {
  const { context, window, colours } = picture;
  context.fillStyle = colours.ink;
  let last = -10;
  for (let i = Math.max(0, lastAt(sent, window.fromUs)); i < sent.length; i++) {
    const { atUs } = sent[i]!;
    if (atUs > window.toUs) break;
    const x = Math.round(xOf(picture, atUs));
    if (x - last < 2) continue;
    last = x;
    context.fillRect(x, y + height - 9, 1, 6);
  }
}

/** The number where it changes, behind the name of the state. */
function drawPriorities(picture: Picture, { priorities, bands }: InstanceLane, y: number): void {
  const { context, window, colours, fonts, gutter, untilUs } = picture;
  context.font = fonts.small;
  context.textBaseline = "middle";
  for (let i = Math.max(0, lastAt(priorities, window.fromUs)); i < priorities.length; i++) {
    const { atUs, value } = priorities[i]!;
    if (atUs > window.toUs) break;
    if (value === 0) continue;
    const seenUs = Math.max(atUs, window.fromUs);
    const at = lastAt(bands, seenUs);
    const band = bands[at];
    if (band === undefined) continue;
    const name = Math.max(xOf(picture, band.atUs), gutter) + context.measureText(band.state).width;
    const text = String(value);
    const wide = context.measureText(text).width;
    const x = Math.max(xOf(picture, seenUs) + 4, name + 14);
    const nextUs = Math.min(bands[at + 1]?.atUs ?? untilUs, priorities[i + 1]?.atUs ?? untilUs);
    if (x + wide + 4 > xOf(picture, nextUs)) continue;
    context.fillStyle = colours.card;
    context.fillRect(x - 3, y + 5, wide + 6, 12);
    context.fillStyle = colours.ink;
    context.fillText(text, x, y + 11);
  }
}

function drawProcess(picture: Picture, lane: NodeLane, y: number, height: number): void {
  const { context, window, colours, patterns, untilUs, fonts } = picture;
  const { process, links } = lane;
  const [top, tall] = [y + 6, height - 12];
  for (let i = Math.max(0, lastAt(process, window.fromUs)); i < process.length; i++) {
    const row = process[i]!;
    if (row.atUs > window.toUs) break;
    const x = xOf(picture, row.atUs);
    const wide = Math.max(1, xOf(picture, process[i + 1]?.atUs ?? untilUs) - x);
    const isGone = row.process === "down" || row.process === "off";
    context.fillStyle = isGone ? colours.line : colours.down;
    if (isGone) context.fillRect(x, top + tall / 2, wide, 1);
    else context.fillRect(x, top, wide, tall);
    if (row.process === "paused" || row.process === "frozen") {
      context.fillStyle = patterns.still;
      context.fillRect(x, top, wide, tall);
    }
    if (row.process !== "running" && wide > 40) {
      context.font = fonts.small;
      context.fillStyle = colours.card;
      context.fillRect(x + 3, y + 4, context.measureText(row.process).width + 4, 13);
      context.fillStyle = colours.ink;
      context.textBaseline = "middle";
      context.fillText(row.process, x + 5, y + height / 2);
    }
  }
  context.fillStyle = colours.bad;
  for (let i = 0; i < links.length; i++) {
    const row = links[i]!;
    if (row.up) continue;
    const again = links.find((one, at) => at > i && one.interface === row.interface && one.up);
    const x = xOf(picture, row.atUs);
    const end = xOf(picture, again?.atUs ?? untilUs);
    context.fillRect(x, y + height - 4, Math.max(1, end - x), 3);
  }
}

function drawRuns(picture: Picture, runs: readonly Run[], y: number, height: number): void {
  const { context, window, colours } = picture;
  let [last, lastGood] = [-10, true];
  for (let i = Math.max(0, lastAt(runs, window.fromUs)); i < runs.length; i++) {
    const { atUs, endUs, isGood } = runs[i]!;
    if (atUs > window.toUs) break;
    const x = Math.round(xOf(picture, atUs));
    const good = isGood !== false;
    if (x - last < 2 && good === lastGood) continue;
    last = x;
    lastGood = good;
    const wide = Math.max(1.5, endUs === null ? 1.5 : xOf(picture, endUs) - x);
    context.fillStyle = good ? colours.good : colours.bad;
    // A bad run is taller, so that it differs without its colour.
    if (good) context.fillRect(x, y + height / 2 - 2, wide, 4);
    else context.fillRect(x, y + 1, wide, height - 2);
  }
}

function drawActions(picture: Picture): void {
  const { context, window, colours, index, height } = picture;
  const { marks } = index;
  context.lineWidth = 1;
  for (let i = Math.max(0, lastAt(marks, window.fromUs)); i < marks.length; i++) {
    const { atUs, kind } = marks[i]!;
    if (atUs > window.toUs) break;
    if (kind !== "action" && kind !== "violation") continue;
    const x = Math.round(xOf(picture, atUs)) + 0.5;
    if (x < picture.gutter) continue;
    context.strokeStyle = kind === "violation" ? colours.bad : colours["line-strong"];
    context.setLineDash(kind === "violation" ? [] : [3, 3]);
    context.beginPath();
    context.moveTo(x, AXIS);
    context.lineTo(x, height);
    context.stroke();
    context.setLineDash([]);
    context.fillStyle = kind === "violation" ? colours.bad : colours.ink;
    context.beginPath();
    context.moveTo(x - 4, AXIS - 7);
    context.lineTo(x + 4, AXIS - 7);
    context.lineTo(x, AXIS - 1);
    context.fill();
  }
}

function drawPlayhead(picture: Picture): void {
  const { context, height, colours, playheadUs, gutter, width } = picture;
  const x = xOf(picture, playheadUs);
  if (x < gutter || x > width) return;
  context.fillStyle = colours.accent;
  context.fillRect(x - 1, 0, 2, height);
}
