// `vipd replay` for a person: whether the replay was equal, the timeline of records, two courses side by
// side, one entry in full. Pure: what was played in, text of the width that is asked for out.

import type { DumpHead } from "../host/core/record.ts";
import type { CoreRecord } from "../host/engine/contract.ts";
import type { EngineEvent } from "../host/engine/event.ts";
import { describeRecord } from "../host/engine/describe.ts";
import { describeEvent } from "../host/engine/describe_event.ts";
import { describeDuration } from "../host/engine/describe_value.ts";
import {
  collapse,
  describeEntryInput,
  describeEntryOutputs,
  type EntryNames,
} from "../host/sim/replay/describe_entry.ts";
import type { Difference, ReplayCount, ReplayedEntry } from "../host/sim/replay/replay.ts";
import { wallMsOf } from "../host/sim/replay/replay.ts";
import type { WhatIf, WhatIfRow } from "../host/sim/replay/what_if.ts";
import type { Paint } from "./paint.ts";
import { table, WIDTH_MAX, wrap } from "./text.ts";
import { clockTime, wallTime } from "./wall_time.ts";

/** Outputs of one entry that --step shows; more are counted. */
const OUTPUTS_SHOWN = 40;

/** One line of the timeline. */
export interface TimelineEntry {
  wallMs: number;
  half: "core" | "engine";
  /** Number of the input in its half. */
  sequence: number;
  text: string;
  record: CoreRecord | EngineEvent;
}

/** What of an entry belongs into the timeline. */
export function timelineOf(head: DumpHead, entry: ReplayedEntry): TimelineEntry[] {
  const { half, sequence } = entry;
  const wallMs = wallMsOf(head, entry.nowUs);
  if (entry.half === "core") {
    return entry.records.map((record) => ({
      wallMs,
      half,
      sequence,
      text: describeRecord(record),
      record,
    }));
  }
  return entry.outputs.flatMap((output) =>
    output.kind === "event"
      ? [{ wallMs, half, sequence, text: describeEvent(output.event), record: output.event }]
      : []
  );
}

/** `2026-11-22 02:00:05.123 core 123   (VI_1) Entering MASTER STATE: ...`. */
export function timelineText(
  entries: readonly TimelineEntry[],
  paint: Paint,
  width = WIDTH_MAX,
): string {
  return entries.map(({ wallMs, half, sequence, text }) => {
    const place = `${half} ${sequence}`.padEnd(13);
    return wrap(text, `${paint.dim(`${wallTime(wallMs)} ${place}`)} `, 38, width);
  }).join("\n");
}

/** A count with commas: `1,234`. */
export function grouped(count: number): string {
  return count.toLocaleString("en");
}

/** `1,234 inputs of the core and 56 of the engine replayed: outputs equal`. */
export function equalText(
  count: Readonly<ReplayCount>,
  differences: readonly Difference[],
  paint: Paint,
  width = WIDTH_MAX,
): string {
  const played = [
    ...(count.core > 0 ? [`${inputs(count.core)} of the core`] : []),
    ...(count.engine > 0 ? [`${inputs(count.engine)} of the engine`] : []),
  ].join(" and ");
  const head = `${played || "no inputs"} replayed: `;
  if (differences.length === 0) return head + paint.good("outputs equal");
  const lines = differences.map(({ text }) => wrap(text, "  ", 4, width));
  return [head + paint.bad("outputs differ, first:"), ...lines].join("\n");
}

function inputs(count: number): string {
  return `${grouped(count)} ${count === 1 ? "input" : "inputs"}`;
}

// ---- Two courses ----

/** What was changed, both courses, where they part, and what this cannot know. */
export function whatIfText(
  head: DumpHead,
  result: WhatIf,
  paint: Paint,
  width = WIDTH_MAX,
): string {
  const { parting } = result;
  const rows = result.rows.map((row) => [
    clockTime(wallMsOf(head, row.atUs)),
    cell(row, "recorded"),
    cell(row, "changed"),
  ]);
  const sections = [
    [paint.head("What was changed"), ...result.changes.map((text) => wrap(text, "  ", 4, width))],
    [
      paint.head("As it was, and as it would have been"),
      rows.length === 0
        ? "  no transition in either"
        : table(["TIME", "AS IT WAS", "WITH THE CHANGE"], rows, 2, width),
    ],
    [
      paint.head("Where they part"),
      ...(parting === null
        ? ["  nowhere: every output is the same"]
        : partingLines(clockTime(wallMsOf(head, parting.atUs)), parting, width)),
    ],
    [
      paint.head("At the end"),
      ...result.end.map(({ instance, recorded, changed }) =>
        `  ${instance}: ${recorded === changed ? `${recorded} in both` : `${recorded}, ${changed}`}`
      ),
    ],
    result.limits.map((text) => paint.dim(wrap(text, "", 0, width))),
  ];
  return sections.map((lines) => lines.join("\n")).join("\n\n");
}

function partingLines(
  clock: string,
  { recorded, changed }: WhatIf["parting"] & object,
  width: number,
): string[] {
  const side = (name: string, lines: string[]) => [
    `    ${name}${lines.length === 0 ? " nothing" : ""}`,
    ...lines.map((line) => wrap(line, "      ", 8, width)),
  ];
  return [
    `  ${clock}`,
    ...side("as it was:", recorded),
    ...side("with the change:", changed),
  ];
}

function cell(row: WhatIfRow, which: "recorded" | "changed"): string {
  const own = row[which];
  return own === null ? "-" : shortRecord(own.record);
}

/** `VI_1 MASTER (100): MASTER_DOWN`. */
function shortRecord(record: CoreRecord): string {
  const name = record.instanceName ?? `#${record.instance}`;
  if (record.kind === "transition") {
    const subject = record.subject === "GROUP" ? record.groupName ?? `#${record.group}` : name;
    return `${subject} ${record.to} (${record.priorityEffective}): ${record.reason}`;
  }
  return record.kind === "priority" ? `${name} priority ${record.from} to ${record.to}` : "";
}

// ---- One entry ----

/** Core or engine: each numbers its own inputs. */
export type Half = ReplayedEntry["half"];

/** An input as --step takes and shows it: the core's number, as elsewhere, or `e17` of the engine. */
export function inputNumber(half: Half, sequence: number): string {
  return half === "core" ? String(sequence) : `e${sequence}`;
}

/** An entry in full: input, outputs, and whether they are those of the log. */
export function entryText(
  head: DumpHead,
  entry: ReplayedEntry,
  place: { entry: number; of: number; beforeUs: number | null },
  names: EntryNames,
  paint: Paint,
  width = WIDTH_MAX,
): string {
  const clock = wallTime(wallMsOf(head, entry.nowUs));
  const since = place.beforeUs === null
    ? ""
    : `, ${describeDuration(entry.nowUs - place.beforeUs)} after the one before`;
  const of = `  (${place.entry} of ${place.of} of both halves)`;
  const number = inputNumber(entry.half, entry.sequence);
  const title = `input ${number} of the ${entry.half}  ${clock}`;
  const outputs = collapse(describeEntryOutputs(entry, names));
  const shown = outputs.slice(0, OUTPUTS_SHOWN).map((text) => wrap(text, "  -> ", 5, width));
  const more = outputs.length - OUTPUTS_SHOWN;
  return [
    paint.head(title) + paint.dim(since + of),
    wrap(describeEntryInput(entry, names), "  <- ", 5, width),
    ...shown,
    ...(more > 0 ? [`  -> ${more} further outputs`] : []),
    `  ${verdict(entry, paint)}`,
  ].join("\n");
}

function verdict(entry: ReplayedEntry, paint: Paint): string {
  if (entry.died !== null) return paint.bad(`the ${entry.half} dies here: ${entry.died}`);
  if (!entry.same) return paint.bad("not what the log says");
  return entry.open ? paint.dim("the log does not say what came out") : paint.good("equal");
}
