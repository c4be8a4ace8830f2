// The driver of all blocks: walks the statements of a block, hands each keyword to its reader, and
// says what is wrong with the others (not supported yet, in the wrong block, removed, unknown).
// This module is browser safe.

import { quoted } from "../diagnostic.ts";
import type { Document } from "../document.ts";
import { INCLUDE_KEYWORDS, type Token } from "../lexer.ts";
import {
  blocksOf,
  blockTitle,
  findKeyword,
  type Keyword,
  nearestKeyword,
  removedKeyword,
  ROOT,
  VIPD_FILE,
} from "../schema/keywords.ts";
import { type Item, keywordOf, placeOfStatement, placeOfToken, type Statement } from "../tree.ts";
import { Arguments } from "./arguments.ts";

/** What every draft knows: the statement that opened it, and each keyword's last statement. */
export interface Draft {
  statement: Statement;
  seen: Map<string, Statement>;
}

/** A draft without content. */
export function newDraft(statement: Statement): Draft {
  return { statement, seen: new Map() };
}

/** Takes one statement of a block into the draft. */
export type Reader<D> = (args: Arguments, draft: D, document: Document) => void;

/** How a block is read. */
export interface BlockSpec<D> {
  /** Its name in the keyword table. */
  name: string;
  readers: Record<string, Reader<D>>;
  /** Keywords that add to what stood before; the others may stand once. */
  repeatable: readonly string[];
}

/** A reader that stores what `read` returns, unless it is null (then it was reported). */
export function field<D, K extends keyof D>(
  key: K,
  read: (args: Arguments) => D[K] | null,
): Reader<D> {
  return (args, draft) => {
    const value = read(args);
    if (value !== null) draft[key] = value;
  };
}

/** A reader for a word that says all by standing there. */
export function flag<D, K extends keyof D>(key: K, value: D[K] & boolean): Reader<D> {
  return (_args, draft) => {
    draft[key] = value;
  };
}

/** Reads the items of a block, or of the top level, into a draft. */
export function readBlock<D extends Draft>(
  document: Document,
  spec: BlockSpec<D>,
  items: readonly Item[],
  draft: D,
): void {
  for (const item of document.expand(items)) {
    if (document.diagnostics.hopeless) return;
    if (item.kind === "statement") readStatement(document, spec, item, draft);
  }
}

function readStatement<D extends Draft>(
  document: Document,
  spec: BlockSpec<D>,
  statement: Statement,
  draft: D,
): void {
  const keyword = keywordOf(statement);
  if (!Object.hasOwn(spec.readers, keyword)) return reportUnread(document, spec.name, statement);
  if (!hasRightShape(document, spec.name, statement)) return;
  if (draft.seen.has(keyword) && !spec.repeatable.includes(keyword)) {
    document.diagnostics.add(placeOfStatement(statement), {
      severity: "warning",
      code: "given-twice",
      message: `${quoted(keyword)} stands twice in this block: the last one counts`,
      hint: "keep one of them",
    });
  }
  draft.seen.set(keyword, statement);
  const args = new Arguments(statement, document.diagnostics);
  const before = document.diagnostics.count;
  spec.readers[keyword]!(args, draft, document);
  if (document.diagnostics.count === before) args.end();
}

/** Whether a statement has a block exactly if its keyword wants one. */
function hasRightShape(document: Document, block: string, statement: Statement): boolean {
  const keyword = keywordOf(statement);
  const wantsBlock = findKeyword(block, keyword)?.arguments.includes("{") ?? false;
  if (wantsBlock === (statement.block !== null)) return true;
  document.diagnostics.add(placeOfStatement(statement), {
    severity: "error",
    code: wantsBlock ? "block-missing" : "block-unexpected",
    message: wantsBlock
      ? `${quoted(keyword)} needs a block { }`
      : `${quoted(keyword)} takes no block { }`,
    hint: wantsBlock ? "" : "is a line end missing before the keyword in front of the brace?",
  });
  return false;
}

/** Says why a statement has no reader. */
function reportUnread(document: Document, block: string, statement: Statement): void {
  const keyword = keywordOf(statement);
  const head = statement.words[0];
  // The syntax tells about a block without keyword, the document about what it includes.
  if (head === undefined || INCLUDE_KEYWORDS.has(keyword)) return;
  if (isMacro(head)) return reportMacro(document, statement);
  const row = findKeyword(block, keyword);
  if (row !== null) return reportUnsupported(document, statement, row);
  document.diagnostics.add(placeOfToken(statement.file, head), {
    severity: "error",
    ...unknownFinding(block, head, statement),
  });
}

function unknownFinding(block: string, head: Token, statement: Statement) {
  const keyword = head.value;
  const removed = removedKeyword(keyword);
  if (removed !== null) {
    const message = `${quoted(keyword)} was removed from keepalived long ago`;
    return { code: "removed-keyword", message, hint: removed.instead };
  }
  const homes = blocksOf(keyword).filter((home) => home !== block);
  if (homes.length > 0) {
    return {
      code: "wrong-block",
      message: `${quoted(keyword)} does not belong into ${blockTitle(block)}`,
      hint: block === VIPD_FILE
        ? "it belongs into the main file"
        : `it belongs into ${homes.slice(0, 3).map(blockTitle).join(" or ")}` +
          (homes.length > 3 ? " and others" : ""),
    };
  }
  const near = nearestKeyword(block, keyword);
  const message = `${quoted(keyword)} is not a keyword of ${blockTitle(block)}`;
  if (near === null) {
    return { code: "unknown-keyword", message, hint: `see keepalived.conf(5), ${title(block)}` };
  }
  const fix = { place: placeOfToken(statement.file, head), replacement: near };
  return { code: "unknown-keyword", message, hint: `did you mean '${near}'?`, fix };
}

function title(block: string): string {
  return block === ROOT ? "TOP HIERARCHY" : block;
}

/** True for what keepalived expands before it looks for keywords. */
function isMacro(token: Token): boolean {
  return !token.quoted && /^(@|~(SEQ|LST)|\$[A-Za-z_][A-Za-z0-9_]*=)/.test(token.value);
}

function reportMacro(document: Document, statement: Statement): void {
  const head = statement.words[0]!;
  // What a definition stands for may be a password.
  const name = head.value.replace(/=.*$/s, "=");
  document.diagnostics.add(placeOfToken(statement.file, head), {
    severity: "error",
    code: "not-supported-yet",
    message: `${quoted(name)}: definitions, sequences and conditional lines are not ` +
      "supported yet",
    hint: "write the lines out, or use include",
  });
}

const CONSEQUENCE = {
  packets: "changes what is sent",
  master: "changes who is master",
  traffic: "changes where traffic goes",
  nothing: "",
};

/** DESIGN decision 4: without a word that matters the daemon does not start. */
export function reportUnsupported(document: Document, statement: Statement, row: Keyword): void {
  if (isSwitchedOff(statement, row)) return;
  const consequence = CONSEQUENCE[row.changes];
  const why = consequence === "" ? "it is ignored" : `it ${consequence}, so nothing is started`;
  document.diagnostics.add(placeOfStatement(statement), {
    severity: consequence === "" ? "warning" : "error",
    code: "not-supported-yet",
    message: `${quoted(row.keyword)} is not supported yet; ${why}`,
    hint: consequence === "" ? "" : "take it out if you can do without it",
  });
}

/** A switch that is off by default and written as off asks for nothing. */
function isSwitchedOff(statement: Statement, row: Keyword): boolean {
  const value = statement.words[1]?.value;
  return row.arguments === "[BOOL]" && (value === "off" || value === "false" || value === "no");
}

/** All words of a list block such as `group { A B }`, on one line or many. */
export function* listWords(
  document: Document,
  statement: Statement,
): Generator<{ token: Token; line: Statement }> {
  for (const line of listLines(document, statement)) {
    for (const token of line.words) yield { token, line };
  }
}

/** The lines of a list block; blocks inside are an error. */
export function* listLines(document: Document, statement: Statement): Generator<Statement> {
  if (statement.block === null) return;
  for (const item of document.expand(statement.block.items)) {
    if (document.diagnostics.hopeless) return;
    if (item.kind === "stray" || INCLUDE_KEYWORDS.has(keywordOf(item))) continue;
    if (item.block !== null) {
      document.diagnostics.add(placeOfStatement(item), {
        severity: "error",
        code: "block-unexpected",
        message: `a block does not belong into the list of ${quoted(keywordOf(statement))}`,
      });
    }
    if (item.words.length > 0) yield item;
  }
}
