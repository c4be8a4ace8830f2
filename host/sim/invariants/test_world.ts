// For tests only: a world made by hand, in which a story is told to one invariant line by line.
// Nothing follows from anything: the test says what every node does. This module is browser safe.

import type { Config, VrrpInstance } from "../../conf/model.ts";
import type { StateName, TrackerStateName } from "../../core/abi.gen.ts";
import { ID_NONE, type ReasonName } from "../../core/abi.gen.ts";
import type { HalfLog } from "../../core/record.ts";
import type { NotifyOutput, TransitionRecord } from "../../engine/contract.ts";
import { config, instance, script } from "../../engine/test_support.ts";
import type {
  AddressCause,
  ClientView,
  InstanceView,
  Invariant,
  NodeView,
  ProcessState,
  WorldView,
} from "../world_view.ts";

/** Microseconds of a second. */
export const SECOND = 1_000_000;
/** The address of instances that say no other. */
export const VIP = "192.0.2.100";
/** The wasm is asked for by nobody but replay_equal. */
const NO_WASM = new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));

/** An instance of VRID 51 with one address. */
export function router(name: string, change: Partial<VrrpInstance> = {}): VrrpInstance {
  const device = change.interface ?? "eth0";
  const vip = {
    family: "INET" as const,
    address: VIP,
    prefixLength: 24,
    device,
    label: null,
    scope: 0,
  };
  return instance(name, { vips: [vip], ...change });
}

/** An instance as the test wants it to look. */
export class FakeInstance implements InstanceView {
  state: StateName = "BACKUP";
  sinceUs = 0;
  transition: TransitionRecord | null = null;
  segment = 0;
  priority: number;
  address: string | null;

  constructor(readonly node: FakeNode, public config: VrrpInstance, readonly number: number) {
    this.priority = config.priority;
    this.address = config.family === "INET"
      ? `10.0.0.${node.index + 1}`
      : `fe80::${node.index + 1}`;
  }

  get name(): string {
    return this.config.name;
  }

  priorityEffective(): number {
    return this.priority;
  }

  source(): string | null {
    return this.address;
  }
}

/** A node as the test wants it to look; its clock is the true time. */
export class FakeNode implements NodeView {
  process: ProcessState = "running";
  life = 1;
  overruns = 0;
  latenessUs = 0;
  queueDelayUs = 0;
  clockRate = 1;
  instances: FakeInstance[];
  readonly held = new Set<string>();
  readonly deadLinks = new Set<string>();
  readonly trackers = new Map<string, TrackerStateName>();
  bytes = 1000;
  queued = 0;
  halfLog: HalfLog | null = null;
  sequence = 0;

  constructor(
    readonly world: FakeWorld,
    readonly index: number,
    readonly name: string,
    public config: Config | null,
  ) {
    this.instances = (config?.instances ?? []).map((one, number) =>
      new FakeInstance(this, one, number)
    );
  }

  clockUs(): number {
    return this.world.nowUs;
  }

  tracker(name: string): TrackerStateName {
    return this.trackers.get(name) ?? "UNKNOWN";
  }

  holds(address: string): boolean {
    return this.held.has(address);
  }

  linkGood(name: string): boolean {
    return !this.deadLinks.has(name);
  }

  log(): HalfLog | null {
    return this.halfLog;
  }

  memoryBytes(): number {
    return this.bytes;
  }

  queueLength(): number {
    return this.queued;
  }
}

/** What the client of segment 0 believes. */
class FakeClient implements ClientView {
  readonly segment = 0;
  readonly entries = new Map<string, string>();

  macOf(address: string): string | null {
    return this.entries.get(address) ?? null;
  }

  confirmedUs(): number {
    return 0;
  }
}

/** The world. At rest, everybody hears everybody, unless the test says otherwise. */
export class FakeWorld implements WorldView {
  wasm = NO_WASM;
  nowUs = 0;
  readonly nodes: FakeNode[] = [];
  readonly client = new FakeClient();
  readonly clients = [this.client];
  disturbedUs = 0;
  atRest = true;
  jitter = 0;
  events = 0;
  /** null: it cannot be said. */
  sets: FakeNode[][] | null | "all" = "all";
  deaf = false;

  settleUs(): number {
    return 4 * SECOND;
  }

  components(): NodeView[][] | null {
    return this.sets === "all" ? [this.nodes] : this.sets;
  }

  clientReaches(): boolean {
    return !this.deaf;
  }

  jitterUs(): number {
    return this.jitter;
  }

  macOf(node: NodeView): string {
    return `02:00:00:00:00:0${node.index + 1}`;
  }

  queueLength(): number {
    return this.events;
  }
}

/** Tells a world's story to an invariant and keeps what it answers. */
export class Story {
  readonly world = new FakeWorld();
  /** What was violated, in order. */
  readonly violations: string[] = [];
  readonly #invariant: Invariant;
  #notifyId = 0;

  constructor(make: () => Invariant) {
    this.#invariant = make();
  }

  /** A node with these instances, or this configuration. */
  node(name: string, of: VrrpInstance[] | Config): FakeNode {
    const whole = Array.isArray(of) ? config({ instances: of }) : of;
    const node = new FakeNode(this.world, this.world.nodes.length, name, whole);
    this.world.nodes.push(node);
    return node;
  }

  /** Time goes on to so many seconds. */
  at(s: number): this {
    this.world.nowUs = Math.round(s * SECOND);
    return this;
  }

  #note(text: string | null | undefined): void {
    if (text !== null && text !== undefined) this.violations.push(text);
  }

  /** The instance sends an advert: of its priority unless another is given. */
  advert(of: FakeInstance, priority = of.priority): this {
    const { node } = of;
    const { vrid, family } = of.config;
    this.#note(
      this.#invariant.advert?.(this.world, {
        node,
        instance: of,
        ifindex: 2,
        vrid,
        priority,
        family,
      }),
    );
    return this;
  }

  /** The instance is handed an advert. */
  heard(
    of: FakeInstance,
    priority: number,
    { source = "10.0.0.9", intervalUs = of.config.advertisementIntervalUs, accepted = true } = {},
  ): this {
    const { vrid, family } = of.config;
    this.#note(
      this.#invariant.heard?.(this.world, {
        node: of.node,
        instance: of,
        accepted,
        source,
        vrid,
        priority,
        family,
        intervalUs,
      }),
    );
    return this;
  }

  /** The node announces an address. */
  garp(node: FakeNode, address = VIP): this {
    this.#note(this.#invariant.garp?.(this.world, { node, segment: 0, address }));
    return this;
  }

  /** The instance changes its state. */
  enter(
    of: FakeInstance,
    to: StateName,
    reason: ReasonName,
    change: Partial<TransitionRecord> = {},
  ): this {
    const { node } = of;
    const record: TransitionRecord = {
      ...transitionOf(node, of.state, to, reason),
      instanceName: of.name,
      stateAgeUs: this.world.nowUs - of.sinceUs,
      priorityBase: of.config.priority,
      priorityEffective: of.priority,
      ...change,
    };
    of.state = to;
    of.sinceUs = this.world.nowUs;
    of.transition = record;
    this.#note(this.#invariant.transition?.(this.world, node, record));
    return this;
  }

  /** A group of the node changes its state. */
  enterGroup(node: FakeNode, groupName: string, from: StateName, to: StateName): this {
    const record = { ...transitionOf(node, from, to, "GROUP"), subject: "GROUP" as const };
    this.#note(this.#invariant.transition?.(this.world, node, { ...record, groupName }));
    return this;
  }

  /** The core took a reload; what the view shows changes when `then` has run. */
  reload(node: FakeNode, then: () => void = () => {}): this {
    this.#note(
      this.#invariant.record?.(this.world, node, {
        kind: "notice",
        instance: ID_NONE,
        notice: "CONFIG_COMMITTED",
        a: 0,
        b: 1,
        c: 0,
        family: "NONE",
        peer: "",
      }),
    );
    then();
    return this;
  }

  /** A kernel gets or loses an address. */
  address(node: FakeNode, held: boolean, why: AddressCause = "core", address = VIP): this {
    if (held) node.held.add(address);
    else node.held.delete(address);
    this.#note(this.#invariant.address?.(this.world, node, address, held, why));
    return this;
  }

  /** The process of a node stands still, goes on, ends or starts. */
  become(node: FakeNode, process: ProcessState): this {
    const was = node.process;
    node.process = process;
    if (process === "down" || process === "off") {
      node.config = null;
      node.instances = [];
    }
    this.#note(this.#invariant.process?.(this.world, node, was));
    return this;
  }

  /** A script of an instance starts; its number. */
  notify(
    of: FakeInstance,
    state: StateName,
    { sequence = of.node.sequence, args = [] as string[] } = {},
  ): number {
    const id = ++this.#notifyId;
    const output: NotifyOutput = {
      kind: "notify",
      id,
      subject: "INSTANCE",
      name: of.name,
      state,
      script: script("/n"),
      arguments: args,
      environment: { VIPD_SEQUENCE: String(sequence) },
      waitUs: 10 * SECOND,
    };
    this.#note(this.#invariant.notify?.(this.world, of.node, output));
    return id;
  }

  /** It ends. */
  notifyDone(node: FakeNode, id: number): this {
    this.#note(this.#invariant.notifyDone?.(this.world, node, id));
    return this;
  }

  /** Cables or wires changed. */
  network(): this {
    this.#note(this.#invariant.network?.(this.world));
    return this;
  }

  /** The world is at rest. */
  rest(): this {
    this.#note(this.#invariant.atRest?.(this.world));
    return this;
  }

  /** The run is over. */
  end(): this {
    this.#note(this.#invariant.end?.(this.world));
    return this;
  }
}

function transitionOf(
  node: FakeNode,
  from: StateName,
  to: StateName,
  reason: ReasonName,
): TransitionRecord {
  return {
    kind: "transition",
    sequence: ++node.sequence,
    subject: "INSTANCE",
    instance: 0,
    group: ID_NONE,
    from,
    to,
    reason,
    tracker: ID_NONE,
    priorityBase: 100,
    priorityEffective: 100,
    priorityTracked: 0,
    peerPriority: 0,
    family: "NONE",
    advertisementIntervalUs: SECOND,
    skewTimeUs: 0,
    peerKnown: 0,
    advertAgeUs: -1,
    timerUs: 0,
    timerLateUs: 0,
    stateAgeUs: 0,
    peer: "",
    instanceName: "",
    interfaceName: "eth0",
  };
}
