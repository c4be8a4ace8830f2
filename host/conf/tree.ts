// The lossless tree of one file: statements and blocks over the lexer's tokens. Every token stands
// in it exactly once and in order, whatever the input, so that printing it gives the file back.
//   statement = words up to the end of the line or a brace, then perhaps a block
//   block     = { items }; the brace may stand on a later line than its keyword
// This module is browser safe.

import { BLOCK_DEPTH_MAX, TOKENS_MAX } from "./limits.ts";
import { type LexerNotes, type Token, tokenize } from "./lexer.ts";
import type { Place } from "./diagnostic.ts";
import type { SourceFile } from "./source.ts";

/** A keyword with its arguments and perhaps a block; no words: a block without a keyword. */
export interface Statement {
  kind: "statement";
  file: SourceFile;
  words: Token[];
  block: Block | null;
}

/** What stands between braces. */
export interface Block {
  open: Token;
  items: Item[];
  /** null where the file ends before the brace. */
  close: Token | null;
}

/** A brace that fits nowhere: a `}` too many, or a `{` beyond BLOCK_DEPTH_MAX. */
export interface Stray {
  kind: "stray";
  file: SourceFile;
  token: Token;
}

/** What a block holds. */
export type Item = Statement | Stray;

/** One file as a tree. The text behind the last token is the tree's own trivia. */
export interface Tree {
  file: SourceFile;
  items: Item[];
  notes: LexerNotes;
  tokenCount: number;
}

/** Reads a file into a tree; never fails. Problems are strays, unclosed blocks and notes. */
export function parse(file: SourceFile, tokensMax = TOKENS_MAX): Tree {
  const { tokens, notes } = tokenize(file, tokensMax);
  const items: Item[] = [];
  const containers: Item[][] = [items];
  const blocks: Block[] = [];
  let current: Statement | null = null;
  let strayOpens = 0;
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!;
    const container = containers.at(-1)!;
    if (token.kind === "word") {
      const first = i;
      while (isContinued(tokens[i + 1])) i++;
      current = { kind: "statement", file, words: tokens.slice(first, i + 1), block: null };
      container.push(current);
    } else if (token.kind === "open" && blocks.length < BLOCK_DEPTH_MAX) {
      if (current === null) {
        current = { kind: "statement", file, words: [], block: null };
        container.push(current);
      }
      current.block = { open: token, items: [], close: null };
      blocks.push(current.block);
      containers.push(current.block.items);
      current = null;
    } else if (token.kind === "close" && strayOpens === 0 && blocks.length > 0) {
      blocks.pop()!.close = token;
      containers.pop();
      current = null;
    } else {
      if (token.kind === "open") strayOpens++;
      else if (strayOpens > 0) strayOpens--;
      container.push({ kind: "stray", file, token });
      current = null;
    }
  }
  return { file, items, notes, tokenCount: tokens.length };
}

/** True for a word that goes on with the statement before it. */
function isContinued(next: Token | undefined): boolean {
  return next !== undefined && next.kind === "word" && !next.startsLine;
}

/** The text of a tree: for a parsed one, the file's text to the last character. */
export function print(tree: Tree): string {
  const { text } = tree.file;
  const parts: string[] = [];
  let end = 0;
  for (const token of tokensOf(tree.items)) {
    parts.push(text.slice(token.triviaStart, token.end));
    end = token.end;
  }
  parts.push(text.slice(end));
  return parts.join("");
}

/** The tokens under some items, in order. */
export function* tokensOf(items: readonly Item[]): Generator<Token> {
  for (const item of items) {
    if (item.kind === "stray") {
      yield item.token;
      continue;
    }
    yield* item.words;
    if (item.block === null) continue;
    yield item.block.open;
    yield* tokensOf(item.block.items);
    if (item.block.close !== null) yield item.block.close;
  }
}

/** Where a token stands. */
export function placeOfToken(file: SourceFile, { start, end }: Token): Place {
  return { file, start, end };
}

/** Where a statement's words stand, its block left out; for a block alone, its brace. */
export function placeOfStatement(statement: Statement): Place {
  const first = statement.words[0] ?? statement.block!.open;
  const last = statement.words.at(-1) ?? first;
  return { file: statement.file, start: first.start, end: last.end };
}

/** The keyword of a statement; "" for a block without one. */
export function keywordOf(statement: Statement): string {
  return statement.words[0]?.value ?? "";
}
