// One canonical layout of a configuration file: four blanks a level, one statement a line, opening
// brace at the end of its line, ordinary blanks. Comments and the order of everything stay; words
// keep their quotes and escapes.
// This module is browser safe.

import { INCLUDE_KEYWORDS, plainBlanks, type Token } from "./lexer.ts";
import { tokensOf, type Tree } from "./tree.ts";

const INDENT = "    ";

/** The text of a tree in canonical layout, with a final line end; "" for a file without content. */
export function format(tree: Tree): string {
  const { text } = tree.file;
  const writer = new Writer();
  let end = 0;
  for (const token of tokensOf(tree.items)) {
    writer.trivia(text.slice(end, token.start), end === 0);
    writer.token(token, plainBlanks(text.slice(token.start, token.end)));
    end = token.end;
  }
  writer.trivia(text.slice(end), end === 0);
  return writer.finish();
}

class Writer {
  readonly #lines: string[] = [];
  #line = "";
  #depth = 0;
  /** A line end stood between the last token and here. */
  #broken = true;
  /** A blank line stood there. */
  #gap = false;
  #isAfterOpen = false;

  /** Comments and line ends between two tokens. */
  trivia(text: string, isFileStart: boolean): void {
    const rows = text.replace(/^\ufeff/, "").split(/\r\n|\n|\r/);
    rows.forEach((row, index) => {
      const comment = plainBlanks(row).trim();
      const startsLine = index > 0 || isFileStart;
      if (startsLine) this.#broken = true;
      if (comment !== "") this.#comment(comment, startsLine);
      else if (index > 0 && index < rows.length - 1) this.#gap = true;
    });
  }

  token(token: Token, text: string): void {
    if (token.kind === "open") return this.#open();
    if (token.kind === "close") return this.#close();
    if (this.#broken || this.#isAfterOpen) this.#flush();
    this.#broken = false;
    this.#isAfterOpen = false;
    if (this.#line === "") this.#startLine(text);
    else this.#line += ` ${text}`;
  }

  finish(): string {
    this.#flush();
    return this.#lines.length === 0 ? "" : `${this.#lines.join("\n")}\n`;
  }

  #startLine(text: string): void {
    if (this.#gap && this.#lines.length > 0 && !this.#lines.at(-1)!.endsWith("{")) {
      this.#lines.push("");
    }
    this.#gap = false;
    this.#line = INDENT.repeat(this.#depth) + text;
  }

  #flush(): void {
    if (this.#line !== "") this.#lines.push(this.#line);
    this.#line = "";
  }

  #open(): void {
    // On an include line a brace belongs to the pattern.
    if (INCLUDE_KEYWORDS.has(this.#line.trimStart().split(" ")[0]!)) this.#flush();
    if (this.#line === "") this.#startLine("{");
    else this.#line += " {";
    this.#depth++;
    this.#broken = false;
    this.#isAfterOpen = true;
    this.#gap = false;
  }

  #close(): void {
    this.#flush();
    this.#gap = false;
    this.#depth = Math.max(0, this.#depth - 1);
    this.#line = `${INDENT.repeat(this.#depth)}}`;
    this.#isAfterOpen = true;
    this.#broken = false;
  }

  #comment(comment: string, startsLine: boolean): void {
    if (startsLine || this.#line === "") {
      this.#flush();
      this.#startLine(comment);
    } else this.#line += ` ${comment}`;
    this.#flush();
    this.#broken = true;
    this.#isAfterOpen = false;
  }
}
