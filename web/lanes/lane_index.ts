// What the lanes draw, found in a recording's events once and extended while it grows: for each instance
// its states, adverts, priorities and timers, for each node its process, cables, scripts and checks.
// All lists are in the order of time, so that drawing a window is a search and a walk.

import type { StateName } from "../../host/core/abi.gen.ts";
import type { ProcessState } from "../../host/sim/world_view.ts";
import type { Cast } from "../story/cast.ts";
import type { RecordedEvent } from "../story/recording.ts";

/** UNKNOWN: the connection to the director is lost. */
export type BandState = StateName | "DOWN" | "UNKNOWN";

/** A stretch that begins; it ends where the next one does. */
export interface Band {
  atUs: number;
  state: BandState;
  /** The process stands still: it believes to be in the state and says nothing. */
  isStill: boolean;
  /** Concluded from a capture. */
  isInferred: boolean;
  /** Place of the event that began it. */
  event: number;
}

/** One value from a time on. */
export interface Point {
  atUs: number;
  value: number;
  event: number;
}

/** One timer as it was set: the protocol timer of an instance. `dueUs` null: it was stopped. */
export interface TimerPoint {
  atUs: number;
  dueUs: number | null;
  event: number;
}

/** Something at one moment. */
export interface Tick {
  atUs: number;
  event: number;
}

/** A moment that is drawn with a sign. */
export interface Mark extends Tick {
  kind: "action" | "violation" | "lost" | "found" | "transition" | "refused" | "remark";
  /** For a transition: the state that was entered. */
  state: BandState | null;
}

/** A run of a script or a check. */
export interface Run extends Tick {
  /** null: it goes on. */
  endUs: number | null;
  isGood: boolean | null;
  name: string;
}

/** One instance on one node. */
export interface InstanceLane {
  node: string;
  instance: string;
  bands: Band[];
  /** Adverts that it sent. */
  sent: Tick[];
  priorities: Point[];
  timers: TimerPoint[];
}

/** What befalls a node. */
export interface NodeLane {
  node: string;
  process: { atUs: number; process: ProcessState; event: number }[];
  /** Cables: down or up again. */
  links: { atUs: number; interface: string; up: boolean; event: number }[];
  runs: Run[];
  checks: Run[];
}

/** The index of one recording. */
export class LaneIndex {
  /** By `node instance`. */
  readonly instances = new Map<string, InstanceLane>();
  readonly nodes = new Map<string, NodeLane>();
  /** Everything that a person looks for, of all nodes. */
  readonly marks: Mark[] = [];
  readonly #open = new Map<string, Run>();
  #count = 0;

  constructor(cast: Cast) {
    for (const { name: node, instances } of cast.nodes) {
      this.nodes.set(node, { node, process: [], links: [], runs: [], checks: [] });
      for (const { name: instance } of instances) this.#lane(node, instance);
    }
  }

  /** Events that it holds. */
  get count(): number {
    return this.#count;
  }

  /** Takes what was appended since the last call. */
  extend(events: readonly RecordedEvent[]): void {
    for (; this.#count < events.length; this.#count++) {
      this.#take(events[this.#count]!, this.#count);
    }
  }

  #lane(node: string, instance: string): InstanceLane {
    const key = `${node} ${instance}`;
    let lane = this.instances.get(key);
    if (lane === undefined) {
      const opening: Band = {
        atUs: 0,
        state: "DOWN",
        isStill: false,
        isInferred: false,
        event: -1,
      };
      lane = { node, instance, bands: [opening], sent: [], priorities: [], timers: [] };
      this.instances.set(key, lane);
    }
    return lane;
  }

  #of(node: string): InstanceLane[] {
    return [...this.instances.values()].filter((lane) => lane.node === node);
  }

  #take(event: RecordedEvent, place: number): void {
    const { atUs, node } = event;
    switch (event.kind) {
      case "action":
        this.marks.push({ atUs, event: place, kind: "action", state: null });
        return;
      case "violation":
        this.marks.push({ atUs, event: place, kind: "violation", state: null });
        return;
      case "remark":
        if (event.isBad) this.marks.push({ atUs, event: place, kind: "remark", state: null });
        return;
    }
    if (node === null) return;
    const lane = this.nodes.get(node);
    if (lane !== undefined) this.#takeOf(lane, event, place);
  }

  #takeOf(lane: NodeLane, event: RecordedEvent, place: number): void {
    const { atUs } = event;
    switch (event.kind) {
      case "process":
        lane.process.push({ atUs, process: event.process, event: place });
        for (const one of this.#of(lane.node)) becomeProcess(one, event.process, atUs, place);
        return;
      case "record": {
        const { record } = event;
        if (record.kind === "refused") {
          this.marks.push({ atUs, event: place, kind: "refused", state: null });
        }
        if (record.kind !== "transition" || record.subject !== "INSTANCE") return;
        const one = this.#lane(lane.node, record.instanceName ?? "");
        begin(one, { atUs, state: record.to, isInferred: false, event: place });
        this.marks.push({ atUs, event: place, kind: "transition", state: record.to });
        return;
      }
      case "state": {
        const one = this.#lane(lane.node, event.instance);
        if (one.bands.at(-1)!.state === event.state) return;
        begin(one, { atUs, state: event.state, isInferred: event.inferred, event: place });
        this.marks.push({ atUs, event: place, kind: "transition", state: event.state });
        return;
      }
      case "instance":
        return this.#moment(lane.node, event.instance, atUs, place);
      case "packet":
        if (event.packet.carries === "advert" && event.packet.instance !== null) {
          this.#lane(lane.node, event.packet.instance).sent.push({ atUs, event: place });
        }
        return;
      case "link":
        lane.links.push({ atUs, interface: event.interface, up: event.up, event: place });
        return;
      case "scriptRun":
        return this.#run(lane.runs, `${lane.node} s ${event.script}`, event.script, {
          atUs,
          place,
          isGood: event.outcome === null
            ? undefined
            : event.outcome.kind === "exit" && event.outcome.code === 0,
        });
      case "check":
        return this.#run(lane.checks, `${lane.node} c ${event.run}`, event.realServer, {
          atUs,
          place,
          isGood: event.outcome === null
            ? undefined
            : event.outcome.kind === "connected" || event.outcome.kind === "response" ||
              (event.outcome.kind === "script" && event.outcome.outcome.kind === "exit" &&
                event.outcome.outcome.code === 0),
        });
      case "connection":
        return this.#connection(lane, event.isUp, atUs, place);
    }
  }

  #moment(
    node: string,
    { name, priority, protocolUs }: { name: string; priority: number; protocolUs: number | null },
    atUs: number,
    event: number,
  ): void {
    const one = this.#lane(node, name);
    if (one.priorities.at(-1)?.value !== priority) {
      one.priorities.push({ atUs, value: priority, event });
    }
    if (one.timers.at(-1)?.dueUs !== protocolUs) {
      one.timers.push({ atUs, dueUs: protocolUs, event });
    }
  }

  #run(
    runs: Run[],
    key: string,
    name: string,
    { atUs, place, isGood }: { atUs: number; place: number; isGood: boolean | undefined },
  ): void {
    const open = this.#open.get(key);
    if (isGood === undefined) {
      const run: Run = { atUs, event: place, endUs: null, isGood: null, name };
      this.#open.set(key, run);
      runs.push(run);
      return;
    }
    this.#open.delete(key);
    if (open === undefined) return;
    open.endUs = atUs;
    open.isGood = isGood;
  }

  #connection(lane: NodeLane, isUp: boolean, atUs: number, place: number): void {
    this.marks.push({ atUs, event: place, kind: isUp ? "found" : "lost", state: null });
    if (isUp) return;
    for (const one of this.#of(lane.node)) {
      begin(one, { atUs, state: "UNKNOWN", isInferred: false, event: place });
      one.timers.push({ atUs, dueUs: null, event: place });
    }
  }
}

function begin(lane: InstanceLane, band: Omit<Band, "isStill">, isStill = false): void {
  const last = lane.bands.at(-1)!;
  const still = isStill || (last.isStill && band.state !== "DOWN");
  const next: Band = { ...band, isStill: still };
  if (last.atUs === band.atUs) lane.bands[lane.bands.length - 1] = next;
  else lane.bands.push(next);
}

function becomeProcess(
  lane: InstanceLane,
  process: ProcessState,
  atUs: number,
  event: number,
): void {
  const last = lane.bands.at(-1)!;
  if (process === "off" || process === "down") {
    if (last.state === "DOWN") return;
    begin(lane, { atUs, state: "DOWN", isInferred: false, event });
    lane.bands.at(-1)!.isStill = false;
    lane.timers.push({ atUs, dueUs: null, event });
    lane.priorities.push({ atUs, value: 0, event });
    return;
  }
  const isStill = process !== "running";
  const state = last.state === "DOWN" ? "INIT" : last.state;
  if (state === last.state && isStill === last.isStill) return;
  begin(lane, { atUs, state, isInferred: last.isInferred, event }, isStill);
  lane.bands.at(-1)!.isStill = isStill;
}

/** Place of the last row at or before a time; -1: none. */
export function lastAt(rows: readonly { atUs: number }[], us: number): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle]!.atUs <= us) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
