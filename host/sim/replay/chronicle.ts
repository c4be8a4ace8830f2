// What happened at a node, gathered from one replay of its dump: adverts heard and refused, events, how
// punctual its own loop was, transitions with what they led to. explain.ts makes sentences of it. Times are
// microseconds of the node's monotonic clock.
// This module is browser safe.

import type { Input, InstanceStatus, Output } from "../../core/abi.gen.ts";
import type { DumpHead } from "../../core/record.ts";
import type {
  CoreRecord,
  NotifyOutput,
  RefusedRecord,
  ScriptOutcome,
  TransitionRecord,
} from "../../engine/contract.ts";
import type { EngineEvent } from "../../engine/event.ts";
import { EntryNames, vrrpOf } from "./describe_entry.ts";
import type { Difference, Replay, ReplayedCore, ReplayedEngine, ReplayedEntry } from "./replay.ts";
import type { KnownConfig } from "./replay_names.ts";

/** An advert that reached the core, accepted or not. */
export interface HeardAdvert {
  /** Number of the input. */
  sequence: number;
  atUs: number;
  ifindex: number;
  family: "INET" | "INET6";
  source: string;
  vrid: number;
  priority: number;
  intervalUs: number;
  /** The core's answer; 0 = accepted. */
  status: number;
}

/** An input other than a packet or a timer. */
export interface NodeEvent {
  sequence: number;
  atUs: number;
  input: Input;
}

/** A transition, and what stood around it. */
export interface ToldTransition {
  /** The input that led to it. */
  sequence: number;
  atUs: number;
  input: Input | null;
  record: TransitionRecord;
  /** Everything that came out with it, this record included. */
  outputs: Output[];
  records: CoreRecord[];
  /** In force then. */
  config: KnownConfig | null;
}

/** A notification script that was run. */
export interface ToldNotify {
  atUs: number;
  notify: NotifyOutput;
  /** null = it had not ended. */
  done: { atUs: number; outcome: ScriptOutcome } | null;
}

/** Another record of the core. */
export interface ToldRecord<R extends CoreRecord = CoreRecord> {
  atUs: number;
  record: R;
}

/** An event of the engine. */
export interface ToldEvent {
  atUs: number;
  event: EngineEvent;
}

/** What happened. */
export interface Chronicle {
  head: DumpHead;
  /** From where to where the core's log reaches. */
  fromUs: number;
  toUs: number;
  /** Whether the replay gave what the log says. */
  differences: readonly Difference[];
  /** By advertKey(), in the order of time. */
  adverts: Map<string, HeardAdvert[]>;
  events: NodeEvent[];
  transitions: ToldTransition[];
  /** Priorities, refusals and remarks. */
  records: ToldRecord[];
  notifies: ToldNotify[];
  engineEvents: ToldEvent[];
  /** Time of each entry of the core's log, and how late it was for the timer that was due; 0 = in time. */
  entryUs: number[];
  entryLateUs: number[];
  /** At the end. */
  config: KnownConfig | null;
  instances: (InstanceStatus & { name: string })[];
  names: EntryNames;
}

/** Plays a dump to its end and gathers what happened. */
export function chronicleOf(replay: Replay): Chronicle {
  replay.restart();
  const maker = new ChronicleMaker(replay);
  replay.run((entry) => maker.take(entry));
  return maker.upToHere();
}

/** Gathers what happens while somebody plays a dump from its beginning. */
export class ChronicleMaker {
  readonly #replay: Replay;
  readonly #chronicle: Chronicle;
  #dueUs: number;

  /** `replay` stands at its beginning. */
  constructor(replay: Replay) {
    const { head, core } = replay.dump;
    this.#replay = replay;
    this.#dueUs = replay.core?.core.nextTimeout() ?? Infinity;
    this.#chronicle = {
      head,
      fromUs: core?.checkpointUs ?? head.monotonicUs,
      toUs: head.monotonicUs,
      differences: [],
      adverts: new Map(),
      events: [],
      transitions: [],
      records: [],
      notifies: [],
      engineEvents: [],
      entryUs: [],
      entryLateUs: [],
      config: null,
      instances: [],
      names: new EntryNames(null, head.interfaces),
    };
  }

  /** Takes the entry that the replay has just played. */
  take(entry: ReplayedEntry): void {
    const chronicle = this.#chronicle;
    if (entry.half === "engine") return takeEngine(chronicle, entry);
    const { core } = this.#replay;
    takeCore(chronicle, entry, core?.config ?? null);
    chronicle.entryUs.push(entry.nowUs);
    chronicle.entryLateUs.push(Math.max(0, entry.nowUs - this.#dueUs));
    if (entry.died === null) this.#dueUs = core!.core.nextTimeout();
  }

  /** What happened so far; grows with the next entry. */
  upToHere(): Chronicle {
    const chronicle = this.#chronicle;
    chronicle.differences = this.#replay.differences;
    chronicle.config = this.#replay.core?.config ?? null;
    chronicle.names = new EntryNames(chronicle.config, chronicle.head.interfaces);
    chronicle.instances = statusesOf(this.#replay, chronicle.config);
    return chronicle;
  }
}

function statusesOf(replay: Replay, config: KnownConfig | null): Chronicle["instances"] {
  const names = config?.index.instances ?? [];
  return names.flatMap((name, number) => {
    const status = replay.core?.core.instanceStatus(number) ?? null;
    return status === null ? [] : [{ ...status, name }];
  });
}

function takeCore(
  chronicle: Chronicle,
  entry: ReplayedCore,
  config: KnownConfig | null,
): void {
  const { sequence, nowUs: atUs, input, status } = entry;
  if (input?.kind === "packet") takePacket(chronicle, entry, input);
  else if (input !== null && isEvent(input)) chronicle.events.push({ sequence, atUs, input });
  for (const record of entry.records) {
    if (record.kind === "transition") {
      const { outputs, records } = entry;
      chronicle.transitions.push({ sequence, atUs, input, record, outputs, records, config });
    } else {
      chronicle.records.push({ atUs, record });
    }
  }
  if (status !== 0 && input?.kind === "configCommit") {
    chronicle.events.push({ sequence, atUs, input });
  }
}

/** Of a configuration the commit stands for all its records. */
function isEvent(input: Input): boolean {
  return ["link", "address", "tracker", "command", "configCommit"].includes(input.kind);
}

function takePacket(
  chronicle: Chronicle,
  { sequence, nowUs: atUs, status }: ReplayedCore,
  input: Input & { kind: "packet" },
): void {
  const packet = vrrpOf(input);
  if (packet === null) return;
  const key = advertKey(input.ifindex, packet.family, packet.vrid);
  let adverts = chronicle.adverts.get(key);
  if (adverts === undefined) chronicle.adverts.set(key, adverts = []);
  adverts.push({
    sequence,
    atUs,
    ifindex: input.ifindex,
    family: packet.family,
    source: packet.source,
    vrid: packet.vrid,
    priority: packet.priority,
    intervalUs: packet.intervalUs,
    status,
  });
}

/** What makes an advert one of an instance. */
export function advertKey(ifindex: number, family: string, vrid: number): string {
  return `${ifindex} ${family} ${vrid}`;
}

function takeEngine(chronicle: Chronicle, entry: ReplayedEngine): void {
  const { nowUs: atUs, input } = entry;
  if (input.kind === "notifyDone") {
    const { id, outcome } = input;
    const told = chronicle.notifies.findLast(({ notify }) => notify.id === id);
    if (told !== undefined) told.done = { atUs, outcome };
  }
  for (const output of entry.outputs) {
    if (output.kind === "notify") chronicle.notifies.push({ atUs, notify: output, done: null });
    if (output.kind === "event") chronicle.engineEvents.push({ atUs, event: output.event });
  }
}

/** Place of the first of the sorted times that is at or behind `atUs`. */
export function firstAt(times: readonly number[], atUs: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! < atUs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How punctual the node's own loop was in a time. */
export interface LoopAccount {
  /** Longest lateness for a timer, and when. */
  lateUs: number;
  lateAtUs: number;
  /** Longest time between two entries, and when it ended. */
  gapUs: number;
  gapAtUs: number;
  entries: number;
}

/** The loop from..to, ends included. */
export function loopBetween(chronicle: Chronicle, fromUs: number, toUs: number): LoopAccount {
  const { entryUs, entryLateUs } = chronicle;
  const account: LoopAccount = { lateUs: 0, lateAtUs: toUs, gapUs: 0, gapAtUs: toUs, entries: 0 };
  for (let i = firstAt(entryUs, fromUs); i < entryUs.length && entryUs[i]! <= toUs; i++) {
    account.entries++;
    if (entryLateUs[i]! > account.lateUs) {
      account.lateUs = entryLateUs[i]!;
      account.lateAtUs = entryUs[i]!;
    }
    const gapUs = i === 0 ? 0 : entryUs[i]! - entryUs[i - 1]!;
    if (gapUs > account.gapUs) {
      account.gapUs = gapUs;
      account.gapAtUs = entryUs[i]!;
    }
  }
  return account;
}

/** The record that told a refusal of a sender, the last one up to then; null = none was due. */
export function refusalRecord(
  chronicle: Chronicle,
  source: string,
  status: RefusedRecord["status"],
  toUs: number,
): RefusedRecord | null {
  const told = chronicle.records.findLast(({ atUs, record }) =>
    atUs <= toUs && record.kind === "refused" && record.source === source &&
    record.status === status
  );
  return told === undefined ? null : told.record as RefusedRecord;
}
