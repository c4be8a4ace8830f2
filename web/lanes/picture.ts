// What every part of the lanes' picture is drawn with. No part makes a list or an object for each thing it
// draws: pictures are drawn in every frame in which something changed.

import type { Palette } from "../style/palette.ts";
import type { LaneIndex } from "./lane_index.ts";
import type { Columns } from "./lod.ts";
import type { Patterns } from "./patterns.ts";
import type { Row } from "./rows.ts";
import type { Window } from "./window.ts";

/** Everything that a picture is made of. */
export interface Picture {
  context: CanvasRenderingContext2D;
  width: number;
  height: number;
  /** Width of the names at the left, which the page draws. */
  gutter: number;
  scrollTop: number;
  window: Window;
  untilUs: number;
  playheadUs: number;
  rows: readonly Row[];
  index: LaneIndex;
  colours: Palette;
  patterns: Patterns;
  /** The event that is picked; -1: none. */
  picked: number;
}

/** Letters on the canvas. */
export const FONT = "11px system-ui, sans-serif";
/** Numbers and names that stand out. */
export const FONT_BOLD = "600 11px system-ui, sans-serif";

/** Place of a time. */
export function xOf({ gutter, width, window }: Picture, us: number): number {
  const { fromUs, toUs } = window;
  return gutter + (us - fromUs) / (toUs - fromUs) * (width - gutter);
}

/** Microseconds in a CSS pixel. */
export function pixelUs({ gutter, width, window }: Picture): number {
  return (window.toUs - window.fromUs) / Math.max(1, width - gutter);
}

/** Columns of so many pixels over the window. */
export function columnsOf(picture: Picture, pixels: number): Columns {
  const { fromUs, toUs } = picture.window;
  // They stand still while the window moves: the picture does not flicker.
  const widthUs = pixelUs(picture) * pixels;
  return { fromUs: Math.floor(fromUs / widthUs) * widthUs, toUs, widthUs };
}
