// What the lanes show: the window of time, whether it follows the playhead, which groups are folded; and the keys
// that change it.

import { effect, signal } from "@preact/signals";
import { registerKeys } from "../app/keys.ts";
import { playheadUs, recording } from "../app/state.ts";
import { LANES_TEXT } from "../text/lanes.ts";
import { follow, pan, type Window, zoom } from "./window.ts";

/** First window: what an election and a few adverts take, microseconds. */
const FIRST_US = 30_000_000;
const ZOOM = 1.5;
const PAN = 0.2;

/** The window of time. */
export const shown = signal<Window>({ fromUs: 0, toUs: FIRST_US });
/** It goes along with the playhead. */
export const isFollowing = signal(true);
/** Groups (rows.ts) of which the head alone is shown. */
export const folded = signal<ReadonlySet<string>>(new Set());

/** End of the recording as far as one knows; never 0. */
export function endUs(): number {
  const { endUs, untilUs } = recording.peek();
  return Math.max(endUs, untilUs, 1);
}

/** Zooms around the playhead if it is in sight, else around the middle. */
export function zoomBy(factor: number): void {
  const { fromUs, toUs } = shown.peek();
  const us = playheadUs.peek();
  const aroundUs = us >= fromUs && us <= toUs ? us : (fromUs + toUs) / 2;
  shown.value = zoom(shown.peek(), factor, aroundUs, endUs());
}

/** Closer, further. */
export const zoomIn = (): void => zoomBy(1 / ZOOM);
export const zoomOut = (): void => zoomBy(ZOOM);

/** Moves the window by a part of its width. */
export function panBy(share: number): void {
  isFollowing.value = false;
  const { fromUs, toUs } = shown.peek();
  shown.value = pan(shown.peek(), (toUs - fromUs) * share, endUs());
}

/** Earlier, later. */
export const panEarlier = (): void => panBy(-PAN);
export const panLater = (): void => panBy(PAN);

/** Shows all of the recording. */
export function showAll(): void {
  isFollowing.value = false;
  shown.value = { fromUs: 0, toUs: endUs() };
}

/** Begins or ends to go along with the playhead. */
export function toggleFollowing(): void {
  isFollowing.value = !isFollowing.peek();
}

/** Folds or unfolds a group. */
export function toggleGroup(group: string): void {
  const next = new Set(folded.peek());
  if (!next.delete(group)) next.add(group);
  folded.value = next;
}

registerKeys({
  title: LANES_TEXT.lanesName,
  keys: [
    { key: "+", text: LANES_TEXT.zoomIn, run: zoomIn },
    { key: "-", text: LANES_TEXT.zoomOut, run: zoomOut },
    { key: "ArrowLeft", shift: true, text: LANES_TEXT.panLeft, run: panEarlier },
    { key: "ArrowRight", shift: true, text: LANES_TEXT.panRight, run: panLater },
    { key: "a", text: LANES_TEXT.all, run: showAll },
    { key: "f", text: LANES_TEXT.follow, run: toggleFollowing },
  ],
});

effect(() => {
  const us = playheadUs.value;
  if (!isFollowing.value) return;
  const next = follow(shown.peek(), us, endUs());
  if (next !== shown.peek()) shown.value = next;
});

let seenSource = recording.peek().source;
// Another recording is looked at from its beginning on.
effect(() => {
  const { source } = recording.value;
  const { toUs, fromUs } = shown.peek();
  const isBeyond = fromUs > endUs();
  if (isBeyond || (source !== "simulation" && source !== seenSource)) {
    const whole = source === "live" ? Math.min(endUs(), toUs - fromUs) : endUs();
    shown.value = { fromUs: Math.max(0, endUs() - whole), toUs: Math.max(endUs(), 1) };
  }
  seenSource = source;
});
