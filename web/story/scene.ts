// How everything stands at a moment: the events of a recording, folded. A Scene is plain data that
// views read; SceneMaker keeps copies along the way, so that any moment is a short fold away.

import type { StateName, TrackerStateName } from "../../host/core/abi.gen.ts";
import type { IpvsOperation, ScriptOutcome, TransitionRecord } from "../../host/engine/contract.ts";
import type { Action, ServerState, WireQuality } from "../../host/sim/scenario/scenario.ts";
import { endpoint, serviceKey } from "../../host/sim/traffic/service_key.ts";
import type { ProcessState, Violation } from "../../host/sim/world_view.ts";
import type { Cast } from "./cast.ts";
import { firstAfter, type RecordedEvent } from "./recording.ts";

/** `address:port`, IPv6 in brackets. */
export { endpoint as endpointText };

/** Everything at one moment. */
export interface Scene {
  nodes: Map<string, NodeScene>;
  /** By `segment address`: the MAC in the client's cache and whose it is; null: no entry. */
  caches: Map<string, CacheScene>;
  /** By `address port` or `address`: how a server answers, where a step changed it. */
  servers: Map<string, ServerState>;
  /** One way: `from to`. */
  cuts: Set<string>;
  /** Sets of nodes that hear each other; null: not partitioned. */
  partition: string[][] | null;
  /** Requests a second that were asked for last; 0 = none. */
  load: number;
  violation: Violation | null;
}

/** One node. */
export interface NodeScene {
  process: ProcessState;
  /** Live sources: the connection is there. Simulations: always. */
  isKnown: boolean;
  /** It is not known since it is not heard: dumps and captures. */
  isSilent: boolean;
  /** When it was last heard of, where the connection is lost. */
  lostUs: number | null;
  instances: Map<string, InstanceScene>;
  /** Addresses that its kernel has. */
  held: Set<string>;
  /** Interfaces whose cable is out or whose machine is off. */
  linksDown: Set<string>;
  /** Quality of the wires where a step changed it, by `interface in|out`; interface "" = all. */
  wires: Map<string, Partial<WireQuality>>;
  scripts: Map<string, ScriptScene>;
  trackers: Map<string, TrackerStateName>;
  /** IPVS table: destinations by name of service, by `address:port`. */
  services: Map<string, ServiceScene>;
}

/** One instance. */
export interface InstanceScene {
  state: StateName | "DOWN";
  sinceUs: number;
  /** The state was concluded from a capture. */
  inferred: boolean;
  /** The last transition; null: before the first, or not known. */
  transition: TransitionRecord | null;
  priority: number;
  /** When the advert timer (MASTER) or the master down timer (BACKUP) is due; null: not set. */
  protocolUs: number | null;
  /** When that timer was set, for drawing it as a ramp. */
  protocolSetUs: number;
  preemptUs: number | null;
  master: { address: string; priority: number } | null;
}

/** What a client believes of an address. */
export interface CacheScene {
  segment: number;
  address: string;
  mac: string | null;
  /** Node whose MAC that is. */
  owner: string | null;
}

/** A tracked script. */
export interface ScriptScene {
  isRunning: boolean;
  outcome: ScriptOutcome | null;
  sinceUs: number;
}

/** One service in the kernel of a node. */
export interface ServiceScene {
  scheduler: string;
  /** By `address:port`, IPv6 in brackets. */
  destinations: Map<string, { address: string; port: number; weight: number }>;
}

/** Events between two kept scenes. */
const KEY_EVERY = 512;

/** The scene before anything happened. */
export function openingScene(cast: Cast): Scene {
  const nodes = new Map<string, NodeScene>();
  for (const { name, instances } of cast.nodes) {
    nodes.set(name, {
      process: "down",
      isKnown: true,
      isSilent: false,
      lostUs: null,
      instances: new Map(instances.map(({ name }) => [name, openingInstance()])),
      held: new Set(),
      linksDown: new Set(),
      wires: new Map(),
      scripts: new Map(),
      trackers: new Map(),
      services: new Map(),
    });
  }
  return {
    nodes,
    caches: new Map(),
    servers: new Map(),
    cuts: new Set(),
    partition: null,
    load: 0,
    violation: null,
  };
}

function openingInstance(): InstanceScene {
  return {
    state: "DOWN",
    sinceUs: 0,
    inferred: false,
    transition: null,
    priority: 0,
    protocolUs: null,
    protocolSetUs: 0,
    preemptUs: null,
    master: null,
  };
}

/** Changes a scene by an event. */
export function applyEvent(scene: Scene, event: RecordedEvent): void {
  if (event.kind === "client") {
    const { segment, address, mac, owner } = event;
    scene.caches.set(`${segment} ${address}`, { segment, address, mac, owner });
    return;
  }
  if (event.kind === "violation") return void (scene.violation = event.violation);
  if (event.kind === "action") applyAction(scene, event.action);
  const node = event.node === null ? undefined : scene.nodes.get(event.node);
  if (node !== undefined) applyToNode(node, event);
}

function applyToNode(node: NodeScene, event: RecordedEvent): void {
  switch (event.kind) {
    case "process":
      return become(node, event.process, event.atUs);
    case "record": {
      const { record } = event;
      if (record.kind === "transition" && record.subject === "INSTANCE") {
        const instance = instanceOf(node, record.instanceName ?? "");
        instance.state = record.to;
        instance.sinceUs = event.atUs;
        instance.transition = record;
        instance.inferred = false;
      }
      return;
    }
    case "state": {
      const instance = instanceOf(node, event.instance);
      // A snapshot of what is known already takes nothing away from it.
      if (instance.state !== event.state) instance.transition = null;
      if (instance.state !== event.state) instance.sinceUs = event.atUs;
      instance.state = event.state;
      instance.inferred = event.inferred;
      return;
    }
    case "instance": {
      const { name, priority, protocolUs, preemptUs, master } = event.instance;
      const instance = instanceOf(node, name);
      if (instance.protocolUs !== protocolUs) instance.protocolSetUs = event.atUs;
      Object.assign(instance, { priority, protocolUs, preemptUs, master });
      return;
    }
    case "address":
      if (event.held) node.held.add(event.address);
      else node.held.delete(event.address);
      return;
    case "link":
      if (event.up) node.linksDown.delete(event.interface);
      else node.linksDown.add(event.interface);
      return;
    case "scriptRun": {
      const before = node.scripts.get(event.script);
      node.scripts.set(event.script, {
        isRunning: event.outcome === null,
        outcome: event.outcome ?? before?.outcome ?? null,
        sinceUs: event.atUs,
      });
      return;
    }
    case "tracker":
      return void node.trackers.set(event.tracker, event.state);
    case "event":
      if (event.event.event === "TRACKER_STATE") {
        node.trackers.set(event.event.tracker, event.event.to);
      }
      return;
    case "ipvs":
      for (const operation of event.operations) applyIpvs(node.services, operation);
      return;
    case "server":
      return applyServer(node.services, event);
    case "connection":
      node.isKnown = event.isUp;
      node.isSilent = !event.isUp && event.isSilent === true;
      node.lostUs = event.isUp ? null : event.atUs;
      if (!node.isKnown && !node.isSilent) forget(node);
      return;
    default:
      return;
  }
}

/**
 * Nothing is known of a director any more: what it held and did is not to be taken for what it does. The
 * states stay behind `isKnown`, so that one that was not left is the same one afterwards.
 */
function forget(node: NodeScene): void {
  node.held.clear();
  node.linksDown.clear();
  node.scripts.clear();
  node.trackers.clear();
  node.services.clear();
  for (const instance of node.instances.values()) {
    Object.assign(instance, { protocolUs: null, preemptUs: null, master: null });
  }
}

function instanceOf(node: NodeScene, name: string): InstanceScene {
  let instance = node.instances.get(name);
  if (instance === undefined) node.instances.set(name, instance = openingInstance());
  return instance;
}

function become(node: NodeScene, process: ProcessState, atUs: number): void {
  node.process = process;
  const isGone = process === "off" || process === "down";
  for (const instance of node.instances.values()) {
    if (isGone) Object.assign(instance, openingInstance(), { sinceUs: atUs });
    else if (instance.state === "DOWN") {
      instance.state = "INIT";
      instance.sinceUs = atUs;
    }
  }
  if (isGone) {
    node.scripts.clear();
    node.trackers.clear();
  }
  if (process === "off") node.services.clear();
}

function applyAction(scene: Scene, action: Action): void {
  switch (action.do) {
    case "cut":
      return void scene.cuts.add(`${action.from} ${action.to}`);
    case "partition":
      scene.partition = action.sets;
      return;
    case "heal":
      scene.cuts.clear();
      scene.partition = null;
      for (const node of scene.nodes.values()) node.wires.clear();
      return;
    case "wire": {
      const wires = scene.nodes.get(action.node)?.wires;
      for (const way of action.direction === "both" ? ["in", "out"] : [action.direction]) {
        const key = `${action.interface ?? ""} ${way}`;
        wires?.set(key, { ...wires.get(key), ...action.quality });
      }
      return;
    }
    case "server": {
      const { address, port, state } = action;
      if (port === null) {
        for (const key of scene.servers.keys()) {
          if (key.startsWith(`${address} `)) scene.servers.delete(key);
        }
      }
      scene.servers.set(port === null ? address : `${address} ${port}`, state);
      return;
    }
    case "load":
      scene.load = action.perSecond;
      return;
    default:
      return;
  }
}

/** How a server answers in a scene. */
export function serverState(scene: Scene, address: string, port: number): ServerState {
  return scene.servers.get(`${address} ${port}`) ?? scene.servers.get(address) ?? "up";
}

function applyIpvs(services: Map<string, ServiceScene>, operation: IpvsOperation): void {
  const name = serviceKey(operation.service);
  if (operation.op === "deleteService") return void services.delete(name);
  const { scheduler } = operation.service;
  const service = services.get(name) ?? { scheduler, destinations: new Map() };
  service.scheduler = scheduler;
  services.set(name, service);
  if (!("destination" in operation)) return;
  const { address, port, weight } = operation.destination;
  const key = endpoint({ address, port });
  if (operation.op === "deleteDestination") service.destinations.delete(key);
  else service.destinations.set(key, { address, port, weight });
}

function applyServer(
  services: Map<string, ServiceScene>,
  { service, server, weight, state }: Extract<RecordedEvent, { kind: "server" }>,
): void {
  const row = services.get(service) ?? { scheduler: "", destinations: new Map() };
  services.set(service, row);
  const [, address = server, port = "0"] = /^\[?(.*?)\]?:(\d+)$/.exec(server) ?? [];
  if (state === "down") row.destinations.delete(server);
  else row.destinations.set(server, { address, port: Number(port), weight });
}

/** Makes scenes of a recording that grows. */
export class SceneMaker {
  readonly #opening: Scene;
  readonly #events: readonly RecordedEvent[];
  /** The scene before the event of number KEY_EVERY * i. */
  readonly #keys: Scene[];
  /** What was asked for last, with the number of events in it. */
  #last: { scene: Scene; count: number };

  /** `events` may be appended to later. */
  constructor(cast: Cast, events: readonly RecordedEvent[]) {
    this.#events = events;
    this.#opening = openingScene(cast);
    this.#keys = [this.#opening];
    this.#last = { scene: structuredClone(this.#opening), count: 0 };
  }

  /** How everything stands when all events up to a time have happened. Good until the next call. */
  at(us: number): Scene {
    return this.before(firstAfter(this.#events, us));
  }

  /** How everything stands before the event of a number. Good until the next call. */
  before(count: number): Scene {
    const wanted = Math.min(count, this.#events.length);
    const key = Math.min(Math.floor(wanted / KEY_EVERY), this.#keys.length - 1);
    const isNear = this.#last.count <= wanted && this.#last.count >= key * KEY_EVERY;
    if (!isNear) {
      this.#last = { scene: structuredClone(this.#keys[key]!), count: key * KEY_EVERY };
    }
    const { scene } = this.#last;
    for (let i = this.#last.count; i < wanted; i++) {
      if (i > 0 && i % KEY_EVERY === 0 && i / KEY_EVERY === this.#keys.length) {
        this.#keys.push(structuredClone(scene));
      }
      applyEvent(scene, this.#events[i]!);
    }
    this.#last.count = wanted;
    return scene;
  }
}
