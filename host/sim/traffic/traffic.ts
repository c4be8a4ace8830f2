// Requests of clients to a simulated cluster's services. Nothing in VRRP or in the engine depends on
// them: they follow from what the trace of the play tells (who a client takes for the owner of an address,
// what kernels hold, IPVS tables, servers' states) and a seed, so they are computed after the play, and
// any part of them again from a snapshot. This module is browser safe.

import { Random } from "../random.ts";
import { type Action, LOAD_MAX, type ServerState } from "../scenario/scenario.ts";
import type { ProcessState, TraceEvent } from "../world_view.ts";
import { Balancer, type BalancerState } from "./balancer.ts";
import { type Bin, BIN_US, type Request, type TrafficService } from "./request.ts";
import { flowOf, Flows, type FlowsState } from "./flows.ts";

/** A good server answers after 20..180 ms: 100 on average. */
const SERVICE_MIN_US = 20_000;
const SERVICE_SPREAD_US = 160_000;
/** A client gives a silent server up after so long. */
const PATIENCE_US = 3_000_000;

/** What traffic is made of. */
export interface TrafficOptions {
  wasm: WebAssembly.Module;
  services: readonly TrafficService[];
  /** Names of the nodes. */
  nodes: readonly string[];
  /** Segment of each interface, by `node interface`. */
  segments: ReadonlyMap<string, number>;
  seed: number;
  /** Hears of each request when it began; null: nobody does. */
  request: ((request: Request) => void) | null;
  /** Hears of each bin that is over. */
  bin: (bin: Bin) => void;
}

interface Machine {
  process: ProcessState;
  held: Set<string>;
  linksDown: Set<string>;
  balancer: Balancer;
}

interface Open {
  endUs: number;
  node: string | null;
  service: string;
  key: string;
  /** Number in its service's Flows. */
  flow: number;
}

/** Everything at one moment, to go back to. */
export interface TrafficState {
  nowUs: number;
  nextUs: number;
  random: number;
  flows: Map<string, FlowsState>;
  perSecond: number;
  only: string | null;
  machines: Map<string, Omit<Machine, "balancer"> & { balancer: BalancerState }>;
  owners: Map<string, string | null>;
  servers: Map<string, ServerState>;
  open: Open[];
  openCounts: Map<string, number>;
  binUs: number;
}

/** The traffic. Hand in the events of the trace in order, then advance to where they are known. */
export class Traffic {
  readonly #options: TrafficOptions;
  readonly #machines = new Map<string, Machine>();
  readonly #owners = new Map<string, string | null>();
  readonly #servers = new Map<string, ServerState>();
  #random: Random;
  /** A heap by the time at which they end. */
  #open: Open[] = [];
  readonly #openCounts = new Map<string, number>();
  #nowUs = 0;
  #nextUs = Infinity;
  readonly #flows: ReadonlyMap<string, Flows>;
  #perSecond = 0;
  #only: string | null = null;
  #binUs = 0;
  #bin: Bin = newBin(0);

  constructor(options: TrafficOptions) {
    this.#options = options;
    this.#random = new Random(options.seed);
    const { services } = options;
    this.#flows = new Map(services.map(({ name }) => [name, new Flows(services.length)]));
    options.nodes.forEach((node, i) => {
      const balancer = new Balancer(options.wasm, (options.seed + i) >>> 0);
      this.#machines.set(node, {
        process: "down",
        held: new Set(),
        linksDown: new Set(),
        balancer,
      });
    });
  }

  /** Everything until then is computed, microseconds. */
  get nowUs(): number {
    return this.#nowUs;
  }

  /** Requests a second that are asked for now. */
  get perSecond(): number {
    return this.#perSecond;
  }

  /** Takes an event of the trace: not before the one before it. */
  take(event: TraceEvent): void {
    this.advance(event.atUs);
    switch (event.kind) {
      case "action":
        return this.#act(event.action);
      case "client":
        this.#owners.set(`${event.segment} ${event.address}`, event.owner);
        return;
      case "process":
      case "address":
      case "link":
      case "ipvs": {
        const machine = this.#machines.get(event.node ?? "");
        if (machine !== undefined) takeOf(machine, event);
        return;
      }
    }
  }

  #act(action: Action): void {
    if (action.do === "server") {
      const { address, port, state } = action;
      if (port === null) {
        for (const key of this.#servers.keys()) {
          if (key.startsWith(`${address} `)) this.#servers.delete(key);
        }
      }
      this.#servers.set(`${address} ${port ?? ""}`, state);
    }
    if (action.do !== "load") return;
    this.#perSecond = Math.min(LOAD_MAX, action.perSecond);
    this.#only = action.service;
    this.#nextUs = this.#perSecond === 0 ? Infinity : this.#nowUs + this.#pauseUs();
  }

  /** Even on average, at random around that: 0..2 times the mean. */
  #pauseUs(): number {
    return this.#random.fraction() * 2_000_000 / this.#perSecond;
  }

  /** Computes what happens until a time. */
  advance(untilUs: number): void {
    for (;;) {
      const endUs = this.#open[0]?.endUs ?? Infinity;
      const binEndUs = this.#binUs + BIN_US;
      const nextUs = Math.min(endUs, this.#nextUs, binEndUs);
      if (nextUs > untilUs) break;
      this.#nowUs = nextUs;
      if (nextUs === binEndUs) this.#closeBin();
      else if (nextUs === endUs) this.#finish();
      else this.#begin();
    }
    if (untilUs > this.#nowUs) this.#nowUs = untilUs;
  }

  #closeBin(): void {
    this.#bin.open = new Map(this.#openCounts);
    this.#options.bin(this.#bin);
    this.#binUs += BIN_US;
    this.#bin = newBin(this.#binUs);
  }

  #begin(): void {
    const atUs = this.#nowUs;
    const { services } = this.#options;
    const wanted = this.#only === null
      ? services
      : services.filter(({ name }) => name === this.#only);
    const random = this.#random;
    const service = wanted.length === 0 ? undefined : wanted[random.below(wanted.length)];
    this.#nextUs = atUs + this.#pauseUs();
    if (service === undefined) return;
    const flows = this.#flows.get(service.name)!;
    const flow = flows.take();
    const answer = flow < 0
      ? { node: null, server: null, outcome: "lost" as const }
      : this.#route(service, flow);
    const takesUs = SERVICE_MIN_US + random.fraction() * SERVICE_SPREAD_US;
    const isServed = answer.outcome === "served" || answer.outcome === "sorry";
    const endUs = isServed
      ? atUs + takesUs
      : answer.outcome === "refused"
      ? atUs
      : atUs + PATIENCE_US;
    const key = `${service.name} ${answer.server ?? ""}`;
    add(this.#bin.began, key, 1);
    if (!isServed) add(this.#bin.failed, key, 1);
    if (answer.server === null) {
      if (flow >= 0) flows.give(flow);
    } else {
      add(this.#openCounts, key, 1);
      push(this.#open, { endUs, node: answer.node, service: service.name, key, flow });
    }
    this.#options.request?.({ atUs, endUs, service: service.name, ...answer });
  }

  /** Where a request goes, and what becomes of it there. */
  #route(
    { name, address, segment, sorry }: TrafficService,
    flow: number,
  ): Pick<Request, "node" | "server" | "outcome"> {
    const node = this.#owners.get(`${segment} ${address}`) ?? null;
    const machine = node === null ? undefined : this.#machines.get(node);
    const nobody = { node, server: null } as const;
    if (node === null || machine === undefined) return { ...nobody, outcome: "lost" };
    const isAwake = machine.process !== "off" && machine.process !== "frozen";
    if (!isAwake || !machine.held.has(address) || !this.#isLinked(node, machine, segment)) {
      return { ...nobody, outcome: "lost" };
    }
    const pick = machine.balancer.open(this.#nowUs, name, flowOf(flow));
    if ("none" in pick) return { ...nobody, outcome: "refused" };
    const { server } = pick;
    if (server === sorry) return { node, server, outcome: "sorry" };
    const state = this.#serverState(server);
    if (state === "silent") return { node, server, outcome: "silent" };
    return { node, server, outcome: state === "up" ? "served" : "refused" };
  }

  #isLinked(node: string, { linksDown }: Machine, segment: number): boolean {
    for (const device of linksDown) {
      if (this.#options.segments.get(`${node} ${device}`) === segment) return false;
    }
    return true;
  }

  #serverState(server: string): ServerState {
    const at = server.lastIndexOf(":");
    const address = server.slice(0, at).replace(/^\[|\]$/g, "");
    return this.#servers.get(`${address} ${server.slice(at + 1)}`) ??
      this.#servers.get(`${address} `) ?? "up";
  }

  #finish(): void {
    const { node, service, key, flow } = pop(this.#open);
    add(this.#openCounts, key, -1);
    this.#flows.get(service)!.give(flow);
    const machine = node === null ? undefined : this.#machines.get(node);
    if (machine === undefined || machine.process === "off") return;
    machine.balancer.close(this.#nowUs, service, flowOf(flow));
  }

  /** Everything now, to go back to. Only where a bin has just begun is nothing of it lost. */
  save(): TrafficState {
    return {
      nowUs: this.#nowUs,
      nextUs: this.#nextUs,
      random: this.#random.state,
      flows: new Map([...this.#flows].map(([name, flows]) => [name, flows.save()])),
      perSecond: this.#perSecond,
      only: this.#only,
      machines: new Map([...this.#machines].map(([name, machine]) => [name, {
        process: machine.process,
        held: new Set(machine.held),
        linksDown: new Set(machine.linksDown),
        balancer: machine.balancer.save(),
      }])),
      owners: new Map(this.#owners),
      servers: new Map(this.#servers),
      open: this.#open.map((one) => ({ ...one })),
      openCounts: new Map(this.#openCounts),
      binUs: this.#binUs,
    };
  }

  /** Goes back. */
  restore(state: TrafficState): void {
    this.#nowUs = state.nowUs;
    this.#nextUs = state.nextUs;
    this.#random = Random.from(state.random);
    for (const [name, flows] of state.flows) this.#flows.get(name)!.restore(flows);
    this.#perSecond = state.perSecond;
    this.#only = state.only;
    for (const [name, one] of state.machines) {
      const machine = this.#machines.get(name)!;
      machine.process = one.process;
      machine.held = new Set(one.held);
      machine.linksDown = new Set(one.linksDown);
      machine.balancer.restore(one.balancer);
    }
    replace(this.#owners, state.owners);
    replace(this.#servers, state.servers);
    this.#open = state.open.map((one) => ({ ...one }));
    replace(this.#openCounts, state.openCounts);
    this.#binUs = state.binUs;
    this.#bin = newBin(state.binUs);
  }
}

function takeOf(
  machine: Machine,
  event: Extract<TraceEvent, { kind: "process" | "address" | "link" | "ipvs" }>,
): void {
  switch (event.kind) {
    case "process":
      machine.process = event.process;
      return;
    case "address":
      if (event.held) machine.held.add(event.address);
      else machine.held.delete(event.address);
      return;
    case "link":
      if (event.up) machine.linksDown.delete(event.interface);
      else machine.linksDown.add(event.interface);
      return;
    case "ipvs":
      for (const operation of event.operations) machine.balancer.apply(event.atUs, operation);
  }
}

function newBin(atUs: number): Bin {
  return { atUs, began: new Map(), failed: new Map(), open: new Map() };
}

function add(map: Map<string, number>, key: string, by: number): void {
  map.set(key, (map.get(key) ?? 0) + by);
}

function replace<Value>(into: Map<string, Value>, from: ReadonlyMap<string, Value>): void {
  into.clear();
  for (const [key, value] of from) into.set(key, value);
}

function push(heap: Open[], one: Open): void {
  let at = heap.length;
  heap.push(one);
  while (at > 0) {
    const up = (at - 1) >> 1;
    if (heap[up]!.endUs <= one.endUs) break;
    heap[at] = heap[up]!;
    at = up;
  }
  heap[at] = one;
}

function pop(heap: Open[]): Open {
  const first = heap[0]!;
  const last = heap.pop()!;
  if (heap.length === 0) return first;
  let at = 0;
  for (;;) {
    let down = 2 * at + 1;
    if (down >= heap.length) break;
    if (down + 1 < heap.length && heap[down + 1]!.endUs < heap[down]!.endUs) down++;
    if (heap[down]!.endUs >= last.endUs) break;
    heap[at] = heap[down]!;
    at = down;
  }
  heap[at] = last;
  return first;
}
