// Who plays when directors are watched: what their status replies name. A daemon does not know what its
// interfaces are plugged into; two are taken for one segment when they serve a virtual router together,
// the same VRID with an address in common.

import type { InstanceStatusView, NodeStatus } from "../../../host/control/client.ts";
import type { ServiceKey } from "../../../host/conf/model.ts";
import type {
  Cast,
  CastInstance,
  CastNode,
  CastRouter,
  CastServer,
  CastService,
} from "../../story/cast.ts";

/** What one director says, under the name that it has here. */
export interface NamedStatus {
  name: string;
  status: NodeStatus;
}

const SECOND_US = 1_000_000;

/** Everybody whom the status replies name. */
export function castOfStatus(directors: readonly NamedStatus[]): Cast {
  const segments = new Segments(directors);
  const nodes = directors.map(({ name, status }) => castNode(name, status, segments));
  const services = servicesOf(directors);
  return {
    nodes,
    segments: segments.names().map((name) => ({ name, clientMac: "" })),
    routers: routersOf(nodes),
    services,
    servers: serversOf(services),
  };
}

/** `192.0.2.1/24` -> `192.0.2.1`. */
export function bareAddress(address: string): string {
  return address.replace(/\/\d+$/, "");
}

/** Which interfaces are on one segment: sets that grow together. */
class Segments {
  /** By `node interface`: another of its set, or itself. */
  readonly #parent = new Map<string, string>();
  readonly #numbers = new Map<string, number>();

  constructor(directors: readonly NamedStatus[]) {
    const first = new Map<string, string>();
    for (const { name, status } of directors) {
      for (const instance of status.instances) {
        const key = `${name} ${instance.interface}`;
        if (!this.#parent.has(key)) this.#parent.set(key, key);
        for (const { address } of instance.vips) {
          const shared = `${instance.family} ${instance.vrid} ${bareAddress(address)}`;
          const other = first.get(shared);
          if (other === undefined) first.set(shared, key);
          else this.#parent.set(this.#root(key), this.#root(other));
        }
      }
    }
    for (const key of this.#parent.keys()) {
      const root = this.#root(key);
      if (!this.#numbers.has(root)) this.#numbers.set(root, this.#numbers.size);
    }
  }

  #root(key: string): string {
    let root = key;
    while (this.#parent.get(root) !== root) root = this.#parent.get(root)!;
    return root;
  }

  numberOf(node: string, device: string): number {
    return this.#numbers.get(this.#root(`${node} ${device}`))!;
  }

  /** The interface names on each. */
  names(): string[] {
    const names = Array.from(this.#numbers, () => new Set<string>());
    for (const key of this.#parent.keys()) {
      const device = key.slice(key.lastIndexOf(" ") + 1);
      names[this.#numbers.get(this.#root(key))!]!.add(device);
    }
    return names.map((set) => [...set].join(", "));
  }
}

function castNode(name: string, status: NodeStatus, segments: Segments): CastNode {
  const devices = [...new Set(status.instances.map((instance) => instance.interface))];
  const kinds = new Map(status.trackers.map((tracker) => [tracker.name, tracker.kind]));
  return {
    name,
    interfaces: devices.map((device) => ({
      name: device,
      segment: segments.numberOf(name, device),
      mac: "",
      addresses: [],
    })),
    instances: status.instances.map((instance) => ({
      ...castInstance(instance),
      segment: segments.numberOf(name, instance.interface),
      tracks: instance.priority.parts.map(({ tracker, weight }) => ({
        tracker,
        weight,
        watches: kinds.get(tracker) === "INTERFACE" ? "INTERFACE" : "SCRIPT",
      })),
    })),
    scripts: status.trackers.flatMap(({ name, kind }) => kind === "SCRIPT" ? [name] : []),
  };
}

function castInstance(instance: InstanceStatusView): Omit<CastInstance, "segment" | "tracks"> {
  const { name, family, vrid, group } = instance;
  return {
    name,
    interface: instance.interface,
    family,
    vrid,
    version: instance.version === 3 ? 3 : 2,
    priority: instance.priority.base,
    advertisementIntervalUs: Math.round(instance.advertisementIntervalS * SECOND_US),
    group,
    addresses: instance.vips.map(({ address }) => bareAddress(address)),
  };
}

function routersOf(nodes: readonly CastNode[]): CastRouter[] {
  const routers = new Map<string, CastRouter & { members: { node: string; instance: string }[] }>();
  for (const node of nodes) {
    for (const { name, segment, family, vrid, addresses } of node.instances) {
      const key = `${segment} ${family} ${vrid}`;
      const router = routers.get(key) ??
        { name, segment, family, vrid, addresses, members: [] };
      router.members.push({ node: node.name, instance: name });
      routers.set(key, router);
    }
  }
  return [...routers.values()];
}

function servicesOf(directors: readonly NamedStatus[]): CastService[] {
  const services = new Map<string, CastService & { nodes: string[] }>();
  for (const { name: node, status } of directors) {
    for (const one of status.virtualServers) {
      const known = services.get(one.key);
      if (known !== undefined) known.nodes.push(node);
      else services.set(one.key, { ...castService(one), nodes: [node] });
    }
  }
  return [...services.values()];
}

type ServiceView = NodeStatus["virtualServers"][number];

function castService(service: ServiceView): Omit<CastService, "nodes"> {
  const { key, scheduler, method, quorum, persistenceTimeoutS, sorryServer } = service;
  return {
    name: key,
    key: serviceKey(service),
    scheduler,
    method,
    quorum: quorum.required,
    // A status does not tell it.
    hysteresis: 0,
    persistenceS: persistenceTimeoutS,
    servers: service.realServers.map(({ address, weightConfigured }) => ({
      name: address,
      ...endpointOf(address),
      weight: weightConfigured,
    })),
    sorry: sorryServer === null
      ? null
      : { name: sorryServer.address, ...endpointOf(sorryServer.address) },
  };
}

/** `[172.18.200.6]:tcp:80` and `FWM 1` as a key. */
function serviceKey({ key, realServers }: ServiceView): ServiceKey {
  const [, address = "", protocol = "", port = "0"] = /^\[(.*)\]:(\w+):(\d+)$/.exec(key) ?? [];
  const mark = /^FWM (\d+)$/.exec(key)?.[1];
  if (mark !== undefined) {
    const isV6 = realServers.some((server) => endpointOf(server.address).address.includes(":"));
    return { kind: "FWMARK", family: isV6 ? "INET6" : "INET", mark: Number(mark) };
  }
  return {
    kind: "ADDRESS",
    family: address.includes(":") ? "INET6" : "INET",
    address,
    port: Number(port),
    protocol: protocol === "udp" ? "UDP" : protocol === "sctp" ? "SCTP" : "TCP",
  };
}

/** `[172.18.200.100]:tcp:80` or `172.18.200.100:80` as address and port; IPv6 in brackets. */
export function endpointOf(name: string): { address: string; port: number } {
  const found = /^\[(.*)\](?::\w+)?:(\d+)$/.exec(name) ?? /^([^:]*):(\d+)$/.exec(name);
  const [, address = name, port = "0"] = found ?? [];
  return { address, port: Number(port) };
}

function serversOf(services: readonly CastService[]): CastServer[] {
  const real = new Set(services.flatMap(({ servers }) => servers.map(({ address }) => address)));
  const sorry = new Set(services.flatMap(({ sorry }) => sorry === null ? [] : [sorry.address]));
  return [
    ...[...real].map((address) => ({ address, isSorry: false })),
    ...[...sorry].filter((address) => !real.has(address))
      .map((address) => ({ address, isSorry: true })),
  ];
}
