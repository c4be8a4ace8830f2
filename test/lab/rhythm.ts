// The rhythm of a master's adverts: what a peer's timer sees.

import type { Capture } from "./capture.ts";
import type { AdvertEvent } from "./frames.ts";

/**
 * The longest time without an advert of those fields, from the last one before event number `from` to
 * the newest, milliseconds. Throws when there are not two adverts to compare.
 */
export function longestGapMs(
  capture: Capture,
  fields: Partial<AdvertEvent>,
  from: number,
): number {
  const before = capture.adverts(fields).length - capture.adverts(fields, { from }).length;
  const times = capture.adverts(fields).slice(Math.max(0, before - 1)).map(({ atMs }) => atMs);
  if (times.length < 2) throw new Error(`fewer than two adverts\n${capture.tail()}`);
  return Math.max(...times.slice(1).map((atMs, index) => atMs - times[index]!));
}
