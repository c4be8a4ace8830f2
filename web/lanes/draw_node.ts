// The rows of a node: its process, its cables, its scripts, the checks of its real servers, its notifications.

import type { NodeLane, Verdict, WatchLane } from "./lane_types.ts";
import { eachColumn, lastAt } from "./lod.ts";
import { columnsOf, FONT, type Picture, xOf } from "./picture.ts";
import type { Row } from "./rows.ts";

/** A run as wide as a pixel at least, so that it is seen. */
const RUN_MIN = 1.5;
const COLUMN = 2;

/** Draws a row of a node. The context is clipped to it. */
export function drawNodeRow(picture: Picture, lane: NodeLane, row: Row, y: number): void {
  switch (row.kind) {
    case "node":
      return drawProcess(picture, lane, y, row.height);
    case "link":
      return drawLink(picture, lane, row.name, y, row.height);
    case "script":
      return drawWatch(picture, lane.scripts.get(row.name), y, row.height);
    case "check":
      return drawWatch(picture, lane.checks.get(row.key), y, row.height);
    case "notifications":
      return drawNotifications(picture, lane, y, row.height);
    default:
      return; // heads
  }
}

function drawProcess(picture: Picture, lane: NodeLane, y: number, height: number): void {
  const { context, window, untilUs, patterns } = picture;
  const { process, connections } = lane;
  const [top, tall] = [y + height / 2 - 4, 8];
  for (let i = Math.max(0, lastAt(process, window.fromUs)); i < process.length; i++) {
    const row = process[i]!;
    if (row.atUs > window.toUs) break;
    const x = Math.max(picture.gutter - 4, xOf(picture, row.atUs));
    const end = Math.min(picture.width + 4, xOf(picture, process[i + 1]?.atUs ?? untilUs));
    if (end > picture.gutter) {
      drawProcessBand(picture, row.process, x, top, Math.max(1, end - x), tall);
    }
  }
  // What is not known is not as it was last.
  for (let i = Math.max(0, lastAt(connections, window.fromUs)); i < connections.length; i++) {
    const row = connections[i]!;
    if (row.atUs > window.toUs) break;
    if (row.isUp) continue;
    const x = xOf(picture, row.atUs);
    const wide = Math.max(1, xOf(picture, connections[i + 1]?.atUs ?? untilUs) - x);
    context.fillStyle = picture.colours.card;
    context.fillRect(x, y, wide, height);
    context.fillStyle = patterns.unknown;
    context.fillRect(x, top, wide, tall);
  }
}

function drawProcessBand(
  { context, colours, patterns, gutter }: Picture,
  process: string,
  x: number,
  y: number,
  wide: number,
  tall: number,
): void {
  const isGone = process === "down" || process === "off";
  context.fillStyle = isGone ? colours.bad : colours.down;
  if (isGone) context.fillRect(x, y + tall / 2 - 0.5, wide, 1);
  else context.fillRect(x, y, wide, tall);
  if (process === "paused" || process === "frozen") {
    context.fillStyle = patterns.still;
    context.fillRect(x, y, wide, tall);
  }
  if (process === "running") return;
  context.font = FONT;
  const length = context.measureText(process).width;
  const at = Math.max(x, gutter) + 4;
  if (x + wide - at < length + 6) return;
  context.fillStyle = colours.card;
  context.fillRect(at - 3, y - 3, length + 6, tall + 6);
  context.fillStyle = isGone ? colours.bad : colours.ink;
  context.fillText(process, at, y + tall / 2 + 0.5);
}

/** A thin line while the cable is in; a gap with crosses at its ends while it is out. */
function drawLink(picture: Picture, lane: NodeLane, name: string, y: number, height: number): void {
  const { context, colours, window, untilUs } = picture;
  const points = lane.links.get(name) ?? [];
  const middle = y + height / 2;
  let x = xOf(picture, Math.max(0, window.fromUs));
  let isIn = true;
  let i = lastAt(points, window.fromUs);
  if (i >= 0) isIn = points[i]!.up;
  for (i++;; i++) {
    const point = points[i];
    const endUs = point === undefined || point.atUs > window.toUs ? untilUs : point.atUs;
    const end = xOf(picture, Math.min(endUs, window.toUs));
    context.fillStyle = isIn ? colours["ink-soft"] : colours.bad;
    if (isIn) context.fillRect(x, middle - 0.5, Math.max(0, end - x), 1);
    else {
      for (let dot = x + 2; dot < end; dot += 6) context.fillRect(dot, middle - 0.5, 2, 1);
    }
    if (point === undefined || point.atUs > window.toUs) return;
    drawCross(picture, end, middle, point.up);
    x = end;
    isIn = point.up;
  }
}

function drawCross({ context, colours }: Picture, x: number, y: number, isIn: boolean): void {
  context.strokeStyle = context.fillStyle = isIn ? colours.good : colours.bad;
  context.lineWidth = 1.75;
  context.beginPath();
  if (isIn) {
    context.arc(x, y, 3, 0, Math.PI * 2);
    context.fill();
    return;
  }
  context.moveTo(x - 4, y - 4);
  context.lineTo(x + 4, y + 4);
  context.moveTo(x + 4, y - 4);
  context.lineTo(x - 4, y + 4);
  context.stroke();
}

/** A script or a server: what it is believed to be as a line, its runs on it, failed tries above. */
function drawWatch(
  picture: Picture,
  watch: WatchLane | undefined,
  y: number,
  height: number,
): void {
  if (watch === undefined) return;
  drawVerdicts(picture, watch.verdicts, y, height);
  drawRuns(picture, watch, y, height);
  const { context, colours } = picture;
  context.fillStyle = colours.warn;
  eachColumn(watch.tries, columnsOf(picture, COLUMN), (first) => {
    const x = xOf(picture, watch.tries[first]!.atUs);
    context.beginPath();
    context.moveTo(x - 3, y + 1);
    context.lineTo(x + 3, y + 1);
    context.lineTo(x, y + 6);
    context.fill();
  });
}

function drawVerdicts(
  picture: Picture,
  verdicts: readonly Verdict[],
  y: number,
  height: number,
): void {
  const { context, colours, patterns, window, untilUs } = picture;
  const low = y + height - 4;
  for (let i = Math.max(0, lastAt(verdicts, window.fromUs)); i < verdicts.length; i++) {
    const { atUs, isGood } = verdicts[i]!;
    if (atUs > window.toUs) break;
    if (isGood === null) continue;
    const x = Math.max(picture.gutter - 4, xOf(picture, atUs));
    const end = Math.min(picture.width + 4, xOf(picture, verdicts[i + 1]?.atUs ?? untilUs));
    const wide = Math.max(1, end - x);
    context.fillStyle = isGood ? colours.good : patterns.fault;
    // Bad is tall and crossed, good a thin line.
    if (isGood) context.fillRect(x, low + 1, wide, 2);
    else context.fillRect(x, y + 2, wide, height - 4);
    if (!isGood) {
      context.strokeStyle = colours.bad;
      context.lineWidth = 1;
      context.strokeRect(x + 0.5, y + 2.5, Math.max(0, wide - 1), height - 5);
    }
  }
}

function drawRuns(picture: Picture, { runs }: WatchLane, y: number, height: number): void {
  const { context, colours } = picture;
  eachColumn(runs, columnsOf(picture, COLUMN), (first, count) => {
    const { atUs, endUs } = runs[first]!;
    let isBad = false;
    for (let i = first; i < first + count && !isBad; i++) isBad = runs[i]!.isGood === false;
    const x = Math.round(xOf(picture, atUs));
    const wide = endUs === null ? RUN_MIN : Math.max(RUN_MIN, xOf(picture, endUs) - x);
    context.fillStyle = isBad ? colours.bad : colours.check;
    if (isBad) context.fillRect(x, y + 1, wide, height - 3);
    else context.fillRect(x, y + height - 9, wide, 5);
  });
}

function drawNotifications(picture: Picture, lane: NodeLane, y: number, height: number): void {
  const { context, colours } = picture;
  const { notifications } = lane;
  const middle = y + height / 2;
  context.fillStyle = colours.announcement;
  eachColumn(notifications, columnsOf(picture, COLUMN), (first) => {
    const x = xOf(picture, notifications[first]!.atUs);
    context.beginPath();
    context.moveTo(x, middle - 4);
    context.lineTo(x + 4, middle);
    context.lineTo(x, middle + 4);
    context.lineTo(x - 4, middle);
    context.fill();
  });
}
