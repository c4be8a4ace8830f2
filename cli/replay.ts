// `vipd replay FILE`: plays a dump again and proves that it gives the same, steps through it, or plays it
// with changes; of a capture it tells the story.

import { VipdError } from "../host/base/errors.ts";
import { decodeDump, type Dump } from "../host/core/record.ts";
import { coreBytes } from "../host/daemon/core_bytes.ts";
import { type Change, parseChange } from "../host/sim/replay/change.ts";
import { isPcap, readPcap } from "../host/sim/pcap/pcap.ts";
import { Replay, wallMsOf } from "../host/sim/replay/replay.ts";
import { Snapshots } from "../host/sim/replay/snapshots.ts";
import { type WhatIf, whatIf } from "../host/sim/replay/what_if.ts";
import { OutputClosed, OutputFailed, print, printError } from "./output.ts";
import { type Paint, stdoutPaint } from "./paint.ts";
import { storyText } from "./pcap_view.ts";
import { readFileUpTo } from "./read_file.ts";
import { stepThrough } from "./replay_step.ts";
import {
  equalText,
  type TimelineEntry,
  timelineOf,
  timelineText,
  whatIfText,
} from "./replay_text.ts";
import { drawnWidth } from "./terminal.ts";
import { parseWallTime, type Span, wallTime } from "./wall_time.ts";
import { tellPcap } from "../host/sim/pcap/pcap_story.ts";

/** Exit statuses: every output is that of the log; some is not; the file or the call is no good. */
const EXIT_EQUAL = 0;
const EXIT_DIFFERENT = 1;
const EXIT_UNREADABLE = 2;
/** Largest file that is read, bytes: captures may be larger than any dump. */
const FILE_SIZE_MAX = 1024 * 1024 * 1024;

/** What to play, and how. */
export interface ReplayOptions {
  file: string;
  step: boolean;
  changes: readonly string[];
  /** The part that is shown; null = from the beginning, to the end. */
  from: string | null;
  to: string | null;
  json: boolean;
}

/** Plays it; resolves with the exit status. Throws OutputClosed and OutputFailed only. */
export async function runReplay(options: ReplayOptions): Promise<number> {
  try {
    const bytes = readFile(options.file);
    return isPcap(bytes) ? replayPcap(bytes, options) : await replayDump(bytes, options);
  } catch (thrown) {
    if (thrown instanceof OutputClosed || thrown instanceof OutputFailed) throw thrown;
    // Whatever a damaged file made of us, it could not be played.
    printError(thrown);
    return EXIT_UNREADABLE;
  }
}

/** The bytes of a dump or a capture. Throws VipdError `file`. */
export function readFile(path: string): Uint8Array {
  return readFileUpTo(path, FILE_SIZE_MAX);
}

// ---- A dump ----

async function replayDump(bytes: Uint8Array, options: ReplayOptions): Promise<number> {
  refuseMixed(options);
  const changes = options.changes.map(parseChange);
  const dump = decodeDump(bytes);
  const wasm = new WebAssembly.Module(coreBytes());
  const replay = new Replay(wasm, dump, options.step ? { snapshots: new Snapshots() } : {});
  const span = shownSpan(dump, options);
  if (options.step) {
    await stepThrough(replay, span, stdoutPaint());
    return replay.differences.length === 0 ? EXIT_EQUAL : EXIT_DIFFERENT;
  }
  const timeline: TimelineEntry[] = [];
  replay.run((entry) => {
    const isShown = entry.nowUs >= span.fromUs && entry.nowUs <= span.toUs;
    if (isShown) timeline.push(...timelineOf(dump.head, entry));
  });
  const course = changes.length === 0 ? null : changedCourse(wasm, dump, changes, span);
  if (options.json) print(JSON.stringify(replayJson(replay, timeline, course)));
  else print(replayText(options.file, replay, timeline, course, stdoutPaint()));
  return replay.differences.length === 0 ? EXIT_EQUAL : EXIT_DIFFERENT;
}

function refuseMixed({ step, changes, json }: ReplayOptions): void {
  if (!step || (changes.length === 0 && !json)) return;
  const other = changes.length > 0 ? "--change" : "--json";
  throw new VipdError("usage", `--step and ${other} do not go together`, {
    hint: "leave one of them out: --step shows the play as it was, for a person",
  });
}

/** The part that is shown, microseconds of the node's monotonic clock. */
function shownSpan(dump: Dump, { from, to }: ReplayOptions): { fromUs: number; toUs: number } {
  const { head } = dump;
  // A half that has heard nothing has no time yet: its checkpoint says 0.
  const begins = [dump.core, dump.engine].flatMap((half) => half?.entries[0]?.nowUs ?? []);
  const fromMs = wallMsOf(head, Math.min(...begins, head.monotonicUs));
  const span: Span = { fromMs, toMs: head.wallMs };
  const usOf = (text: string) =>
    head.monotonicUs + (parseWallTime(text, span) - head.wallMs) * 1000;
  return {
    fromUs: from === null ? -Infinity : usOf(from),
    toUs: to === null ? Infinity : usOf(to),
  };
}

function changedCourse(
  wasm: WebAssembly.Module,
  dump: Dump,
  changes: readonly Change[],
  { fromUs, toUs }: { fromUs: number; toUs: number },
): WhatIf {
  const course = whatIf(wasm, dump, changes);
  const rows = course.rows.filter(({ atUs }) => atUs >= fromUs && atUs <= toUs);
  return { ...course, rows };
}

function replayText(
  file: string,
  replay: Replay,
  timeline: readonly TimelineEntry[],
  course: WhatIf | null,
  paint: Paint,
): string {
  const { head } = replay.dump;
  const { version, node, why, wallMs } = head;
  const title = `${paint.head(file)}: ${node}, vipd ${version}, ${wallTime(wallMs)} (${why})`;
  const width = drawnWidth();
  const equal = equalText(replay.count, replay.differences, paint, width);
  const body = course === null
    ? timelineText(timeline, paint, width) || "no record in this time"
    : whatIfText(head, course, paint, width);
  return [`${title}\n${equal}`, body].join("\n\n");
}

function replayJson(replay: Replay, timeline: readonly TimelineEntry[], course: WhatIf | null) {
  const { dump, count, differences } = replay;
  const base = { equal: differences.length === 0, head: dump.head, count, differences };
  return course === null ? { ...base, timeline } : { ...base, whatIf: course };
}

// ---- A capture ----

function replayPcap(bytes: Uint8Array, options: ReplayOptions): number {
  if (options.step || options.changes.length > 0) {
    throw new VipdError(
      "pcap",
      "a capture can be told only: it holds no inputs to step or change",
      {
        hint: "`vipd dump` of a node makes a file that can be stepped and changed",
      },
    );
  }
  const file = readPcap(bytes);
  const story = tellPcap(file);
  if (options.json) {
    print(JSON.stringify(story));
  } else {
    const span: Span = { fromMs: story.fromUs / 1000, toMs: story.toUs / 1000 };
    const shown = {
      fromMs: options.from === null ? -Infinity : parseWallTime(options.from, span),
      toMs: options.to === null ? Infinity : parseWallTime(options.to, span),
    };
    print(storyText(options.file, story, shown, stdoutPaint(), drawnWidth()));
  }
  const isWhole = story.problem === null && story.unread.linkTypes.length === 0;
  return isWhole ? EXIT_EQUAL : EXIT_UNREADABLE;
}
