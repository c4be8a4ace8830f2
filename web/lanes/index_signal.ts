// The index of the recording in force, extended whenever the recording is.

import { computed, type ReadonlySignal } from "@preact/signals";
import { recording, revision } from "../app/state.ts";
import { LaneIndex } from "./lane_index.ts";

const whole: ReadonlySignal<LaneIndex> = computed(() => new LaneIndex(recording.value.cast));

/** The index; the same object while the recording grows. */
export const laneIndex: ReadonlySignal<LaneIndex> = computed(() => {
  revision.value;
  const index = whole.value;
  index.extend(recording.value.events);
  return index;
});
