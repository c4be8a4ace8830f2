// Small questions and words that the lines of a timeline are made with: what is a cause and what a
// consequence, what belongs together, who acts. This module is browser safe.

import type { CoreRecord } from "../../engine/contract.ts";
import { logEvent } from "../../engine/describe_event.ts";
import type { EngineEvent } from "../../engine/event.ts";
import type { Action } from "../scenario/scenario.ts";
import type { LineKind } from "./timeline_lines.ts";
import type { TraceEvent } from "../world_view.ts";

/** Addresses that are named; of more the number. */
const ADDRESSES_TOLD = 4;

/** A comment stands before what it speaks of. */
export function isSaid(event: TraceEvent): boolean {
  return event.kind === "action" && event.action.do === "say";
}

/** Transitions with the same key are alike; null: it is none. */
export function alikeKey(event: TraceEvent): string | null {
  if (event.kind !== "record" || event.record.kind !== "transition") return null;
  const { subject, from, to, reason, priorityEffective, interfaceName } = event.record;
  if (subject === "GROUP") return null;
  return [event.node, from, to, reason, priorityEffective, interfaceName].join(" ");
}

/** It is put to a line that tells its cause, if there is one. */
export function isConsequence(event: TraceEvent): boolean {
  switch (event.kind) {
    case "address":
    case "client":
    case "notify":
      return true;
    case "record":
      return event.record.kind === "priority";
    case "event":
      return /^(REAL_SERVER|QUORUM|SORRY_SERVER)_/.test(event.event.event);
    default:
      return false;
  }
}

/** Name of the instance or group that a record is about. */
export function nameOf(record: CoreRecord): string {
  if (record.kind === "transition" && record.subject === "GROUP") {
    return record.groupName ?? `#${record.group}`;
  }
  return record.instanceName ?? `#${record.instance}`;
}

/** Who acts where a step names no node. */
export function actorOf(action: Action): string {
  switch (action.do) {
    case "cut":
    case "partition":
    case "heal":
      return "network";
    case "server":
      return "servers";
    case "script":
      return "all nodes";
    case "load":
      return "clients";
    default:
      return "";
  }
}

/** What becomes of an address, behind the node's name. */
export type AddressVerb = "takes" | "gives up" | "drops" | "loses" | "forgets";

/** The verb for it. */
export function addressVerb({ held, why }: TraceEvent & { kind: "address" }): AddressVerb {
  if (held) return "takes";
  return ({ core: "gives up", lease: "drops", foreign: "loses", boot: "forgets" } as const)[why];
}

/** `takes 192.0.2.1, 192.0.2.2`. */
export function addressesText(verb: AddressVerb, addresses: readonly string[]): string {
  const more = addresses.length - ADDRESSES_TOLD;
  const told = more > 1 ? addresses.slice(0, ADDRESSES_TOLD) : addresses;
  const list = told.join(", ") + (more > 1 ? ` and ${more} more` : "");
  if (verb !== "drops") return `${verb} ${list}`;
  return `the kernel drops ${list}: the lease is over`;
}

/** Events that are for a second look: what a start says, single tries, what went as it should. */
const DETAIL_EVENTS: ReadonlySet<EngineEvent["event"]> = new Set([
  "CHECK_TRY_FAILED",
  "MAIL_SENT",
  "SERVICE_ADDED",
  "SERVICE_REMOVED",
  "TRACKER_STATUS",
  "URL_GOOD",
]);

/** The event is for a second look. */
export function isDetailEvent(event: EngineEvent): boolean {
  if (event.event === "CHECK_UP" && event.heldUs === 0) return true;
  return DETAIL_EVENTS.has(event.event) || logEvent(event).level === "detail";
}

/** What a line tells of that is made of an event. */
export function kindOf({ event }: EngineEvent): LineKind {
  if (event.startsWith("TRACKER_")) return "script";
  return event.startsWith("NOTIFY_") || event.startsWith("MAIL_") ? "notify" : "server";
}
