// Ways of packets: along the cable to the switch, through it, along the other cable. Pure; CSS pixels.

import type { Point } from "./grid.ts";

/** A way with its length, measured once. */
export interface Way {
  points: readonly Point[];
  /** Of each part. */
  lengths: readonly number[];
  length: number;
}

/** A way through these points. */
export function wayThrough(points: readonly Point[]): Way {
  const lengths = points.slice(1).map((to, i) =>
    Math.hypot(to.x - points[i]!.x, to.y - points[i]!.y)
  );
  return { points, lengths, length: lengths.reduce((sum, one) => sum + one, 0) };
}

/** The way between two cables of one segment; into the switch only where there is no other. */
export function wayBetween(from: readonly Point[], to: readonly Point[] | null): Way {
  return wayThrough(to === null ? from : [...from, ...[...to].reverse()]);
}

/** Writes the place after a part (0..1) of a way into `into`. */
export function placeOn({ points, lengths, length }: Way, part: number, into: Point): void {
  let left = length * Math.max(0, Math.min(1, part));
  for (let i = 0; i < lengths.length; i++) {
    const long = lengths[i]!;
    if (left <= long && long > 0) {
      const [from, to] = [points[i]!, points[i + 1]!];
      into.x = from.x + (to.x - from.x) * left / long;
      into.y = from.y + (to.y - from.y) * left / long;
      return;
    }
    left -= long;
  }
  const end = points[points.length - 1]!;
  into.x = end.x;
  into.y = end.y;
}
