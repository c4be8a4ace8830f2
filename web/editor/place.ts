// Where in a configuration an offset is: which block, which statement, which word of it.

import type { Token } from "../../host/conf/lexer.ts";
import type { Inside } from "../../host/conf/schema/blocks.ts";
import type { Block, Item, Statement, Tree } from "../../host/conf/tree.ts";
import { insideOfStatement, TOP } from "./syntax.ts";

/** A place. */
export interface Place {
  /** The block around it; null where nobody knows the block. */
  inside: Inside | null;
  /** The statement of that block; null: the top level. */
  around: Statement | null;
  /** The statement that it stands in or goes on with; null: a new one would begin here. */
  statement: Statement | null;
  /** Number of the word in the statement; that behind its last one where a new word would begin. */
  index: number;
  /** The word that it stands in or at the end of. */
  word: Token | null;
}

/** The place of an offset; null inside a comment. */
export function placeAt(tree: Tree, offset: number): Place | null {
  const { text } = tree.file;
  const search = { text, offset };
  return placeIn(tree.items, { inside: TOP, around: null }, 0, search);
}

interface Search {
  text: string;
  offset: number;
}

function placeIn(
  items: readonly Item[],
  block: Pick<Place, "inside" | "around">,
  start: number,
  search: Search,
): Place | null {
  const { text, offset } = search;
  let end = start;
  let before: Statement | null = null;
  for (const item of items) {
    if (item.kind === "stray") {
      if (item.token.start >= offset) break;
      end = item.token.end;
      before = null;
      continue;
    }
    const first = item.words[0] ?? item.block!.open;
    if (first.start > offset) break;
    const index = item.words.findIndex((word) => word.start <= offset && offset <= word.end);
    if (index >= 0) return { ...block, statement: item, index, word: item.words[index]! };
    end = item.words.at(-1)?.end ?? first.start;
    before = item;
    if (item.block === null) continue;
    const { open } = item.block;
    if (offset <= open.start) break;
    if (isWithin(item.block, offset)) {
      const inner = { inside: insideOfStatement(block.inside, item), around: item };
      return placeIn(item.block.items, inner, open.end, search);
    }
    end = item.block.close!.end;
    before = null;
  }
  // Between two words of the statement, or behind it.
  const gap = text.slice(end, offset);
  if (/[#!][^\r\n]*$/.test(gap)) return null;
  if (before === null || /[\r\n]/.test(gap)) {
    return { ...block, statement: null, index: 0, word: null };
  }
  const index = before.words.filter((word) => word.end < offset).length;
  return { ...block, statement: before, index, word: null };
}

function isWithin({ open, close }: Block, offset: number): boolean {
  return offset >= open.end && (close === null || offset <= close.start);
}
