// A violated invariant stops the clock: who watches sees what is wrong, not what came after it.

import { effect } from "@preact/signals";
import {
  announcement,
  playheadSlow,
  playing,
  recording,
  revision,
  selection,
} from "../app/state.ts";
import { LANES_TEXT } from "../text/lanes.ts";
import { t } from "../text/text.ts";
import { laneIndex } from "./index_signal.ts";

/** Watches the playhead; once a page. */
export function stopAtViolations(): void {
  let told = -1;
  effect(() => {
    revision.value;
    const us = playheadSlow.value;
    const mark = laneIndex.value.marks.findLast(({ kind }) => kind === "violation");
    if (mark === undefined || mark.atUs > us) {
      told = -1;
      return;
    }
    if (told === mark.event) return;
    told = mark.event;
    const event = recording.peek().events[mark.event];
    if (event?.kind !== "violation") return;
    playing.value = false;
    selection.value = { kind: "event", event: mark.event };
    announcement.value = t(LANES_TEXT.violated, { name: event.violation.invariant });
  });
}
