// The story of a capture in sentences, and what a capture of adverts cannot say.
// This module is browser safe.

import { describeCount, describeDuration } from "../../engine/describe_value.ts";
import type {
  Change,
  Gap,
  Overlap,
  PcapStory,
  Period,
  Refusal,
  RouterStory,
  Speaker,
  Takeover,
} from "./pcap_story.ts";

/** Gaps of one virtual router that are told one by one; the others are counted. */
const GAP_TOLD_MAX = 20;
/** Lines of one virtual router's timeline; more are counted. */
const LINES_TOLD_MAX = 2_000;
/** A takeover so much later than the timers say is worth a guess, microseconds. */
const LATE_TOLD_US = 100_000;

/** One line of the timeline. */
export interface StoryLine {
  /** Wall time, microseconds since 1970. */
  atUs: number;
  text: string;
  /** Something is wrong there: two masters, missing adverts, refused packets. */
  isBad: boolean;
}

/** One virtual router's part. */
export interface RouterText {
  /** `VRID 51, IPv4, VLAN 10`. */
  title: string;
  /** In the order of time. */
  timeline: StoryLine[];
  /** Sentences about the whole capture. */
  summary: string[];
}

/** The whole story in words. */
export interface StoryText {
  head: string[];
  routers: RouterText[];
  /** What adverts alone cannot tell. */
  limits: string[];
}

/** Writes the story; `clock` prints a wall time within a sentence. */
export function writeStory(story: PcapStory, clock: (atUs: number) => string): StoryText {
  return {
    head: headOf(story, clock),
    routers: story.routers.map((router) => routerText(router, story, clock)),
    limits: story.adverts === 0 ? [] : limitsOf(story),
  };
}

function headOf(story: PcapStory, clock: (atUs: number) => string): string[] {
  const lines: string[] = [];
  if (story.problem !== null) lines.push(`Read until here only: ${story.problem}.`);
  if (story.packets === 0) return [...lines, "There is no packet in it."];
  lines.push(
    `${packets(story.packets)} from ${clock(story.fromUs)} for ` +
      `${describeDuration(story.toUs - story.fromUs)}: ${adverts(story.adverts)} of ` +
      `${describeCount(story.routers.length, "virtual router", "virtual routers")}, ` +
      `${story.neighbours} gratuitous ARP and NA.`,
  );
  const { withoutTime, linkTypes, routers } = story.unread;
  if (story.copies > 0) lines.push(`${adverts(story.copies)} captured twice, told once.`);
  if (story.broken > 0) lines.push(`${packets(story.broken)} of VRRP too short to be read.`);
  if (withoutTime > 0) lines.push(`${packets(withoutTime)} without a time left out.`);
  if (linkTypes.length > 0) lines.push(`Link type ${linkTypes.join(", ")} is not understood.`);
  if (routers > 0) lines.push(`${adverts(routers)} of further virtual routers left out.`);
  return lines;
}

function packets(count: number): string {
  return describeCount(count, "packet", "packets");
}

function adverts(count: number): string {
  return describeCount(count, "advert", "adverts");
}

function routerText(
  router: RouterStory,
  story: PcapStory,
  clock: (atUs: number) => string,
): RouterText {
  const family = router.family === "INET" ? "IPv4" : "IPv6";
  const vlan = router.vlan === "" ? "" : `, VLAN ${router.vlan}`;
  const line =
    <T>(atUs: (event: T) => number, text: (event: T) => string, isBad: (event: T) => boolean) =>
    (event: T): StoryLine => ({ atUs: atUs(event), text: text(event), isBad: isBad(event) });
  const [yes, no] = [() => true, () => false];
  const told = router.gaps.slice(0, GAP_TOLD_MAX);
  const timeline = [
    ...router.takeovers.map(
      line((takeover) => takeover.atUs, (t) => takeoverText(t, story), isUnexplained),
    ),
    ...router.periods.flatMap(endLine),
    ...router.overlaps.map(line((overlap) => overlap.fromUs, overlapText, yes)),
    ...told.map(line((gap) => gap.fromUs, gapText, yes)),
    ...router.changes.map(line((change) => change.atUs, changeText, no)),
    ...router.refusals.map(line((refusal) => refusal.firstUs, (r) => refusalText(r, clock), yes)),
  ];
  return {
    title: `VRID ${router.vrid}, ${family}${vlan}`,
    timeline: timeline.toSorted((a, b) => a.atUs - b.atUs).slice(0, LINES_TOLD_MAX),
    summary: [
      ...router.speakers.map((speaker) => speakerText(speaker, clock)),
      ...differencesOf(router.speakers),
      ...leftOutOf(router, timeline.length - LINES_TOLD_MAX),
    ],
  };
}

function isUnexplained({ kind }: Takeover): boolean {
  return kind === "UNEXPLAINED";
}

function leftOutOf(router: RouterStory, lines: number): string[] {
  const gaps = router.gaps.length - GAP_TOLD_MAX;
  return [
    ...(lines > 0 ? [`${describeCount(lines, "later line", "later lines")} left out.`] : []),
    ...(gaps > 0 ? [`${describeCount(gaps, "further gap", "further gaps")} not listed.`] : []),
    ...(router.leftOut > 0
      ? [`${adverts(router.leftOut)} left out: there are more senders or changes than are told.`]
      : []),
  ];
}

// ---- Takeovers ----

function who(source: string, priority: number): string {
  return `${source} (priority ${priority})`;
}

function takeoverText(takeover: Takeover, story: PcapStory): string {
  const { from, crossed } = takeover;
  const after = crossed > 0 ? ` ${from} still sent ${adverts(crossed)} after that.` : "";
  return `${causeText(takeover, story)}${after}${neighboursText(takeover, story)}`;
}

function causeText(takeover: Takeover, story: PcapStory): string {
  const { kind, to, priority, from, fromPriority, silenceUs } = takeover;
  const newcomer = who(to, priority);
  const age = describeDuration(silenceUs);
  switch (kind) {
    case "FIRST":
      return firstText(takeover, story);
    case "RESIGNED":
      return `${newcomer} takes over ${age} after ${from} said priority 0: ` +
        `the skew time of priority ${priority} is ${describeDuration(takeover.expectedUs)}` +
        `${latenessText(takeover)}.`;
    case "SILENCE":
      return silenceText(takeover, newcomer, age);
    case "PREEMPT":
      return `${newcomer} takes over from ${who(from!, fromPriority)} by its higher priority; ` +
        `${from} had spoken ${age} before.`;
    case "TIE":
      return `${newcomer} takes over from ${from}, which has the same priority and a lower ` +
        `address and had spoken ${age} before.`;
    case "UNEXPLAINED":
      return unexplainedText(takeover, newcomer, age);
  }
}

function firstText({ to, priority, atUs, intervalUs }: Takeover, story: PcapStory): string {
  const ageUs = atUs - story.fromUs;
  if (ageUs <= intervalUs) return `${who(to, priority)} is master when the capture begins.`;
  return `${who(to, priority)} is the first to speak, ${describeDuration(ageUs)} after the ` +
    "capture began.";
}

function silenceText(takeover: Takeover, newcomer: string, age: string): string {
  const { from, to, intervalUs, skewUs, expectedUs } = takeover;
  const sum = `3 intervals of ${describeDuration(intervalUs)} and a skew time of ` +
    `${describeDuration(skewUs)} are ${describeDuration(expectedUs)}`;
  if (from === to) {
    return `${newcomer} speaks again after ${age} of silence; nobody else took over, though a ` +
      `backup would have after about ${describeDuration(expectedUs)}.`;
  }
  return `${newcomer} takes over after ${age} without an advert of ${from}: ${sum}` +
    `${latenessText(takeover)}.`;
}

/** How far the silence differs from what the timers say. */
function latenessText({ silenceUs, expectedUs }: Takeover): string {
  const lateUs = silenceUs - expectedUs;
  if (lateUs < 0) return `, it came ${describeDuration(-lateUs)} before that`;
  const late = `, it came ${describeDuration(lateUs)} after that`;
  if (lateUs < LATE_TOLD_US) return late;
  return `${late}: it was not running or waiting for something else, heard an advert that was ` +
    "not captured, or counts with other settings";
}

function unexplainedText({ from, to, fromPriority }: Takeover, newcomer: string, age: string) {
  if (from === to) return `${newcomer} speaks again after ${age}.`;
  return `${newcomer} begins to speak although ${who(from!, fromPriority)} had spoken ${age} ` +
    "before and is the better master: it does not hear those adverts, refuses them (version, " +
    "password, interval), or follows other rules.";
}

function neighboursText({ neighbours, kind }: Takeover, story: PcapStory): string {
  if (story.neighbours === 0 || kind === "FIRST" && neighbours.count === 0) return "";
  if (neighbours.count === 0) {
    return " No gratuitous ARP or NA for its addresses followed: caches went on pointing elsewhere.";
  }
  return ` ${describeCount(neighbours.count, "gratuitous message", "gratuitous messages")} for ` +
    `${describeCount(neighbours.addresses, "address", "addresses")}, the first ` +
    `${describeDuration(neighbours.firstAfterUs)} later.`;
}

// ---- The rest of the timeline ----

function endLine(period: Period): StoryLine[] {
  const { source, toUs, fromUs } = period;
  const held = `master for ${describeDuration(toUs - fromUs)}, ${adverts(period.adverts)}`;
  switch (period.end) {
    case "RESIGNED":
      return [quiet(toUs, `${source} says priority 0: it resigns (${held}).`)];
    case "SILENT":
      return [quiet(toUs, `Last advert of ${source} (${held}).`)];
    case "YIELDED":
      return [quiet(toUs, `Last advert of ${source}, which gives way (${held}).`)];
    case "OPEN":
      return [];
  }
}

function quiet(atUs: number, text: string): StoryLine {
  return { atUs, text, isBad: false };
}

function overlapText({ fromUs, toUs, sources, adverts: counts }: Overlap): string {
  return `Two masters for ${describeDuration(toUs - fromUs)}: ${sources[0]} ` +
    `(${adverts(counts[0])}) and ${sources[1]} (${adverts(counts[1])}). At least one of them ` +
    "does not receive or accept the other's adverts.";
}

function gapText({ source, fromUs, toUs, intervalUs, missed }: Gap): string {
  return `${describeDuration(toUs - fromUs)} without an advert of ${source} instead of ` +
    `${describeDuration(intervalUs)}: ${adverts(missed)} missing.`;
}

function changeText({ source, what, from, to }: Change): string {
  switch (what) {
    case "priority":
      return `${source} changes its priority from ${from} to ${to}.`;
    case "interval":
      return `${source} changes its interval from ${describeDuration(Number(from))} to ` +
        `${describeDuration(Number(to))}.`;
    case "addresses":
      return `${source} advertises other addresses: ${to || "none"} instead of ${from || "none"}.`;
    case "version":
      return `${source} changes from version ${from} to version ${to}.`;
    case "authentication":
      return `${source} changes its authentication type from ${from} to ${to}.`;
  }
}

function refusalText(refusal: Refusal, clock: (atUs: number) => string): string {
  const { source, status, count, example, lastUs } = refusal;
  const more = count > 1 ? ` ${count} such packets until ${clock(lastUs)}.` : "";
  return `An advert of ${source} that everybody refuses (${status}): ${example}.${more}`;
}

// ---- Summary ----

function speakerText(speaker: Speaker, clock: (atUs: number) => string): string {
  const { source, mac, spacings } = speaker;
  const from = mac === null ? source : `${source} (${mac})`;
  const late = spacings === 0
    ? ""
    : ` Between adverts ${describeDuration(speaker.lateMeanUs)} late in the mean, at most ` +
      `${describeDuration(speaker.lateMaxUs)} at ${clock(speaker.lateMaxAtUs)}.`;
  const resignations = speaker.resignations === 0
    ? ""
    : `, ${describeCount(speaker.resignations, "resignation", "resignations")}`;
  return `${from}: ${adverts(speaker.adverts)} of version ${speaker.version}${resignations}, ` +
    `last priority ${speaker.priority}, every ${describeDuration(speaker.intervalUs)}, ` +
    `${speaker.addresses.join(" ") || "no addresses"}.${late}`;
}

/** What the senders do not agree on. */
function differencesOf(speakers: Speaker[]): string[] {
  const [first, ...others] = speakers;
  if (first === undefined) return [];
  const lines: string[] = [];
  const differ = (of: (speaker: Speaker) => string) =>
    others.some((other) => of(other) !== of(first));
  if (differ(({ version }) => String(version))) {
    lines.push("The senders use different versions: each refuses the other's adverts.");
  }
  if (differ(({ intervalUs }) => String(intervalUs))) {
    lines.push(
      first.version === 2
        ? "The senders have different intervals: in version 2 each refuses the other's adverts."
        : "The senders have different intervals: a version 3 backup takes the master's.",
    );
  }
  if (differ(({ addresses }) => addresses.toSorted().join(" "))) {
    lines.push("The senders advertise different addresses: keepalived refuses such adverts.");
  }
  if (differ(({ authType }) => String(authType))) {
    lines.push(
      "The senders have different authentication types: each refuses the other's adverts.",
    );
  }
  return lines;
}

/** What adverts alone cannot tell, by what happened. */
function limitsOf(story: PcapStory): string[] {
  const kinds = new Set(story.routers.flatMap(({ takeovers }) => takeovers.map((t) => t.kind)));
  const lines: string[] = [];
  if (kinds.has("SILENCE")) {
    lines.push(
      "Whether a silent master was dead, stopped, cut off, or spoke where this capture does not hear.",
    );
  }
  if (kinds.has("RESIGNED")) {
    lines.push(
      "Why a master resigned: a stop, a fault, a failed script or another sync group member.",
    );
  }
  if (kinds.has("PREEMPT") || kinds.has("TIE")) {
    lines.push("Why a better master came just then: a start, a healed link, a reload, a tracker.");
  }
  lines.push(
    "Which adverts each router received and accepted, its passwords and settings, how late its own " +
      "loop was, and which addresses it held: `vipd dump` of a router has that.",
  );
  return lines;
}
