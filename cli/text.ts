// Text for a terminal of 100 columns: tables without lines, wrapped sentences, durations.

import Table from "cli-table3";

/** Columns that everything printed fits in, but for what is drawn to a terminal's width. */
export const WIDTH_MAX = 100;
/** A column is never made narrower than this. */
const COLUMN_WIDTH_MIN = 6;
const GAP = 2;

const NO_LINES = Object.fromEntries(
  ["top", "bottom", "mid", "left", "right"].flatMap((side) =>
    ["", "-mid", "-left", "-right"].map((end) => [side + end, ""])
  ).concat([["middle", " ".repeat(GAP)]]),
);

/** A table without lines; `head` may be empty. Columns are cut with `…` where it gets too wide. */
export function table(
  head: string[],
  rows: string[][],
  indent = 2,
  width = WIDTH_MAX,
): string {
  const all = head.length > 0 ? [head, ...rows] : rows;
  const cells = all.map((row) => row.map(oneLine));
  const widths = fit(naturalWidths(cells), width - indent);
  const drawn = new Table({
    chars: NO_LINES,
    colWidths: widths,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
  });
  drawn.push(...cells);
  return drawn.toString().split("\n").map((line) => (" ".repeat(indent) + line).trimEnd())
    .join("\n");
}

/** Wraps a sentence at blanks; lines after the first are indented by `hanging` columns. */
export function wrap(
  text: string,
  first: string,
  hanging: number,
  width = WIDTH_MAX,
): string {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of oneLine(text).split(" ").filter((part) => part !== "")) {
    const room = width - visible(line).length - (empty ? 0 : 1);
    if (!empty && visible(word).length > room) {
      lines.push(line);
      line = " ".repeat(hanging);
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line].join("\n");
}

/** An age in the two units that matter: `45 s`, `12 min 3 s`, `2 h 13 min`, `3 d 4 h`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const parts: [number, string][] = [
    [Math.floor(whole / 86_400), "d"],
    [Math.floor(whole / 3600) % 24, "h"],
    [Math.floor(whole / 60) % 60, "min"],
    [whole % 60, "s"],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  if (first < 0) return "0 s";
  return parts.slice(first, first + 2).filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`).join(" ");
}

/** A short time: `71 µs`, `1.2 ms`, `3.609 s`. */
export function shortTime(us: number): string {
  if (us < 1000) return `${Math.round(us)} µs`;
  if (us < 1_000_000) return `${trimZeros((us / 1000).toFixed(1))} ms`;
  return `${trimZeros((us / 1_000_000).toFixed(3))} s`;
}

/** Makes what others wrote (a script's output, a name) one line without control characters. */
export function oneLine(text: string): string {
  // The escape is kept only where it begins a colour of ours.
  // deno-lint-ignore no-control-regex
  return text.replace(/\x1b(?!\[\d+m)|[\x00-\x1a\x1c-\x1f\x7f-\x9f]/g, "\ufffd");
}

/**
 * A printed text in which nothing steers the terminal but line ends, tabs and, where we paint, our own
 * colours (paint.ts): names and comments in files of others may hold anything.
 */
export function harmless(text: string, isPainted: boolean): string {
  // deno-lint-ignore no-control-regex
  const controls = /\x1b(?!\[(?:1|2|7|22|27|31|32|33|39)m)|[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f]/g;
  const rest = text.replace(controls, "\ufffd");
  return isPainted ? rest : rest.replaceAll("\x1b", "\ufffd");
}

/** A text without our colours: what takes columns. */
export function visible(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/\x1b\[\d+m/g, "");
}

function naturalWidths(rows: string[][]): number[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => widths[i] = Math.max(widths[i] ?? 0, visible(cell).length));
  }
  return widths;
}

/** Takes from the widest column until all fit. */
function fit(widths: number[], room: number): number[] {
  const fitted = widths.slice();
  const total = () => fitted.reduce((sum, width) => sum + width + GAP, -GAP);
  while (total() > room) {
    const widest = fitted.indexOf(Math.max(...fitted));
    if (fitted[widest]! <= COLUMN_WIDTH_MIN) break;
    fitted[widest]!--;
  }
  return fitted;
}

function trimZeros(text: string): string {
  return text.replace(/\.?0+$/, "");
}
