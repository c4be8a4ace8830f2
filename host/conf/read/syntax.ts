// What is wrong with the text of a file before any keyword is looked at.
// This module is browser safe.

import type { Diagnostics } from "../diagnostic.ts";
import { KEEPALIVED_LINE_LENGTH_MAX, TOKENS_MAX } from "../limits.ts";
import { type Item, placeOfStatement, placeOfToken, tokensOf, type Tree } from "../tree.ts";

/** Reports damage of one file; false when it is no text, or too much, and is not read further. */
export function checkSyntax(tree: Tree, diagnostics: Diagnostics): boolean {
  const { file } = tree;
  const zero = file.text.indexOf("\0");
  if (zero >= 0) {
    diagnostics.add({ file, start: zero, end: zero + 1 }, {
      severity: "error",
      code: "not-text",
      message: "the file holds zero bytes: it is no text",
      hint: "is this the right file, and is it whole?",
    });
    return false;
  }
  const { stoppedAt } = tree.notes;
  if (stoppedAt !== null) {
    diagnostics.add({ file, start: stoppedAt, end: stoppedAt + 1 }, {
      severity: "error",
      code: "too-many-words",
      message: `the configuration has more than ${TOKENS_MAX} words and braces (TOKENS_MAX)`,
      hint: "divide it between several daemons",
    });
    return false;
  }
  checkEncoding(tree, diagnostics);
  checkNotes(tree, diagnostics);
  checkVariables(tree, diagnostics);
  checkBraces(tree.items, diagnostics);
  return true;
}

function checkEncoding({ file }: Tree, diagnostics: Diagnostics): void {
  if (file.encoding === "utf-8") return;
  diagnostics.add({ file, start: 0, end: 0 }, {
    severity: "warning",
    code: "not-utf-8",
    message: "the file is not UTF-8; it is read as Latin-1",
    hint: "convert it: iconv -f latin1 -t utf-8 FILE",
  });
}

function checkNotes({ file, notes }: Tree, diagnostics: Diagnostics): void {
  for (const at of notes.unterminatedQuotes) {
    diagnostics.add({ file, start: at, end: at + 1 }, {
      severity: "error",
      code: "unterminated-quote",
      message: "the quote is not closed on its line",
      hint: "close it; a quoted text cannot go on over the line end",
    });
  }
  for (const at of notes.gluedComments) {
    diagnostics.add({ file, start: at, end: at + 1 }, {
      severity: "warning",
      code: "comment-in-word",
      message: `'${file.text[at]}' right behind a word starts a comment and cuts the word off`,
      hint: "put a blank before the comment, or quote the word",
    });
  }
  for (const at of notes.longLines) {
    diagnostics.add({ file, start: at, end: at + 1 }, {
      severity: "warning",
      code: "line-too-long",
      message: `the line has more than ${KEEPALIVED_LINE_LENGTH_MAX} characters; keepalived ` +
        "would cut it",
      hint: "divide it",
    });
  }
}

/** Variables that keepalived defines itself; others are text unless the file defines them. */
const PREDEFINED = /\$\{?_(PWD|INSTANCE|RANDOM|ENV|HASH|BANG)\b/;

function checkVariables({ file, items }: Tree, diagnostics: Diagnostics): void {
  if (!PREDEFINED.test(file.text)) return;
  for (const token of tokensOf(items)) {
    const variable = PREDEFINED.exec(token.value);
    if (variable === null) continue;
    diagnostics.add(placeOfToken(file, token), {
      severity: "error",
      code: "not-supported-yet",
      message: `the variable _${variable[1]} is not supported yet`,
      hint: "write its value",
    });
  }
}

function checkBraces(items: readonly Item[], diagnostics: Diagnostics): void {
  for (const item of items) {
    if (item.kind === "stray") {
      diagnostics.add(placeOfToken(item.file, item.token), {
        severity: "error",
        code: item.token.kind === "close" ? "brace-surplus" : "block-too-deep",
        message: item.token.kind === "close"
          ? "this } closes nothing"
          : "blocks are nested too deep (BLOCK_DEPTH_MAX)",
        hint: item.token.kind === "close" ? "is a { missing before it?" : "",
      });
      continue;
    }
    if (item.block === null) continue;
    if (item.words.length === 0) {
      diagnostics.add(placeOfStatement(item), {
        severity: "error",
        code: "block-without-keyword",
        message: "this { has no keyword before it",
        hint: "write the keyword, or take the braces out",
      });
    }
    if (item.block.close === null) {
      diagnostics.add(placeOfStatement(item), {
        severity: "error",
        code: "brace-missing",
        message: "the block that opens here is never closed",
        hint: "add the missing }; it may belong to a block inside this one",
      });
    }
    checkBraces(item.block.items, diagnostics);
  }
}
