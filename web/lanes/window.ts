// The stretch of time that the lanes show, and how it is moved. Pure.

/** From when to when, microseconds. */
export interface Window {
  fromUs: number;
  toUs: number;
}

/** Shortest stretch that is shown, microseconds. */
export const WINDOW_MIN_US = 1_000;
/** Where the playhead stands in a window that follows it, from its left. */
const FOLLOWED_AT = 0.7;

/** Zooms by a factor (below 1: closer) around a time, inside 0..endUs. */
export function zoom(window: Window, factor: number, aroundUs: number, endUs: number): Window {
  const span = window.toUs - window.fromUs;
  const wanted = Math.max(WINDOW_MIN_US, Math.min(span * factor, Math.max(endUs, WINDOW_MIN_US)));
  const share = span === 0 ? 0.5 : (aroundUs - window.fromUs) / span;
  return held({ fromUs: aroundUs - share * wanted, toUs: aroundUs + (1 - share) * wanted }, endUs);
}

/** Moves a window, inside 0..endUs. */
export function pan(window: Window, byUs: number, endUs: number): Window {
  return held({ fromUs: window.fromUs + byUs, toUs: window.toUs + byUs }, endUs);
}

/** The window of the same width in which a playhead is well seen. */
export function follow(window: Window, playheadUs: number, endUs: number): Window {
  const span = window.toUs - window.fromUs;
  const isSeen = playheadUs >= window.fromUs && playheadUs <= window.fromUs + span * FOLLOWED_AT;
  if (isSeen) return window;
  const fromUs = playheadUs - span * FOLLOWED_AT;
  return held({ fromUs, toUs: fromUs + span }, endUs);
}

function held({ fromUs, toUs }: Window, endUs: number): Window {
  const span = toUs - fromUs;
  const from = Math.max(0, Math.min(fromUs, Math.max(0, endUs - span)));
  return { fromUs: from, toUs: from + span };
}

/** Distances of the lines of a time axis, microseconds. */
const STEPS_US = [1, 2, 5].flatMap((n) => [1e1, 1e2, 1e3, 1e4, 1e5, 1e6].map((unit) => n * unit))
  .concat([10e6, 15e6, 30e6, 60e6, 120e6, 300e6, 600e6, 1800e6, 3600e6, 7200e6, 21600e6, 86400e6])
  .sort((one, other) => one - other);

/** The distance of lines at which at most `count` stand in a window. */
export function axisStep({ fromUs, toUs }: Window, count: number): number {
  const wanted = (toUs - fromUs) / Math.max(1, count);
  return STEPS_US.find((step) => step >= wanted) ?? STEPS_US.at(-1)!;
}
