// The background of a transition in sentences: how punctual our own loop was, what was refused, how the
// priority came about, what else happened, and what the transition led to.
// This module is browser safe.

import type { StatusName } from "../../core/abi.gen.ts";
import { describePriority, describeRefused } from "../../engine/describe.ts";
import {
  describeCount,
  describeDuration,
  describeScriptOutcome,
  describeSigned,
} from "../../engine/describe_value.ts";
import { loopBetween, refusalRecord } from "./chronicle.ts";
import { describeInput, statusText, vrrpOf } from "./describe_entry.ts";
import { type Case, concerns, ownOutputs } from "./explain_case.ts";

/** Lateness of the loop that is no news, microseconds. */
const LATE_USUAL_US = 5_000;
/** Kinds of refusals, and other events, that are told one by one. */
const TOLD_MAX = 5;

/** How late our own loop was in the time that decided. */
export function loopText({ chronicle, sinceUs, told, record }: Case): string[] {
  const loop = loopBetween(chronicle, sinceUs, told.atUs);
  if (loop.entries === 0) return [];
  const span = describeDuration(told.atUs - sinceUs);
  const gap = `the longest time without any input was ${describeDuration(loop.gapUs)}`;
  if (loop.lateUs <= LATE_USUAL_US) {
    return [
      `Our own loop was punctual in those ${span}: at most ${describeDuration(loop.lateUs)} late ` +
      `for a timer, ${gap}.`,
    ];
  }
  const blame = record.advertisementIntervalUs > 0 && loop.lateUs > record.advertisementIntervalUs
    ? "; adverts that came meanwhile were read only then"
    : "";
  return [
    `Our own loop was late in those ${span}: ${describeDuration(loop.lateUs)} for the timer that ` +
    `was due ${describeDuration(told.atUs - loop.lateAtUs + loop.lateUs)} before${blame}; ${gap}.`,
  ];
}

/** Packets for this instance that were refused in the time that decided, by sender and status. */
export function refusedText({ chronicle, heard, sinceUs, told }: Case): string[] {
  const refused = heard.filter(({ atUs, status }) => status !== 0 && atUs >= sinceUs);
  const kinds = new Map<string, { source: string; status: StatusName; count: number }>();
  for (const { source, status } of refused) {
    const word = statusText(status);
    const key = `${source} ${word}`;
    const kind = kinds.get(key) ?? { source, status: word as StatusName, count: 0 };
    kind.count++;
    kinds.set(key, kind);
  }
  const lines = [...kinds.values()].slice(0, TOLD_MAX).map(({ source, status, count }) => {
    const record = refusalRecord(chronicle, source, status, told.atUs);
    const why = record === null ? "" : `: ${describeRefused({ ...record, count: 1 })}`;
    return `In that time ${describeCount(count, "packet", "packets")} of ${source} ` +
      `${count === 1 ? "was" : "were"} refused (${status})${why}.`;
  });
  const more = kinds.size - TOLD_MAX;
  return more > 0 ? [...lines, `Packets of ${more} further kinds were refused.`] : lines;
}

/** How the priority came about. */
export function priorityText({ chronicle, record, told }: Case): string[] {
  const enteredUs = told.atUs - record.stateAgeUs;
  const changes = chronicle.records.filter(({ atUs, record: one }) =>
    one.kind === "priority" && one.instance === record.instance && atUs >= enteredUs &&
    atUs <= told.atUs
  );
  const lines = changes.slice(-TOLD_MAX).map(({ atUs, record: one }) =>
    one.kind === "priority"
      ? `${describeDuration(told.atUs - atUs)} before: ${describePriority(one)}.`
      : ""
  );
  if (lines.length > 0 || record.priorityTracked === 0) return lines;
  const { priorityBase, priorityTracked, priorityEffective } = record;
  return [
    `Its priority ${priorityEffective} is ${priorityBase} with ${
      describeSigned(priorityTracked)
    } of trackers.`,
  ];
}

/** Links, addresses, trackers and commands in the time that decided. */
export function otherEventsText(one: Case): string[] {
  const { chronicle, sinceUs, told, names } = one;
  const events = chronicle.events.filter((event) =>
    event.atUs >= sinceUs && event.sequence < told.sequence && concerns(one, event.input)
  );
  const lines = events.slice(-TOLD_MAX).map(({ atUs, sequence, input }) =>
    `${describeDuration(told.atUs - atUs)} before, input ${sequence}: ` +
    `${describeInput(input, names)}.`
  );
  const more = events.length - TOLD_MAX;
  return more > 0 ? [`${more} further events before.`, ...lines] : lines;
}

/** What came out with the transition: adverts, addresses, ARP and NA, notifications. */
export function effectsOf(one: Case): string[] {
  const parts = outputParts(one);
  const sent = parts.length === 0 ? [] : [`With it this node ${joined(parts)}.`];
  return [...sent, ...notifyText(one)];
}

function joined(parts: string[]): string {
  if (parts.length < 2) return parts.join("");
  return `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

function outputParts(one: Case): string[] {
  const outputs = ownOutputs(one);
  const priorities = outputs.flatMap((output) => vrrpOf(output)?.priority ?? []);
  const addresses = (kind: "addressAdd" | "addressRemove") =>
    outputs.flatMap((output) =>
      output.kind === kind
        ? [`${output.address}/${output.prefixLength} dev ${one.names.interface(output.ifindex)}`]
        : []
    );
  const added = outputs.find((output) => output.kind === "addressAdd");
  const lease = added?.kind === "addressAdd" && added.lifetimeS > 0
    ? ` (lease ${added.lifetimeS} s)`
    : "";
  const frames = outputs.filter(({ kind }) => kind === "frame").length;
  const list = (verb: string, items: string[], more = "") =>
    items.length === 0 ? [] : [`${verb} ${items.join(", ")}${more}`];
  return [
    ...(priorities.length === 0 ? [] : [
      `sent ${describeCount(priorities.length, "advert", "adverts")} of priority ${
        [...new Set(priorities)].join(", ")
      }`,
    ]),
    ...list("added", addresses("addressAdd"), lease),
    ...list("removed", addresses("addressRemove")),
    ...(frames === 0
      ? []
      : [`sent ${describeCount(frames, "gratuitous ARP or NA", "gratuitous ARP or NA")}`]),
  ];
}

/** Notifications of this state, until the next transition. */
function notifyText({ chronicle, told, record }: Case): string[] {
  const next = chronicle.transitions.find((other) =>
    other.record.sequence > record.sequence && other.record.subject === record.subject &&
    other.record.instance === record.instance
  );
  const own = chronicle.notifies.filter(({ atUs, notify }) =>
    atUs >= told.atUs && atUs <= (next?.atUs ?? Infinity) && notify.subject === record.subject &&
    notify.name === record.instanceName && notify.state === record.to
  );
  return own.map(({ atUs, notify, done }) => {
    const end = done === null
      ? "had not ended"
      : `${describeScriptOutcome(done.outcome)} after ${describeDuration(done.atUs - atUs)}`;
    return `Notification ${notify.script.command}, started ${
      describeDuration(atUs - told.atUs)
    } later: ${end}.`;
  });
}

/** What the log can say of the cause of a silence. */
export function silenceVerdict(one: Case): string[] {
  const { chronicle, heard, sinceUs, told, record } = one;
  const { peer } = record;
  if (record.peerKnown !== 1) return [];
  const refused = heard.some(({ atUs, status, source }) =>
    status !== 0 && source === peer && atUs >= sinceUs
  );
  if (refused) return [`${peer} was not silent: what it sent was refused here.`];
  const { lateUs } = loopBetween(chronicle, sinceUs, told.atUs);
  if (lateUs > record.advertisementIntervalUs) {
    return [`Whether ${peer} was silent cannot be said: this node was not listening all the time.`];
  }
  const moved = chronicle.events.some(({ atUs, input }) =>
    atUs >= sinceUs && atUs <= told.atUs && input.kind === "link" && concerns(one, input)
  );
  if (moved) return [`A link of this node changed in that time: see above.`];
  return [
    `Nothing at this node explains the silence: ${peer} was dead, stopped or cut off, or its ` +
    "adverts were lost on the way.",
  ];
}
