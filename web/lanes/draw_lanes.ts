// Draws the lanes of a window of time: rows from the index, the axis above them, steps and violations through
// all of them, the playhead on top.

import { timeText } from "../app/time_text.ts";
import { drawInstance } from "./draw_instance.ts";
import { drawNodeRow } from "./draw_node.ts";
import type { Tick } from "./lane_types.ts";
import { eachColumn } from "./lod.ts";
import { columnsOf, FONT, type Picture, xOf } from "./picture.ts";
import { firstRowAt, type Row } from "./rows.ts";
import { axisStep } from "./window.ts";

/** Height of the axis. */
export const AXIS = 22;
/** Room of a label on the axis. */
const AXIS_LABEL = 86;
const STEP_DASH = [3, 3];
const NO_DASH: number[] = [];

/** Draws it. */
export function drawLanes(picture: Picture): void {
  const { context, width, height, gutter, colours, rows, scrollTop } = picture;
  context.fillStyle = colours.card;
  context.fillRect(0, 0, width, height);
  context.textBaseline = "middle";
  drawAxis(picture);
  context.save();
  context.beginPath();
  context.rect(gutter, AXIS, width - gutter, height - AXIS);
  context.clip();
  for (let i = firstRowAt(rows, scrollTop); i < rows.length; i++) {
    const row = rows[i]!;
    const y = AXIS + row.top - scrollTop;
    if (y > height) break;
    drawRow(picture, row, y);
  }
  drawUnplayed(picture);
  context.restore();
  drawMarks(picture);
  drawPlayhead(picture);
}

function drawAxis(picture: Picture): void {
  const { context, width, height, gutter, window, colours } = picture;
  const step = axisStep(window, (width - gutter) / AXIS_LABEL);
  context.font = FONT;
  const digits = step >= 1e6 ? 0 : step >= 1e3 ? 3 : 6;
  const first = Math.ceil(window.fromUs / step);
  const last = Math.floor(window.toUs / step);
  for (let i = first; i <= last; i++) {
    const x = Math.round(xOf(picture, i * step)) + 0.5;
    context.fillStyle = colours.line;
    context.fillRect(x - 0.5, AXIS - 5, 1, height);
    context.fillStyle = colours["ink-soft"];
    context.fillText(timeText(i * step, digits), x + 4, AXIS / 2);
  }
}

/** What lies behind the end of what is known. */
function drawUnplayed(picture: Picture): void {
  const { context, width, height, gutter, colours, untilUs, playheadUs } = picture;
  const known = Math.max(gutter, xOf(picture, untilUs));
  // What comes after the playhead is known, but not yet: a little paler.
  const now = Math.max(gutter, Math.min(known, xOf(picture, playheadUs)));
  context.globalAlpha = 0.22;
  context.fillStyle = colours.card;
  context.fillRect(now, AXIS, known - now, height);
  context.globalAlpha = 1;
  if (known >= width) return;
  context.fillStyle = colours.sunk;
  context.fillRect(known, AXIS, width - known, height);
}

function drawRow(picture: Picture, row: Row, y: number): void {
  const { context, gutter, width, colours, index } = picture;
  if (row.kind === "router" || row.kind === "service") return;
  context.save();
  context.beginPath();
  context.rect(gutter, y, width - gutter, row.height);
  context.clip();
  if (row.kind === "instance") {
    const lane = index.of(row.node, row.instance);
    if (lane !== undefined) drawInstance(picture, lane, index.ranges.get(row.router), y);
  } else {
    if (row.kind === "node") {
      context.fillStyle = colours.line;
      context.fillRect(gutter, y, width - gutter, 1);
    }
    const lane = index.nodes.get(row.node);
    if (lane !== undefined) drawNodeRow(picture, lane, row, y);
  }
  context.restore();
}

function drawMarks(picture: Picture): void {
  const { colours } = picture;
  const { action, violation, lost } = picture.index.marks;
  drawLines(picture, action, colours["line-strong"], true);
  drawLines(picture, lost, colours.bad, true);
  drawLines(picture, violation, colours.bad, false);
}

/** Lines through all rows, with a flag on the axis; the number where several fall on one place. */
function drawLines(
  picture: Picture,
  marks: readonly Tick[],
  colour: string,
  isDashed: boolean,
): void {
  const { context, height, gutter, colours, picked } = picture;
  eachColumn(marks, columnsOf(picture, 5), (first, count) => {
    const mark = marks[first]!;
    const x = Math.round(xOf(picture, mark.atUs)) + 0.5;
    if (x < gutter) return;
    const isPicked = picked >= 0 && mark.event === picked;
    context.strokeStyle = context.fillStyle = isPicked ? colours.focus : colour;
    context.lineWidth = isPicked || !isDashed ? 2 : 1;
    context.setLineDash(isDashed ? STEP_DASH : NO_DASH);
    context.beginPath();
    context.moveTo(x, AXIS);
    context.lineTo(x, height);
    context.stroke();
    context.setLineDash(NO_DASH);
    const half = count > 1 ? 5.5 : 4;
    context.beginPath();
    context.moveTo(x - half, AXIS - 8);
    context.lineTo(x + half, AXIS - 8);
    context.lineTo(x, AXIS - 1);
    context.fill();
  });
}

function drawPlayhead(picture: Picture): void {
  const { context, height, colours, playheadUs, gutter, width } = picture;
  const x = xOf(picture, playheadUs);
  if (x < gutter - 1 || x > width) return;
  context.fillStyle = colours.accent;
  context.fillRect(x - 1, 0, 2, height);
  context.beginPath();
  context.moveTo(x - 6, 0);
  context.lineTo(x + 6, 0);
  context.lineTo(x, 8);
  context.fill();
}
