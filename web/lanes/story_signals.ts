// The story of the recording in force, extended whenever the recording is, and what is wanted of it.

import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { playheadSlow, recording, revision } from "../app/state.ts";
import { placeAtOrBelow, type StoryFilter, wantedLines, WHOLE_STORY } from "./story_filter.ts";
import { StoryLines } from "./story_lines.ts";

const whole: ReadonlySignal<StoryLines> = computed(() => {
  const { cast, source } = recording.value;
  return new StoryLines(cast, source);
});

/** The lines; the same object while the recording grows: read `revision` too. */
export function storyLines(): StoryLines {
  revision.value;
  const lines = whole.value;
  lines.extend(recording.value.events);
  return lines;
}

/** What a person wants to read. */
export const storyFilter = signal<StoryFilter>(WHOLE_STORY);

/** Numbers of the lines that are wanted. */
export const wanted: ReadonlySignal<readonly number[]> = computed(() =>
  wantedLines(storyLines(), storyFilter.value)
);

/** Place among the wanted lines of the last one at or before the playhead; -1: none. */
export const currentPlace: ReadonlySignal<number> = computed(() => {
  const last = storyLines().lastAt(playheadSlow.value);
  return placeAtOrBelow(wanted.value, last);
});
