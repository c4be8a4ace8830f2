// A violated invariant stops the clock: who watches sees what is wrong, not what came after it.

import { effect, signal } from "@preact/signals";
import { jumpTo } from "../app/playback.ts";
import { playheadUs, playing, recording, revision, selection } from "../app/state.ts";
import { laneIndex } from "./index_signal.ts";
import type { LaneIndex } from "./lane_index.ts";
import { lastAt } from "./lod.ts";

/** Name of the invariant at which the clock stopped, while one looks at it, for who cannot see it; "": at none. */
export const stoppedAt = signal("");

/** Remembers which violations the playhead has passed. Pure but for that. */
export class ViolationWatch {
  #passed = 0;

  /**
   * The playhead is at a time, or something was appended before it. Answers the place of the violation that it
   * has just passed while playing, -1: none. Who jumps passes none.
   */
  look({ marks }: LaneIndex, us: number, isPlaying: boolean): number {
    const { violation } = marks;
    const before = this.#passed;
    this.#passed = lastAt(violation, us) + 1;
    if (!isPlaying || this.#passed <= before) return -1;
    this.#passed = before + 1;
    return violation[before]!.event;
  }
}

/** Watches the playhead; once a page. */
export function stopAtViolations(): void {
  let watch = new ViolationWatch();
  let of = recording.peek();
  let stoppedUs = -1;
  effect(() => {
    revision.value;
    const nowUs = playheadUs.value;
    if (of !== recording.peek()) {
      of = recording.peek();
      watch = new ViolationWatch();
      watch.look(laneIndex.peek(), nowUs, false);
    }
    if (nowUs !== stoppedUs) stoppedAt.value = "";
    const place = watch.look(laneIndex.peek(), nowUs, playing.peek());
    const event = of.events[place];
    if (event?.kind !== "violation") return;
    playing.value = false;
    stoppedUs = event.atUs;
    stoppedAt.value = event.violation.invariant;
    selection.value = { kind: "event", event: place };
    jumpTo(event.atUs);
  });
}
