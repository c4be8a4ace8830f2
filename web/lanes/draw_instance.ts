// One instance's row: the band of its states, below it the timers as ramps with the adverts as ticks on their
// base, at the bottom the priority as a line over the configured one.

import { stateColour } from "../style/palette.ts";
import type { PriorityRange } from "./lane_types.ts";
import type { InstanceLane, PriorityPoint, TimerPoint } from "./lane_types.ts";
import { eachColumn, lastAt } from "./lod.ts";
import { columnsOf, FONT, FONT_BOLD, type Picture, pixelUs, xOf } from "./picture.ts";

/** Places in the row, CSS pixels from its top. */
const BAND = { top: 3, height: 15 };
const RAMP = { top: 20, base: 35 };
const PRIORITY = { top: 40, base: 48 };
/** Highest and lowest middle of its numbers: they stay inside the row. */
const NUMBER = { top: 42, base: 46 };
/** Ramps narrower than this are drawn as one block. */
const RAMP_MIN = 4;
/** Ticks nearer than this are drawn as a block that is darker the more there are. */
const TICK_COLUMN = 2;
const SENT_TICK = 7;
const HEARD_TICK = 4;
/** Half the width of a line, so that it stays inside. */
const HALF_LINE = 0.75;
/** A name or number needs so much room beside itself. */
const LABEL_ROOM = 10;

/** Draws the row. The context is clipped to it. */
export function drawInstance(
  picture: Picture,
  lane: InstanceLane,
  range: PriorityRange | undefined,
  y: number,
): void {
  drawRamps(picture, lane, y);
  drawTicks(picture, lane, y);
  drawBands(picture, lane, y);
  if (range !== undefined) drawPriority(picture, lane.priorities, range, y);
}

// ---- States ----

function drawBands(picture: Picture, { bands }: InstanceLane, y: number): void {
  const { window, untilUs, gutter, context, colours } = picture;
  const [top, tall] = [y + BAND.top, BAND.height];
  const least = pixelUs(picture);
  let mixedTo = -1;
  let i = Math.max(0, lastAt(bands, window.fromUs));
  while (i < bands.length) {
    const band = bands[i]!;
    if (band.atUs > window.toUs) break;
    const x = Math.max(gutter - 4, xOf(picture, band.atUs));
    const next = bands[i + 1];
    const end = Math.min(picture.width + 4, xOf(picture, next?.atUs ?? untilUs));
    // Several within a pixel: one line says that something happens here.
    if (next !== undefined && next.atUs - band.atUs < least) {
      if (x > mixedTo) {
        context.fillStyle = colours.warn;
        context.fillRect(x, top - 2, 2, tall + 4);
        mixedTo = x + 1;
      }
      i = Math.max(i + 1, lastAt(bands, band.atUs + least));
      continue;
    }
    if (end > gutter) drawBand(picture, i, bands, x, top, Math.max(1, end - x), tall);
    i++;
  }
}

function drawBand(
  picture: Picture,
  i: number,
  bands: InstanceLane["bands"],
  x: number,
  y: number,
  wide: number,
  tall: number,
): void {
  const { context, patterns, picked, colours } = picture;
  const { state, isStill, isInferred, event } = bands[i]!;
  fillBand(picture, state, x, y, wide, tall);
  if (isStill && state !== "DOWN") {
    context.fillStyle = patterns.still;
    context.fillRect(x, y, wide, tall);
  }
  if (isInferred && state !== "UNKNOWN") {
    context.fillStyle = patterns.inferred;
    context.fillRect(x, y, wide, tall);
  }
  nameBand(picture, state, x, y, wide, tall, isStill || isInferred);
  if (event === picked && picked >= 0) {
    context.strokeStyle = colours.focus;
    context.lineWidth = 2.5;
    context.strokeRect(x + 1, y - 1, Math.max(2, wide - 2), tall + 2);
  }
}

function fillBand(
  { context, colours, patterns }: Picture,
  state: string,
  x: number,
  y: number,
  wide: number,
  tall: number,
): void {
  context.lineWidth = HALF_LINE * 2;
  switch (state) {
    case "MASTER":
      context.fillStyle = colours.master;
      context.fillRect(x, y, wide, tall);
      return;
    case "BACKUP":
      context.globalAlpha = 0.14;
      context.fillStyle = colours.backup;
      context.fillRect(x, y, wide, tall);
      context.globalAlpha = 1;
      context.strokeStyle = colours.backup;
      break;
    case "FAULT":
      context.fillStyle = patterns.fault;
      context.fillRect(x, y, wide, tall);
      context.strokeStyle = colours.fault;
      break;
    case "UNKNOWN":
      context.fillStyle = patterns.unknown;
      context.fillRect(x, y, wide, tall);
      return;
    case "DOWN":
      context.fillStyle = colours.down;
      context.fillRect(x, y + tall / 2 - 0.5, wide, 1);
      return;
    default:
      context.fillStyle = patterns.init;
      context.fillRect(x, y, wide, tall);
      context.strokeStyle = colours.init;
  }
  context.strokeRect(
    x + HALF_LINE,
    y + HALF_LINE,
    Math.max(0, wide - 2 * HALF_LINE),
    tall - 2 * HALF_LINE,
  );
}

/** Its name where it has room, at the edge of the window while the band goes through it. */
function nameBand(
  { context, colours, gutter }: Picture,
  state: string,
  x: number,
  y: number,
  wide: number,
  tall: number,
  isPatterned: boolean,
): void {
  if (state === "DOWN") return;
  const text = state === "UNKNOWN" ? "?" : state;
  context.font = FONT_BOLD;
  const at = Math.max(x, gutter) + 5.5;
  const room = x + wide - at;
  const length = context.measureText(text).width;
  if (room < length + LABEL_ROOM) return;
  const isFilled = state === "MASTER";
  if (!isFilled || isPatterned) {
    context.fillStyle = isFilled ? colours.master : colours.card;
    context.fillRect(at - 4, y + 2, length + 8, tall - 4);
  }
  context.fillStyle = isFilled ? colours.card : colours.ink;
  context.fillText(text, at, y + tall / 2 + 0.5);
}

// ---- Timers ----

function drawRamps(picture: Picture, lane: InstanceLane, y: number): void {
  drawTimer(picture, lane, lane.timers, y, false);
  if (lane.preempts.length > 0) drawTimer(picture, lane, lane.preempts, y, true);
  const { context, colours, gutter, width } = picture;
  context.fillStyle = colours.line;
  context.fillRect(gutter, y + RAMP.base, width - gutter, 1);
}

/** From the base when a timer is set up to its full height when it is due, cut where it is set anew. */
function drawTimer(
  picture: Picture,
  { bands }: InstanceLane,
  timers: readonly TimerPoint[],
  y: number,
  isPreempt: boolean,
): void {
  const { context, window, untilUs, playheadUs } = picture;
  const narrowUs = pixelUs(picture) * RAMP_MIN;
  const [low, high] = [y + RAMP.base, y + RAMP.top];
  let i = Math.max(0, lastAt(timers, window.fromUs));
  while (i < timers.length) {
    const timer = timers[i]!;
    if (timer.atUs > window.toUs) break;
    const endUs = Math.min(timers[i + 1]?.atUs ?? untilUs, untilUs);
    const colour = colourOf(picture, bands[lastAt(bands, timer.atUs)]?.state ?? "", isPreempt);
    if (endUs - timer.atUs < narrowUs && i + 1 < timers.length) {
      const next = Math.max(i + 1, lastAt(timers, timer.atUs + narrowUs));
      drawDense(picture, timer, timers[next]!, colour, low);
      i = next;
      continue;
    }
    i++;
    if (timer.dueUs === null || timer.dueUs <= timer.atUs) continue;
    const wholeUs = timer.dueUs - timer.atUs;
    const share = Math.min(1, (endUs - timer.atUs) / wholeUs);
    const [x, end] = [xOf(picture, timer.atUs), xOf(picture, Math.min(endUs, timer.dueUs))];
    context.beginPath();
    context.moveTo(x, low);
    context.lineTo(end, low + (high - low) * share);
    context.lineWidth = 1.25;
    context.strokeStyle = context.fillStyle = colour;
    context.setLineDash(isPreempt ? PREEMPT_DASH : NO_DASH);
    context.stroke();
    context.lineTo(end, low);
    context.globalAlpha = isPreempt ? 0.08 : 0.2;
    context.fill();
    context.globalAlpha = 1;
    // Where the clock is now on the ramp.
    if (playheadUs < timer.atUs || playheadUs >= endUs) continue;
    context.beginPath();
    const age = Math.min(1, (playheadUs - timer.atUs) / wholeUs);
    context.arc(xOf(picture, playheadUs), low + (high - low) * age, 3, 0, Math.PI * 2);
    context.fill();
  }
  context.setLineDash(NO_DASH);
}

const PREEMPT_DASH = [3, 2];
const NO_DASH: number[] = [];

function colourOf({ colours }: Picture, state: string, isPreempt: boolean): string {
  return isPreempt ? colours.announcement : stateColour(colours, state);
}

/** Many ramps in little room: a block as high as they are half way. */
function drawDense(
  picture: Picture,
  { atUs, dueUs }: TimerPoint,
  next: TimerPoint,
  colour: string,
  low: number,
): void {
  if (dueUs === null) return;
  const { context } = picture;
  const x = xOf(picture, atUs);
  context.fillStyle = colour;
  context.globalAlpha = 0.28;
  context.fillRect(x, low - (RAMP.base - RAMP.top) / 2, xOf(picture, next.atUs) - x, 7.5);
  context.globalAlpha = 1;
}

// ---- Adverts ----

function drawTicks(picture: Picture, { sent, heard }: InstanceLane, y: number): void {
  const { context, colours } = picture;
  const columns = columnsOf(picture, TICK_COLUMN);
  const low = y + RAMP.base;
  context.fillStyle = colours["ink-soft"];
  eachColumn(heard, columns, (first, count) => {
    context.globalAlpha = Math.min(0.75, 0.4 + count / 20);
    context.fillRect(Math.round(xOf(picture, heard[first]!.atUs)), low - HEARD_TICK, 1, HEARD_TICK);
  });
  context.fillStyle = colours.ink;
  eachColumn(sent, columns, (first, count) => {
    context.globalAlpha = count > 1 ? Math.min(1, 0.55 + count / 20) : 1;
    const wide = count > 1 ? TICK_COLUMN : 1;
    const { atUs, event } = sent[first]!;
    const x = Math.round(xOf(picture, atUs));
    context.fillRect(x, low - SENT_TICK, wide, SENT_TICK);
    if (event !== picture.picked) return;
    context.fillStyle = colours.focus;
    context.fillRect(x - 1, low - SENT_TICK - 3, 3, SENT_TICK + 4);
    context.fillStyle = colours.ink;
  });
  context.globalAlpha = 1;
}

// ---- Priority ----

function drawPriority(
  picture: Picture,
  points: readonly PriorityPoint[],
  { low, high }: PriorityRange,
  y: number,
): void {
  const { window, untilUs, gutter } = picture;
  const [top, base] = [y + PRIORITY.top, y + PRIORITY.base];
  const heightOf = (value: number) =>
    high === low ? (top + base) / 2 : base - (value - low) / (high - low) * (base - top);
  const least = pixelUs(picture);
  let i = Math.max(0, lastAt(points, window.fromUs));
  let before = i > 0 ? points[i - 1]!.value : 0;
  for (; i < points.length; i++) {
    const point = points[i]!;
    if (point.atUs > window.toUs) break;
    const endUs = points[i + 1]?.atUs ?? untilUs;
    if (endUs - point.atUs < least && i + 1 < points.length) continue;
    const x = Math.max(gutter, xOf(picture, point.atUs));
    const end = Math.min(picture.width, xOf(picture, endUs));
    if (point.value > 0 && end > x) drawLevel(picture, point, x, end, y, heightOf);
    const isChange = point.value > 0 && before > 0 && before !== point.value;
    if (isChange && point.atUs >= window.fromUs) {
      picture.context.fillRect(
        x,
        heightOf(Math.max(before, point.value)),
        1.5,
        2 +
          Math.abs(heightOf(before) - heightOf(point.value)),
      );
    }
    before = point.value;
  }
}

/** The level, the configured one as a faint line, what the trackers add between both, and the number. */
function drawLevel(
  { context, colours }: Picture,
  { value, base }: PriorityPoint,
  x: number,
  end: number,
  row: number,
  heightOf: (value: number) => number,
): void {
  const y = heightOf(value);
  if (base !== null && base !== value) {
    const from = heightOf(base);
    context.fillStyle = value > base ? colours.good : colours.bad;
    context.globalAlpha = 0.16;
    context.fillRect(x, Math.min(y, from), end - x, Math.abs(y - from));
    context.globalAlpha = 0.6;
    context.fillStyle = colours["line-strong"];
    for (let dash = x; dash < end; dash += 6) {
      context.fillRect(dash, from, Math.min(3, end - dash), 1);
    }
    context.globalAlpha = 1;
  }
  context.fillStyle = colours.ink;
  context.fillRect(x, y, end - x, 1.5);
  context.font = FONT;
  const text = String(value);
  const length = context.measureText(text).width;
  if (end - x < length + LABEL_ROOM * 2) return;
  context.fillStyle = colours.card;
  const middle = Math.max(row + NUMBER.top, Math.min(row + NUMBER.base, y));
  context.fillRect(x + 4, middle - 5, length + 6, 10);
  context.fillStyle = colours.ink;
  context.fillText(text, x + 7, middle + 0.5);
}
