// A table on a screen of some width and letters. Pure.

import type { Screen } from "./screen.ts";
import { table } from "./text.ts";

/** A table whose cut cells end in a letter that the terminal has. */
export function drawnTable(head: string[], rows: string[][], { width, glyphs }: Screen): string {
  return table(head, rows, 0, width).replaceAll("\u2026", glyphs.cut);
}
