// What happened in a play, line by line, from its trace. What follows from a line (addresses, scripts
// that are run, the client's cache, priorities) is put to it instead of standing alone, and what is
// said again and again is counted. The sentences are those of host/engine. Pure.
// This module is browser safe.

import type {
  CoreRecord,
  NotifyOutput,
  PriorityRecord,
  TransitionRecord,
} from "../../engine/contract.ts";
import { describeRecord } from "../../engine/describe.ts";
import { describeEvent } from "../../engine/describe_event.ts";
import { describeDuration } from "../../engine/describe_value.ts";
import type { EngineEvent } from "../../engine/event.ts";
import type { RouterPlan } from "./routers.ts";
import type { Action } from "../scenario/scenario.ts";
import {
  actorOf,
  addressesText,
  type AddressVerb,
  addressVerb,
  alikeKey,
  isConsequence,
  isDetailEvent,
  isSaid,
  kindOf,
  nameOf,
} from "./timeline_words.ts";
import type { TraceEvent } from "../world_view.ts";

/** A client's cache that changes within this after a takeover follows it. */
export const CLIENT_FOLLOWS_US = 2_000_000;
/** A script or a priority that comes within this after its cause belongs to it. */
const CONSEQUENCE_US = 100_000;
/** The same remark again within this is counted, not told. */
const REPEAT_US = 10_000_000;
/** More transitions of one kind on a node at one moment than this are told as one. */
const ALIKE_MAX = 3;
/** Lines that are looked through for the cause of something. */
const LOOK_BACK = 200;

/** What a line tells of. */
export type LineKind =
  /** A comment of the scenario. */
  | "say"
  | "action"
  | "transition"
  | "priority"
  | "script"
  | "address"
  | "client"
  | "server"
  | "notify"
  | "remark"
  | "violation";

/** Something that followed from what a line tells. */
export interface Effect {
  text: string;
  isDetail: boolean;
}

/** One line. */
export interface TimelineLine {
  atUs: number;
  /** Name of the node, `network`, `client`, `servers`, or "" for nobody. */
  who: string;
  kind: LineKind;
  /** The instance that it is about; null: the node, or all of it. */
  instance: string | null;
  text: string;
  /** In the order of time. */
  effects: Effect[];
  /** Not for the first look. */
  isDetail: boolean;
  /** How often it was said, and when last. */
  times: number;
  lastUs: number;
  /** Other instances of the node of which the same is true at this moment. */
  alike: string[];
}

/** A line and the event that it tells of; of several the first one. */
export interface StoryEntry {
  readonly line: TimelineLine;
  readonly cause: TraceEvent;
}

/** A line, and what one must know to find its consequences. */
interface Entry extends StoryEntry {
  /** Of a transition: its subjects; with them the ones alike. */
  names: string[];
  record: TransitionRecord | null;
  event: EngineEvent | null;
  action: Action | null;
  /** What became of which addresses in it. */
  addresses: Map<AddressVerb, string[]>;
}

/** The story of a trace. */
export function storyOf(
  events: readonly TraceEvent[],
  routers: readonly RouterPlan[],
  endUs: number,
): TimelineLine[] {
  const story = new Story(routers);
  for (let at = 0; at < events.length;) {
    const { atUs } = events[at]!;
    let end = at;
    while (end < events.length && events[end]!.atUs === atUs) end++;
    if (atUs <= endUs) story.moment(events.slice(at, end));
    at = end;
  }
  return story.entries.map(({ line }) => line);
}

/** A story that grows moment by moment. A line may still change by what comes after it. */
export class Story {
  readonly #entries: Entry[] = [];
  /** Name of the router by virtual address, and virtual addresses by node and name of the instance. */
  readonly #routers = new Map<string, string>();
  readonly #addresses = new Map<string, ReadonlySet<string>>();
  /** The remark that a same one is counted with. */
  readonly #remarks = new Map<string, Entry>();

  constructor(routers: readonly RouterPlan[]) {
    for (const { name: router, members, addresses } of routers) {
      const all = new Set(addresses);
      for (const address of addresses) this.#routers.set(address, router);
      for (const { node, name } of members) this.#addresses.set(`${node} ${name}`, all);
    }
  }

  /** In the order of time. */
  get entries(): readonly StoryEntry[] {
    return this.#entries;
  }

  /** Takes all events of one moment: causes first, then what follows from them. */
  moment(events: readonly TraceEvent[]): void {
    const counts = new Map<string, number>();
    for (const event of events) {
      const key = alikeKey(event);
      if (key !== null) counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    const first = new Map<string, Entry>();
    const starting = new Set(
      events.filter((event) => event.kind === "process").map((event) => event.node),
    );
    const later: TraceEvent[] = [];
    for (const event of [...events.filter(isSaid), ...events.filter((one) => !isSaid(one))]) {
      if (isConsequence(event)) {
        later.push(event);
        continue;
      }
      const key = alikeKey(event);
      const leader = key === null ? undefined : first.get(key);
      if (leader !== undefined && counts.get(key!)! > ALIKE_MAX) {
        joinAlike(leader, event);
        continue;
      }
      const entry = this.#cause(event, starting.has(event.node));
      if (key !== null && entry !== null) first.set(key, entry);
    }
    for (const event of later) this.#consequence(event, starting.has(event.node));
  }

  // ---- What stands alone ----

  #cause(event: TraceEvent, starts: boolean): Entry | null {
    switch (event.kind) {
      case "action":
        return this.#action(event, event.action);
      case "record":
        return this.#record(event, event.record);
      case "event":
        return this.#engineEvent(event, event.event, starts);
      case "violation": {
        const { invariant, text } = event.violation;
        return this.#add(event, "violation", `violated: ${invariant}: ${text}`);
      }
      default:
        return null; // processes show in the lanes, adverts too
    }
  }

  #action(event: TraceEvent & { kind: "action" }, action: Action): Entry {
    // That the machines start at the beginning shows in their first transitions.
    const isDetail = action.do === "start" && event.atUs === 0;
    const entry = this.#add(event, isSaid(event) ? "say" : "action", event.text, isDetail);
    if (event.node === null) entry.line.who = actorOf(action);
    entry.action = action;
    return entry;
  }

  #record(event: TraceEvent, record: CoreRecord): Entry {
    if (record.kind === "transition") {
      const entry = this.#add(event, "transition", describeRecord(record));
      entry.record = record;
      entry.names = [nameOf(record)];
      entry.line.instance = record.subject === "GROUP" ? null : record.instanceName ?? null;
      this.#forgetRemarks(event.node, record.instanceName);
      return entry;
    }
    const subject = record.instanceName ?? "";
    const what = record.kind === "notice" ? record.notice : record.kind;
    const key = `${event.node} ${subject} ${what}`;
    const before = this.#remarks.get(key);
    if (before !== undefined && event.atUs - before.line.lastUs <= REPEAT_US) {
      before.line.times++;
      before.line.lastUs = event.atUs;
      return before;
    }
    const isDetail = record.kind === "notice" && record.notice === "CONFIG_COMMITTED";
    const entry = this.#add(event, "remark", describeRecord(record), isDetail);
    entry.line.instance = record.instanceName ?? null;
    this.#remarks.set(key, entry);
    return entry;
  }

  /** After a transition a remark tells something new. */
  #forgetRemarks(node: string | null, instance = ""): void {
    const prefix = `${node} ${instance} `;
    for (const key of this.#remarks.keys()) if (key.startsWith(prefix)) this.#remarks.delete(key);
  }

  #engineEvent(event: TraceEvent, told: EngineEvent, starts: boolean): Entry {
    const isDetail = starts || isDetailEvent(told);
    const entry = this.#add(event, kindOf(told), describeEvent(told), isDetail);
    entry.event = told;
    return entry;
  }

  #add(event: TraceEvent, kind: LineKind, text: string, isDetail = false): Entry {
    const { atUs } = event;
    const line: TimelineLine = {
      atUs,
      who: event.node ?? "",
      kind,
      instance: null,
      text,
      effects: [],
      isDetail,
      times: 1,
      lastUs: atUs,
      alike: [],
    };
    const facts = { record: null, event: null, action: null };
    const entry: Entry = { line, cause: event, names: [], addresses: new Map(), ...facts };
    this.#entries.push(entry);
    return entry;
  }

  // ---- What follows from something ----

  #consequence(event: TraceEvent, starts: boolean): void {
    switch (event.kind) {
      case "address":
        return this.#address(event);
      case "client":
        return this.#client(event);
      case "notify":
        return this.#notify(event, event.notify);
      case "record":
        return this.#priority(event, event.record as PriorityRecord);
      case "event":
        return this.#service(event, event.event, starts);
    }
  }

  #address(event: TraceEvent & { kind: "address" }): void {
    const { node, address, held, why } = event;
    const verb = addressVerb(event);
    const cause = this.#find(event, 0, ({ line, record, action, names }) => {
      if (why === "boot") return line.who === node && action?.do === "powerOff";
      if (why === "foreign") {
        return action?.do === "removeAddress" && action.node === node &&
          action.address === address;
      }
      if (record === null || line.who !== node || why !== "core") return false;
      const isRight = held ? record.to === "MASTER" : record.from === "MASTER";
      return isRight && this.#have(node, names, address);
    });
    if (cause !== null) return putAddress(cause, verb, address);
    const same = this.#find(
      event,
      0,
      ({ line, addresses }) => line.kind === "address" && line.who === node && addresses.has(verb),
    );
    const entry = same ?? this.#add(event, "address", "");
    entry.line.instance ??= this.#instanceOf(address);
    const all = [...entry.addresses.get(verb) ?? [], address];
    entry.addresses.set(verb, all);
    entry.line.text = addressesText(verb, all);
  }

  #client(event: TraceEvent & { kind: "client" }): void {
    const { address, owner, mac, atUs } = event;
    const cause = owner === null
      ? null
      : this.#find(event, CLIENT_FOLLOWS_US, (entry) =>
        entry.record?.to === "MASTER" && entry.line.who === owner &&
        this.#have(owner, entry.names, address));
    if (cause !== null) {
      const afterUs = atUs - cause.line.atUs;
      return effect(cause, `the client follows after ${describeDuration(afterUs)}`);
    }
    const where = owner ?? (mac === null ? "nobody: no answer" : mac);
    const { line } = this.#add(event, "client", `${address} is at ${where}`);
    line.who = "client";
    line.instance = this.#instanceOf(address);
  }

  #notify(event: TraceEvent, { name, state, script, subject, ...notify }: NotifyOutput): void {
    const text = `runs ${[script.command, ...notify.arguments].join(" ")}`;
    const cause = this.#find(
      event,
      CONSEQUENCE_US,
      ({ line, names, record }) =>
        line.who === event.node && record?.to === state && names.includes(name),
    );
    if (cause !== null) effect(cause, text, true);
    else {
      const { line } = this.#add(event, "notify", `${name} ${state}: ${text}`, true);
      line.instance = subject === "INSTANCE" ? name : null;
    }
  }

  #priority(event: TraceEvent, record: PriorityRecord): void {
    const cause = this.#find(event, CONSEQUENCE_US, (entry) =>
      entry.line.who === event.node &&
      (entry.event?.event === "TRACKER_STATE"
        ? entry.event.tracker === record.trackerName
        : entry.action?.do === "reload" && record.trackerName === undefined));
    if (cause === null) {
      this.#add(event, "priority", describeRecord(record)).line.instance = nameOf(record);
    } else effect(cause, `priority of ${nameOf(record)} ${record.from} -> ${record.to}`);
  }

  #service(event: TraceEvent, told: EngineEvent, starts: boolean): void {
    const cause = this.#find(event, 0, (entry) => {
      const of = entry.event;
      if (of?.event !== "CHECK_UP" && of?.event !== "CHECK_DOWN") return false;
      return entry.line.who === event.node && "virtualServer" in told &&
        told.virtualServer === of.virtualServer;
    });
    if (cause === null || starts) this.#engineEvent(event, told, starts);
    else effect(cause, describeEvent(told));
  }

  /** The last line within a time that fits. */
  #find(event: TraceEvent, withinUs: number, fits: (entry: Entry) => boolean): Entry | null {
    const from = Math.max(0, this.#entries.length - LOOK_BACK);
    for (let at = this.#entries.length - 1; at >= from; at--) {
      const entry = this.#entries[at]!;
      if (event.atUs - entry.line.atUs > withinUs) return null;
      if (fits(entry)) return entry;
    }
    return null;
  }

  #instanceOf(address: string): string | null {
    return this.#routers.get(address) ?? null;
  }

  /** One of the instances has the address; one that an edit brought could be anybody's. */
  #have(node: string, instances: readonly string[], address: string): boolean {
    if (!this.#routers.has(address)) return true;
    return instances.some((name) => this.#addresses.get(`${node} ${name}`)?.has(address) ?? false);
  }
}

function effect(entry: Entry, text: string, isDetail = false): void {
  if (!entry.line.effects.some((one) => one.text === text)) {
    entry.line.effects.push({ text, isDetail });
  }
}

/** Puts an address to the others of which a line says the same. */
function putAddress({ line, addresses }: Entry, verb: AddressVerb, address: string): void {
  const before = addresses.get(verb) ?? [];
  const all = [...before, address];
  addresses.set(verb, all);
  const text = addressesText(verb, all);
  const told = line.effects.find((one) => one.text === addressesText(verb, before));
  if (told === undefined) line.effects.push({ text, isDetail: false });
  else told.text = text;
}

function joinAlike(leader: Entry, event: TraceEvent): void {
  if (event.kind !== "record") return;
  const name = nameOf(event.record);
  leader.names.push(name);
  leader.line.alike.push(name);
}
