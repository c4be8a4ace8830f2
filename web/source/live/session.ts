// The directors that the page watches: starts and stops them, keeps their story, shows it as the page's
// recording while that is what one looks at.

import { signal } from "@preact/signals";
import { jumpTo } from "../../app/playback.ts";
import {
  playheadUs,
  playing,
  recording,
  selection,
  speed,
  touchRecording,
} from "../../app/state.ts";
import {
  BROWSER,
  Director,
  type DirectorAddress,
  type DirectorState,
  type DirectorWorld,
} from "./director.ts";
import { Present } from "./present.ts";
import { LiveStory } from "./story.ts";

/** One director as the panel lists it. */
export interface WatchedDirector {
  id: number;
  /** Its own once it has said it. */
  name: string;
  address: string;
  state: DirectorState;
  /** How far its clock is ahead of ours, milliseconds; null: not known. */
  aheadMs: number | null;
}

/** How often the recording grows, milliseconds. */
const TICK_MS = 100;

/** Those that are watched, in the order in which they were added. */
export const directors = signal<readonly WatchedDirector[]>([]);

let world = BROWSER;
const running = new Map<number, Director>();
const present = new Present();
let story: LiveStory | null = null;
let tick: ReturnType<typeof setInterval> | null = null;
let lastId = 0;

/** Watches a director, and shows those that are watched. Tests make up a world. */
export function watch(where: DirectorAddress, made: DirectorWorld = BROWSER): void {
  const id = ++lastId;
  world = made;
  story ??= new LiveStory(world.nowMs());
  const own = story;
  own.add(id, where.address.trim());
  directors.value = [
    ...directors.peek(),
    { id, name: "", address: where.address.trim(), state: { state: "connecting" }, aheadMs: null },
  ];
  const director = new Director(where, {
    changed: (state) => changed(id, state),
    connected(...words) {
      own.connected(id, ...words);
      show();
    },
    status: (...words) => own.status(id, ...words),
    event: (...words) => own.event(id, ...words),
    lost(why) {
      own.lost(id, why);
      show();
    },
  }, world);
  running.set(id, director);
  void director.run();
  tick ??= setInterval(advance, TICK_MS);
  showLive();
}

/** Watches a director no longer. */
export function unwatch(id: number): void {
  running.get(id)?.stop();
  running.delete(id);
  story?.remove(id);
  directors.value = directors.peek().filter((one) => one.id !== id);
  if (running.size === 0) end();
  show();
}

function end(): void {
  if (tick !== null) clearInterval(tick);
  tick = null;
  const current = recording.peek();
  if (current.source === "live") {
    current.isComplete = true;
    touchRecording();
  }
  story = null;
}

function changed(id: number, state: DirectorState): void {
  directors.value = directors.peek().map((one) =>
    one.id !== id ? one : {
      ...one,
      state,
      name: story?.nameOf(id) ?? one.name,
      aheadMs: story?.aheadMs(id) ?? null,
    }
  );
}

/** Makes what is watched the recording that one looks at, at the present. */
export function showLive(): void {
  if (story === null) return;
  selection.value = null;
  recording.value = story.recording;
  speed.value = 1;
  jumpTo(story.recording.untilUs);
  present.begin(playheadUs.peek());
  playing.value = true;
  touchRecording();
}

function advance(): void {
  story?.advance(world.nowMs());
  show();
}

/** Shows the story as it is now, if one looks at it at all. */
function show(): void {
  const shown = recording.peek();
  if (story === null || shown.source !== "live") return;
  const next = story.recording;
  if (next !== shown) {
    // Events have other numbers, and time 0 may be another moment.
    const picked = selection.peek();
    if (picked !== null && "event" in picked) selection.value = null;
    recording.value = next;
    const movedUs = ((shown.wallMs ?? 0) - (next.wallMs ?? 0)) * 1000;
    if (movedUs !== 0) {
      jumpTo(playheadUs.peek() + movedUs);
      present.moved(movedUs);
    }
  }
  const toUs = present.look(playheadUs.peek(), next.untilUs, playing.peek());
  if (toUs !== null) jumpTo(toUs);
  touchRecording();
}
