// The bench's figures as a table for the terminal and as one for docs/bench.md.

import type { BenchRow, Measurement } from "./row.ts";
import { median, significant, spread } from "./statistics.ts";

/** A row that was measured, or why not. */
export interface RowResult {
  row: Pick<BenchRow, "name" | "title" | "notes">;
  measurements: Measurement[];
  /** Why it was left out or failed; null when it was measured. */
  missing: string | null;
  /** It should have been measured and could not. */
  failed: boolean;
}

const HEADINGS = ["", "unit", "vipd", "keepalived", "ratio", "runs"];

/** Where the table of a Markdown page begins and ends. */
const MARKS = ["<!-- table: test/bench/run --markdown -->", "<!-- end of table -->"] as const;

/** One row as text: its title, its lines in columns, its notes. */
export function rowText(result: RowResult): string {
  const { row, missing, measurements } = result;
  const cells = [HEADINGS, ...measurements.map(cellsOf)];
  const widths = HEADINGS.map((_, column) =>
    Math.max(...cells.map((line) => line[column]!.length))
  );
  const lines = cells.map((line) =>
    "  " + line.map((cell, column) => cell.padEnd(widths[column]!)).join("  ").trimEnd()
  );
  const body = missing === null
    ? lines
    : [`  ${result.failed ? "FAILED" : "left out"}: ${missing}`];
  return [`${row.title} [${row.name}]`, ...body, ...row.notes.map((note) => `  * ${note}`), ""]
    .join("\n");
}

/** All rows as Markdown. */
export function markdown(results: readonly RowResult[], conditions: string): string {
  const parts = [`Measured ${conditions}.`, "", ...results.map(sectionOf)];
  return tidy(parts.join("\n"));
}

function sectionOf({ row, measurements, missing }: RowResult): string {
  const parts = [headingOf(row.title), ""];
  if (missing !== null) parts.push(`Not measured: ${missing}.`, "");
  else {
    const table = [HEADINGS, HEADINGS.map(() => "---"), ...measurements.map(cellsOf)];
    parts.push(...table.map((cells) => `| ${cells.join(" | ")} |`), "");
  }
  return [...parts, ...row.notes.map((note) => `- ${note}`), ""].join("\n");
}

function headingOf(title: string): string {
  return `### ${title}`;
}

function tidy(text: string): string {
  return text.replaceAll(/\n{3,}/g, "\n\n").trim();
}

/** Replaces the sections of some rows, or adds them at the end; each says when it was measured. */
export function replaceRows(
  page: string,
  results: readonly RowResult[],
  conditions: string,
): string {
  const { begin, end } = findMarks(page);
  const sections = page.slice(begin, end).split(/^(?=### )/m).map((text) => text.trim());
  for (const result of results) {
    const text = tidy(`${sectionOf(result)}\n- Measured ${conditions}.`)
      .replace(/\n\n(- Measured [^\n]*)$/, "\n$1");
    const at = sections.findIndex((one) => one.split("\n")[0] === headingOf(result.row.title));
    if (at < 0) sections.push(text);
    else sections[at] = text;
  }
  return `${page.slice(0, begin)}\n\n${sections.join("\n\n").trim()}\n\n${page.slice(end)}`;
}

/** Puts text between the marks of a page. Throws when the page lacks them. */
export function replaceTable(page: string, table: string): string {
  const { begin, end } = findMarks(page);
  return `${page.slice(0, begin)}\n\n${table}\n\n${page.slice(end)}`;
}

/** Offsets behind the first mark and before the second. */
function findMarks(page: string): { begin: number; end: number } {
  const [first, end] = MARKS.map((mark) => page.indexOf(mark));
  if (first === undefined || end === undefined || first < 0 || end < first) {
    throw new Error(`the page lacks the lines ${MARKS.join(" and ")}`);
  }
  return { begin: first + MARKS[0].length, end };
}

function cellsOf({ what, unit, vipd, keepalived }: Measurement): string[] {
  const counts = new Set([vipd.length, ...(keepalived === null ? [] : [keepalived.length])]);
  return [
    what,
    unit,
    spread(vipd),
    keepalived === null ? "-" : spread(keepalived),
    keepalived === null ? "-" : ratio(median(vipd), median(keepalived)),
    [...counts].join("/"),
  ];
}

/** How many times keepalived's figure vipd's is; not said where one of them is not above zero. */
function ratio(vipd: number, keepalived: number): string {
  return vipd > 0 && keepalived > 0 ? significant(vipd / keepalived) : "-";
}
