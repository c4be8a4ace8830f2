// What the parts of the picture share: what it is made of, and the small things of drawing.

import type { Selection } from "../app/state.ts";
import type { Patterns } from "../lanes/patterns.ts";
import type { Cast } from "../story/cast.ts";
import type { Scene } from "../story/scene.ts";
import type { Palette } from "../style/palette.ts";
import type { Box, Point } from "./grid.ts";
import type { Places } from "./layout.ts";

/** Everything that the still picture is made of. */
export interface Picture {
  context: CanvasRenderingContext2D;
  cast: Cast;
  scene: Scene;
  places: Places;
  colours: Palette;
  patterns: Patterns;
  picked: Selection | null;
  focused: Selection | null;
  /** `node instance` of two MASTERs of one virtual router. */
  doubles: ReadonlySet<string>;
}

const FAMILY = `system-ui, -apple-system, "Segoe UI", "Noto Sans", "Noto Sans SC", sans-serif`;
export const SMALL = `11px ${FAMILY}`;
export const SMALL_BOLD = `600 11px ${FAMILY}`;
export const NORMAL = `12px ${FAMILY}`;
export const NORMAL_BOLD = `600 12px ${FAMILY}`;
export const TITLE = `600 13px ${FAMILY}`;

/** A box with a filled ground and a line around it. */
export function panel(
  context: CanvasRenderingContext2D,
  { x, y, width, height }: Box,
  fill: string,
  line: string,
  radius = 7,
): void {
  context.beginPath();
  context.roundRect(x, y, width, height, Math.min(radius, height / 2));
  context.fillStyle = fill;
  context.fill();
  context.strokeStyle = line;
  context.stroke();
}

/** A line through points. */
export function stroke(
  context: CanvasRenderingContext2D,
  points: readonly Point[],
  colour: string,
  width: number,
): void {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.beginPath();
  for (let i = 0; i < points.length; i++) {
    const { x, y } = points[i]!;
    if (i === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
  }
  context.stroke();
}

/** Writes a text that ends in dots where it has no room. Answers how wide it became. */
export function write(
  context: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  room: number,
): number {
  const shown = shorten(context, text, room);
  if (shown === "") return 0;
  context.fillText(shown, x, y);
  return context.measureText(shown).width;
}

/** Writes an address or a numbered name: where it has no room its end is what tells it from others. */
export function writeAddress(
  context: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  room: number,
): void {
  const shown = shorten(context, text, room, (count) => `…${text.slice(-count)}`);
  if (shown !== "") context.fillText(shown, x, y);
}

/** A text that finds room; "" where not even two letters do. `cut` leaves so many letters. */
function shorten(
  context: CanvasRenderingContext2D,
  text: string,
  room: number,
  cut = (count: number) => `${text.slice(0, count)}…`,
): string {
  if (context.measureText(text).width <= room) return text;
  let [low, high] = [0, text.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (context.measureText(cut(middle)).width <= room) low = middle;
    else high = middle - 1;
  }
  return low < 2 ? "" : cut(low);
}
