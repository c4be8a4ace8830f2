// What stands where in a director's box: its head, a place for each instance, its scripts, its addresses.
// With little room instances lose their words first, then their names. Pure; CSS pixels.

import type { CastNode } from "../story/cast.ts";
import type { Box } from "./grid.ts";

/** How much of an instance is shown: sign, name, state and priority; sign and name; the sign alone. */
export type Detail = "full" | "name" | "sign";

/** The parts of a box. */
export interface NodeParts {
  head: Box;
  /** In the order of the instances; those that find no room are left out. */
  rows: readonly Box[];
  detail: Detail;
  /** null: no scripts, or no room. */
  scripts: Box | null;
  /** For the addresses that it holds. */
  chips: Box | null;
}

const SIDE = 7;
const HEAD = 26;
const ROW = { wish: 21, least: 15 };
const SCRIPTS = 17;
const CHIPS = 25;
const FOOT = 3;
/** Instances that stand in one column where there is room. */
const SHORT_LIST = 6;
/** Widths that an instance takes in each detail. */
const WIDTHS: Record<Detail, number> = { full: 138, name: 47, sign: 17 };
const COLUMNS_MAX: Record<Detail, number> = { full: 4, name: 8, sign: 40 };

/** The height of a box in which everything is shown. */
export function nodeHeight({ instances, scripts }: CastNode, width: number): number {
  const fit = columnsAt("full", width, instances.length);
  // A short list stands in one column.
  const columns = Math.min(fit, Math.max(1, Math.ceil(instances.length / SHORT_LIST)));
  const rows = Math.ceil(instances.length / columns);
  return HEAD + rows * ROW.wish + (scripts.length > 0 ? SCRIPTS : 0) + CHIPS + FOOT;
}

/** The parts of a box. */
export function nodeParts({ instances, scripts }: CastNode, box: Box): NodeParts {
  const inner = { x: box.x + SIDE, width: Math.max(1, box.width - 2 * SIDE) };
  const head = { ...inner, y: box.y, height: Math.min(HEAD, box.height) };
  let room = box.height - head.height - FOOT;
  const least = instances.length === 0 ? 0 : ROW.least;
  const chipsHeight = room - least >= CHIPS ? CHIPS : 0;
  room -= chipsHeight;
  const wish = bestRows(instances.length, inner.width, room);
  const scriptsHeight = scripts.length > 0 && room - wish.rows * ROW.least >= SCRIPTS ? SCRIPTS : 0;
  room -= scriptsHeight;
  const rowHeight = Math.min(ROW.wish, room / Math.max(1, wish.rows));
  const top = box.y + head.height;
  const rows = rowBoxes(instances.length, wish, { ...inner, y: top, height: room }, rowHeight);
  const below = top + Math.min(room, wish.rows * rowHeight);
  const bottom = box.y + box.height - FOOT;
  return {
    head,
    rows,
    detail: wish.detail,
    scripts: scriptsHeight === 0 ? null : { ...inner, y: below, height: scriptsHeight },
    chips: chipsHeight === 0 ? null : { ...inner, y: bottom - chipsHeight, height: chipsHeight },
  };
}

interface Rows {
  detail: Detail;
  columns: number;
  rows: number;
}

/** The most detail at which all instances find room. */
function bestRows(count: number, width: number, room: number): Rows {
  for (const detail of ["full", "name", "sign"] as const) {
    const columns = columnsAt(detail, width, count);
    // Few columns read better than many.
    for (let wanted = 1; wanted <= columns; wanted++) {
      const rows = Math.ceil(count / wanted);
      const fits = rows * ROW.least <= room && width / wanted >= WIDTHS[detail];
      if (fits) return { detail, columns: wanted, rows };
    }
  }
  const columns = columnsAt("sign", width, count);
  const rows = Math.max(1, Math.min(Math.ceil(count / columns), Math.floor(room / ROW.least)));
  return { detail: "sign", columns, rows };
}

function columnsAt(detail: Detail, width: number, count: number): number {
  const fit = Math.floor(width / WIDTHS[detail]);
  return Math.max(1, Math.min(fit, COLUMNS_MAX[detail], Math.max(1, count)));
}

function rowBoxes(
  count: number,
  { columns, rows, detail }: Rows,
  room: Box,
  height: number,
): Box[] {
  if (height < 8) return [];
  const width = detail === "sign" ? WIDTHS.sign : room.width / columns;
  const shown = Math.min(count, columns * rows);
  // Downwards first: the list reads like the file.
  return Array.from({ length: shown }, (_, i) => ({
    x: room.x + Math.floor(i / rows) * width,
    y: room.y + (i % rows) * height,
    width,
    height,
  }));
}
