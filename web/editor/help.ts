// What the editor knows about a word: for its help, and beside completions.

import { findKeyword, type Keyword } from "../../host/conf/schema/keywords.ts";
import { type Meaning, meaningOf } from "../../host/conf/schema/meanings.ts";
import type { Tree } from "../../host/conf/tree.ts";
import { placeAt } from "./place.ts";
import { isSupported } from "./syntax.ts";

/** A keyword, explained. */
export interface Help {
  keyword: string;
  /** As in the manual; "" = it takes none. */
  arguments: string;
  /** null: vipd does not have it. */
  meaning: Meaning | null;
  /** What leaving it out would change, of one that vipd does not have. */
  changes: Keyword["changes"];
}

/** A keyword of a block, explained; null when the block has no such word. */
export function helpFor(block: string, keyword: string): Help | null {
  const row = findKeyword(block, keyword);
  if (row === null) return null;
  return {
    keyword,
    arguments: row.arguments === "-" ? "" : row.arguments,
    meaning: isSupported(block, keyword) ? meaningOf(block, keyword) : null,
    changes: row.changes,
  };
}

/** The keyword at an offset, explained, and where it stands; null when there is none. */
export function helpAt(
  tree: Tree,
  offset: number,
): { help: Help; from: number; to: number } | null {
  const place = placeAt(tree, offset);
  if (place === null || place.word === null || place.inside === null) return null;
  const { inside, word, index } = place;
  if (inside.kind === "words") return null;
  const isOption = inside.kind === "lines" && index > 0;
  if (!isOption && index > 0) return null;
  const help = inside.kind === "lines" && index === 0 ? null : helpFor(inside.block, word.value);
  return help === null ? null : { help, from: word.start, to: word.end };
}
