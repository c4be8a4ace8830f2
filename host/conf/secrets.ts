// Where the secrets of a configuration stand in its text, so that the text can be shown to others. Told by the
// words alone and not by the model: a file with errors, and a line that was commented out, has secrets too.
// This module is browser safe.

import { parse, type Statement, tokensOf, type Tree } from "./tree.ts";
import type { SourceFile } from "./source.ts";

/** What a secret is for: each has its own rules of what may stand in its place. */
export type SecretKind =
  /** auth_pass: eight bytes of it are sent. */
  | "password"
  /** The secret of a `token` of the web block. */
  | "token"
  /** Anything else: keys of what vipd does not have, definitions. */
  | "other";

/** One secret. Offsets of the file, quotes included. */
export interface Secret {
  kind: SecretKind;
  start: number;
  end: number;
  /** Without quotes and escapes. */
  value: string;
}

/** Keywords with secrets behind them, and how many words stand before the first. */
const KEYWORDS: Record<string, { kind: SecretKind; skip: number }> = {
  auth_pass: { kind: "password", skip: 0 },
  token: { kind: "token", skip: 1 },
  // Of SSL; and of auth_hmac, whose `key` is a number and the key. `key` of SSL is the path of a file.
  password: { kind: "other", skip: 0 },
  key: { kind: "other", skip: 1 },
};

/** What stands for a definition: `$NAME=VALUE`, whose value may be a password. */
const DEFINITION = /^\$[A-Za-z_][A-Za-z0-9_]*=/;

/** Every secret of a text, in order. Never fails. */
export function secretsOf(file: SourceFile): Secret[] {
  const tree = parse(file);
  const secrets = [...statementsOf(tree)].flatMap(ofStatement);
  return [...secrets, ...ofComments(tree)].sort((one, other) => one.start - other.start);
}

function* statementsOf(tree: Pick<Tree, "items">): Generator<Statement> {
  for (const item of tree.items) {
    if (item.kind === "stray") continue;
    yield item;
    if (item.block !== null) yield* statementsOf(item.block);
  }
}

function ofStatement({ words }: Statement): Secret[] {
  const head = words[0];
  if (head === undefined) return [];
  const definition = DEFINITION.exec(head.value)?.[0];
  if (definition !== undefined) {
    const first: Secret = {
      kind: "other",
      start: head.start + definition.length,
      end: head.end,
      value: head.value.slice(definition.length),
    };
    return [first, ...words.slice(1).map((word) => secretOf("other", word))]
      .filter(({ start, end }) => end > start);
  }
  // Also where a line end is missing before the keyword.
  const at = words.findIndex(({ value }) => Object.hasOwn(KEYWORDS, value));
  if (at < 0) return [];
  const { kind, skip } = KEYWORDS[words[at]!.value]!;
  return words.slice(at + 1 + skip).map((word) => secretOf(kind, word));
}

function secretOf(kind: SecretKind, word: { start: number; end: number; value: string }): Secret {
  return { kind, start: word.start, end: word.end, value: word.value };
}

/** Lines that were commented out: what stands between two tokens. */
function ofComments(tree: Tree): Secret[] {
  const { text } = tree.file;
  const secrets: Secret[] = [];
  let end = 0;
  for (const token of tokensOf(tree.items)) {
    secrets.push(...ofTrivia(text, end, token.start));
    end = token.end;
  }
  return [...secrets, ...ofTrivia(text, end, text.length)];
}

/** A comment, and the lines in it that were statements once; `auth_pass` is no word of prose. */
const COMMENT = /[#!][^\r\n]*/g;
const COMMENTED = [/^[#!\s]*(token|password|key)\s+(.*)$/, /\b(auth_pass)\s+(.*)$/];

function ofTrivia(text: string, start: number, end: number): Secret[] {
  const comments = [...text.slice(start, end).matchAll(COMMENT)];
  return comments.flatMap(({ 0: comment, index }) => ofComment(comment, start + index));
}

function ofComment(comment: string, start: number): Secret[] {
  const match = COMMENTED.map((pattern) => pattern.exec(comment)).find((found) => found !== null);
  if (match === undefined) return [];
  const [, keyword, rest] = match;
  const { kind, skip } = KEYWORDS[keyword!]!;
  const restStart = start + comment.length - rest!.length;
  return [...rest!.matchAll(/"[^"]*"?|[^\s{}"]+/g)].slice(skip).map((word) => ({
    kind,
    start: restStart + word.index,
    end: restStart + word.index + word[0].length,
    value: word[0].replaceAll('"', ""),
  }));
}
