// What the lanes draw, found in a recording's events once and extended while it grows: for each instance
// its states, adverts, priorities and timers, for each node its process, cables, scripts and checks.
// All lists are in the order of time, so that drawing a window is a search and a walk.

import type { CoreRecord } from "../../host/engine/contract.ts";
import type { InstanceMoment, ProcessState, SentPacket } from "../../host/sim/world_view.ts";
import type { Cast, CastRouter } from "../story/cast.ts";
import type { RecordedEvent } from "../story/recording.ts";
import {
  becomeProcess,
  begin,
  emptyWatch,
  engineEvent,
  insert,
  isGoodCheck,
  judge,
  partsWith,
  pushTo,
} from "./lane_steps.ts";
import {
  type Band,
  type BandState,
  checkKey,
  type InstanceLane,
  type Mark,
  type MarkKind,
  type NodeLane,
  type PriorityRange,
  type Run,
  type Tick,
  type WatchLane,
} from "./lane_types.ts";

/** Kinds of events that may begin bands. */
const BANDED: ReadonlySet<RecordedEvent["kind"]> = new Set([
  "process",
  "record",
  "state",
  "connection",
]);

/** The index of one recording. */
export class LaneIndex {
  /** By `node instance`. */
  readonly instances = new Map<string, InstanceLane>();
  readonly nodes = new Map<string, NodeLane>();
  /** By kind, of all nodes. */
  readonly marks: Readonly<Record<MarkKind, Mark[]>> = {
    transition: [],
    refused: [],
    remark: [],
    action: [],
    found: [],
    lost: [],
    violation: [],
  };
  /** By router of the cast. */
  readonly ranges = new Map<CastRouter, PriorityRange>();
  readonly #routers = new Map<string, CastRouter>();
  readonly #lanesOf = new Map<string, InstanceLane[]>();
  readonly #open = new Map<string, Run>();
  #count = 0;

  constructor(cast: Cast) {
    for (const { name: node, instances, interfaces, scripts } of cast.nodes) {
      const empty = (): WatchLane => ({ verdicts: [], runs: [], tries: [] });
      const services = cast.services.filter(({ nodes }) => nodes.includes(node));
      this.nodes.set(node, {
        ...{ node, process: [], connections: [], masters: [], notifications: [] },
        links: new Map(interfaces.map(({ name }) => [name, []])),
        scripts: new Map(scripts.map((name) => [name, empty()])),
        checks: new Map(
          services.flatMap(({ name, servers }) =>
            servers.map((server) => [checkKey(name, server.name), empty()] as const)
          ),
        ),
      });
      for (const { name: instance } of instances) this.#lane(node, instance);
    }
    for (const router of cast.routers) {
      for (const { node, instance } of router.members) {
        this.#routers.set(`${node} ${instance}`, router);
      }
    }
  }

  /** Events that it holds. */
  get count(): number {
    return this.#count;
  }

  /** The lane of an instance. */
  of(node: string, instance: string): InstanceLane | undefined {
    return this.instances.get(`${node} ${instance}`);
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
      lane = {
        ...{ node, instance, bands: [opening], sent: [], heard: [] },
        ...{ priorities: [], timers: [], preempts: [] },
      };
      this.instances.set(key, lane);
      this.#lanesOf.set(node, [...this.#lanesOf.get(node) ?? [], lane]);
    }
    return lane;
  }

  /** What comes to a machine whose process does not run is heard by nobody. */
  #listens(node: string): boolean {
    const process = this.nodes.get(node)?.process.at(-1)?.process;
    return process === undefined || process === "running";
  }

  #of(node: string): readonly InstanceLane[] {
    return this.#lanesOf.get(node) ?? [];
  }

  #mark(kind: MarkKind, atUs: number, event: number, state: BandState | null = null): void {
    this.marks[kind].push({ atUs, event, kind, state });
  }

  #take(event: RecordedEvent, place: number): void {
    const { atUs, node } = event;
    if (event.kind === "action") this.#mark("action", atUs, place);
    else if (event.kind === "violation") this.#mark("violation", atUs, place);
    else if (event.kind === "remark" && event.isBad) this.#mark("remark", atUs, place);
    const lane = node === null ? undefined : this.nodes.get(node);
    if (lane === undefined) return;
    this.#takeOf(lane, event, place);
    if (BANDED.has(event.kind)) this.#countMasters(lane, { atUs, event: place });
  }

  #countMasters({ node, masters }: NodeLane, tick: Tick): void {
    let count = 0;
    for (const { bands } of this.#of(node)) if (bands.at(-1)!.state === "MASTER") count++;
    if ((masters.at(-1)?.count ?? 0) !== count) masters.push({ ...tick, count });
  }

  #takeOf(lane: NodeLane, event: RecordedEvent, place: number): void {
    const { atUs } = event;
    const tick = { atUs, event: place };
    switch (event.kind) {
      case "process":
        return this.#process(lane, event.process, tick);
      case "record":
        return this.#record(lane.node, event.record, tick);
      case "state": {
        const one = this.#lane(lane.node, event.instance);
        const last = one.bands.at(-1)!;
        if (last.state === event.state && last.isInferred === event.inferred) return;
        begin(one, { ...tick, state: event.state, isInferred: event.inferred });
        if (last.state !== event.state) this.#mark("transition", atUs, place, event.state);
        return;
      }
      case "instance":
        return this.#moment(this.#lane(lane.node, event.instance.name), event.instance, tick);
      case "packet":
        return this.#packet(lane.node, event.packet, tick);
      case "link":
        return void pushTo(lane.links, event.interface, () => []).push({ ...tick, up: event.up });
      case "connection":
        return this.#connection(lane, event.isUp, tick);
      case "notify":
        return void lane.notifications.push(tick);
      default:
        return this.#watch(lane, event, tick);
    }
  }

  /** Scripts, checks and servers. */
  #watch(lane: NodeLane, event: RecordedEvent, tick: Tick): void {
    switch (event.kind) {
      case "scriptRun": {
        const of = pushTo(lane.scripts, event.script, emptyWatch);
        const { outcome } = event;
        return this.#run(
          of.runs,
          `${lane.node} s ${event.script}`,
          tick,
          outcome,
          (one) => one.kind === "exit" && one.code === 0,
        );
      }
      case "check": {
        const key = checkKey(event.virtualServer, event.realServer);
        const of = pushTo(lane.checks, key, emptyWatch);
        const { outcome } = event;
        return this.#run(of.runs, `${lane.node} c ${event.run}`, tick, outcome, isGoodCheck);
      }
      case "tracker":
        return judge(pushTo(lane.scripts, event.tracker, emptyWatch), tick, event.state);
      case "server": {
        const of = pushTo(lane.checks, checkKey(event.service, event.server), emptyWatch);
        const said = { up: "GOOD", down: "BAD", unknown: "UNKNOWN" } as const;
        return judge(of, tick, said[event.state]);
      }
      case "event":
        return engineEvent(lane, event.event, tick);
    }
  }

  #process(lane: NodeLane, process: ProcessState, tick: Tick): void {
    lane.process.push({ ...tick, process });
    for (const one of this.#of(lane.node)) becomeProcess(one, process, tick);
    if (process !== "down" && process !== "off") return;
    for (const watch of [...lane.scripts.values(), ...lane.checks.values()]) {
      judge(watch, tick, "UNKNOWN");
    }
  }

  #record(node: string, record: CoreRecord, tick: Tick): void {
    if (record.kind === "refused") return this.#mark("refused", tick.atUs, tick.event);
    if (record.kind === "priority") {
      return this.#prioritise(this.#lane(node, record.instanceName ?? ""), tick, {
        value: record.to,
        base: record.priorityBase,
        tracked: record.priorityTracked,
        tracker: record.trackerName ?? null,
      });
    }
    if (record.kind !== "transition" || record.subject !== "INSTANCE") return;
    const one = this.#lane(node, record.instanceName ?? "");
    begin(one, { ...tick, state: record.to, isInferred: false });
    this.#mark("transition", tick.atUs, tick.event, record.to);
    this.#prioritise(one, tick, {
      value: record.priorityEffective,
      base: record.priorityBase,
      tracked: record.priorityTracked,
      tracker: null,
    });
  }

  #moment(
    one: InstanceLane,
    { priority, protocolUs, preemptUs }: InstanceMoment,
    tick: Tick,
  ): void {
    if (one.priorities.at(-1)?.value !== priority) {
      this.#prioritise(one, tick, { value: priority, base: null, tracked: null, tracker: null });
    }
    if (one.timers.at(-1)?.dueUs !== protocolUs) one.timers.push({ ...tick, dueUs: protocolUs });
    const before = one.preempts.at(-1)?.dueUs ?? null;
    if (before !== preemptUs) one.preempts.push({ ...tick, dueUs: preemptUs });
  }

  #prioritise(
    one: InstanceLane,
    tick: Tick,
    { value, base, tracked, tracker }: {
      value: number;
      base: number | null;
      tracked: number | null;
      tracker: string | null;
    },
  ): void {
    const last = one.priorities.at(-1);
    const before = last !== undefined && last.value > 0 ? last : { base: null, parts: [] };
    const parts = tracked === null ? before.parts : partsWith(before.parts, tracker, tracked);
    const next = { ...tick, value, base: base ?? before.base, parts };
    const isSame = last?.value === value && last.base === next.base && last.parts === parts;
    if (isSame) return;
    if (last?.atUs === tick.atUs) one.priorities[one.priorities.length - 1] = next;
    else one.priorities.push(next);
    const router = this.#routers.get(`${one.node} ${one.instance}`);
    if (router === undefined || value === 0) return;
    const range = this.ranges.get(router) ?? { low: value, high: value };
    this.ranges.set(router, {
      low: Math.min(range.low, value, next.base ?? value),
      high: Math.max(range.high, value, next.base ?? value),
    });
  }

  #packet(node: string, { carries, instance, arrivals }: SentPacket, tick: Tick): void {
    if (carries !== "advert" || instance === null) return;
    this.#lane(node, instance).sent.push(tick);
    if (arrivals.length === 0) return;
    const members = this.#routers.get(`${node} ${instance}`)?.members ?? [];
    for (const { node: to, atUs } of arrivals) {
      const member = members.find((one) => one.node === to);
      if (member === undefined || to === null || !this.#listens(to)) continue;
      insert(this.#lane(to, member.instance).heard, { atUs, event: tick.event });
    }
  }

  #run<Outcome>(
    runs: Run[],
    key: string,
    tick: Tick,
    outcome: Outcome | null,
    isGood: (outcome: Outcome) => boolean,
  ): void {
    if (outcome === null) {
      const run: Run = { ...tick, endUs: null, isGood: null };
      this.#open.set(key, run);
      runs.push(run);
      return;
    }
    const open = this.#open.get(key);
    this.#open.delete(key);
    if (open === undefined) return;
    open.endUs = tick.atUs;
    open.isGood = isGood(outcome);
  }

  #connection(lane: NodeLane, isUp: boolean, tick: Tick): void {
    lane.connections.push({ ...tick, isUp });
    this.#mark(isUp ? "found" : "lost", tick.atUs, tick.event);
    if (isUp) return;
    for (const one of this.#of(lane.node)) {
      begin(one, { ...tick, state: "UNKNOWN", isInferred: false });
      one.timers.push({ ...tick, dueUs: null });
      if (one.preempts.at(-1)?.dueUs != null) one.preempts.push({ ...tick, dueUs: null });
    }
  }
}
