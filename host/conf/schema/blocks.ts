// What stands inside the braces of a keyword: what an editor needs to know in order to say which words
// belong where. This module is browser safe.

import { findKeyword, keywordTable, ROOT, VIPD_FILE } from "./keywords.ts";

/** What stands inside some braces. */
export type Inside =
  /** Statements, each with a keyword of the block first. */
  | { kind: "statements"; block: string }
  /** Lines, each with a value first and options of the block behind it. */
  | { kind: "lines"; block: string }
  /** Words of the user's own: names, mail addresses. */
  | { kind: "words" };

/** Lines that several keywords hold, as the table's arguments call them. */
const LINES: Record<string, string> = {
  ADDRESS_LINE: "address_line",
  ROUTE_LINE: "route_line",
  RULE_LINE: "rule_line",
};

/** What stands inside the braces of a keyword of a block; null when it takes none, or nobody knows it. */
export function insideOf(block: string, keyword: string): Inside | null {
  const row = findKeyword(block, keyword);
  if (row === null || !row.arguments.includes("{")) return null;
  const name = /\{ ([A-Z_]+)/.exec(row.arguments)?.[1] ?? "";
  if (Object.hasOwn(LINES, name)) return { kind: "lines", block: LINES[name]! };
  // A group's lines are those of an instance.
  if (name === "TRACK_LINE") return { kind: "lines", block: `vrrp_instance.${keyword}` };
  const inner = block === ROOT || block === VIPD_FILE ? keyword : `${block}.${keyword}`;
  const rows = keywordTable().get(inner);
  if (rows === undefined) return { kind: "words" };
  const isLines = [...rows.keys()].some((word) => word.startsWith("<"));
  return { kind: isLines ? "lines" : "statements", block: inner };
}
