// `vipd explain [VRID|NAME]`: why the last transitions happened, from the running daemon's memory or from
// a dump.

import { decodeDump } from "../host/core/record.ts";
import { coreBytes } from "../host/daemon/core_bytes.ts";
import { describeDuration } from "../host/engine/describe_value.ts";
import { chronicleOf } from "../host/sim/replay/chronicle.ts";
import { explain, type Explained, type Explanation } from "../host/sim/replay/explain.ts";
import type { Difference } from "../host/sim/replay/replay.ts";
import { Replay } from "../host/sim/replay/replay.ts";
import { connectControl } from "./connect.ts";
import { print } from "./output.ts";
import { type Paint, paintState, stdoutPaint } from "./paint.ts";
import { readFile } from "./replay.ts";
import { drawnWidth } from "./terminal.ts";
import { WIDTH_MAX, wrap } from "./text.ts";
import { clockTime, wallTime } from "./wall_time.ts";

/** What to explain. */
export interface ExplainOptions {
  /** Name of an instance or group, or a VRID; null = all. */
  subject: string | null;
  /** A dump; null = ask the daemon. */
  dump: string | null;
  /** Transitions of each instance and group. */
  count: number;
  json: boolean;
  /** Path of the control socket. */
  socket: string;
}

/** Explains. Rejects with VipdError: no daemon, no dump, no such instance. */
export async function runExplain(options: ExplainOptions): Promise<void> {
  const bytes = options.dump === null ? await askDump(options.socket) : readFile(options.dump);
  const replay = new Replay(new WebAssembly.Module(coreBytes()), decodeDump(bytes));
  const chronicle = chronicleOf(replay);
  const { subject: name, count } = options;
  const explained = explain(chronicle, { name, count, clock: clockTime });
  const { differences } = chronicle;
  if (options.json) print(JSON.stringify({ ...explained, differences }));
  else print(explainedText(explained, differences, stdoutPaint(), drawnWidth()));
}

async function askDump(socket: string): Promise<Uint8Array> {
  const client = await connectControl(socket);
  try {
    return await client.dump();
  } finally {
    client.close();
  }
}

/** The whole text, without a final newline. */
export function explainedText(
  explained: Explained,
  differences: readonly Difference[],
  paint: Paint,
  width = WIDTH_MAX,
): string {
  const { explanations, standing, fromWallMs } = explained;
  const quiet = explanations.length > 0
    ? []
    : [`No transition in the log, which reaches back to ${wallTime(fromWallMs)}.`];
  const now = standing.map(({ name, state, reason, ageUs }) =>
    `${name} is ${paintState(state as "MASTER", paint)} for ${describeDuration(ageUs)} (${reason})`
  );
  const doubts = differences.map(({ text }) =>
    wrap(`${paint.warn("The replay differs from what happened")}: ${text}.`, "", 2, width)
  );
  const sections = [
    ...explanations.map((one) => explanationText(one, paint, width)),
    ...(quiet.length === 0 ? [] : [quiet.join("\n")]),
    ...(now.length === 0 ? [] : [now.join("\n")]),
    ...(doubts.length === 0 ? [] : [doubts.join("\n")]),
  ];
  return sections.join("\n\n");
}

function explanationText({ wallMs, sentences }: Explanation, paint: Paint, width: number): string {
  const [first = "", ...more] = sentences;
  return [
    paint.dim(wallTime(wallMs)),
    wrap(first, "  ", 4, width),
    ...more.map((sentence) => wrap(sentence, "  - ", 4, width)),
  ].join("\n");
}
