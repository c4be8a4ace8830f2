// The format command: our own canonical layout, as the smallest edit that gives it, so that the cursor and
// what is on the screen stay where they are.

import { format } from "../../host/conf/format.ts";
import type { Edit } from "./problems.ts";
import { treeOf } from "./syntax.ts";

/** The edit that formats a text; null when it is formatted. */
export function formattingOf(text: string): Edit | null {
  return editBetween(text, format(treeOf(text)));
}

/** The edit that makes one text of another: all that lies between what begins and what ends alike. */
export function editBetween(before: string, after: string): Edit | null {
  if (before === after) return null;
  const shorter = Math.min(before.length, after.length);
  let from = 0;
  while (from < shorter && before[from] === after[from]) from++;
  let tail = 0;
  while (
    tail < shorter - from && before[before.length - 1 - tail] === after[after.length - 1 - tail]
  ) tail++;
  return { from, to: before.length - tail, insert: after.slice(from, after.length - tail) };
}

/** Depth of blocks at the begin of a line, for its indent: one less where it closes one. */
export function depthAt(text: string, lineStart: number, line: string): number {
  let depth = 0;
  // Braces in quotes and comments are none.
  for (const [found] of text.slice(0, lineStart).matchAll(/"[^"\r\n]*"?|[#!][^\r\n]*|[{}]/g)) {
    if (found === "{") depth++;
    else if (found === "}") depth = Math.max(0, depth - 1);
  }
  return Math.max(0, line.trimStart().startsWith("}") ? depth - 1 : depth);
}
