// Sentences for the core's records: the one place behind the log, `vipd events`, `vipd explain` and
// the page. Where keepalived 2.2.7 has a phrase the line starts with exactly that, so that grep
// rules go on working; our numbers follow after a colon.
// This module is browser safe.

import { ID_NONE, type ReasonName, type StatusName } from "../core/abi.gen.ts";
import type {
  CoreRecord,
  NoticeRecord,
  PriorityRecord,
  RefusedRecord,
  TransitionRecord,
} from "./contract.ts";
import { describeDuration, describeSigned, type Sentence } from "./describe_value.ts";

/** One line for any record of the core. */
export function describeRecord(record: CoreRecord): string {
  switch (record.kind) {
    case "transition":
      return describeTransition(record);
    case "priority":
      return describePriority(record);
    case "refused":
      return describeRefused(record);
    case "notice":
      return describeNotice(record);
  }
}

/** The lines that the log gets for a record: keepalived has up to three for a transition. */
export function logRecord(record: CoreRecord): Sentence[] {
  switch (record.kind) {
    case "transition": {
      const lines = [describeCause(record), describeTransition(record), describeEffect(record)];
      return lines.filter((text) => text !== null).map((text) => ({ level: "info", text }));
    }
    case "priority":
      return [{ level: "info", text: describePriority(record) }];
    case "refused":
      return [{ level: refusedLevel(record), text: describeRefused(record) }];
    case "notice":
      return [{ level: noticeLevel(record), text: describeNotice(record) }];
  }
}

function instanceOf(record: { instance: number; instanceName?: string }): string {
  return record.instanceName ?? (record.instance === ID_NONE ? "?" : `#${record.instance}`);
}

function interfaceOf(record: { ifindex?: number; interfaceName?: string }): string {
  return record.interfaceName ?? (record.ifindex === undefined ? "?" : `#${record.ifindex}`);
}

// ---- Transitions ----

/** `(VI_1) Entering MASTER STATE: no advert from ... for 3.61 s; priority 105 (100 +5)`. */
export function describeTransition(record: TransitionRecord): string {
  const head = record.subject === "GROUP" ? groupHead(record) : instanceHead(record);
  return `${head}: ${describeReason(record)}`;
}

/** Why it happened, without saying again what: `no advert from ... for 3.61 s; priority 105`. */
export function describeReason(record: TransitionRecord): string {
  return `${whyOf(record)}; ${priorityOf(record)}`;
}

function groupHead(record: TransitionRecord): string {
  const name = record.groupName ?? `#${record.group}`;
  if (record.to === "STOP") return `VRRP_Group(${name}) Stopped`;
  return `VRRP_Group(${name}) Syncing instances to ${record.to} state`;
}

function instanceHead(record: TransitionRecord): string {
  const name = instanceOf(record);
  if (record.to === "STOP") {
    return `(${name}) ${record.reason === "REMOVED" ? "Removed" : "Stopped"}`;
  }
  const init = record.from === "INIT" && record.to !== "MASTER" ? " (init)" : "";
  return `(${name}) Entering ${record.to} STATE${init}`;
}

function priorityOf(record: TransitionRecord): string {
  if (record.subject === "GROUP") return `after ${describeDuration(record.stateAgeUs)}`;
  const { priorityBase, priorityEffective, priorityTracked } = record;
  const parts = priorityTracked === 0
    ? ""
    : ` (base ${priorityBase}, trackers ${describeSigned(priorityTracked)})`;
  return `priority ${priorityEffective}${parts}`;
}

function peerOf(record: TransitionRecord): string {
  return record.peerKnown === 1 ? `${record.peer} (priority ${record.peerPriority})` : "anybody";
}

function timerOf(record: TransitionRecord): string {
  if (record.timerUs <= 0) return "";
  const late = record.timerLateUs > 0 ? `, ${describeDuration(record.timerLateUs)} late` : "";
  return ` (timer ${describeDuration(record.timerUs)}${late})`;
}

function silenceOf(record: TransitionRecord): string {
  if (record.advertAgeUs < 0) return `no advert from ${peerOf(record)}${timerOf(record)}`;
  return `no advert from ${peerOf(record)} for ${describeDuration(record.advertAgeUs)}` +
    timerOf(record);
}

function trackerOf(record: TransitionRecord): string {
  return record.trackerName ?? (record.tracker === ID_NONE ? "?" : `#${record.tracker}`);
}

/** Why, with the numbers of the record. */
function whyOf(record: TransitionRecord): string {
  const peer = peerOf(record);
  const ours = record.priorityEffective;
  switch (record.reason) {
    case "MASTER_DOWN":
      return silenceOf(record);
    case "MASTER_RESIGNED":
      return `master ${peer} resigned${timerOf(record)}`;
    case "PEER_PRIORITY_HIGHER":
      return `${peer} has a higher priority than ours, ${ours}`;
    case "PEER_ADDRESS_HIGHER":
      return `${peer} has our priority and a higher address`;
    case "PREEMPT":
      return `preempting ${peer}, ours is ${ours}${timerOf(record)}`;
    case "INTERFACE_DOWN":
      if (record.subject === "GROUP") return "the interface of a member is down";
      return `interface ${record.interfaceName ?? "of the instance"} is down`;
    case "TRACKED_INTERFACE":
      return `tracked interface ${trackerOf(record)} is down`;
    case "TRACKED_SCRIPT":
      return `script ${trackerOf(record)} fails`;
    case "TRACKED_OTHER":
      return `tracker ${trackerOf(record)} says so`;
    case "TRACKER_UNKNOWN":
      return `waiting for the first result of ${trackerOf(record)}`;
    default:
      return REASON[record.reason];
  }
}

/** Reasons that need no numbers. */
const REASON: Record<ReasonName, string> = {
  NONE: "no reason told",
  START: "start",
  OWNER: "address owner",
  MASTER_DOWN: "no advert",
  MASTER_RESIGNED: "master resigned",
  PEER_PRIORITY_HIGHER: "higher priority heard",
  PEER_ADDRESS_HIGHER: "higher address heard",
  PREEMPT: "preemption",
  INTERFACE_DOWN: "interface down",
  TRACKED_INTERFACE: "tracked interface down",
  TRACKED_SCRIPT: "tracked script fails",
  TRACKED_OTHER: "tracker bad",
  TRACKER_UNKNOWN: "tracker without result",
  NO_SOURCE_ADDRESS: "the interface has no source address of this family",
  FAULT_CLEARED: "the last fault is gone",
  ADDRESS_LOST: "one of our addresses was removed by somebody else",
  GROUP: "the sync group decided",
  STOP: "the daemon stops",
  REMOVED: "removed by a reload",
  RELOAD: "a reload changed it",
  RESIGN: "told to resign",
  OWNER_CONFLICT: "another address owner with a higher address",
  STALLED: "our own timers came too late",
};

/** keepalived's line before the one that names the new state; null where it has none. */
export function describeCause(record: TransitionRecord): string | null {
  if (record.subject === "GROUP") return null;
  const name = instanceOf(record);
  const { peer, peerPriority, priorityEffective } = record;
  const heard = `(${name}) Master received advert from ${peer}`;
  switch (record.reason) {
    case "MASTER_DOWN":
    case "MASTER_RESIGNED":
    case "PREEMPT":
      return `(${name}) Receive advertisement timeout`;
    case "PEER_PRIORITY_HIGHER":
      if (record.from !== "MASTER") return null;
      return `${heard} with higher priority ${peerPriority}, ours ${priorityEffective}`;
    case "PEER_ADDRESS_HIGHER":
      if (record.from !== "MASTER") return null;
      return `${heard} with same priority ${peerPriority} but higher IP address than ours`;
    case "INTERFACE_DOWN":
      return `Netlink reports ${record.interfaceName ?? "the interface"} down`;
    case "TRACKED_INTERFACE":
      return `Netlink reports ${trackerOf(record)} down`;
    case "TRACKED_SCRIPT":
      if (record.from !== "INIT") return null;
      return `(${name}): entering FAULT state due to script ${trackerOf(record)}`;
    default:
      return null;
  }
}

/** keepalived's line after it; null where it has none. */
function describeEffect(record: TransitionRecord): string | null {
  const resigned = record.from === "MASTER" && (record.to === "FAULT" || record.to === "STOP");
  if (record.subject === "GROUP" || !resigned) return null;
  return `(${instanceOf(record)}) sent 0 priority`;
}

// ---- Priorities ----

/** `(VI_1) Changing effective priority from 100 to 105: chk_down; base 100, trackers +5`. */
export function describePriority(record: PriorityRecord): string {
  const cause = record.tracker === ID_NONE
    ? "reload"
    : record.trackerName ?? `tracker #${record.tracker}`;
  return `(${instanceOf(record)}) Changing effective priority from ${record.from} to ` +
    `${record.to}: ${cause}; base ${record.priorityBase}, ` +
    `trackers ${describeSigned(record.priorityTracked)}`;
}

// ---- Refused packets ----

/** keepalived's phrase for the refusal, then who sent it, where and how often. */
export function describeRefused(record: RefusedRecord): string {
  const count = record.count > 1 ? `, ${record.count} times since the last line` : "";
  // That phrase names sender, interface and VRID already.
  if (record.status === "VRID_UNKNOWN") return `${refusedPhrase(record)}${count}`;
  const place = `from ${record.source} on ${interfaceOf(record)}, VRID ${record.vrid}`;
  return `${refusedPhrase(record)}: ${place}${count}`;
}

/** Phrases that need no numbers. */
const REFUSED: Partial<Record<StatusName, string>> = {
  AUTH_DATA: "received an invalid passwd!",
  PROTOCOL: "not a VRRP packet",
  FRAGMENT: "IP fragment, VRRP is never fragmented",
  OWN_PACKET: "our own packet came back",
  DESTINATION: "sent to another group than ours",
};

/** Another cluster on the segment is nothing wrong; keepalived is silent about it too. */
function refusedLevel({ status }: RefusedRecord): Sentence["level"] {
  return status === "VRID_UNKNOWN" ? "trace" : "warning";
}

function refusedPhrase(record: RefusedRecord): string {
  const { status, got, want } = record;
  if (status === "VRID_UNKNOWN") {
    return `Unknown VRID(${record.vrid}) received on interface(${
      interfaceOf(record)
    }) from ${record.source}. ignoring...`;
  }
  const name = record.instance === ID_NONE ? interfaceOf(record) : instanceOf(record);
  if (status === "CHECKSUM") {
    return `(${name}) Invalid VRRPv${record.instanceVersion ?? ""} checksum`;
  }
  return `(${name}) ${REFUSED[status] ?? numberedPhrase(status, got, want)}`;
}

function numberedPhrase(status: StatusName, got: number, want: number): string {
  switch (status) {
    case "TRUNCATED":
      return `vrrp packet too short, length ${got} and expect ${want}`;
    case "TOO_LONG":
      return `vrrp packet too long, length ${got} and expect ${want}`;
    case "TTL":
      return `invalid TTL/HL. Received ${got} and expect ${want}`;
    case "VERSION":
      return `wrong version. Received ${got} and expect ${want}`;
    case "TYPE":
      return `Invalid packet type. ${got} and expect ${want}`;
    case "AUTH_TYPE":
      return `received a ${got} auth, expecting ${want}!`;
    case "INTERVAL":
      return `advertisement interval mismatch mine=${want / 1_000_000} sec rcv'd=${
        got / 1_000_000
      } sec`;
    case "ADDRESS_LIST":
      return `received an unexpected ip number count ${got}, expected ${want}!`;
    default:
      return `refused (${status}, ${got}, expected ${want})`;
  }
}

// ---- Remarks ----

/** A remark of the core; the meaning of a, b and c is at the NOTICE_ code. */
export function describeNotice(record: NoticeRecord): string {
  const name = `(${instanceOf(record)})`;
  const { a, b, c, peer } = record;
  switch (record.notice) {
    case "INTERVAL_LEARNED":
      return `${name} advertisement interval updated from ${a / 1000}ms to ${b / 1000}ms by master`;
    case "LOWER_PRIORITY":
      return `${name} Received advert from ${peer} with lower priority ${a}, ours ${b}`;
    case "MASTER_PRIORITY_ZERO":
      return `${name} Master received priority 0 message: from ${peer}`;
    case "BACKUP_PRIORITY_ZERO":
      return `${name} Backup received priority 0 advertisement: from ${peer}`;
    case "PREEMPT_CANCELLED":
      return `${name} stop preempt delay: ${peer} has priority ${a}`;
    case "PREEMPT_DELAY":
      return `${name} start preempt delay (${(a / 1_000_000).toFixed(6)})`;
    case "TIMER_LATE":
      return `${name} A thread timer expired ${(a / 1_000_000).toFixed(6)} seconds ago`;
    case "CONFIG_COMMITTED":
      return `Configuration in force: ${a} instances added, ${b} changed, ${c} removed`;
    case "OWNER_CONFLICT":
      return `${name} CONFIGURATION ERROR: local instance and a remote instance are both ` +
        `configured as address owner, please fix - ${
          a === 1 ? "reducing local priority" : "the remote one should give way"
        }: ${peer}`;
    case "OUTPUT_OVERRUN":
      return `${a} messages of the protocol engine were lost: its output queue was full`;
    case "ADDRESS_LIST":
      return `${name} received an unexpected ip number count ${a}, expected ${b}!: ` +
        `accepted from ${peer}`;
    case "NONE":
      return `${name} remark without meaning`;
  }
}

function noticeLevel(record: NoticeRecord): Sentence["level"] {
  switch (record.notice) {
    case "OWNER_CONFLICT":
    case "OUTPUT_OVERRUN":
      return "error";
    case "TIMER_LATE":
    case "ADDRESS_LIST":
      return "warning";
    default:
      return "info";
  }
}
