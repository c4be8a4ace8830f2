// `vipd simulate` for a person: what was played, the lanes, what happened in sentences, the table of
// the addresses, and whether everything held that must hold. Pure.

import { describeCount, describeDuration } from "../host/engine/describe_value.ts";
import type { Account, Spells } from "../host/sim/timeline/account.ts";
import type { Timeline, TimelineLine } from "../host/sim/timeline/timeline.ts";
import type { ServiceTally } from "../host/sim/traffic/tally.ts";
import type { Violation } from "../host/sim/world_view.ts";
import { actionMarks, lanesText, SPELL_SHOWN_US } from "./lanes_text.ts";
import type { Screen } from "./screen.ts";
import { drawnTable } from "./drawn_table.ts";
import { requestsTable } from "./requests_text.ts";
import { oneLine, wrap } from "./text.ts";

/** Violations that are told; the rest is counted. */
const VIOLATIONS_TOLD = 3;
/** Addresses named in the effects of one line. */
const EFFECTS_TOLD = 6;
/** Columns of a name at the most. */
const WHO_MAX = 14;
/** What is repeated within this is said at once. */
const AT_ONCE_US = 1_000;
const SECOND = 1_000_000;

/** Everything that is told of one play. */
export interface PlayedStory {
  nodes: readonly string[];
  scenario: string;
  description: string;
  seed: number;
  events: number;
  /** Time that the play took, milliseconds. */
  elapsedMs: number;
  timeline: Timeline;
  account: Account;
  violations: readonly Violation[];
  /** Of the clients' requests; empty where the scenario has no load. */
  requests: readonly ServiceTally[];
  /** How many invariants were watched. */
  invariants: number;
  /** The command that plays exactly this again. */
  again: string;
  /** The lines of the second look too. */
  verbose: boolean;
}

/** The whole screen, without a final newline. */
export function playedText(story: PlayedStory, screen: Screen): string {
  const { timeline, account } = story;
  const marks = actionMarks(timeline.lines);
  const { endUs, routers } = timeline;
  return [
    headText(story, screen),
    lanesText({ endUs, routers, addresses: account.addresses, marks }, screen),
    linesText(story, marks, screen),
    addressTable(account, screen),
    requestsTable(story.requests, screen),
    ...(story.verbose ? [stateTable(account, screen)] : []),
    verdictText(story, screen),
  ].filter((section) => section !== "").join("\n\n");
}

function headText(story: PlayedStory, { paint, width }: Screen): string {
  const { scenario, description, seed, nodes, timeline, events, elapsedMs } = story;
  const playedUs = timeline.endUs;
  const lines = [
    wrap(
      `${paint.head("vipd simulate")} ${nodes.join(", ")}: ${scenario}, seed ${seed}`,
      "",
      2,
      width,
    ),
    wrap(
      `${describeDuration(playedUs)} played in ${describeDuration(elapsedMs * 1000)}, ` +
        `${timesRealTime(playedUs, elapsedMs)} times real time; ${
          describeCount(events, "event", "events")
        }`,
      "",
      2,
      width,
    ),
  ];
  if (description !== "") lines.push(paint.dim(wrap(description, "", 0, width)));
  return lines.join("\n");
}

/** How many times faster than the clock on the wall: `12,300`. */
export function timesRealTime(playedUs: number, elapsedMs: number): string {
  const times = playedUs / 1000 / Math.max(elapsedMs, 0.001);
  const rounded = times < 10 ? Number(times.toFixed(1)) : Number(times.toPrecision(3));
  return rounded.toLocaleString("en-US", { maximumFractionDigits: 1 });
}

// ---- What happened ----

function linesText(
  { timeline, verbose }: PlayedStory,
  marks: ReadonlyMap<TimelineLine, string>,
  screen: Screen,
): string {
  const told = timeline.lines.filter((line) => verbose || !line.isDetail);
  if (told.length === 0) return "";
  const whoWidth = Math.min(WHO_MAX, Math.max(...told.map(({ who }) => oneLine(who).length)));
  const columns = { seconds: secondsText(timeline.endUs).length, who: whoWidth };
  return told.map((line, i) => {
    if (line.kind === "say") return (i === 0 ? "" : "\n") + sayText(line, columns, screen);
    return lineWithEffects({ line, verbose, mark: marks.get(line) ?? " " }, columns, screen);
  }).join("\n");
}

/** Widths of the columns of the list. */
interface Columns {
  seconds: number;
  who: number;
}

/** A comment begins a part of the story: it stands across the columns, after an empty line. */
function sayText({ atUs, text }: TimelineLine, columns: Columns, { paint, width }: Screen): string {
  const time = secondsText(atUs).padStart(columns.seconds);
  const head = `  ${paint.dim(time)}  `;
  return wrap(painted(oneLine(text), paint.head), head, columns.seconds + 4, width);
}

function lineWithEffects(
  { line, verbose, mark }: { line: TimelineLine; verbose: boolean; mark: string },
  columns: Columns,
  screen: Screen,
): string {
  const { paint, width } = screen;
  const time = secondsText(line.atUs).padStart(columns.seconds);
  const who = oneLine(line.who).slice(0, WHO_MAX).padEnd(columns.who);
  const head = `${paint.head(mark)} ${paint.dim(time)}  ${who}  `;
  const hanging = columns.seconds + columns.who + 6;
  const first = wrap(lineText(line, screen), head, hanging, width);
  const effects = line.effects.filter(({ isDetail }) => verbose || !isDetail);
  if (effects.length === 0) return first;
  const told = effectsText(effects.map(({ text }) => text));
  const after = wrap(told, " ".repeat(hanging), hanging, width).split("\n");
  return [first, ...after.map((one) => indentPainted(one, screen))].join("\n");
}

/** Seconds from the beginning with milliseconds: `13.207`. */
function secondsText(us: number): string {
  return (us / SECOND).toFixed(3);
}

function lineText(line: TimelineLine, { paint }: Screen): string {
  const alike = line.alike.length === 0
    ? ""
    : ` (and ${describeCount(line.alike.length, "instance", "instances")} more: ${
      line.alike.slice(0, 3).join(", ")
    }${line.alike.length > 3 ? ", ..." : ""})`;
  const times = line.times === 1 ? "" : ` (${line.times} times${untilText(line)})`;
  const text = oneLine(line.text) + alike + times;
  switch (line.kind) {
    case "action":
      return painted(text, paint.head);
    case "violation":
      return painted(text, paint.alarm);
    case "address":
      return painted(text, paint.warn);
    case "transition":
      return text.replace(/Entering (MASTER|BACKUP|FAULT) STATE/, (phrase, state) => {
        if (state === "BACKUP") return painted(phrase, paint.head);
        return painted(phrase, state === "MASTER" ? paint.good : paint.bad);
      });
    default:
      return text;
  }
}

function untilText({ atUs, lastUs }: TimelineLine): string {
  return lastUs - atUs < AT_ONCE_US ? "" : ` until ${secondsText(lastUs)}`;
}

/** Each word by itself, so that a line may be broken between them. */
function painted(text: string, colour: (text: string) => string): string {
  return text.split(" ").map((word) => word === "" ? "" : colour(word)).join(" ");
}

function effectsText(effects: readonly string[]): string {
  const more = effects.length - EFFECTS_TOLD;
  const told = effects.slice(0, more > 1 ? EFFECTS_TOLD : effects.length);
  return told.join("; ") + (more > 1 ? `; and ${more} more` : "");
}

function indentPainted(line: string, { paint }: Screen): string {
  const text = line.trimStart();
  return " ".repeat(line.length - text.length) + paint.dim(text);
}

// ---- Tables ----

const ADDRESS_HEAD = [
  ...["ADDRESS", "INSTANCE", "HELD AT", "NOBODY", "TWO", "MISLED", "TAKEOVERS", "LONGEST"],
];

/** How long nobody and several had each address, the client was misled, and the takeovers. */
export function addressTable({ addresses, routers }: Account, screen: Screen): string {
  if (addresses.length === 0) return "";
  const rows = addresses.map((one) => {
    const router = routers.find(({ segment, instances }) =>
      segment === one.segment && instances.some(({ name }) => one.instances.includes(name))
    );
    return [
      one.address,
      one.instances.join(" "),
      one.firstHeldUs === null ? "never" : describeDuration(one.firstHeldUs),
      spellsText(one.without),
      spellsText(one.several),
      // Every change of hands has a short one, until the new holder is heard.
      one.misled.totalUs < SPELL_SHOWN_US ? "-" : spellsText(one.misled),
      ...takeoverCells(router?.takeovers),
    ];
  });
  return drawnTable(ADDRESS_HEAD, rows, screen);
}

/** `597.8 ms`, `7.2 s in 3`. */
function spellsText({ count, totalUs }: Spells): string {
  if (count === 0) return "-";
  return describeDuration(totalUs) + (count === 1 ? "" : ` in ${count}`);
}

function takeoverCells(takeovers: Spells | undefined): string[] {
  if (takeovers === undefined || takeovers.count === 0) return ["-", "-"];
  const { count, longestUs } = takeovers;
  return [String(count), longestUs === 0 ? "at once" : describeDuration(longestUs)];
}

const STATES = ["MASTER", "BACKUP", "FAULT", "STOP", "DOWN"] as const;

/** How long each instance was in each state. */
export function stateTable({ routers }: Account, screen: Screen): string {
  const rows = routers.flatMap(({ instances }) =>
    instances.map(({ node, name, stateUs }) => [
      name,
      node,
      ...STATES.map((state) =>
        stateUs[state] === undefined ? "-" : describeDuration(stateUs[state])
      ),
    ])
  );
  return rows.length === 0 ? "" : drawnTable(["INSTANCE", "NODE", ...STATES], rows, screen);
}

// ---- Verdict ----

/** `13 invariants held`, or what was violated and how to see it again. */
export function verdictText(
  { violations, invariants, again }: Pick<PlayedStory, "violations" | "invariants" | "again">,
  { paint, width }: Screen,
): string {
  if (violations.length === 0) {
    return `${paint.good(`${describeCount(invariants, "invariant", "invariants")} held`)}\n` +
      paint.dim(`again: ${again}`);
  }
  const told = violations.slice(0, VIOLATIONS_TOLD).map(({ invariant, atUs, text }) =>
    wrap(text, `${paint.bad(`violated: ${invariant}`)} at ${secondsText(atUs)} s: `, 2, width)
  );
  const more = violations.length - told.length;
  if (more > 0) told.push(`${describeCount(more, "violation", "violations")} more`);
  return [...told, `again: ${again}`].join("\n");
}
