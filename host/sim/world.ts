// The whole of a simulation: machines, network, clients, and the events between them on one clock. It
// plays the scenario's steps, shows itself to the watchers and asks the invariants. simulate.ts plays
// it to its end, the page step by step. This module is browser safe.

import { VipdError } from "../base/errors.ts";
import type { Config } from "../conf/model.ts";
import type { Core } from "../core/core.ts";
import { hashOutput, hashText, OUTPUT_HASH_START } from "../core/output_hash.ts";
import type { CoreRecord, EngineOutput } from "../engine/contract.ts";
import { Client, type ClientTools, readAnnouncement } from "./client.ts";
import { countsFor } from "./core_pool.ts";
import { describeAction } from "./describe_action.ts";
import { EventQueue } from "./event_queue.ts";
import { clientMac, type Layout, layOut } from "./layout.ts";
import { type MachineTools, SimulatedMachine } from "./machine.ts";
import { Network, type Port } from "./network.ts";
import { Random } from "./random.ts";
import { type Action, DEFAULT_MACHINE, type Machine, type Scenario } from "./scenario.ts";
import { settleUs } from "./settle.ts";
import { type SimulationOptions, VIOLATION_MAX } from "./simulate.ts";
import { Surroundings } from "./surroundings.ts";
import type {
  AddressCause,
  HeardAdvert,
  Invariant,
  NodeView,
  ProcessState,
  SentAdvert,
  SentGarp,
  TraceEvent,
  Violation,
  WorldView,
} from "./world_view.ts";

/** Nodes of one simulation. */
export const NODE_MAX = 32;
/** Events at one moment of the simulation; more means that something answers itself for ever. */
export const EVENTS_AT_ONCE_MAX = 100_000;

/** The steps that change who hears whom. */
const NETWORK_ACTIONS: ReadonlySet<Action["do"]> = new Set(
  ["unplug", "plug", "wire", "cut", "partition", "heal"],
);

/** The invariants that have a hook, by hook: those that have none cost nothing. */
type Hooks = { [Name in Exclude<keyof Invariant, "name">]-?: Invariant[] };

function hooksOf(invariants: readonly Invariant[]): Hooks {
  const having = (name: Exclude<keyof Invariant, "name">) =>
    invariants.filter((one) => one[name] !== undefined);
  return {
    advert: having("advert"),
    heard: having("heard"),
    garp: having("garp"),
    transition: having("transition"),
    record: having("record"),
    address: having("address"),
    notify: having("notify"),
    notifyDone: having("notifyDone"),
    process: having("process"),
    network: having("network"),
    atRest: having("atRest"),
    end: having("end"),
  };
}

/** The world. */
export class World implements WorldView, MachineTools, ClientTools {
  readonly wasm: WebAssembly.Module;
  readonly counts;
  readonly records: boolean;
  readonly network: Network;
  readonly surroundings: Surroundings;
  readonly random: Random;
  readonly nodes: readonly SimulatedMachine[];
  readonly clients: readonly Client[];
  readonly violations: Violation[] = [];
  nowUs = 0;
  disturbedUs = 0;
  /** Events played. */
  events = 0;
  readonly #queue = new EventQueue();
  readonly #hooks: Hooks;
  readonly #trace: ((event: TraceEvent) => void) | null;
  readonly #traceAdverts: boolean;
  readonly #stopAtViolation: boolean;
  readonly #scenario: Scenario;
  readonly #clientPorts: Port[];
  readonly #words = new WeakMap<Core, Uint32Array>();
  /** Configurations that were ever in force. */
  readonly #seen = new Set<Config>();
  #settleUs = 0;
  /** When rest comes; Infinity: told, or it cannot come. */
  #restUs = Infinity;
  #changed = false;
  #hashes: [number, number] = [OUTPUT_HASH_START, ~OUTPUT_HASH_START >>> 0];
  #momentEvents = 0;

  constructor(options: SimulationOptions) {
    const { nodes, scenario, seed, invariants } = options;
    if (nodes.length === 0 || nodes.length > NODE_MAX) {
      throw new VipdError("scenario", `a simulation has 1 to ${NODE_MAX} nodes`);
    }
    this.wasm = options.wasm;
    this.records = options.record;
    this.random = new Random(seed);
    this.#hooks = hooksOf(invariants.map((make) => make()));
    this.#trace = options.trace;
    this.#traceAdverts = options.traceAdverts;
    this.#stopAtViolation = options.stopAtViolation;
    this.#scenario = scenario;
    this.surroundings = new Surroundings(scenario.scripts);
    const layout = layOut(nodes, scenario);
    this.network = new Network(layout.segments, this.random.fork());
    const later = scenario.steps.flatMap(({ action }) =>
      action.do === "reload" && action.config !== null ? [action.config] : []
    );
    const interfaces = Math.max(0, ...layout.interfaces.map((rows) => rows.length));
    this.counts = countsFor([...nodes.map(({ config }) => config), ...later], interfaces);
    this.nodes = this.#makeMachines(options, layout);
    this.#clientPorts = Array.from(
      { length: layout.segments },
      (_, segment) => this.#connect({ node: -1, segment, mac: clientMac(segment) }),
    );
    this.clients = this.#clientPorts.map((port) =>
      new Client(port, this.#vipsOn(layout, port.segment), this)
    );
    this.#begin();
  }

  #makeMachines({ nodes, scenario }: SimulationOptions, layout: Layout): SimulatedMachine[] {
    return nodes.map(({ name, config }, index) => {
      const plans = layout.interfaces[index]!;
      const ports = plans.map(({ segment, mac }) => this.#connect({ node: index, segment, mac }));
      const machine: Machine = { ...DEFAULT_MACHINE, ...scenario.machines[name] };
      return new SimulatedMachine(index, name, config, machine, plans, ports, this);
    });
  }

  #connect(of: Pick<Port, "node" | "segment" | "mac">): Port {
    const { wire } = this.#scenario;
    const port: Port = {
      ...of,
      in: { ...wire },
      out: { ...wire },
      up: true,
      heardUs: -Infinity,
      lastUs: 0,
    };
    this.network.connect(port);
    return port;
  }

  /** Addresses on a segment that some node may hold. */
  #vipsOn(layout: Layout, segment: number): string[] {
    const addresses = new Set<string>();
    this.nodes.forEach((node, index) => {
      const devices = new Map(layout.interfaces[index]!.map((row) => [row.name, row.segment]));
      for (const config of node.configs(this.#scenario)) {
        for (const { vips, excludedVips } of config.instances) {
          for (const { address, device } of [...vips, ...excludedVips]) {
            if (devices.get(device) === segment) addresses.add(address);
          }
        }
      }
    });
    return [...addresses];
  }

  #begin(): void {
    for (const client of this.clients) this.#queue.at(0, () => client.start());
    for (const node of this.nodes) {
      const { started } = this.#scenario.machines[node.name] ?? DEFAULT_MACHINE;
      if (started) this.#queue.at(0, () => this.act({ do: "start", node: node.name }));
    }
    for (const { atUs, action } of this.#scenario.steps) {
      this.#queue.at(atUs, () => this.act(action));
    }
    this.disturb();
  }

  // ---- Time ----

  /** Plays until a time, or until a violation where it stops at one. */
  advance(untilUs: number): void {
    for (;;) {
      const { machine, atUs } = this.#next();
      if (atUs > this.nowUs && this.#changed) {
        this.#changed = false;
        if (this.atRest) this.#ask("atRest", (one) => one.atRest!(this));
      }
      if (this.isStopped) return;
      if (this.#restUs <= atUs && this.#restUs <= untilUs) {
        this.nowUs = Math.max(this.nowUs, this.#restUs);
        this.#restUs = Infinity;
        this.#changed = true;
        continue;
      }
      if (atUs > untilUs) break;
      this.#count(atUs);
      if (machine !== null) machine.wake();
      else this.#queue.take()();
    }
    this.nowUs = untilUs;
  }

  /** What comes next: an event of the queue, then a machine's timer. */
  #next(): { machine: SimulatedMachine | null; atUs: number } {
    let atUs = this.#queue.nextUs;
    let machine: SimulatedMachine | null = null;
    for (const one of this.nodes) {
      if (one.wakeUs < atUs) {
        atUs = one.wakeUs;
        machine = one;
      }
    }
    return { machine, atUs };
  }

  #count(atUs: number): void {
    this.events++;
    this.#momentEvents = atUs > this.nowUs ? 0 : this.#momentEvents + 1;
    if (this.#momentEvents > EVENTS_AT_ONCE_MAX) {
      throw new VipdError("sim-loop", `more than ${EVENTS_AT_ONCE_MAX} events at ${atUs} us`);
    }
    if (atUs > this.nowUs) this.nowUs = atUs;
  }

  /** The run is over: asks the invariants a last time. */
  end(): void {
    if (this.#changed && this.atRest && !this.isStopped) {
      this.#ask("atRest", (one) => one.atRest!(this));
    }
    if (!this.isStopped) this.#ask("end", (one) => one.end!(this));
    for (const node of this.nodes) node.kill();
  }

  /** A violation ended it. */
  get isStopped(): boolean {
    return this.violations.length > 0 &&
      (this.#stopAtViolation || this.violations.length >= VIOLATION_MAX);
  }

  // ---- Steps ----

  /** Does what a step says, now. */
  act(action: Action): void {
    const node = "node" in action && action.node !== null ? action.node : null;
    this.#trace?.({
      atUs: this.nowUs,
      node,
      kind: "action",
      action,
      text: describeAction(action),
    });
    if (action.do === "say") return;
    this.#carryOut(action);
    this.disturb();
    if (NETWORK_ACTIONS.has(action.do)) this.#ask("network", (one) => one.network!(this));
  }

  #carryOut(action: Exclude<Action, { do: "say" }>): void {
    switch (action.do) {
      case "cut":
        return this.network.cut(this.#named(action.from).index, this.#named(action.to).index);
      case "partition": {
        const sets = action.sets.map((set) => set.map((name) => this.#named(name).index));
        return this.network.partition(sets, this.nodes.length);
      }
      case "heal":
        return this.#heal();
      case "script":
        return this.surroundings.setScript(action);
      case "server":
        return this.surroundings.setServer(action);
      default:
        return this.#actOn(this.#named(action.node), action);
    }
  }

  #actOn(
    node: SimulatedMachine,
    action: Exclude<
      Action,
      { do: "say" | "cut" | "partition" | "heal" | "script" | "server" }
    >,
  ): void {
    switch (action.do) {
      case "start":
        return node.start();
      case "kill":
        return node.kill();
      case "shutdown":
        return node.shutdown();
      case "powerOff":
        return node.powerOff();
      case "pause":
        return node.pause();
      case "resume":
        return node.goOn("paused");
      case "freeze":
        return node.freeze();
      case "thaw":
        return node.goOn("frozen");
      case "stallMain":
        // Peace comes only after it: what waits then may change anything.
        this.#queue.at(this.nowUs + action.forUs, () => this.disturb());
        return node.stallMain(action.forUs);
      case "reload":
        return node.reload(action);
      case "unplug":
      case "plug":
        return node.setLink(action.interface, action.do === "plug");
      case "wire":
        return this.#setWire(node, action);
      case "removeAddress":
        return node.removeAddress(action.address);
      case "clock":
        return node.setClockRate(action.rate);
    }
  }

  #named(name: string): SimulatedMachine {
    const node = this.nodes.find((one) => one.name === name);
    if (node !== undefined) return node;
    throw new VipdError("scenario", `there is no node ${name}`, {
      hint: `the nodes are ${this.nodes.map((one) => one.name).join(", ")}`,
    });
  }

  #setWire(node: SimulatedMachine, action: Extract<Action, { do: "wire" }>): void {
    const { direction, quality } = action;
    for (const { name, port } of node.kernel.interfaces) {
      if (action.interface !== null && action.interface !== name) continue;
      if (direction !== "out") port.in = { ...port.in, ...quality };
      if (direction !== "in") port.out = { ...port.out, ...quality };
    }
  }

  #heal(): void {
    this.network.heal();
    for (const { kernel } of this.nodes) {
      for (const { port } of kernel.interfaces) {
        port.in = { ...this.#scenario.wire };
        port.out = { ...this.#scenario.wire };
      }
    }
  }

  // ---- Peace ----

  disturb(): void {
    this.disturbedUs = this.nowUs;
    this.#settleUs = this.#computeSettle();
    this.#restUs = this.#isLossy() ? Infinity : this.nowUs + this.#settleUs;
  }

  #computeSettle(): number {
    const configs = this.nodes.flatMap(({ config }) => config === null ? [] : [config]);
    const machines = this.nodes.map(({ name }) => ({
      ...DEFAULT_MACHINE,
      ...this.#scenario.machines[name],
    }));
    for (const config of configs) this.#seen.add(config);
    return settleUs(configs, this.#seen, {
      latencyUs: this.network.latencyMaxUs(),
      latenessUs: Math.max(...machines.map(({ latenessUs }) => latenessUs)),
      queueDelayUs: Math.max(...machines.map(({ queueDelayUs }) => queueDelayUs)),
      clockRate: Math.min(1, ...this.nodes.map((node) => node.clockRate)),
    });
  }

  #isLossy(): boolean {
    return this.clients.some(({ segment }) => this.network.isLossy(segment));
  }

  get atRest(): boolean {
    return this.nowUs >= this.disturbedUs + this.#settleUs && !this.#isLossy();
  }

  settleUs(): number {
    return this.#settleUs;
  }

  components(segment: number): NodeView[][] | null {
    if (this.network.isLossy(segment)) return null;
    const sets: { ports: Port[]; nodes: NodeView[] }[] = [];
    for (const port of this.network.ports(segment)) {
      if (port.node < 0 || !port.up) continue;
      const node = this.nodes[port.node]!;
      if (!node.isAwake) continue;
      const heard = sets.filter(({ ports }) =>
        ports.some((other) => this.network.passes(port, other) || this.network.passes(other, port))
      );
      const whole = heard.every(({ ports }) =>
        ports.every((other) => this.network.passes(port, other) && this.network.passes(other, port))
      );
      if (heard.length > 1 || !whole) return null;
      if (heard.length === 1) {
        heard[0]!.ports.push(port);
        heard[0]!.nodes.push(node);
      } else sets.push({ ports: [port], nodes: [node] });
    }
    return sets.map(({ nodes }) => nodes);
  }

  clientReaches(node: NodeView, segment: number): boolean {
    const machine = this.nodes[node.index]!;
    if (!machine.isAwake) return false;
    const client = this.#clientPorts[segment]!;
    return machine.kernel.interfaces.some(({ port }) =>
      port.segment === segment && port.in.loss < 1 && port.out.loss < 1 &&
      this.network.passes(port, client) && this.network.passes(client, port)
    );
  }

  macOf(node: NodeView, segment: number): string {
    return this.nodes[node.index]!.kernel.interfaces.find((row) => row.segment === segment)?.mac ??
      "";
  }

  queueLength(): number {
    return this.#queue.length;
  }

  // ---- What machines and clients need ----

  at(atUs: number, happen: () => void): void {
    if (atUs !== Infinity) this.#queue.at(atUs, happen);
  }

  deliverPacket(port: Port, record: Uint8Array): void {
    if (port.up) this.nodes[port.node]!.packet(port, record);
  }

  deliverFrame(port: Port, frame: Uint8Array): void {
    if (port.node < 0) this.clients[port.segment]!.hear(frame);
  }

  answers(port: Port, address: string): boolean {
    if (port.node < 0) return false;
    const node = this.nodes[port.node]!;
    if (!node.isAwake || !port.up) return false;
    const held = node.kernel.held.get(address);
    return held !== undefined && node.kernel.byIndex(held.ifindex)?.port === port;
  }

  /** A client's entry changed. */
  changed(client: Client, address: string): void {
    this.#changed = true;
    if (this.#trace === null) return;
    const mac = client.macOf(address);
    const owner = this.nodes.find((node) => mac === this.macOf(node, client.segment))?.name ?? null;
    const { segment } = client;
    this.#trace({ atUs: this.nowUs, node: null, kind: "client", segment, address, mac, owner });
  }

  hashCore(core: Core): void {
    let words = this.#words.get(core);
    if (words === undefined) {
      words = new Uint32Array(core.memory.buffer);
      this.#words.set(core, words);
    }
    const at = core.outputAddress;
    const size = words[(at >>> 2) + 1]!;
    const hashes = this.#hashes;
    hashes[0] = hashOutput(hashes[0] ^ (this.nowUs % 0x1_0000_0000), words, at, size);
    hashes[1] = (Math.imul(hashes[1], 31) + hashes[0]) >>> 0;
  }

  hashEngine(output: EngineOutput): void {
    const hashes = this.#hashes;
    hashes[0] = hashText(hashes[0] ^ (this.nowUs % 0x1_0000_0000), JSON.stringify(output));
    hashes[1] = (Math.imul(hashes[1], 31) + hashes[0]) >>> 0;
  }

  /** Hash of all that the cores and engines have said, 16 hex digits. */
  digest(): string {
    return this.#hashes.map((hash) => (hash >>> 0).toString(16).padStart(8, "0")).join("");
  }

  // ---- What watchers hear ----

  #ask(hook: keyof Hooks, question: (one: Invariant) => string | null): void {
    for (const one of this.#hooks[hook]) {
      const text = question(one);
      if (text === null) continue;
      if (this.violations.length >= VIOLATION_MAX) return;
      const violation = { invariant: one.name, atUs: this.nowUs, text };
      this.violations.push(violation);
      this.#trace?.({ atUs: this.nowUs, node: null, kind: "violation", violation });
    }
  }

  advert(advert: SentAdvert): void {
    if (this.#hooks.advert.length > 0) this.#ask("advert", (one) => one.advert!(this, advert));
    if (this.#trace === null || !this.#traceAdverts) return;
    const { node, vrid, priority, family } = advert;
    this.#trace({ atUs: this.nowUs, node: node.name, kind: "advert", vrid, priority, family });
  }

  get wantsHeard(): boolean {
    return this.#hooks.heard.length > 0;
  }

  heard(advert: HeardAdvert): void {
    this.#ask("heard", (one) => one.heard!(this, advert));
  }

  garp(machine: SimulatedMachine, segment: number, frame: Uint8Array): void {
    if (this.#hooks.garp.length === 0) return;
    const told = readAnnouncement(frame);
    if (told === null) return;
    const garp: SentGarp = { node: machine, segment, address: told.address };
    this.#ask("garp", (one) => one.garp!(this, garp));
  }

  record(machine: SimulatedMachine, record: CoreRecord): void {
    this.#trace?.({ atUs: this.nowUs, node: machine.name, kind: "record", record });
    if (record.kind === "transition") {
      this.#changed = true;
      return this.#ask("transition", (one) => one.transition!(this, machine, record));
    }
    // A priority that a tracker moved is a cause, not a consequence.
    if (record.kind === "priority") this.disturb();
    this.#ask("record", (one) => one.record!(this, machine, record));
  }

  address(
    machine: SimulatedMachine,
    address: string,
    held: boolean,
    why: AddressCause,
  ): void {
    this.#changed = true;
    this.#trace?.({ atUs: this.nowUs, node: machine.name, kind: "address", address, held, why });
    this.#ask("address", (one) => one.address!(this, machine, address, held, why));
  }

  engine(machine: SimulatedMachine, output: EngineOutput): void {
    if (output.kind === "tracker") this.disturb();
    if (output.kind === "notify") {
      this.#trace?.({ atUs: this.nowUs, node: machine.name, kind: "notify", notify: output });
      this.#ask("notify", (one) => one.notify!(this, machine, output));
    }
    if (output.kind === "event" && this.#trace !== null) {
      this.#trace({ atUs: this.nowUs, node: machine.name, kind: "event", event: output.event });
    }
  }

  notifyDone(machine: SimulatedMachine, id: number): void {
    this.#ask("notifyDone", (one) => one.notifyDone!(this, machine, id));
  }

  process(machine: SimulatedMachine, was: ProcessState): void {
    this.#changed = true;
    this.disturb();
    const { process } = machine;
    this.#trace?.({ atUs: this.nowUs, node: machine.name, kind: "process", process, was });
    this.#ask("process", (one) => one.process!(this, machine, was));
  }
}
