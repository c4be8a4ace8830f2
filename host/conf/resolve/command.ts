// A command line as the program and arguments to execute. keepalived runs scripts without a shell;
// commands in shell syntax never ran there. vipd runs them through the shell that they need.
// This module is browser safe.

import { decodeEscape } from "../lexer.ts";
import type { Script } from "../model.ts";
import type { CommandDraft } from "../read/drafts.ts";

/** One word of a command line. */
export interface CommandWord {
  value: string;
  /** A part of it was quoted or escaped: then it is no operator. */
  quoted: boolean;
}

/** Splits a command line as a shell does: blanks, '...', "...", backslash. No expansion. */
export function splitCommand(text: string): CommandWord[] {
  const words: CommandWord[] = [];
  let at = 0;
  while (at < text.length) {
    if (isSpace(text[at]!)) {
      at++;
      continue;
    }
    const word = { value: "", quoted: false };
    while (at < text.length && !isSpace(text[at]!)) at = takePiece(text, at, word);
    words.push(word);
  }
  return words;
}

function isSpace(char: string): boolean {
  return char === " " || char === "\t" || char === "\n" || char === "\r";
}

/** Takes one character, escape or quoted piece into a word; returns where the next one starts. */
function takePiece(text: string, at: number, word: CommandWord): number {
  const char = text[at]!;
  if (char === "\\") {
    const escape = decodeEscape(text, at);
    word.value += escape.value;
    word.quoted = true;
    return escape.end;
  }
  if (char !== "'" && char !== '"') {
    word.value += char;
    return at + 1;
  }
  word.quoted = true;
  let end = at + 1;
  while (end < text.length && text[end] !== char) {
    if (char === '"' && text[end] === "\\") {
      const escape = decodeEscape(text, end);
      word.value += escape.value;
      end = escape.end;
    } else word.value += text[end++];
  }
  return end + 1;
}

/** First words that only a shell knows. */
const SHELL_WORDS = new Set([
  ...["[[", "((", "{", "(", "!", ".", ":", "source", "exit", "if", "for", "while", "until"],
  ...["case", "cd", "exec", "eval", "export", "set", "trap", "ulimit", "umask", "function"],
]);

const OPERATOR = /^(&&|\|\||[|;&]|[0-9]?(>|>>|<|<<<|>\||&>)(&?[0-9-]|[^>].*)?|.*;)$/;

/** The shell that a command line needs; null when it is a program with arguments. */
export function shellNeeded(text: string): Script["shell"] {
  const words = splitCommand(text);
  const operators = words.filter(({ value, quoted }) => !quoted && OPERATOR.test(value));
  const first = words[0]?.value ?? "";
  const isShell = operators.length > 0 || SHELL_WORDS.has(first) || first.startsWith("(") ||
    /^[A-Za-z_][A-Za-z0-9_]*=/.test(first) || hasSubstitution(text);
  if (!isShell) return null;
  return needsBash(words, text) ? "/bin/bash" : "/bin/sh";
}

/** `$(...)` or backquotes outside single quotes. */
function hasSubstitution(text: string): boolean {
  const outside = text.replace(/'[^']*'/g, "");
  return /\$\(|`/.test(outside);
}

function needsBash(words: CommandWord[], text: string): boolean {
  const bashWords = new Set(["[[", "((", "source", "function", "shopt", "<<<", "&>"]);
  return words.some(({ value, quoted }) => !quoted && bashWords.has(value)) ||
    /<\(|>\(|\$'|&>/.test(text);
}

/** The account for commands without one of their own; null = the default account. */
export type Account = { user: string; group: string | null } | null;

/** The executable form of a command. Arguments that a caller appends reach a shell as $1, $2 ... */
export function resolveCommand(draft: CommandDraft, fallback: Account): Script {
  const { command, keyword } = draft;
  const shell = shellNeeded(command);
  const argv = shell === null
    ? splitCommand(command).map(({ value }) => value)
    : [shell, "-c", command, keyword];
  const account = draft.user !== null ? { user: draft.user, group: draft.group } : fallback;
  return { argv, shell, command, user: account?.user ?? null, group: account?.group ?? null };
}
