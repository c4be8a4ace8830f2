// Boxes of one size in rows and columns: how many columns show the most of each. Pure; CSS pixels.

/** A rectangle. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A point. */
export interface Point {
  x: number;
  y: number;
}

/** What one box of a grid would like. */
export interface Wish {
  width: number;
  /** So high it would be at a width. */
  heightAt(width: number): number;
}

/** A grid that was chosen. */
export interface Grid {
  columns: number;
  rows: number;
  /** Of each box. */
  width: number;
  height: number;
  gapX: number;
  gapY: number;
}

/** Gaps take no more than this part of the room. */
const GAP_PART = 0.25;

/**
 * The grid of `count` boxes in a room that shows the most of each. Every box has a width and height above
 * 0 and stands in the room, however small that is. `gapOf` answers the gap between columns for a number
 * of rows.
 */
export function chooseGrid(
  count: number,
  room: { width: number; height: number },
  wish: Wish,
  gap: number,
  gapOf: (rows: number) => number = () => gap,
): Grid {
  let best: Grid | null = null;
  let bestScore = -1;
  for (let columns = Math.max(1, count); columns >= 1; columns--) {
    const rows = Math.max(1, Math.ceil(count / columns));
    const gapX = Math.min(gapOf(rows), room.width * GAP_PART / columns);
    const gapY = Math.min(gap, room.height * GAP_PART / rows);
    const width = Math.min(wish.width, (room.width - gapX * (columns - 1)) / columns);
    const wanted = wish.heightAt(width);
    const height = Math.min(wanted, (room.height - gapY * (rows - 1)) / rows);
    // The worse of the two decides: a box that is wide and flat shows as little as a narrow one.
    const score = Math.min(1, width / wish.width, height / wanted);
    if (score <= bestScore + 1e-6) continue;
    bestScore = score;
    best = { columns, rows, width, height, gapX, gapY };
  }
  return best!;
}

/** Whether a point is in a box. */
export function isInside(box: Box, x: number, y: number): boolean {
  return x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height;
}
