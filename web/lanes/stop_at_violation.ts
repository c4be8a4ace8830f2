// A violated invariant stops the clock: who watches sees what is wrong, not what came after it.

import { effect, signal } from "@preact/signals";
import { jumpTo } from "../app/playback.ts";
import { playheadUs, playing, recording, selection } from "../app/state.ts";
import { laneIndex } from "./index_signal.ts";
import type { LaneIndex } from "./lane_index.ts";
import { lastAt } from "./lod.ts";

/** Name of the invariant at which the clock stopped last, for who cannot see it; "": at none. */
export const stoppedAt = signal("");

/** Place of the first violation after a time and not after another; -1: none. Pure. */
export function violationBetween({ marks }: LaneIndex, afterUs: number, toUs: number): number {
  const { violation } = marks;
  const first = violation[lastAt(violation, afterUs) + 1];
  return first !== undefined && first.atUs <= toUs ? first.event : -1;
}

/** Watches the playhead; once a page. */
export function stopAtViolations(): void {
  let beforeUs = playheadUs.peek();
  let of = recording.peek();
  let stoppedUs = -1;
  effect(() => {
    const nowUs = playheadUs.value;
    const fromUs = beforeUs;
    const isSame = of === recording.peek();
    beforeUs = nowUs;
    of = recording.peek();
    if (nowUs !== stoppedUs) stoppedAt.value = "";
    if (!playing.peek() || !isSame || nowUs <= fromUs) return;
    const place = violationBetween(laneIndex.peek(), fromUs, nowUs);
    const event = recording.peek().events[place];
    if (event?.kind !== "violation") return;
    playing.value = false;
    beforeUs = stoppedUs = event.atUs;
    jumpTo(event.atUs);
    selection.value = { kind: "event", event: place };
    stoppedAt.value = event.violation.invariant;
  });
}
