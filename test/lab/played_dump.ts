// What a daemon's dump says of a play: when each transition was, when configurations came into force, how
// late its two loops were, how long scripts ran. All by playing the dump again, which at the same
// time proves that it gives the same outputs.

import type { TransitionRecord } from "../../host/core/named_record.ts";
import { INPUT_TIMER } from "../../host/core/abi.gen.ts";
import { decodeDump, type LogEntry } from "../../host/core/record.ts";
import { Replay, type ReplayedCore, type ReplayedEngine } from "../../host/sim/replay/replay.ts";

/** A transition and when the core made it, microseconds of CLOCK_MONOTONIC. */
export interface TimedTransition {
  atUs: number;
  record: TransitionRecord;
}

/** Something that one of the daemon's loops had to do: when it was due, and when it was done. */
export interface Duty {
  what:
    | "timer of the core"
    | "timer of the engine"
    | "message to the engine"
    | "message to the core"
    | "signal";
  dueUs: number;
  atUs: number;
}

/** A run of a tracked script that ended. */
export interface ScriptRun {
  script: string;
  atUs: number;
  tookUs: number;
}

/** What a dump says. */
export interface DumpStory {
  transitions: TimedTransition[];
  /** When each configuration came into force, in order. */
  commitsUs: number[];
  duties: Duty[];
  runs: ScriptRun[];
  /** When adverts arrived, and when the kernel told of an interface; as the worker read it. */
  arrivalsUs: number[];
  linksUs: number[];
  /** Where the replay gave something else than the log says; should be empty. */
  differences: string[];
}

/** Reads a dump by playing it. Throws VipdError when it is none. */
export function readStory(wasm: WebAssembly.Module, bytes: Uint8Array): DumpStory {
  const replay = new Replay(wasm, decodeDump(bytes));
  const story: DumpStory = {
    transitions: [],
    commitsUs: [],
    duties: [],
    runs: [],
    arrivalsUs: [],
    linksUs: [],
    differences: [],
  };
  const open: Open = { runs: new Map(), trackersUs: [] };
  for (let next = replay.next; next !== null; next = replay.next) {
    const { half, entry } = next;
    const dueUs = isTimer(half, entry) ? dueOf(replay, half) : null;
    const played = replay.step()!;
    if (dueUs !== null) {
      story.duties.push({ what: `timer of the ${half}`, dueUs, atUs: played.nowUs });
    }
    if (played.half === "core") noteCore(story, open, played);
    else noteEngine(story, open, played);
  }
  story.differences = replay.differences.map(({ text }) => text);
  return story;
}

/** What has begun and not ended. */
interface Open {
  /** By number. */
  runs: Map<number, { script: string; atUs: number }>;
  /** When the engine told of trackers of which the core has not heard. */
  trackersUs: number[];
}

/** When that half wanted to be called. */
function dueOf(replay: Replay, half: "core" | "engine"): number {
  return half === "core" ? replay.core!.core.nextTimeout() : replay.engine!.engine.nextTimeout();
}

function isTimer(half: "core" | "engine", { input }: LogEntry): boolean {
  if (half === "core") {
    return new DataView(input.buffer, input.byteOffset).getUint32(0, true) === INPUT_TIMER;
  }
  return new TextDecoder().decode(input) === '{"kind":"timer"}';
}

function noteCore(story: DumpStory, open: Open, { nowUs, input, records }: ReplayedCore): void {
  for (const record of records) {
    if (record.kind === "transition") story.transitions.push({ atUs: nowUs, record });
    if (record.kind === "notice" && record.notice === "CONFIG_COMMITTED") {
      story.commitsUs.push(nowUs);
    }
  }
  if (input?.kind === "packet") story.arrivalsUs.push(nowUs);
  if (input?.kind === "link") story.linksUs.push(nowUs);
  const dueUs = input?.kind === "tracker" ? open.trackersUs.shift() : undefined;
  if (dueUs !== undefined) story.duties.push({ what: "message to the core", dueUs, atUs: nowUs });
}

function noteEngine(
  story: DumpStory,
  open: Open,
  { nowUs, input, outputs }: ReplayedEngine,
): void {
  if (input.kind === "configure") {
    const dueUs = story.commitsUs.at(-1) ?? nowUs;
    story.duties.push({ what: "message to the engine", dueUs, atUs: nowUs });
  }
  const run = input.kind === "scriptResult" ? open.runs.get(input.run) : undefined;
  if (run !== undefined) {
    story.runs.push({ script: run.script, atUs: nowUs, tookUs: nowUs - run.atUs });
  }
  for (const output of outputs) {
    if (output.kind === "runScript") {
      open.runs.set(output.run, { script: output.tracker, atUs: nowUs });
    }
    if (output.kind === "tracker") open.trackersUs.push(nowUs);
  }
}
