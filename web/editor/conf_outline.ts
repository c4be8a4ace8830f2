// What the editor has to know of a keepalived.conf text: which word is what, and in which block a
// place stands. Made of our own lexer and tree. Pure.

import { SourceFile } from "../../host/conf/source.ts";
import { findKeyword, keywordTable, ROOT } from "../../host/conf/schema/keywords.ts";
import { type Item, parse, type Statement } from "../../host/conf/tree.ts";

/** What a word is. */
export type WordKind = "block" | "keyword" | "unknown" | "name" | "number" | "address" | "value";

/** One word of the text. */
export interface Word {
  from: number;
  to: number;
  kind: WordKind;
  /** Block it stands in, as the keyword table calls it; "" = not known. */
  block: string;
  text: string;
}

/** A block of the text. */
export interface BlockSpan {
  /** Its name in the keyword table; "" = not known. */
  block: string;
  /** Behind its opening brace, and its closing one or the end of the text. */
  from: number;
  to: number;
}

/** The whole text. */
export interface Outline {
  words: Word[];
  /** Comments; they lie between words. */
  comments: { from: number; to: number }[];
  /** Outer ones before inner ones. */
  blocks: BlockSpan[];
}

/** Words of lists, not keywords: each line of these blocks begins with a value. */
const LISTS: Readonly<Record<string, string>> = {
  virtual_ipaddress: "address_line",
  virtual_ipaddress_excluded: "address_line",
  static_ipaddress: "address_line",
  virtual_routes: "route_line",
  static_routes: "route_line",
  virtual_rules: "rule_line",
  static_rules: "rule_line",
};
const VALUE_LISTS: ReadonlySet<string> = new Set([
  ...["notification_email", "group", "unicast_peer", "unicast_src_ip", "track_interface"],
  ...["track_script", "track_file", "track_process", "track_bfd"],
]);

/** Reads a text; whatever it holds. */
export function outlineOf(text: string): Outline {
  const outline: Outline = { words: [], comments: [], blocks: [] };
  const tree = parse(new SourceFile("", text));
  walk(tree.items, ROOT, outline, text.length);
  findComments(text, outline);
  return outline;
}

function walk(items: readonly Item[], block: string, outline: Outline, end: number): void {
  for (const item of items) {
    if (item.kind === "statement") takeStatement(item, block, outline, end);
  }
}

/** Name of the block that a keyword opens in a block; "" = not known. */
export function blockBehind(block: string, keyword: string): string {
  if (Object.hasOwn(LISTS, keyword)) return LISTS[keyword]!;
  const table = keywordTable();
  const inner = block === ROOT ? keyword : `${block}.${keyword}`;
  if (table.has(inner)) return inner;
  // A sync group's and a BFD's lists are those of an instance.
  const ofInstance = `vrrp_instance.${keyword}`;
  return table.has(ofInstance) ? ofInstance : "";
}

function takeStatement(
  { words, block: body }: Statement,
  block: string,
  outline: Outline,
  end: number,
): void {
  const [head, ...rest] = words;
  if (head !== undefined) {
    const row = findKeyword(block, head.value);
    const isList = block === "" || block.endsWith("_line") || isListOf(block);
    const kind: WordKind = row !== null
      ? body === null ? "keyword" : "block"
      : isList
      ? valueKind(head.value)
      : "unknown";
    outline.words.push({ from: head.start, to: head.end, kind, block, text: head.value });
    rest.forEach((word, i) => {
      const isName = i === 0 && body !== null;
      const inLine = isList && findKeyword(block, word.value) !== null;
      outline.words.push({
        from: word.start,
        to: word.end,
        kind: isName ? "name" : inLine ? "keyword" : valueKind(word.value),
        block,
        text: word.value,
      });
    });
  }
  if (body === null) return;
  const inner = head === undefined ? "" : blockBehind(block, head.value);
  outline.blocks.push({ block: inner, from: body.open.end, to: body.close?.start ?? end });
  walk(body.items, inner, outline, end);
}

function isListOf(block: string): boolean {
  return VALUE_LISTS.has(block.slice(block.lastIndexOf(".") + 1));
}

function valueKind(text: string): WordKind {
  if (/^-?\d+(\.\d+)?$/.test(text)) return "number";
  if (/^(\d{1,3}\.){3}\d{1,3}(\/\d+|-\d+)?$/.test(text)) return "address";
  if (text.includes(":") && /^[0-9a-fA-F:.]+(\/\d+)?$/.test(text)) return "address";
  return "value";
}

/** Comments stand between the words and braces: `#` or `!` to the end of the line. */
function findComments(text: string, outline: Outline): void {
  let at = 0;
  for (const word of outline.words) {
    commentsBetween(text, at, word.from, outline);
    at = word.to;
  }
  commentsBetween(text, at, text.length, outline);
}

function commentsBetween(text: string, from: number, to: number, outline: Outline): void {
  let at = from;
  while (at < to) {
    const found = /[#!]/g;
    found.lastIndex = at;
    const match = found.exec(text);
    if (match === null || match.index >= to) return;
    const line = text.indexOf("\n", match.index);
    const end = line < 0 ? text.length : line;
    outline.comments.push({ from: match.index, to: Math.min(end, text.length) });
    at = end;
  }
}

/** The block that a place stands in; "" = not known. */
export function blockAt({ blocks }: Outline, place: number): string {
  const inside = blocks.findLast(({ from, to }) => place >= from && place <= to);
  return inside?.block ?? ROOT;
}

/** The word at a place; null: none. */
export function wordAt({ words }: Outline, place: number): Word | null {
  return words.find(({ from, to }) => place >= from && place <= to) ?? null;
}
