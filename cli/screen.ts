// What text is drawn on: how wide, in which colours, with which letters.

import type { Paint } from "./paint.ts";

/** What is drawn on: columns, colours, letters. */
export interface Screen {
  width: number;
  paint: Paint;
  glyphs: Glyphs;
}

/** The letters that lanes are made of. */
export interface Glyphs {
  master: string;
  backup: string;
  fault: string;
  /** A process that starts, or was stopped. */
  other: string;
  down: string;
  /** The process stands still and believes to be MASTER, or something else. */
  masterStill: string;
  otherStill: string;
  /** The time axis. */
  axis: string;
  tick: string;
  /** Where a text was cut. */
  cut: string;
}

/** For terminals that show Unicode. */
export const UNICODE_GLYPHS: Glyphs = {
  master: "█",
  backup: "─",
  fault: "╳",
  other: "░",
  down: "·",
  masterStill: "▒",
  otherStill: "┄",
  axis: "─",
  tick: "┬",
  cut: "…",
};

/** For all others. */
export const ASCII_GLYPHS: Glyphs = {
  master: "#",
  backup: "-",
  fault: "X",
  other: ":",
  down: ".",
  masterStill: "%",
  otherStill: "~",
  axis: "-",
  tick: "+",
  cut: "~",
};
