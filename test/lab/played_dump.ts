// What a daemon's dump says of a play: when each transition was, when configurations came into force, how
// late its two loops were, how long scripts ran. All by playing the dump again, which at the same
// time proves that it gives the same outputs.

import type { TransitionRecord } from "../../host/core/named_record.ts";
import { INPUT_TIMER } from "../../host/core/abi.gen.ts";
import { decodeDump, type LogEntry } from "../../host/core/record.ts";
import { Replay, type ReplayedEntry } from "../../host/sim/replay.ts";

/** A transition and when the core made it, microseconds of CLOCK_MONOTONIC. */
export interface TimedTransition {
  atUs: number;
  record: TransitionRecord;
}

/** A timer that fired, and when it was due. */
export interface FiredTimer {
  half: "core" | "engine";
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
  timers: FiredTimer[];
  runs: ScriptRun[];
  /** Where the replay gave something else than the log says; should be empty. */
  differences: string[];
}

/** Reads a dump by playing it. Throws VipdError when it is none. */
export function readStory(wasm: WebAssembly.Module, bytes: Uint8Array): DumpStory {
  const replay = new Replay(wasm, decodeDump(bytes));
  const story: DumpStory = {
    transitions: [],
    commitsUs: [],
    timers: [],
    runs: [],
    differences: [],
  };
  const begun = new Map<number, { script: string; atUs: number }>();
  for (let next = replay.next; next !== null; next = replay.next) {
    const dueUs = isTimer(next.half, next.entry) ? dueOf(replay, next.half) : null;
    const played = replay.step()!;
    if (dueUs !== null) story.timers.push({ half: next.half, dueUs, atUs: played.nowUs });
    note(story, begun, played);
  }
  story.differences = replay.differences.map(({ text }) => text);
  return story;
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

function note(
  story: DumpStory,
  begun: Map<number, { script: string; atUs: number }>,
  played: ReplayedEntry,
): void {
  const atUs = played.nowUs;
  if (played.half === "core") {
    for (const record of played.records) {
      if (record.kind === "transition") story.transitions.push({ atUs, record });
      if (record.kind === "notice" && record.notice === "CONFIG_COMMITTED") {
        story.commitsUs.push(atUs);
      }
    }
    return;
  }
  const { input, outputs } = played;
  if (input.kind === "scriptResult") {
    const run = begun.get(input.run);
    if (run !== undefined) story.runs.push({ script: run.script, atUs, tookUs: atUs - run.atUs });
  }
  for (const output of outputs) {
    if (output.kind === "runScript") begun.set(output.run, { script: output.tracker, atUs });
  }
}
