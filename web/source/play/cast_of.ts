// Who plays in a simulation, as the simulator lays the machines out.

import type { Config, VirtualServer, VrrpInstance } from "../../../host/conf/model.ts";
import { clientMac, laterConfigs, type Layout, layOut } from "../../../host/sim/layout.ts";
import type { Scenario } from "../../../host/sim/scenario/scenario.ts";
import type { SimulatedNode } from "../../../host/sim/simulate.ts";
import { routersOf } from "../../../host/sim/timeline/routers.ts";
import type {
  Cast,
  CastInstance,
  CastNode,
  CastRouter,
  CastServer,
  CastService,
} from "../../story/cast.ts";

const SECOND_US = 1_000_000;

/** Everybody who plays. */
export function castOf(nodes: readonly SimulatedNode[], scenario: Scenario): Cast {
  const layout = layOut(nodes, scenario);
  const services = servicesOf(nodes, scenario);
  return {
    nodes: nodes.map((node, index) => castNode(node, layout.interfaces[index]!, scenario)),
    segments: Array.from({ length: layout.segments }, (_, segment) => ({
      name: segmentName(layout, segment),
      clientMac: clientMac(segment),
    })),
    routers: routersOf({ nodes, scenario }).map(({ members, ...router }): CastRouter => ({
      ...router,
      members: members.map(({ node, name }) => ({ node, instance: name })),
    })),
    services,
    servers: serversOf(services),
  };
}

function segmentName({ interfaces }: Layout, segment: number): string {
  const names = interfaces.flat().filter((row) => row.segment === segment).map(({ name }) => name);
  return [...new Set(names)].join(", ");
}

function castNode(
  { name, config }: SimulatedNode,
  interfaces: Layout["interfaces"][number],
  scenario: Scenario,
): CastNode {
  const segments = new Map(interfaces.map((row) => [row.name, row.segment]));
  const instances = new Map<string, VrrpInstance>();
  const scripts = new Set<string>();
  for (const one of [config, ...laterConfigs(scenario, name)]) {
    for (const instance of one.instances) {
      if (!instances.has(instance.name)) instances.set(instance.name, instance);
    }
    for (const script of one.scripts) if (script.trackedBy.length > 0) scripts.add(script.name);
  }
  return {
    name,
    interfaces: interfaces.map(({ name, segment, mac, addresses }) => ({
      name,
      segment,
      mac,
      addresses: addresses.map(({ address }) => address),
    })),
    instances: [...instances.values()].map((instance) =>
      castInstance(instance, segments.get(instance.interface) ?? 0)
    ),
    scripts: [...scripts],
  };
}

/** An instance of a configuration on a segment. */
export function castInstance(instance: VrrpInstance, segment: number): CastInstance {
  const { name, family, vrid, version, priority, advertisementIntervalUs, group } = instance;
  return {
    name,
    interface: instance.interface,
    segment,
    family,
    vrid,
    version,
    priority,
    advertisementIntervalUs,
    group,
    addresses: [...instance.vips, ...instance.excludedVips].map(({ address }) => address),
    tracks: instance.tracks.map(({ tracker, weight, watches }) => ({ tracker, weight, watches })),
  };
}

/** The services of all nodes, each as the first one configures it. */
export function servicesOf(nodes: readonly SimulatedNode[], scenario: Scenario): CastService[] {
  const services = new Map<string, { service: VirtualServer; nodes: Set<string> }>();
  for (const { name, config } of nodes) {
    const configs: Config[] = [config, ...laterConfigs(scenario, name)];
    for (const service of configs.flatMap(({ virtualServers }) => virtualServers)) {
      const known = services.get(service.name) ?? { service, nodes: new Set() };
      known.nodes.add(name);
      services.set(service.name, known);
    }
  }
  return [...services.values()].map(({ service, nodes }) => ({
    name: service.name,
    key: service.key,
    scheduler: service.scheduler,
    method: service.forwarding.method,
    quorum: service.quorum,
    hysteresis: service.hysteresis,
    persistenceS: service.persistence === null ? null : service.persistence.timeoutUs / SECOND_US,
    nodes: [...nodes],
    servers: service.realServers.map(({ name, address, port, weight }) => ({
      name,
      address,
      port,
      weight,
    })),
    sorry: service.sorryServer === null ? null : {
      name: service.sorryServer.name,
      address: service.sorryServer.address,
      port: service.sorryServer.port,
    },
  }));
}

/** Every machine behind, real servers first. */
export function serversOf(services: readonly CastService[]): CastServer[] {
  const real = new Set(services.flatMap(({ servers }) => servers.map(({ address }) => address)));
  const sorry = new Set(services.flatMap(({ sorry }) => sorry === null ? [] : [sorry.address]));
  return [
    ...[...real].map((address) => ({ address, isSorry: false })),
    ...[...sorry].filter((address) => !real.has(address))
      .map((address) => ({ address, isSorry: true })),
  ];
}
