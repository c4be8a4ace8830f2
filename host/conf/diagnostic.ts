// What the reader and the rules say about a configuration: one record, its two printed forms and
// the list that collects them. Severity decides what happens: with an error the configuration is
// not used, a warning is told and used, info is told only.
// This module is browser safe.

import { DIAGNOSTICS_MAX, QUOTED_LENGTH_MAX } from "./limits.ts";

/** A stretch of a file: lines and columns count from 1; columns are UTF-16 units, ends exclusive. */
export interface Span {
  file: string;
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
}

/** A stretch of a file by offsets: cheap to have, and made a span where it is told. */
export interface Place {
  file: { span(start: number, end: number): Span };
  start: number;
  end: number;
}

/** An edit that mends what the diagnostic is about. */
export interface Fix {
  span: Span;
  replacement: string;
}

/** How much a diagnostic weighs. */
export type Severity = "error" | "warning" | "info";

/** One finding. `message` says what and why, `hint` what to do ("" where nothing can be done). */
export interface Diagnostic extends Span {
  severity: Severity;
  /** Stable, kebab-case: what a filter may rely on. */
  code: string;
  message: string;
  hint: string;
  fix?: Fix;
}

/** What a finder of diagnostics says; the span comes from where it found it. */
export interface Finding {
  severity: Severity;
  code: string;
  message: string;
  hint?: string;
  fix?: { place: Place; replacement: string };
}

/** Collects the diagnostics of one configuration, at most DIAGNOSTICS_MAX of each severity. */
export class Diagnostics {
  readonly #list: Diagnostic[] = [];
  readonly #found: Record<Severity, number> = { error: 0, warning: 0, info: 0 };

  /** Adds a finding; beyond DIAGNOSTICS_MAX of its severity it is only counted. */
  add(where: Span | Place, finding: Finding): void {
    const { severity, code, message, hint = "", fix } = finding;
    if (++this.#found[severity] > DIAGNOSTICS_MAX) return;
    const { file, line, column, endLine, endColumn } = spanOf(where);
    this.#list.push({
      ...{ file, line, column, endLine, endColumn, severity, code, message, hint },
      ...(fix === undefined
        ? {}
        : { fix: { span: spanOf(fix.place), replacement: fix.replacement } }),
    });
  }

  /** How many were found, told or not. */
  get count(): number {
    return this.#found.error + this.#found.warning + this.#found.info;
  }

  /** True when an error was found. */
  get failed(): boolean {
    return this.#found.error > 0;
  }

  /** True when no more findings of a severity are kept: what they would say need not be found out. */
  isFull(severity: Severity): boolean {
    return this.#found[severity] >= DIAGNOSTICS_MAX;
  }

  /** True when so many errors were found that looking for more helps nobody. */
  get hopeless(): boolean {
    return this.#found.error > DIAGNOSTICS_MAX;
  }

  /**
   * The diagnostics in the order of the files (those named first, then as found) and lines, with a
   * last line for those omitted.
   */
  sorted(files: readonly string[]): Diagnostic[] {
    const fileRank = new Map<string, number>();
    for (const file of files) if (!fileRank.has(file)) fileRank.set(file, fileRank.size);
    for (const { file } of this.#list) {
      if (!fileRank.has(file)) fileRank.set(file, fileRank.size);
    }
    const list = this.#list.toSorted((a, b) =>
      fileRank.get(a.file)! - fileRank.get(b.file)! || a.line - b.line || a.column - b.column
    );
    const last = list.at(-1);
    if (last === undefined || this.count === list.length) return list;
    const { fix: _fix, ...place } = last;
    list.push({
      ...place,
      severity: "info",
      code: "too-many-diagnostics",
      message: `at least ${this.count - list.length} more findings are not shown ` +
        `(DIAGNOSTICS_MAX ${DIAGNOSTICS_MAX} of each severity)`,
      hint: "mend the first ones and check again",
    });
    return list;
  }
}

function spanOf(where: Span | Place): Span {
  return "start" in where ? where.file.span(where.start, where.end) : where;
}

/** True when a diagnostic keeps the configuration from being used. */
export function isError(diagnostic: Diagnostic): boolean {
  return diagnostic.severity === "error";
}

/** One line `file:line:col severity code message`, and what to do on a line of its own. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { file, line, column, severity, code, message, hint } = diagnostic;
  const head = `${file}:${line}:${column} ${severity} ${code} ${message}`;
  return hint === "" ? head : `${head}\n    ${hint}`;
}

/** A word of the file as it may stand in a message: quoted, short, printable. */
export function quoted(word: string): string {
  const short = word.length > QUOTED_LENGTH_MAX ? `${word.slice(0, QUOTED_LENGTH_MAX)}...` : word;
  // deno-lint-ignore no-control-regex
  const printable = short.replace(/[\u0000-\u001f\u007f-\u009f]/g, "\ufffd");
  return `'${printable}'`;
}
