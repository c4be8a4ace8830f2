// keepalived.conf as tokens: words and braces with their offsets. What lies between two tokens
// (blanks, comments, line ends) belongs to the later one as its trivia, so that the tokens of a
// file together are the file. Rules of reading, from keepalived.conf(5) and keepalived 2.2.7:
//   # and ! start a comment anywhere outside double quotes; a backslash before them takes that away
//   "..." is one word, without escapes; a quote inside a word ends the word and starts another
//   { and } are tokens of their own anywhere outside quotes
//   words of script keywords are split as a shell does: also '...', escapes, adjoining pieces
//   words of include lines may hold braces: they are part of the pattern
// The no-break space and its kin count as blanks, also inside quotes.
// This module is browser safe.

import { KEEPALIVED_LINE_LENGTH_MAX } from "./limits.ts";
import type { SourceFile } from "./source.ts";

/** What a token is. */
export type TokenKind = "word" | "open" | "close";

/** One word or brace. */
export interface Token {
  kind: TokenKind;
  /** Where its trivia starts: the end of the token before it. */
  triviaStart: number;
  /** Where it starts, its quote included. */
  start: number;
  /** Where it ends, exclusive. */
  end: number;
  /** A word without quotes and escapes and with ordinary blanks; braces as they are. */
  value: string;
  /** It starts with a quote. */
  quoted: boolean;
  /** First token of its line. */
  startsLine: boolean;
}

/** What the lexer noticed besides tokens. Offsets of the file. */
export interface LexerNotes {
  /** Blanks that are not ASCII: how many, and where the first is. */
  oddBlanks: { count: number; first: number };
  /** Quotes that end with their line. */
  unterminatedQuotes: number[];
  /** Comment characters right behind a word, which they cut. */
  gluedComments: number[];
  /** Starts of lines longer than keepalived reads in one piece. */
  longLines: number[];
  /** Where reading stopped for too many tokens; null = at the end. */
  stoppedAt: number | null;
}

/** The tokens of one file. */
export interface Tokens {
  tokens: Token[];
  notes: LexerNotes;
}

/** Keywords whose line is split as a shell does (keepalived.conf(5) SCRIPTS). */
const SCRIPT_KEYWORDS = new Set([
  ...["script", "misc_path", "quorum_up", "quorum_down", "notify", "notify_up", "notify_down"],
  ...["notify_master", "notify_backup", "notify_fault", "notify_stop", "notify_deleted"],
  ...["notify_master_rx_lower_pri", "startup_script", "shutdown_script", "notify_fifo_script"],
  ...["vrrp_notify_fifo_script", "lvs_notify_fifo_script"],
]);

/** Words that read other files: `include` and its stricter forms. */
export const INCLUDE_KEYWORDS: ReadonlySet<string> = new Set([
  ...["include", "includer", "includem", "includew", "includeb", "includea"],
]);

const TAB = 0x09, LF = 0x0a, CR = 0x0d, SPACE = 0x20, BANG = 0x21, QUOTE = 0x22, HASH = 0x23;
const DOLLAR = 0x24, APOSTROPHE = 0x27, BACKSLASH = 0x5c, OPEN = 0x7b, CLOSE = 0x7d;

/** 1 for ASCII characters that are part of a word wherever they stand outside quotes. */
const ORDINARY = new Uint8Array(128).fill(1, SPACE + 1, 127);
for (const code of [BANG, QUOTE, HASH, BACKSLASH, OPEN, CLOSE]) ORDINARY[code] = 0;

/** Splits a file into at most so many tokens; never fails. */
export function tokenize(file: SourceFile, tokensMax: number): Tokens {
  return new Lexer(file.text, tokensMax).run();
}

/** True for blanks that look like a space but are none in ASCII. */
function isOddBlank(code: number): boolean {
  return code === 0xa0 || (code >= 0x2000 && code <= 0x200b) || code === 0x202f ||
    code === 0x205f || code === 0x3000 || code === 0xfeff;
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB || code === 0x0b || code === 0x0c ||
    (code >= 0xa0 && isOddBlank(code));
}

function isLineEnd(code: number): boolean {
  return code === LF || code === CR;
}

/** A text with ordinary blanks in place of odd ones. */
export function plainBlanks(text: string): string {
  return text.replace(/[\u00a0\u2000-\u200b\u202f\u205f\u3000\ufeff]/g, " ");
}

type LineMode = "start" | "plain" | "script" | "include";

class Lexer {
  readonly #text: string;
  readonly #tokensMax: number;
  readonly #tokens: Token[] = [];
  readonly #notes: LexerNotes = {
    oddBlanks: { count: 0, first: -1 },
    unterminatedQuotes: [],
    gluedComments: [],
    longLines: [],
    stoppedAt: null,
  };
  #at = 0;
  #triviaStart = 0;
  #mode: LineMode = "start";
  #lineStart = true;
  #lineAt = 0;

  constructor(text: string, tokensMax: number) {
    this.#text = text;
    this.#tokensMax = tokensMax;
  }

  run(): Tokens {
    const text = this.#text;
    if (text.charCodeAt(0) === 0xfeff) this.#at = 1;
    for (this.#skipIndent(); this.#at < text.length; this.#skipIndent()) {
      const code = text.charCodeAt(this.#at);
      if (isLineEnd(code)) this.#endLine();
      else if (isBlank(code)) {
        if (code >= 0xa0) this.#noteOddBlank(this.#at);
        this.#at++;
      } else if (code === HASH || code === BANG) this.#comment();
      else if (this.#tokens.length >= this.#tokensMax) {
        this.#notes.stoppedAt = this.#at;
        break;
      } else if ((code === OPEN || code === CLOSE) && this.#mode !== "include") this.#brace(code);
      else this.#word();
    }
    this.#endLine();
    return { tokens: this.#tokens, notes: this.#notes };
  }

  /** Most characters of a file are the blanks before its words. */
  #skipIndent(): void {
    let at = this.#at;
    while (this.#text.charCodeAt(at) === SPACE) at++;
    this.#at = at;
  }

  #endLine(): void {
    if (this.#at - this.#lineAt > KEEPALIVED_LINE_LENGTH_MAX) {
      this.#notes.longLines.push(this.#lineAt);
    }
    this.#at++;
    this.#lineAt = this.#at;
    this.#mode = "start";
    this.#lineStart = true;
  }

  #push(kind: TokenKind, end: number, value: string, isQuoted: boolean): void {
    this.#tokens.push({
      kind,
      triviaStart: this.#triviaStart,
      start: this.#at,
      end,
      value,
      quoted: isQuoted,
      startsLine: this.#lineStart,
    });
    this.#lineStart = false;
    this.#triviaStart = end;
    this.#at = end;
  }

  #brace(code: number): void {
    this.#push(code === OPEN ? "open" : "close", this.#at + 1, code === OPEN ? "{" : "}", false);
    this.#mode = "start";
  }

  #comment(): void {
    const before = this.#tokens.at(-1);
    if (before?.kind === "word" && !before.quoted && before.end === this.#at) {
      this.#notes.gluedComments.push(this.#at);
    }
    while (this.#at < this.#text.length && !isLineEnd(this.#text.charCodeAt(this.#at))) this.#at++;
  }

  #word(): void {
    if (this.#mode === "script") return this.#scriptWord();
    if (this.#text.charCodeAt(this.#at) === QUOTE) this.#quotedWord();
    else this.#plainWord();
    if (this.#mode !== "start") return;
    const head = this.#tokens.at(-1)!.value;
    if (SCRIPT_KEYWORDS.has(head)) this.#mode = "script";
    else this.#mode = INCLUDE_KEYWORDS.has(head) ? "include" : "plain";
  }

  #quotedWord(): void {
    const end = this.#quoteEnd(this.#at);
    const closed = this.#text.charCodeAt(end) === QUOTE;
    const inner = this.#text.slice(this.#at + 1, end);
    this.#noteOddBlanks(this.#at + 1, end);
    if (!closed) this.#notes.unterminatedQuotes.push(this.#at);
    this.#push("word", closed ? end + 1 : end, plainBlanks(inner), true);
  }

  /** Offset of the closing quote, or of the end of the line. */
  #quoteEnd(start: number): number {
    let end = start + 1;
    for (; end < this.#text.length; end++) {
      const code = this.#text.charCodeAt(end);
      if (code === QUOTE || isLineEnd(code)) break;
    }
    return end;
  }

  #plainWord(): void {
    const text = this.#text;
    let end = this.#at;
    let escapes = false;
    for (; end < text.length; end++) {
      const code = text.charCodeAt(end);
      if (ORDINARY[code] === 1) continue;
      if (code === BACKSLASH && isCommentStart(text.charCodeAt(end + 1))) {
        escapes = true;
        end++;
      } else if (this.#endsWord(code, end)) break;
    }
    const raw = text.slice(this.#at, end);
    this.#push("word", end, escapes ? raw.replace(/\\([#!])/g, "$1") : raw, false);
  }

  /** Whether a character outside quotes ends the word. `${` opens a variable, not a block. */
  #endsWord(code: number, at: number): boolean {
    if (code === QUOTE || code === HASH || code === BANG) return true;
    if (isLineEnd(code) || isBlank(code)) return true;
    if (code !== OPEN && code !== CLOSE) return false;
    if (this.#mode === "include") return false;
    return !insideVariable(this.#text, this.#at, at);
  }

  /** A word of a script line: pieces in either quotes, escapes, bare text, joined. */
  #scriptWord(): void {
    const text = this.#text;
    let value = "";
    let at = this.#at;
    while (at < text.length) {
      const code = text.charCodeAt(at);
      if (code === QUOTE || code === APOSTROPHE) {
        const piece = this.#scriptQuote(at);
        value += piece.value;
        at = piece.end;
      } else if (code === BACKSLASH && !isLineEnd(text.charCodeAt(at + 1))) {
        const escape = decodeEscape(text, at);
        value += escape.value;
        at = escape.end;
      } else if (this.#endsWord(code, at)) break;
      else {
        value += text[at];
        at++;
      }
    }
    const first = text.charCodeAt(this.#at);
    this.#push("word", at, plainBlanks(value), first === QUOTE || first === APOSTROPHE);
  }

  #scriptQuote(start: number): { value: string; end: number } {
    const text = this.#text;
    const mark = text.charCodeAt(start);
    let value = "";
    let at = start + 1;
    while (at < text.length && text.charCodeAt(at) !== mark) {
      const code = text.charCodeAt(at);
      if (isLineEnd(code)) break;
      if (isOddBlank(code)) this.#noteOddBlank(at);
      if (code === BACKSLASH && mark === QUOTE && !isLineEnd(text.charCodeAt(at + 1))) {
        const escape = decodeEscape(text, at);
        value += escape.value;
        at = escape.end;
      } else {
        value += text[at];
        at++;
      }
    }
    if (text.charCodeAt(at) === mark) return { value, end: at + 1 };
    this.#notes.unterminatedQuotes.push(start);
    return { value, end: at };
  }

  #noteOddBlanks(from: number, to: number): void {
    for (let at = from; at < to; at++) {
      if (isOddBlank(this.#text.charCodeAt(at))) this.#noteOddBlank(at);
    }
  }

  #noteOddBlank(at: number): void {
    const { oddBlanks } = this.#notes;
    if (oddBlanks.count === 0) oddBlanks.first = at;
    oddBlanks.count++;
  }
}

function isCommentStart(code: number): boolean {
  return code === HASH || code === BANG;
}

/** Whether a brace at an offset belongs to `${NAME}` in the word that starts at `start`. */
function insideVariable(text: string, start: number, at: number): boolean {
  if (text.charCodeAt(at) === OPEN) {
    return at > start && text.charCodeAt(at - 1) === DOLLAR;
  }
  const word = text.slice(start, at);
  const open = word.lastIndexOf("${");
  return open >= 0 && !word.includes("}", open);
}

const ESCAPES: Record<string, string> = {
  ...{ a: "\x07", b: "\b", E: "\x1b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" },
};

/** Decodes one escape of a script word: \n and kin, \OOO, \xXX, \cC, else the character itself. */
export function decodeEscape(text: string, at: number): { value: string; end: number } {
  const rest = text.slice(at + 1, at + 4);
  const octal = /^[0-7]{1,3}/.exec(rest);
  if (octal !== null) {
    return {
      value: String.fromCharCode(parseInt(octal[0], 8) & 0xff),
      end: at + 1 + octal[0].length,
    };
  }
  const hex = /^x([0-9a-fA-F]{1,2})/.exec(rest);
  if (hex !== null) {
    return { value: String.fromCharCode(parseInt(hex[1]!, 16)), end: at + 1 + hex[0].length };
  }
  const control = /^c([@-_a-z])/.exec(rest);
  if (control !== null) {
    return { value: String.fromCharCode(control[1]!.charCodeAt(0) & 0x1f), end: at + 3 };
  }
  const char = rest[0] ?? "\\";
  return { value: ESCAPES[char] ?? char, end: Math.min(at + 2, text.length) };
}
