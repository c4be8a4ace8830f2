// What `vipd simulate --runs N` tells: a summary for people, or one JSON document. Pure.

import { describeCount, describeDuration } from "../host/engine/describe_value.ts";
import type { Screen } from "./screen.ts";
import type { Distribution, FailingRun, RunsSummary } from "./simulate_runs.ts";
import { wrap } from "./text.ts";
import { drawnTable } from "./drawn_table.ts";
import { timesRealTime } from "./timeline_text.ts";

/** Everything that is told of many runs. */
export interface RunsStory {
  summary: RunsSummary;
  /** What was played. */
  scenario: string;
  /** How many invariants were watched. */
  invariants: number;
  /** The command that plays a seed again. */
  again(seed: number): string;
}

/** The summary, without a final newline. */
export function runsText({ summary, scenario, invariants, again }: RunsStory, to: Screen): string {
  const { paint, width } = to;
  const { played, asked, first, playedUs, elapsedMs, events, failures } = summary;
  const of = played === asked ? "" : ` of ${asked}`;
  const head = [
    `${paint.head("vipd simulate")} ${scenario}, seeds ${first} to ${first + played - 1}: ` +
    `${played}${of} runs`,
    `${describeLong(playedUs)} played in ${describeLong(elapsedMs * 1000)}, ` +
    `${timesRealTime(playedUs, elapsedMs)} times real time; ` +
    `${describeCount(events, "event", "events")}`,
  ];
  const rows = [
    distributionRow("nobody has an address", summary.withoutUs),
    distributionRow("two have an address", summary.severalUs),
    distributionRow("the client is misled", summary.misledUs),
    distributionRow("longest takeover", summary.longestTakeoverUs),
  ];
  const worst = summary.withoutUs.most > 0
    ? [`longest without an address: ${again(summary.withoutUs.mostSeed)}`]
    : [];
  return [
    head.map((line) => wrap(line, "", 2, width)).join("\n"),
    drawnTable(["PER RUN", "MEDIAN", "90 %", "99 %", "MOST", "SEED"], rows, to),
    ...worst,
    failures.length === 0
      ? paint.good(`${describeCount(invariants, "invariant", "invariants")} held in every run`)
      : failures.map((failure) => failureText(failure, again, to)).join("\n"),
  ].join("\n\n");
}

function distributionRow(name: string, numbers: Distribution): string[] {
  const { median, p90, p99, most, mostSeed } = numbers;
  const cells = [median, p90, p99, most].map((us) => us === 0 ? "-" : describeDuration(us));
  return [name, ...cells, most === 0 ? "-" : String(mostSeed)];
}

function failureText(
  { seed, violation }: FailingRun,
  again: RunsStory["again"],
  { paint, width }: Screen,
): string {
  const { invariant, atUs, text } = violation;
  const when = `at ${(atUs / 1_000_000).toFixed(3)} s`;
  const said = wrap(text, `${paint.bad(`seed ${seed} violated ${invariant}`)} ${when}: `, 2, width);
  return `${said}\n  again: ${again(seed)}`;
}

/** A time that may be long: `3.2 s`, `2.5 h`, `41 d`. */
function describeLong(us: number): string {
  const seconds = us / 1_000_000;
  if (seconds < 600) return describeDuration(us);
  if (seconds < 2 * 86_400) return `${(seconds / 3600).toFixed(1)} h`;
  return `${(seconds / 86_400).toFixed(1)} d`;
}

/** The summary as JSON: RunsSummary, and for each failing run the command that plays it again. */
export function runsJson({ summary, scenario, invariants, again }: RunsStory): string {
  const failures = summary.failures.map((failure) => ({ ...failure, again: again(failure.seed) }));
  return JSON.stringify({ scenario, invariants, ...summary, failures }, null, 2);
}
