// What the words of a configuration are, by our own lexer and keyword table: for colours, completion, help.

import { supportedKeywords } from "../../host/conf/coverage.ts";
import { INCLUDE_KEYWORDS, type Token } from "../../host/conf/lexer.ts";
import { type Inside, insideOf } from "../../host/conf/schema/blocks.ts";
import { findKeyword, ROOT } from "../../host/conf/schema/keywords.ts";
import { SourceFile } from "../../host/conf/source.ts";
import {
  type Item,
  keywordOf,
  parse,
  type Statement,
  tokensOf,
  type Tree,
} from "../../host/conf/tree.ts";

/** What a stretch of text is. */
export type MarkKind =
  /** A keyword that opens a block. */
  | "block"
  | "keyword"
  /** A keyword that keepalived has and vipd does not. */
  | "unsupported"
  /** No keyword where one should stand. */
  | "unknown"
  /** A name or value that stands first in its line or behind a block's keyword. */
  | "name"
  | "option"
  | "number"
  | "string"
  | "value"
  | "comment";

/** One stretch; offsets of the text. */
export interface Mark {
  from: number;
  to: number;
  kind: MarkKind;
}

/** The top level of a file. */
export const TOP: Inside = { kind: "statements", block: ROOT };

const SUPPORTED = supportedKeywords();
/** Numbers, addresses with and without length, ranges. */
const NUMBER = /^-?[0-9][0-9a-fA-F.:/-]*$|^[0-9a-fA-F]*:[0-9a-fA-F:.]*(\/[0-9]+)?$/;

/** A text as a tree. */
export function treeOf(text: string): Tree {
  return parse(new SourceFile("", text));
}

/** Whether vipd has a keyword. */
export function isSupported(block: string, keyword: string): boolean {
  return SUPPORTED.get(block)?.has(keyword) ?? false;
}

/** What stands inside a statement's braces; null where nobody knows. */
export function insideOfStatement(around: Inside | null, statement: Statement): Inside | null {
  return around?.kind === "statements" ? insideOf(around.block, keywordOf(statement)) : null;
}

/** Every mark of a tree, in order; the words that are nothing in particular are left out. */
export function marksOf(tree: Tree): Mark[] {
  const marks: Mark[] = [];
  markItems(tree.items, TOP, marks);
  markComments(tree, marks);
  return marks.sort((one, other) => one.from - other.from);
}

function markItems(items: readonly Item[], inside: Inside | null, marks: Mark[]): void {
  for (const item of items) {
    if (item.kind === "stray") continue;
    item.words.forEach((word, i) => {
      const kind = kindOf(item, word, i, inside);
      if (kind !== "value") marks.push({ from: word.start, to: word.end, kind });
    });
    if (item.block === null) continue;
    markItems(item.block.items, insideOfStatement(inside, item), marks);
  }
}

function kindOf(statement: Statement, word: Token, at: number, inside: Inside | null): MarkKind {
  if (inside?.kind === "statements") {
    if (at === 0) return headKind(statement, word, inside.block);
    if (at === 1 && statement.block !== null && !NUMBER.test(word.value)) return "name";
  } else if (inside?.kind === "lines") {
    if (at === 0 && !NUMBER.test(word.value)) return "name";
    if (findKeyword(inside.block, word.value) !== null) return "option";
  } else if (inside?.kind === "words") return "name";
  return valueKind(word);
}

function headKind(statement: Statement, { value }: Token, block: string): MarkKind {
  if (INCLUDE_KEYWORDS.has(value)) return "keyword";
  if (findKeyword(block, value) === null) return "unknown";
  if (!isSupported(block, value)) return "unsupported";
  return statement.block === null ? "keyword" : "block";
}

function valueKind(word: Token): MarkKind {
  if (word.quoted) return "string";
  return NUMBER.test(word.value) ? "number" : "value";
}

/** Comments stand between tokens. */
function markComments({ file: { text }, items }: Tree, marks: Mark[]): void {
  let end = 0;
  const upTo = (start: number) => {
    for (const { 0: comment, index } of text.slice(end, start).matchAll(/[#!][^\r\n]*/g)) {
      marks.push({ from: end + index, to: end + index + comment.length, kind: "comment" });
    }
  };
  for (const token of tokensOf(items)) {
    if (token.start > token.triviaStart) upTo(token.start);
    end = token.end;
  }
  upTo(text.length);
}
