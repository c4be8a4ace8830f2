// What is wrong with the files, as the editor shows it: by file, at offsets, with the edit that mends it.

import type { Diagnostic, Severity } from "../../host/conf/index.ts";

/** An edit of a text; offsets. */
export interface Edit {
  from: number;
  to: number;
  insert: string;
}

/** One finding in a text; offsets. */
export interface Problem {
  from: number;
  to: number;
  /** Of `from`, from 1. */
  line: number;
  severity: Severity;
  code: string;
  message: string;
  hint: string;
  /** What mends it; null: a person has to. */
  fix: Edit | null;
}

/** The findings of one file at offsets of its text, in which a line ends with one character. */
export function problemsOf(
  diagnostics: readonly Diagnostic[],
  file: string,
  text: string,
): Problem[] {
  const own = diagnostics.filter((one) => one.file === file);
  if (own.length === 0) return [];
  const starts = lineStartsOf(text);
  const offset = (line: number, column: number) =>
    Math.min(text.length, (starts[line - 1] ?? text.length) + column - 1);
  return own.map(({ line, column, endLine, endColumn, severity, code, message, hint, fix }) => ({
    from: offset(line, column),
    to: Math.max(offset(line, column), offset(endLine, endColumn)),
    ...{ line, severity, code, message, hint },
    // A mend in another file is that file's.
    fix: fix === undefined || fix.span.file !== file ? null : {
      from: offset(fix.span.line, fix.span.column),
      to: offset(fix.span.endLine, fix.span.endColumn),
      insert: fix.replacement,
    },
  }));
}

function lineStartsOf(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** The edit in a text that was changed before it; null when what it mends is no longer there. */
export function movedFix(fix: Edit, was: string, by: number, now: string): Edit | null {
  const moved = { from: fix.from + by, to: fix.to + by, insert: fix.insert };
  const isThere = now.slice(moved.from, moved.to) === was.slice(fix.from, fix.to);
  return isThere ? moved : null;
}

/** How many of each severity. */
export function countOf(diagnostics: readonly Diagnostic[]): Record<Severity, number> {
  const count = { error: 0, warning: 0, info: 0 };
  for (const { severity } of diagnostics) count[severity]++;
  return count;
}

/** A text with the line ends that an editor keeps. */
export function withPlainLineEnds(text: string): string {
  return text.replace(/\r\n?/g, "\n");
}
