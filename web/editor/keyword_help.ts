// What the editor says of a keyword: its line, meaning, default and range. Pure.

import { findKeyword, type Keyword, keywordTable } from "../../host/conf/schema/keywords.ts";
import { KEYWORD_NOTES } from "./keyword_notes.ts";

/** Everything about one keyword in one block. */
export interface KeywordHelp {
  keyword: string;
  /** As it is written: `priority PRIO`. */
  line: string;
  /** "" = not known. */
  meaning: string;
  default: string;
  range: string;
  /** vipd reads it. */
  isKnown: boolean;
}

const NOTES: ReadonlyMap<string, readonly [string, string, string, string]> = new Map(
  Object.entries(KEYWORD_NOTES).flatMap(([block, rows]) =>
    rows.map((row) => [`${block} ${row[0]}`, row] as const)
  ),
);

/** What is known of a word in a block; null: nothing. */
export function helpFor(block: string, word: string): KeywordHelp | null {
  const row = findKeyword(block, word);
  return row === null ? null : helpOf(row);
}

function helpOf({ block, keyword, arguments: args }: Keyword): KeywordHelp {
  const note = NOTES.get(`${block} ${keyword}`);
  const clean = (text: string | undefined) => text === undefined || text === "-" ? "" : text;
  return {
    keyword,
    line: args === "-" ? keyword : `${keyword} ${args}`,
    meaning: clean(note?.[3]),
    default: clean(note?.[1]),
    range: clean(note?.[2]),
    isKnown: true,
  };
}

/** Keywords that may begin a line in a block, those of nearly every file first. */
export function keywordsOf(block: string): KeywordHelp[] {
  const rows = [...keywordTable().get(block)?.values() ?? []];
  return rows.filter(({ keyword }) => !keyword.startsWith("<"))
    .sort((one, other) => one.tier - other.tier)
    .map(helpOf);
}

/** Whether a keyword opens a block. */
export function opensBlock({ line }: KeywordHelp): boolean {
  return line.includes("{");
}
