// The clock of the page: moves the playhead while playing, jumps, steps. One requestAnimationFrame loop
// for all canvases: they register what they draw. Nobody else calls requestAnimationFrame.

import { playheadSlow, playheadUs, playing, recording, speed } from "./state.ts";

/** Longest step of a frame, milliseconds: a tab in the background does not leap. */
const FRAME_MS_MAX = 250;
/** How often components hear of the playhead while it moves, milliseconds. */
const SLOW_MS = 100;

type Draw = (nowMs: number) => void;
const draws = new Set<Draw>();
let lastMs = 0;
let slowMs = 0;
let wasPlaying = false;

/** Calls `draw` in every frame; answers what ends that. */
export function onFrame(draw: Draw): () => void {
  draws.add(draw);
  return () => draws.delete(draw);
}

/** Starts the clock; once a page. */
export function startClock(): void {
  requestAnimationFrame(frame);
}

function frame(nowMs: number): void {
  const passedMs = Math.min(FRAME_MS_MAX, wasPlaying ? nowMs - lastMs : 0);
  lastMs = nowMs;
  wasPlaying = playing.peek();
  if (wasPlaying) advance(passedMs);
  if (nowMs - slowMs >= SLOW_MS && playheadSlow.peek() !== playheadUs.peek()) {
    slowMs = nowMs;
    playheadSlow.value = playheadUs.peek();
  }
  for (const draw of draws) draw(nowMs);
  requestAnimationFrame(frame);
}

function advance(passedMs: number): void {
  const { untilUs, endUs, isComplete, source } = recording.peek();
  const nextUs = playheadUs.peek() + passedMs * 1000 * speed.peek();
  playheadUs.value = Math.min(nextUs, untilUs);
  const isOver = nextUs >= untilUs && (isComplete || untilUs >= endUs) && source !== "live";
  if (isOver) playing.value = false;
}

/** Looks at another time; held inside the recording. */
export function jumpTo(us: number): void {
  const { untilUs, endUs } = recording.peek();
  playheadUs.value = Math.max(0, Math.min(us, Math.max(untilUs, endUs)));
  playheadSlow.value = playheadUs.peek();
}
