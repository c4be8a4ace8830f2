// Which rows of a long list are in sight. Browsers draw no element higher than some ten million pixels:
// a list that would be scrolls faster than its rows. Pure.

/** Highest element, pixels. */
export const SCROLL_HEIGHT_MAX = 8_000_000;
/** Rows that are drawn above and below those in sight. */
const SPARE_ROWS = 4;

/** What is to be drawn. */
export interface ListWindow {
  /** Height of the whole, pixels. */
  height: number;
  /** First row and the one behind the last. */
  from: number;
  to: number;
  /** Where the first row is drawn, pixels from the top of the whole. */
  top: number;
}

/** What a list is. */
export interface ListShape {
  count: number;
  /** Pixels. */
  rowHeight: number;
  viewHeight: number;
}

function heightOf({ count, rowHeight }: ListShape): number {
  return Math.min(count * rowHeight, SCROLL_HEIGHT_MAX);
}

/** The rows in sight. */
export function windowAt(shape: ListShape, scrollTop: number): ListWindow {
  const { count, rowHeight, viewHeight } = shape;
  const height = heightOf(shape);
  const rows = Math.ceil(viewHeight / rowHeight);
  const whole = count * rowHeight;
  const range = Math.max(1, height - viewHeight);
  const scrolled = Math.min(Math.max(0, scrollTop), range);
  // Pixels of the unshortened list above what is in sight.
  const above = whole <= height ? scrolled : scrolled / range * (whole - viewHeight);
  const first = Math.min(Math.floor(above / rowHeight), Math.max(0, count - 1));
  const from = Math.max(0, first - SPARE_ROWS);
  const to = Math.min(count, first + rows + 1 + SPARE_ROWS);
  return { height, from, to, top: scrolled - (above - from * rowHeight) };
}

/** Where to scroll so that a row is in sight; null: it is already. */
export function scrollTo(shape: ListShape, scrollTop: number, row: number): number | null {
  const { count, rowHeight, viewHeight } = shape;
  const height = heightOf(shape);
  const whole = count * rowHeight;
  const range = Math.max(1, height - viewHeight);
  const scale = whole <= height ? 1 : (whole - viewHeight) / range;
  const above = scrollTop * scale;
  const [top, bottom] = [row * rowHeight, (row + 1) * rowHeight];
  if (top >= above && bottom <= above + viewHeight) return null;
  const wanted = top < above ? top : bottom - viewHeight;
  return Math.min(range, Math.max(0, wanted / scale));
}
