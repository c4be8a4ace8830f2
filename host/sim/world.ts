// The whole of a simulation: machines, network, clients, and the events between them on one clock. It
// plays the scenario's steps, shows itself to the watchers and asks the invariants. simulate.ts plays
// it to its end, the page step by step. This module is browser safe.

import { VipdError } from "../base/errors.ts";
import type { Config } from "../conf/model.ts";
import { carryOut } from "./carry_out.ts";
import { Client, type ClientTools } from "./client.ts";
import { countsFor } from "./machine/core_pool.ts";
import { Digest } from "./digest.ts";
import { EventQueue } from "./event_queue.ts";
import { clientMac, laterConfigs, type Layout, layOut } from "./layout.ts";
import { type MachineTools, SimulatedMachine } from "./machine/machine.ts";
import { Network, type Port } from "./network.ts";
import { Random } from "./random.ts";
import { type Action, DEFAULT_MACHINE, type Machine, type Scenario } from "./scenario/scenario.ts";
import { settleUs } from "./settle.ts";
import type { SimulationOptions } from "./simulate.ts";
import { Surroundings } from "./machine/surroundings.ts";
import { type WatchedWorld, Watchers } from "./watchers.ts";
import type { NodeView } from "./world_view.ts";

/** Nodes of one simulation. */
export const NODE_MAX = 32;
/** Events at one moment of the simulation; more means that something answers itself for ever. */
export const EVENTS_AT_ONCE_MAX = 100_000;
/** The same for a second of the simulation. */
export const EVENTS_PER_SECOND_MAX = 10_000_000;
const SECOND_US = 1_000_000;

/** The world. */
export class World implements WatchedWorld, MachineTools, ClientTools {
  readonly wasm: WebAssembly.Module;
  readonly counts;
  readonly records: boolean;
  readonly network: Network;
  readonly surroundings: Surroundings;
  readonly random: Random;
  readonly nodes: readonly SimulatedMachine[];
  readonly clients: readonly Client[];
  readonly watchers: Watchers;
  readonly digest = new Digest();
  readonly scenario: Scenario;
  nowUs = 0;
  disturbedUs = 0;
  /** Events played. */
  events = 0;
  readonly #queue = new EventQueue();
  readonly #clientPorts: Port[];
  /** Configurations that were ever in force. */
  readonly #seen = new Set<Config>();
  #settleUs = 0;
  /** When rest comes; Infinity: told, or it cannot come. */
  #restUs = Infinity;
  #changed = false;
  /** Count of events at the begin of this moment, and of the second that begins at #secondUs. */
  #momentFrom = 0;
  #secondUs = 0;
  #secondFrom = 0;

  constructor(options: SimulationOptions) {
    const { nodes, scenario, seed } = options;
    if (nodes.length === 0 || nodes.length > NODE_MAX) {
      throw new VipdError("scenario", `a simulation has 1 to ${NODE_MAX} nodes`);
    }
    this.wasm = options.wasm;
    this.records = options.record;
    this.random = new Random(seed);
    this.scenario = scenario;
    this.watchers = new Watchers(this, options);
    this.surroundings = new Surroundings(scenario.scripts);
    const layout = layOut(nodes, scenario);
    this.network = new Network(layout.segments, this.random.fork());
    const later = nodes.flatMap(({ name }) => laterConfigs(scenario, name));
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
    const { wire } = this.scenario;
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
      for (const config of node.configs(this.scenario)) {
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
      const { started } = this.scenario.machines[node.name] ?? DEFAULT_MACHINE;
      if (started) this.#queue.at(0, () => this.act({ do: "start", node: node.name }));
    }
    for (const { atUs, action } of this.scenario.steps) {
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
        if (this.atRest) this.watchers.atRest();
      }
      if (this.watchers.isStopped) return;
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
    if (atUs > this.nowUs) {
      this.nowUs = atUs;
      this.#momentFrom = this.events;
      if (atUs >= this.#secondUs + SECOND_US) {
        this.#secondUs = atUs;
        this.#secondFrom = this.events;
      }
    }
    const isEndless = this.events - this.#momentFrom > EVENTS_AT_ONCE_MAX ||
      this.events - this.#secondFrom > EVENTS_PER_SECOND_MAX;
    if (isEndless) throw new VipdError("sim-loop", `events without end at ${this.nowUs} us`);
  }

  /** The run is over: asks the invariants a last time. */
  end(): void {
    const { watchers } = this;
    if (this.#changed && this.atRest && !watchers.isStopped) watchers.atRest();
    if (!watchers.isStopped) watchers.end();
    for (const node of this.nodes) node.release();
  }

  /** Does what a step says, now. */
  act(action: Action): void {
    this.watchers.action(action);
    carryOut(this, action);
  }

  // ---- Peace ----

  touch(): void {
    this.#changed = true;
  }

  disturb(): void {
    this.disturbedUs = this.nowUs;
    this.#settleUs = this.#computeSettle();
    this.#restUs = this.#isLossy() ? Infinity : this.nowUs + this.#settleUs;
  }

  #computeSettle(): number {
    for (const { config } of this.nodes) if (config !== null) this.#seen.add(config);
    return settleUs(this.#seen, {
      latencyUs: Math.max(this.network.latencyMaxUs(), this.network.underWayUs(this.nowUs)),
      latenessUs: Math.max(...this.nodes.map(({ latenessUs }) => latenessUs)),
      queueDelayUs: Math.max(...this.nodes.map(({ queueDelayUs }) => queueDelayUs)),
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

  jitterUs(segment: number): number {
    return this.network.jitterUs(segment);
  }

  queueLength(): number {
    return this.#queue.length;
  }

  // ---- What machines and clients need ----

  at(atUs: number, happen: () => void): void {
    if (atUs !== Infinity) this.#queue.at(atUs, happen);
  }

  nodeName(node: number): string | null {
    return this.nodes[node]?.name ?? null;
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
    const held = node.held.get(address);
    return held !== undefined && node.kernel.byIndex(held.ifindex)?.port === port;
  }

  clientChanged(client: Client, address: string): void {
    this.watchers.client(client.segment, address, client.macOf(address));
  }
}
