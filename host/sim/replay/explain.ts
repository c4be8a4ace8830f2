// Why did it fail over: each transition of a node's log in sentences with numbers. Which advert or which
// silence decided, how long the timer was set and how late our own loop came, what was refused in that
// time, what changed the priority, what was sent and which addresses moved. One node's log knows what that
// node received; what others did it can only infer, and the sentences say no more than that.
// This module is browser safe.

import { VipdError } from "../../base/errors.ts";
import { nearest } from "../../base/nearest.ts";
import type { TransitionRecord } from "../../engine/contract.ts";
import { describeReason, describeTransition } from "../../engine/describe.ts";
import { describeCount, describeDuration } from "../../engine/describe_value.ts";
import type { Chronicle, HeardAdvert, ToldTransition } from "./chronicle.ts";
import { describeInput } from "./describe_entry.ts";
import { type Case, caseOf } from "./explain_case.ts";
import {
  effectsOf,
  loopText,
  otherEventsText,
  priorityText,
  refusedText,
  silenceVerdict,
} from "./explain_parts.ts";
import { wallMsOf } from "./replay.ts";

/** Adverts before a silence that are told one by one. */
const ADVERTS_TOLD = 4;

/** One transition, explained. */
export interface Explanation {
  subject: "INSTANCE" | "GROUP";
  /** Of the instance or group. */
  name: string;
  atUs: number;
  /** Milliseconds since 1970. */
  wallMs: number;
  /** Number of the core's input that led to it. */
  sequence: number;
  record: TransitionRecord;
  /** The log's own line. */
  title: string;
  sentences: string[];
}

/** What can be asked for. */
export interface ExplainQuery {
  /** Name of an instance or group, or a VRID; null = all. */
  name: string | null;
  /** Transitions of each instance and group, the last ones. */
  count: number;
  /** Prints a wall time (milliseconds since 1970) within a sentence. */
  clock: (wallMs: number) => string;
}

/** What an instance does at the end of the log. */
export interface Standing {
  name: string;
  state: string;
  reason: string;
  /** How long, microseconds. */
  ageUs: number;
}

/** The answer. */
export interface Explained {
  /** In the order of time. */
  explanations: Explanation[];
  /** Instances that were asked for, as they are at the end. */
  standing: Standing[];
  /** From where on the log remembers, milliseconds since 1970. */
  fromWallMs: number;
}

/** Explains the last transitions. Throws VipdError `explain` when there is no such instance or group. */
export function explain(chronicle: Chronicle, query: ExplainQuery): Explained {
  const wanted = chosen(chronicle, query.name);
  const told: Explanation[] = [];
  const bySubject = new Map<string, ToldTransition[]>();
  for (const one of chronicle.transitions) {
    const subject = subjectOf(one.record);
    if (!wanted.has(subject)) continue;
    const own = bySubject.get(subject);
    if (own === undefined) bySubject.set(subject, [one]);
    else own.push(one);
  }
  for (const own of bySubject.values()) {
    const last = query.count === 0 ? [] : own.slice(-query.count);
    for (const transition of last) told.push(explainOne(chronicle, transition, query.clock));
  }
  const standing = chronicle.instances.filter(({ name }) => wanted.has(`INSTANCE ${name}`));
  return {
    explanations: told.toSorted((a, b) => a.atUs - b.atUs || a.record.sequence - b.record.sequence),
    standing: standing.map(({ name, state, reason, sinceUs }) => ({
      name,
      state,
      reason,
      ageUs: chronicle.toUs - sinceUs,
    })),
    fromWallMs: wallMsOf(chronicle.head, chronicle.fromUs),
  };
}

// ---- What was asked for ----

function subjectOf(record: TransitionRecord): string {
  return record.subject === "GROUP"
    ? `GROUP ${record.groupName ?? `#${record.group}`}`
    : `INSTANCE ${record.instanceName ?? `#${record.instance}`}`;
}

/** The subjects that a name or VRID means; without one all. */
function chosen(chronicle: Chronicle, name: string | null): Set<string> {
  const known = new Set(chronicle.transitions.map(({ record }) => subjectOf(record)));
  for (const instance of chronicle.instances) known.add(`INSTANCE ${instance.name}`);
  for (const group of chronicle.config?.index.groups ?? []) known.add(`GROUP ${group}`);
  if (name === null) return known;
  const named = [...known].filter((subject) => subject.slice(subject.indexOf(" ") + 1) === name);
  if (named.length > 0) return new Set(named);
  const vrid = /^[0-9]{1,3}$/.test(name) ? Number(name) : -1;
  const byVrid = chronicle.instances.filter((instance) => instance.vrid === vrid);
  if (byVrid.length > 0) return new Set(byVrid.map((instance) => `INSTANCE ${instance.name}`));
  throw unknownName(chronicle, name, [...known]);
}

function unknownName(chronicle: Chronicle, name: string, known: string[]): VipdError {
  const names = known.map((subject) => subject.slice(subject.indexOf(" ") + 1));
  const near = nearest(name, names);
  const list = chronicle.instances.map((one) => `${one.name} (VRID ${one.vrid})`);
  const groups = chronicle.config?.index.groups ?? [];
  const all = [...list, ...groups.map((group) => `${group} (group)`)].join(", ");
  const guess = near === null ? "" : `did you mean '${near}'? `;
  return new VipdError("explain", `there is no instance, group or VRID '${name}'`, {
    hint: all === "" ? "the log knows no instance" : `${guess}There are: ${all}`,
  });
}

// ---- One transition ----

/** Explains one transition of a chronicle. `clock` prints a wall time within a sentence. */
export function explainOne(
  chronicle: Chronicle,
  told: ToldTransition,
  clock: (wallMs: number) => string,
): Explanation {
  const one = caseOf(chronicle, told, clock);
  const { record } = told;
  const [subject, ...name] = subjectOf(record).split(" ");
  return {
    subject: subject as Explanation["subject"],
    name: name.join(" "),
    atUs: told.atUs,
    wallMs: wallMsOf(chronicle.head, told.atUs),
    sequence: told.sequence,
    record,
    title: describeTransition(record),
    sentences: [
      headline(one),
      ...causeOf(one),
      ...(record.subject === "GROUP" ? [] : backgroundOf(one)),
      ...(record.subject === "GROUP" ? [] : effectsOf(one)),
    ],
  };
}

function headline({ record }: Case): string {
  const name = subjectOf(record).replace(/^(\w+) /, (_, kind) => kind === "GROUP" ? "Group " : "");
  const held = record.from === "INIT"
    ? ""
    : ` after ${describeDuration(record.stateAgeUs)} as ${record.from}`;
  return `${name} became ${record.to}${held}: ${describeReason(record)}.`;
}

function backgroundOf(one: Case): string[] {
  const isStart = one.record.from === "INIT";
  return [
    ...(isStart ? [] : loopText(one)),
    ...refusedText(one),
    ...priorityText(one),
    ...(isStart ? [] : otherEventsText(one)),
    ...(one.record.reason === "MASTER_DOWN" ? silenceVerdict(one) : []),
  ];
}

/** What decided. */
function causeOf(one: Case): string[] {
  const { record, told } = one;
  switch (record.reason) {
    case "MASTER_DOWN":
      return [...heardText(one), downTimerText(one)];
    case "PREEMPT":
      return [...preemptText(one), downTimerText(one)];
    case "MASTER_RESIGNED":
      return resignedText(one);
    case "PEER_PRIORITY_HIGHER":
    case "PEER_ADDRESS_HIGHER":
    case "OWNER_CONFLICT":
      return [...decisiveText(one), ...sinceWhenText(one)];
    case "GROUP":
      return groupText(one);
    case "TRACKED_SCRIPT":
    case "TRACKED_INTERFACE":
    case "TRACKED_OTHER":
    case "TRACKER_UNKNOWN":
      return [...decisiveText(one), ...verdictText(one)];
    case "START":
      return [];
    case "STALLED":
      return stalledText(one);
    default:
      return told.input?.kind === "timer" ? [] : decisiveText(one);
  }
}

/** Input, time and what it said. */
function decisiveText({ told, names }: Case): string[] {
  if (told.input === null) return [];
  return [`Decisive was input ${told.sequence}: ${describeInput(told.input, names)}.`];
}

// ---- Silence ----

function ago(one: Case, atUs: number): string {
  const beforeUs = one.told.atUs - atUs;
  return `${describeDuration(beforeUs)} before (${clockOf(one, atUs)})`;
}

function clockOf({ chronicle, clock }: Case, atUs: number): string {
  return clock(wallMsOf(chronicle.head, atUs));
}

function who({ source, priority }: HeardAdvert): string {
  return `${source} (priority ${priority})`;
}

/** The last adverts before a silence, with the gaps between them. */
function heardText(one: Case): string[] {
  const accepted = one.heard.filter(({ status }) => status === 0);
  const last = accepted.at(-1);
  if (last === undefined) {
    const since = clockOf(one, one.chronicle.fromUs);
    return one.record.peerKnown === 1
      ? [`The log, which begins at ${since}, holds no advert before it.`]
      : [`No advert was heard at all since ${since}.`];
  }
  // Those of the state that ended: older ones came before a mastership of ours.
  const enteredUs = one.told.atUs - one.record.stateAgeUs;
  const told = accepted.slice(-ADVERTS_TOLD).filter(({ atUs }) => atUs >= enteredUs);
  const gaps = told.slice(1).map((advert, i) => describeDuration(advert.atUs - told[i]!.atUs));
  const before = gaps.length === 0
    ? ""
    : `, after ${gaps.length === 1 ? "a gap" : "gaps"} of ${gaps.join(", ")}`;
  return [
    `The last advert heard was that of ${who(last)}, input ${last.sequence}, ` +
    `${ago(one, last.atUs)}${before}.`,
  ];
}

/** How long the down timer was set, what it is made of, and how late it was. */
function downTimerText(one: Case): string {
  const { record } = one;
  const late = record.timerLateUs > 0
    ? `it fired ${describeDuration(record.timerLateUs)} late`
    : "it fired on time";
  const sum = downTimerSum(one);
  const made = sum === null ? "" : `, ${sum}`;
  return `The down timer was set to ${describeDuration(record.timerUs)}${made}; ${late}.`;
}

/** `3 adverts of 1 s and a skew time of 609.4 ms (priority 100)`; null when that is not the sum. */
function downTimerSum({ record, config, heard }: Case): string | null {
  if (config === null) return null;
  const learnt = heard.findLast(({ status }) => status === 0)?.intervalUs;
  for (const intervalUs of [record.advertisementIntervalUs, learnt ?? 0]) {
    const unit = config.version === 2 ? 1_000_000 : intervalUs;
    const skew = record.timerUs - config.downTimerAdverts * intervalUs;
    // The priority may have changed since; the skew time says which one it was.
    const priority = 256 - Math.ceil(256 * skew / unit);
    if (intervalUs === 0 || priority < 1 || priority > 255 || skew < 0) continue;
    if (Math.floor((256 - priority) * unit / 256) !== skew) continue;
    return `${describeCount(config.downTimerAdverts, "advert", "adverts")} of ` +
      `${describeDuration(intervalUs)} and a skew time of ${describeDuration(skew)} ` +
      `(priority ${priority})`;
  }
  return null;
}

function preemptText(one: Case): string[] {
  const lower = one.heard.filter(({ status, atUs }) => status === 0 && atUs >= one.sinceUs);
  const last = lower.at(-1);
  if (last === undefined) return heardText(one);
  return [
    `In that time ${describeCount(lower.length, "advert", "adverts")} of lower priority were ` +
    `heard, the last of ${who(last)}, ${ago(one, last.atUs)}: they do not restart the timer.`,
  ];
}

function resignedText(one: Case): string[] {
  const { record } = one;
  const zero = one.heard.findLast(({ status, priority }) => status === 0 && priority === 0);
  const before = one.heard.findLast(({ status, priority }) => status === 0 && priority > 0);
  const was = before === undefined
    ? ""
    : `; its advert before had priority ${before.priority}, ${ago(one, before.atUs)}`;
  const late = record.timerLateUs > 0 ? `, ${describeDuration(record.timerLateUs)} late` : "";
  return [
    ...(zero === undefined ? [] : [
      `${zero.source} said priority 0 with input ${zero.sequence}, ${ago(one, zero.atUs)}${was}.`,
    ]),
    `Nobody else came within the skew time of ${describeDuration(record.timerUs)}${late}.`,
  ];
}

function stalledText(one: Case): string[] {
  const { record } = one;
  return [
    `Our own process was away: a timer that was due came ${
      describeDuration(record.timerLateUs)
    } late, more than the down interval, so another node had to be taken for MASTER.`,
  ];
}

// ---- A better master ----

/** Since when the better master was heard: two masters at once, or a newcomer. */
function sinceWhenText(one: Case): string[] {
  const { record, told } = one;
  const peer = told.input?.kind === "packet" ? one.heard.at(-1) : undefined;
  if (peer === undefined) return [];
  const enteredUs = told.atUs - record.stateAgeUs;
  const others = one.heard.filter(({ source, sequence, priority, status }) =>
    source === peer.source && sequence < told.sequence && priority > 0 && status === 0
  );
  const last = others.at(-1);
  if (last === undefined) {
    return [`It is the first advert of ${peer.source} in the log.`];
  }
  const again = last.atUs < enteredUs
    ? "in our time as MASTER none came from it"
    : `its adverts before had priority ${last.priority}`;
  return [`The advert of ${peer.source} before that came ${ago(one, last.atUs)}: ${again}.`];
}

// ---- Trackers and groups ----

/** What the script said, from the engine's half. */
function verdictText({ chronicle, told, record }: Case): string[] {
  const verdict = chronicle.engineEvents.findLast(({ atUs, event }) =>
    atUs <= told.atUs && event.event === "TRACKER_STATE" && event.tracker === record.trackerName
  );
  if (verdict?.event.event !== "TRACKER_STATE") return [];
  const { streak, needed, outcome, tracker } = verdict.event;
  const how = outcome.kind === "exit" ? `ended with status ${outcome.code}` : outcome.kind;
  return [`${tracker} ${how}, ${streak} of ${needed} in a row that it takes.`];
}

/** The member whose own reason it was. */
function groupText({ chronicle, told }: Case): string[] {
  const cause = chronicle.transitions.findLast((other) =>
    other.sequence <= told.sequence && other.record.subject === "INSTANCE" &&
    other.record.group === told.record.group && other.record.reason !== "GROUP"
  );
  return cause === undefined
    ? []
    : [`The member that decided: ${describeTransition(cause.record)}.`];
}
