// The whole recording in one line: who was MASTER of how much, and below it what a person looks for. Drawn once for
// a state of the recording; the playhead goes over it.

import { type Palette, stateColour } from "../style/palette.ts";
import type { LaneIndex } from "./lane_index.ts";
import type { Mark, MarkKind } from "./lane_types.ts";
import { eachColumn } from "./lod.ts";
import type { Patterns } from "./patterns.ts";

/** Everything that the picture is made of. */
export interface Overview {
  context: CanvasRenderingContext2D;
  width: number;
  height: number;
  colours: Palette;
  patterns: Patterns;
  index: LaneIndex;
  /** Virtual routers there are. */
  routers: number;
  untilUs: number;
  wholeUs: number;
}

/** Room of the nodes' shares, a part of the height. */
const SHARES = 0.45;
/** Height of a mark, a part of what is left below them; in the order in which they are drawn. */
const TALL: readonly (readonly [MarkKind, number])[] = [
  ["refused", 0.35],
  ["found", 0.5],
  ["transition", 0.65],
  ["remark", 0.8],
  ["action", 0.9],
  ["lost", 1],
  ["violation", 1],
];

/** Draws it. */
export function drawOverview(overview: Overview): void {
  const { context, width, height, colours, untilUs, wholeUs } = overview;
  context.fillStyle = colours.sunk;
  context.fillRect(0, 0, width, height);
  context.fillStyle = colours.card;
  context.fillRect(0, 0, untilUs / wholeUs * width, height);
  drawShares(overview);
  for (const [kind, part] of TALL) drawKind(overview, overview.index.marks[kind], part);
  context.strokeStyle = colours["line-strong"];
  context.lineWidth = 1;
  context.strokeRect(0.5, 0.5, width - 1, height - 1);
}

/** A strip for each node, the higher the more routers it is MASTER of; hatched while nothing is known of it. */
function drawShares(overview: Overview): void {
  const { context, width, height, colours, patterns, index, routers, untilUs, wholeUs } = overview;
  const scale = width / wholeUs;
  const strip = height * SHARES / Math.max(1, index.nodes.size);
  let base = 1;
  for (const { masters, connections } of index.nodes.values()) {
    base += strip;
    context.fillStyle = colours.master;
    eachColumn(masters, { fromUs: 0, toUs: wholeUs, widthUs: 1 / scale }, (first, count) => {
      const last = first + count - 1;
      const x = masters[last]!.atUs * scale;
      const end = (masters[last + 1]?.atUs ?? untilUs) * scale;
      const tall = Math.max(2, (strip - 1.5) * masters[last]!.count / Math.max(1, routers));
      if (masters[last]!.count > 0) {
        context.fillRect(x, base - tall, Math.max(1, end - x), tall);
      }
    });
    context.fillStyle = patterns.unknown;
    for (let i = 0; i < connections.length; i++) {
      if (connections[i]!.isUp) continue;
      const x = connections[i]!.atUs * scale;
      const end = (connections[i + 1]?.atUs ?? untilUs) * scale;
      context.fillRect(x, base - strip + 1, Math.max(1, end - x), strip - 1);
    }
  }
}

function drawKind(
  { context, width, height, colours, wholeUs }: Overview,
  marks: readonly Mark[],
  part: number,
): void {
  const scale = width / wholeUs;
  const tall = part * height * (1 - SHARES) - 2;
  eachColumn(marks, { fromUs: 0, toUs: wholeUs, widthUs: 1 / scale }, (first, count) => {
    const mark = marks[first]!;
    const x = Math.round(mark.atUs * scale);
    // Of several in one place the last says how it was left.
    context.fillStyle = markColour(colours, marks[first + count - 1]!);
    context.fillRect(x, height - 1 - tall, mark.kind === "violation" ? 3 : 2, tall);
    if (mark.kind !== "action" && mark.kind !== "violation") return;
    context.beginPath();
    context.moveTo(x - 3, height - tall - 3);
    context.lineTo(x + 5, height - tall - 3);
    context.lineTo(x + 1, height - tall + 2);
    context.fill();
  });
}

function markColour(colours: Palette, { kind, state }: Mark): string {
  switch (kind) {
    case "violation":
    case "lost":
    case "remark":
      return colours.bad;
    case "action":
      return colours.ink;
    case "transition":
      return stateColour(colours, state ?? "");
    default:
      return colours.down;
  }
}
