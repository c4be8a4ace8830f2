// The recording of directors that are watched. Pure: it is told what was heard when, and time itself.
//
// Time 0 is a moment of this machine's clock; what a director says has its own clock's time (clock.ts).
// What was heard waits for a moment before it is put down, so that two directors' words come in their
// order; what is older still (the past of one that was added, what happened while a connection was lost,
// the moment of the last word) is put in its place in a new recording.

import type { EventRecord, NodeStatus } from "../../../host/control/client.ts";
import { emptyRecording, type RecordedEvent, type Recording } from "../../story/recording.ts";
import { castOfStatus } from "./cast_of_status.ts";
import { DirectorClock, type Heard } from "./clock.ts";
import { statesAt, type TimedTold, transitionIn, withAddresses } from "./past.ts";
import { type Told, toldByEvent, toldByStatus, toldState } from "./told.ts";

/** How long a word waits for others that were said before it, milliseconds. */
export const ORDER_MS = 300;
/** How far back the past of a director goes into the recording, milliseconds. */
export const PAST_MS_MAX = 600_000;
/** What stands before the first moment that one watched, milliseconds, however little is remembered. */
const PAST_MS_MIN = 5_000;
/** Events of a recording; with more it begins anew. */
export const LIVE_EVENT_MAX = 200_000;

interface Director {
  id: number;
  /** As it is shown; unique. */
  name: string;
  /** Named so where its router_id is another's too. */
  address: string;
  status: NodeStatus | null;
  clock: DirectorClock;
  isUp: boolean;
  heardMs: number;
  /** Of what was told last: what one director says stays in its order, however its clock is measured. */
  lastUs: number;
  /** By instance: the state of its last reason record or snapshot. */
  states: Map<string, string>;
  /** By instance: a state in the last status that no record has told of. */
  unexplained: Map<string, string>;
}

/** Makes the recording. */
export class LiveStory {
  #recording: Recording;
  readonly #directors = new Map<number, Director>();
  /** Heard and not put down yet. */
  #waiting: RecordedEvent[] = [];
  #startMs: number;

  /** Begins at a time of this machine's clock. */
  constructor(nowMs: number) {
    this.#startMs = nowMs - PAST_MS_MIN;
    this.#recording = this.#fresh([], 0);
  }

  /** Another object whenever something was put before what stood there, or somebody new plays. */
  get recording(): Recording {
    return this.#recording;
  }

  /** Name of a director; its address before its first word. */
  nameOf(id: number): string {
    return this.#directors.get(id)?.name ?? "";
  }

  /** How far a director's clock is ahead of ours, milliseconds; null: not known. */
  aheadMs(id: number): number | null {
    return this.#directors.get(id)?.clock.aheadMs ?? null;
  }

  /** A director is to be watched. */
  add(id: number, address: string): void {
    this.#directors.set(id, {
      ...{ id, name: address, address, status: null, isUp: false, heardMs: 0, lastUs: 0 },
      ...{ clock: new DirectorClock(), states: new Map(), unexplained: new Map() },
    });
  }

  /** A director is no longer watched. It leaves the recording, with what it said. */
  remove(id: number): void {
    const director = this.#directors.get(id);
    if (director === undefined) return;
    this.#directors.delete(id);
    this.#waiting = this.#waiting.filter(({ node }) => node !== director.name);
    this.#recording = this.#fresh(
      this.#recording.events.filter(({ node }) => node !== director.name),
    );
  }

  /**
   * A connection came about: the first status, and what the director remembers of what we have not heard.
   * `isAnother`: it is not the daemon that was there before.
   */
  connected(
    id: number,
    status: NodeStatus,
    missed: readonly EventRecord[],
    heard: Heard,
    isAnother: boolean,
  ): void {
    const director = this.#directors.get(id);
    if (director === undefined) return;
    director.clock.measure(status, heard);
    const before = director.status;
    if (before === null) this.#name(director, status.routerId);
    if (before === null) this.#reachBack(director, missed, heard.heardMs);
    const remembered = missed.map((event) => ({
      atUs: this.#atUs(director, Date.parse(event.time)),
      told: toldByEvent(event),
    }));
    const past = before === null
      ? this.#firstPast(director, status, remembered)
      : { words: remembered, held: new Set<string>() };
    if (before !== null && isAnother) past.words.unshift(...this.#started(director, status));
    const nowUs = this.#us(heard.heardMs);
    const now: Told[] = [
      { kind: "connection", isUp: true, text: "" },
      ...status.instances.map(toldState),
      ...toldByStatus(null, status, past.held),
    ];
    Object.assign(director, { status, isUp: true, heardMs: heard.heardMs, lastUs: nowUs });
    director.states = new Map(status.instances.map(({ name, state }) => [name, state]));
    director.unexplained.clear();
    const words = [...past.words, ...now.map((told) => ({ atUs: nowUs, told }))];
    this.#insert(words.filter(({ atUs }) => atUs >= 0).map((word) => eventOf(director, word)));
  }

  /** An answer to `status`. */
  status(id: number, status: NodeStatus, heard: Heard): void {
    const director = this.#directors.get(id);
    if (director === undefined || !director.isUp) return;
    director.clock.measure(status, heard);
    const atUs = this.#us((heard.askedMs + heard.heardMs) / 2);
    const told = [...unexplainedStates(director, status), ...toldByStatus(director.status, status)];
    director.status = status;
    director.heardMs = heard.heardMs;
    for (const one of told) this.#waiting.push(eventOf(director, { atUs, told: one }));
    this.#followCast();
  }

  /** An event, as it is told. */
  event(id: number, event: EventRecord, heardMs: number): void {
    const director = this.#directors.get(id);
    if (director === undefined || !director.isUp) return;
    director.heardMs = heardMs;
    // What is said now was not said later than now.
    const saidUs = Math.min(this.#atUs(director, Date.parse(event.time)), this.#us(heardMs));
    director.lastUs = Math.max(director.lastUs, saidUs);
    const told = toldByEvent(event);
    const record = transitionIn(told);
    if (record !== null) director.states.set(record.instanceName ?? "", record.to);
    this.#waiting.push(eventOf(director, { atUs: director.lastUs, told }));
  }

  /** The connection is lost: nothing is known of the director from its last word on. */
  lost(id: number, why: string): void {
    const director = this.#directors.get(id);
    if (director === undefined || !director.isUp) return;
    director.isUp = false;
    const told: Told = { kind: "connection", isUp: false, text: why };
    this.#insert([eventOf(director, { atUs: this.#us(director.heardMs), told })]);
  }

  /** Time has gone on: what has waited long enough is put down. */
  advance(nowMs: number): void {
    const untilUs = Math.max(this.#recording.untilUs, this.#us(nowMs - ORDER_MS));
    const due = this.#waiting.filter(({ atUs }) => atUs <= untilUs);
    if (due.length > 0) {
      this.#waiting = this.#waiting.filter(({ atUs }) => atUs > untilUs);
      due.sort((one, other) => one.atUs - other.atUs);
      const lastUs = this.#recording.events.at(-1)?.atUs ?? 0;
      if (due[0]!.atUs < lastUs) this.#insert(due);
      else for (const event of due) this.#recording.events.push(event);
    }
    this.#recording.untilUs = this.#recording.endUs = untilUs;
    if (this.#recording.events.length > LIVE_EVENT_MAX) this.#beginAnew(nowMs);
  }

  /** The state of everybody now is the beginning. */
  #beginAnew(nowMs: number): void {
    this.#startMs = nowMs - ORDER_MS;
    this.#waiting = [];
    this.#recording = this.#fresh([], 0);
    for (const director of this.#directors.values()) {
      const { status, isUp } = director;
      director.lastUs = 0;
      if (status === null) continue;
      const told: Told[] = [RUNNING, ...status.instances.map(toldState)];
      told.push(...toldByStatus(null, status));
      if (!isUp) told.push({ kind: "connection", isUp: false, text: "" });
      for (const one of told) {
        this.#recording.events.push(eventOf(director, { atUs: 0, told: one }));
      }
    }
  }

  /** The recording reaches back to what the first director remembers. */
  #reachBack(director: Director, missed: readonly EventRecord[], nowMs: number): void {
    if ([...this.#directors.values()].some(({ status }) => status !== null)) return;
    const firstMs = missed.reduce(
      (min, { time }) => Math.min(min, director.clock.oursMs(Date.parse(time))),
      nowMs,
    );
    this.#startMs = Math.max(nowMs - PAST_MS_MAX, Math.min(firstMs, nowMs - PAST_MS_MIN));
    this.#recording = this.#fresh([], 0);
  }

  /** What was before one watched a director for the first time. */
  #firstPast(director: Director, status: NodeStatus, remembered: readonly TimedTold[]) {
    const atUs = Math.max(0, this.#atUs(director, Date.parse(status.since)));
    const opening = [RUNNING, ...statesAt(atUs, status, remembered)];
    const later = remembered.filter((word) => word.atUs >= 0);
    return withAddresses(status, [...opening.map((told) => ({ atUs, told })), ...later]);
  }

  /** Another process than the one that was there: when it began nothing was left of what that one knew. */
  #started(director: Director, status: NodeStatus): TimedTold[] {
    const atUs = Math.max(director.lastUs, this.#atUs(director, Date.parse(status.since)));
    const down: Told = { kind: "process", process: "down", was: "running" };
    return [{ atUs, told: down }, { atUs, told: RUNNING }];
  }

  /** Puts events in their places: what was there has another number then, so it is another recording. */
  #insert(events: RecordedEvent[]): void {
    const all = [...this.#recording.events, ...events];
    all.sort((one, other) => one.atUs - other.atUs);
    this.#recording = this.#fresh(all);
  }

  #fresh(events: RecordedEvent[], knownUs = this.#recording.untilUs): Recording {
    const cast = castOfStatus(this.#named());
    const names = cast.nodes.map(({ name }) => name).join(", ");
    const untilUs = Math.max(knownUs, events.at(-1)?.atUs ?? 0);
    const wallMs = this.#startMs;
    return { ...emptyRecording("live", names), cast, events, untilUs, endUs: untilUs, wallMs };
  }

  #named() {
    return [...this.#directors.values()].flatMap(({ name, status }) =>
      status === null ? [] : [{ name, status }]
    );
  }

  /** A reload changes who plays. */
  #followCast(): void {
    const cast = castOfStatus(this.#named());
    if (JSON.stringify(cast) === JSON.stringify(this.#recording.cast)) return;
    this.#recording = { ...this.#recording, cast };
  }

  #name(director: Director, routerId: string): void {
    const isTaken = [...this.#directors.values()].some((other) =>
      other !== director && other.name === routerId
    );
    director.name = isTaken ? `${routerId} (${director.address})` : routerId;
  }

  /** A time of a director's clock in the recording. */
  #atUs(director: Director, theirsMs: number): number {
    return this.#us(director.clock.oursMs(theirsMs));
  }

  /** A time of our clock in the recording. */
  #us(ms: number): number {
    return Math.round((ms - this.#startMs) * 1000);
  }
}

function eventOf(director: Director, { atUs, told }: TimedTold): RecordedEvent {
  return { ...told, atUs, node: director.name } as RecordedEvent;
}

const RUNNING: Told = { kind: "process", process: "running", was: "down" };

/**
 * States that two status replies in a row show and no record has told of: the record was lost. One reply
 * alone may only be quicker than the record.
 */
function unexplainedStates(director: Director, status: NodeStatus): Told[] {
  const { states, unexplained } = director;
  const told: Told[] = [];
  for (const instance of status.instances) {
    const { name, state } = instance;
    if (states.get(name) === state) unexplained.delete(name);
    else if (unexplained.get(name) !== state) unexplained.set(name, state);
    else {
      states.set(name, state);
      told.push(toldState(instance));
    }
  }
  return told;
}
