// Searching and walking rows in the order of time, so that no more is drawn than there are pixels. Pure.

/** Place of the last row at or before a time; -1: none. */
export function lastAt(rows: readonly { atUs: number }[], us: number): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle]!.atUs <= us) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Place of the first row at or behind a time, from a place on; the rows behind a near one are found fast. */
export function firstFrom(rows: readonly { atUs: number }[], us: number, from: number): number {
  let step = 1;
  let low = from;
  while (low + step <= rows.length && rows[low + step - 1]!.atUs < us) {
    low += step;
    step *= 2;
  }
  let high = Math.min(rows.length, low + step - 1);
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle]!.atUs < us) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Columns of the screen: from when on, and how long each is. */
export interface Columns {
  fromUs: number;
  toUs: number;
  /** Microseconds. */
  widthUs: number;
}

/**
 * Visits the rows from `fromUs` to `toUs`, one call for each column in which there are any: the first
 * of them and how many. However many rows there are, no more calls than columns.
 */
export function eachColumn(
  rows: readonly { atUs: number }[],
  { fromUs, toUs, widthUs }: Columns,
  visit: (first: number, count: number) => void,
): void {
  let at = firstFrom(rows, fromUs, 0);
  while (at < rows.length) {
    const { atUs } = rows[at]!;
    if (atUs > toUs) return;
    const column = Math.floor((atUs - fromUs) / widthUs);
    // Rounding must not make a column end before its own row.
    const endUs = Math.max(fromUs + (column + 1) * widthUs, atUs + 1e-3);
    const next = firstFrom(rows, endUs, at + 1);
    visit(at, next - at);
    at = next;
  }
}
