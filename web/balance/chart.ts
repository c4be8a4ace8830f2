// Lines over time on a canvas: axis, grid, one line a server, the playhead. Pure but for the context that
// it draws on; what it draws is one window of the bins.

import { BIN_US } from "../../host/sim/traffic/request.ts";
import type { Palette } from "../style/palette.ts";

const SECOND_US = 1_000_000;
const GUTTER = 40;
const FOOT = 18;
const FONT = "11px system-ui, sans-serif";
/** Lines differ in their dashes too. */
const DASHES = [[], [6, 3], [2, 2], [8, 3, 2, 3]];
/** Time between the lines of the grid, seconds. */
const GRID_S = 10;

/** One line: a value for each bin. */
export interface ChartLine {
  name: string;
  values: readonly number[];
}

/** What is drawn. */
export interface Chart {
  context: CanvasRenderingContext2D;
  width: number;
  height: number;
  /** Seconds at the left and at the right. */
  from: number;
  to: number;
  playheadUs: number;
  lines: readonly ChartLine[];
  colours: Palette;
}

/** Colour and dashes of a line by its place. */
export function lineStyle(colours: Palette, i: number): { colour: string; dash: number[] } {
  const all = [colours.master, colours.backup, colours.announcement, colours.check];
  return {
    colour: all[i % all.length]!,
    dash: DASHES[Math.floor(i / all.length) % DASHES.length]!,
  };
}

/** A round number at or above a value, for the top of the axis: 1, 2, 5, 10, 20 ... */
export function roundUp(value: number): number {
  for (let unit = 1;; unit *= 10) {
    for (const step of [1, 2, 5]) if (step * unit >= value) return step * unit;
  }
}

/** Draws it. */
export function drawChart(chart: Chart): void {
  const { context, width, height, colours, lines, from, to } = chart;
  context.clearRect(0, 0, width, height);
  const [first, last] = [binAt(from), binAt(to)];
  let most = 1;
  for (const { values } of lines) {
    for (let bin = first; bin <= last; bin++) most = Math.max(most, values[bin] ?? 0);
  }
  const top = roundUp(most);
  drawGrid(chart, top);
  const y = (value: number) => height - FOOT - value / top * (height - FOOT - 6);
  context.lineWidth = 1.5;
  lines.forEach(({ values }, i) => {
    const { colour, dash } = lineStyle(colours, i);
    context.strokeStyle = colour;
    context.setLineDash(dash);
    context.beginPath();
    let isOpen = false;
    for (let bin = first; bin <= last && bin < values.length; bin++) {
      const x = xOf(chart, (bin + 1) * BIN_US);
      if (isOpen) context.lineTo(x, y(values[bin] ?? 0));
      else context.moveTo(x, y(values[bin] ?? 0));
      isOpen = true;
    }
    context.stroke();
  });
  context.setLineDash([]);
  context.fillStyle = colours.accent;
  context.fillRect(xOf(chart, chart.playheadUs) - 1, 0, 2, height - FOOT);
}

const binAt = (seconds: number) => Math.max(0, Math.floor(seconds * SECOND_US / BIN_US));

/** Place of a time. */
export function xOf({ width, from, to }: Pick<Chart, "width" | "from" | "to">, us: number): number {
  return GUTTER + (us / SECOND_US - from) / (to - from) * (width - GUTTER);
}

/** The time of a place, microseconds. */
export function timeAt(
  { width, from, to }: Pick<Chart, "width" | "from" | "to">,
  x: number,
): number {
  const share = (x - GUTTER) / Math.max(1, width - GUTTER);
  return (from + Math.max(0, share) * (to - from)) * SECOND_US;
}

function drawGrid(chart: Chart, top: number): void {
  const { context, width, height, colours, from, to } = chart;
  context.font = FONT;
  context.fillStyle = colours["ink-soft"];
  context.strokeStyle = colours.line;
  context.lineWidth = 1;
  context.textBaseline = "middle";
  for (const part of [0, 0.5, 1]) {
    const y = Math.round(height - FOOT - part * (height - FOOT - 6)) + 0.5;
    line(context, GUTTER, y, width, y);
    context.fillText(String(top * part), 4, Math.max(7, y));
  }
  for (let s = Math.ceil(from / GRID_S) * GRID_S; s <= to; s += GRID_S) {
    const x = Math.round(xOf(chart, s * SECOND_US)) + 0.5;
    line(context, x, 0, x, height - FOOT);
    context.fillText(`${s} s`, Math.min(x + 3, width - 34), height - FOOT / 2);
  }
}

function line(on: CanvasRenderingContext2D, x: number, y: number, toX: number, toY: number): void {
  on.beginPath();
  on.moveTo(x, y);
  on.lineTo(toX, toY);
  on.stroke();
}
