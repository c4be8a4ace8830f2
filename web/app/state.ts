// What the page knows, as signals: everything that components share. Who changes what: the sources
// (web/source) the recording, the playback the playhead, views the selection, the editor the files.

import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { Scenario } from "../../host/sim/scenario/scenario.ts";
import { emptyRecording, type Recording } from "../story/recording.ts";
import { type Scene, SceneMaker } from "../story/scene.ts";

/** One file of the editor: a node's keepalived.conf. */
export interface ConfFile {
  /** Name of its tab, and of its node where it has no router_id of its own: `node1`. */
  name: string;
  text: string;
}

/** What a person has picked. Numbers are places in the recording's events. */
export type Selection =
  | { kind: "event"; event: number }
  /** The event is of kind "packet". */
  | { kind: "packet"; event: number }
  | { kind: "node"; node: string }
  | { kind: "instance"; node: string; instance: string }
  | { kind: "link"; node: string; interface: string }
  | { kind: "server"; address: string; port: number | null }
  | { kind: "service"; service: string }
  | { kind: "client"; segment: number };

/** The views of the page. */
export type ViewName = "cluster" | "balance" | "inspector";

// ---- What is played ----

/** The files of the editor, one node each. */
export const files = signal<readonly ConfFile[]>([]);
/** What happens in the simulation: what a hand did is added to its steps. */
export const scenario = signal<Scenario | null>(null);
/** Unsigned 32 bit. */
export const seed = signal(1);

// ---- The recording ----

/** What the views draw. Appended to in place: read `revision` too. */
export const recording = signal<Recording>(emptyRecording("simulation", ""));
/** Changes whenever something was appended to the recording or it is another one. */
export const revision = signal(0);

/** A source appended to the recording, or changed what it says of itself. */
export function touchRecording(): void {
  revision.value++;
}

const maker: ReadonlySignal<SceneMaker> = computed(() => {
  const { cast, events } = recording.value;
  return new SceneMaker(cast, events);
});

/** How everything stands at a time of the recording. Good until the next call of this. */
export function sceneAt(us: number): Scene {
  return maker.value.at(us);
}

/** How everything stood before the event of a number. Good until the next call of this or sceneAt. */
export function sceneBefore(event: number): Scene {
  return maker.value.before(event);
}

// ---- Time ----

/**
 * Where one looks, microseconds. Changes at every frame while playing: canvases read it with peek() in
 * their own frame; components read `playheadSlow`.
 */
export const playheadUs = signal(0);
/** The playhead, changed at most ten times a second and whenever it jumps. */
export const playheadSlow = signal(0);
export const playing = signal(false);
/** Seconds of the recording in a second. */
export const speed = signal(1);

/** Speeds that the control offers. */
export const SPEEDS = [0.1, 0.25, 0.5, 1, 2, 5, 10, 60, 100, 1000, 10_000] as const;

// ---- What one looks at ----

export const selection = signal<Selection | null>(null);
export const view = signal<ViewName>("cluster");
/** What was said last to the person, for the status line and screen readers. */
export const announcement = signal("");

/** The scene at the slow playhead, for components: their own copy, another one at each change. */
export const scene: ReadonlySignal<Scene> = computed(() => {
  revision.value;
  return structuredClone(sceneAt(playheadSlow.value));
});
