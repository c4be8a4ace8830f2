// Everybody who watches a simulation: the invariants, which may find a violation, and one who traces.
// Machines and world tell what happens here and nowhere else. This module is browser safe.

import type {
  CheckOutcome,
  CoreRecord,
  EngineOutput,
  RunCheckOutput,
  RunScriptOutput,
  ScriptOutcome,
} from "../engine/contract.ts";
import { readAnnouncement } from "./client.ts";
import { describeAction } from "./scenario/describe_action.ts";
import type { Action } from "./scenario/scenario.ts";
import { type SimulationOptions, VIOLATION_MAX } from "./simulate.ts";
import type {
  AddressCause,
  HeardAdvert,
  Invariant,
  NodeView,
  ProcessState,
  SentAdvert,
  TraceEvent,
  Violation,
  WorldView,
} from "./world_view.ts";

/** What an invariant may be asked. */
export type HookName = Exclude<keyof Invariant, "name">;
/** The invariants that have a hook, by hook: those that have none cost nothing. */
type Hooks = { [Name in HookName]-?: Invariant[] };

/** Every hook, in the order in which tables show them. The type makes the compiler notice a new one. */
const HOOK_NAMES: Record<HookName, true> = {
  advert: true,
  heard: true,
  garp: true,
  transition: true,
  record: true,
  address: true,
  notify: true,
  notifyDone: true,
  client: true,
  lifeEnds: true,
  process: true,
  network: true,
  atRest: true,
  end: true,
};
export const HOOKS = Object.keys(HOOK_NAMES) as readonly HookName[];

/** What the world has to know of what is told. */
export interface WatchedWorld extends WorldView {
  /** Something changed that an invariant at rest looks at. */
  touch(): void;
  /** A cause came into the world: it is not at rest. */
  disturb(): void;
}

/** An event without its time and node. */
type Told<One> = One extends TraceEvent ? Omit<One, "atUs" | "node"> : never;
/** What is told only to those who want every detail. */
export type DetailEvent = Told<
  Extract<TraceEvent, { kind: "packet" | "instance" | "scriptRun" | "check" | "ipvs" | "link" }>
>;

function placeOf({ run, virtualServer, realServer, spec }: RunCheckOutput) {
  const target = "target" in spec ? spec.target : null;
  return { run, virtualServer, realServer, check: spec.kind, target };
}

/** The watchers. */
export class Watchers {
  readonly violations: Violation[] = [];
  /** Somebody wants to hear of adverts that arrive. */
  readonly wantsHeard: boolean;
  readonly #world: WatchedWorld;
  readonly #hooks: Hooks;
  readonly #trace: ((event: TraceEvent) => void) | null;
  readonly #tracesAdverts: boolean;
  readonly #tracesDetail: boolean;
  readonly #traceAfterUs: number;
  readonly #stopsAtViolation: boolean;

  constructor(world: WatchedWorld, options: SimulationOptions) {
    const invariants = options.invariants.map((make) => make());
    this.#world = world;
    this.#hooks = Object.fromEntries(
      HOOKS.map((name) => [name, invariants.filter((one) => one[name] !== undefined)]),
    ) as Hooks;
    this.wantsHeard = this.#hooks.heard.length > 0;
    this.#trace = options.trace;
    this.#tracesAdverts = options.traceAdverts;
    this.#tracesDetail = options.traceDetail === true;
    this.#traceAfterUs = options.traceAfterUs ?? -1;
    this.#stopsAtViolation = options.stopAtViolation;
  }

  /** Somebody traces now. */
  get #isTraced(): boolean {
    return this.#trace !== null && this.#world.nowUs > this.#traceAfterUs;
  }

  /** Somebody traces every detail now: packets, moments of instances, checks, links. */
  get wantsDetail(): boolean {
    return this.#tracesDetail && this.#isTraced;
  }

  /** A violation ends the run. */
  get isStopped(): boolean {
    const { length } = this.violations;
    return length > 0 && (this.#stopsAtViolation || length >= VIOLATION_MAX);
  }

  #ask(hook: HookName, question: (one: Invariant) => string | null): void {
    for (const one of this.#hooks[hook]) {
      const text = question(one);
      if (text === null) continue;
      if (this.violations.length >= VIOLATION_MAX) return;
      const violation = { invariant: one.name, atUs: this.#world.nowUs, text };
      this.violations.push(violation);
      this.#tell(null, { kind: "violation", violation });
    }
  }

  #tell(
    node: NodeView | null,
    event: Told<TraceEvent>,
  ): void {
    if (!this.#isTraced) return;
    const head = { atUs: this.#world.nowUs, node: node?.name ?? null };
    this.#trace!({ ...head, ...event } as TraceEvent);
  }

  // ---- What the world tells ----

  action(action: Action): void {
    if (!this.#isTraced) return;
    const node = "node" in action ? action.node : null;
    const text = describeAction(action);
    this.#trace!({ atUs: this.#world.nowUs, node, kind: "action", action, text });
  }

  network(): void {
    this.#ask("network", (one) => one.network!(this.#world));
  }

  atRest(): void {
    this.#ask("atRest", (one) => one.atRest!(this.#world));
  }

  end(): void {
    this.#ask("end", (one) => one.end!(this.#world));
  }

  client(segment: number, address: string, mac: string | null): void {
    const world = this.#world;
    world.touch();
    this.#tellClient(segment, address, mac);
    this.#ask("client", (one) => one.client!(world, segment, address));
  }

  #tellClient(segment: number, address: string, mac: string | null): void {
    if (!this.#isTraced) return;
    const world = this.#world;
    const owner = world.nodes.find((node) => mac === world.macOf(node, segment))?.name ?? null;
    this.#tell(null, { kind: "client", segment, address, mac, owner });
  }

  /** Only where wantsDetail; so the next ones. */
  detail(node: NodeView, event: DetailEvent): void {
    if (this.wantsDetail) this.#tell(node, event);
  }

  // ---- What a machine tells ----

  advert(advert: SentAdvert): void {
    if (this.#hooks.advert.length > 0) {
      this.#ask("advert", (one) => one.advert!(this.#world, advert));
    }
    if (!this.#tracesAdverts || !this.#isTraced) return;
    const { node, vrid, priority, family } = advert;
    this.#tell(node, { kind: "advert", vrid, priority, family });
  }

  heard(advert: HeardAdvert): void {
    this.#ask("heard", (one) => one.heard!(this.#world, advert));
  }

  garp(node: NodeView, segment: number, frame: Uint8Array): void {
    if (this.#hooks.garp.length === 0) return;
    const told = readAnnouncement(frame);
    if (told === null) return;
    const garp = { node, segment, address: told.address };
    this.#ask("garp", (one) => one.garp!(this.#world, garp));
  }

  record(node: NodeView, record: CoreRecord): void {
    this.#tell(node, { kind: "record", record });
    if (record.kind === "transition") {
      this.#world.touch();
      return this.#ask("transition", (one) => one.transition!(this.#world, node, record));
    }
    // A priority that a tracker moved is a cause, not a consequence.
    if (record.kind === "priority") this.#world.disturb();
    this.#ask("record", (one) => one.record!(this.#world, node, record));
  }

  address(node: NodeView, address: string, held: boolean, why: AddressCause): void {
    this.#world.touch();
    this.#tell(node, { kind: "address", address, held, why });
    this.#ask("address", (one) => one.address!(this.#world, node, address, held, why));
  }

  engine(node: NodeView, output: EngineOutput): void {
    switch (output.kind) {
      case "ipvs":
        return this.detail(node, { kind: "ipvs", operations: output.operations });
      case "runScript":
        return this.detail(node, { kind: "scriptRun", script: output.tracker, outcome: null });
      case "runCheck":
        return this.detail(node, { kind: "check", ...placeOf(output), outcome: null });
      case "tracker":
        return this.#world.disturb();
      case "event":
        return this.#tell(node, { kind: "event", event: output.event });
      case "notify":
        this.#tell(node, { kind: "notify", notify: output });
        return this.#ask("notify", (one) => one.notify!(this.#world, node, output));
      default:
        return;
    }
  }

  /** What a script or a check gave. */
  answer(
    node: NodeView,
    of: RunScriptOutput | RunCheckOutput,
    outcome: ScriptOutcome | CheckOutcome,
  ): void {
    if (!this.wantsDetail) return;
    if (of.kind === "runScript") {
      const script = outcome as ScriptOutcome;
      return this.detail(node, { kind: "scriptRun", script: of.tracker, outcome: script });
    }
    this.detail(node, { kind: "check", ...placeOf(of), outcome: outcome as CheckOutcome });
  }

  notifyDone(node: NodeView, id: number): void {
    this.#ask("notifyDone", (one) => one.notifyDone!(this.#world, node, id));
  }

  lifeEnds(node: NodeView): void {
    this.#ask("lifeEnds", (one) => one.lifeEnds!(this.#world, node));
  }

  process(node: NodeView, was: ProcessState): void {
    this.#world.touch();
    this.#world.disturb();
    this.#tell(node, { kind: "process", process: node.process, was });
    this.#ask("process", (one) => one.process!(this.#world, node, was));
  }
}
