// Casts and events for the tests of this folder.

import type { Cast } from "../story/cast.ts";
import type { RecordedEvent } from "../story/recording.ts";

/** A cluster of so many: each node on each segment, instance i on segment i modulo their number. */
export function clusterOf(
  { nodes, instances = 2, segments = 1, servers = 2, scripts = 1 }: {
    nodes: number;
    instances?: number;
    segments?: number;
    servers?: number;
    scripts?: number;
  },
): Cast {
  const numbers = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
  const segmentOf = (instance: number) => (instance - 1) % segments;
  const realServers = numbers(servers).map((i) => ({
    name: `[10.0.0.${10 + i}]:tcp:80`,
    address: `10.0.0.${10 + i}`,
    port: 80,
    weight: 1,
  }));
  const names = numbers(nodes).map((i) => `node${i}`);
  return {
    nodes: numbers(nodes).map((node) => ({
      name: `node${node}`,
      interfaces: numbers(segments).map((segment) => ({
        name: `eth${segment - 1}`,
        segment: segment - 1,
        mac: `02:00:00:00:0${segment}:${String(node).padStart(2, "0")}`,
        addresses: [`10.${segment - 1}.0.${node}`],
      })),
      instances: numbers(instances).map((i) => ({
        name: `VI_${i}`,
        interface: `eth${segmentOf(i)}`,
        segment: segmentOf(i),
        family: "INET" as const,
        vrid: i,
        version: 3 as const,
        priority: 100,
        advertisementIntervalUs: 1_000_000,
        group: null,
        addresses: [`10.${segmentOf(i)}.0.${100 + i}`],
        tracks: [],
      })),
      scripts: numbers(scripts).map((i) => `chk_${i}`),
    })),
    segments: numbers(segments).map((i) => ({
      name: `eth${i - 1}`,
      clientMac: `02:00:00:00:ff:0${i}`,
    })),
    routers: numbers(instances).map((i) => ({
      name: `VI_${i}`,
      segment: segmentOf(i),
      family: "INET" as const,
      vrid: i,
      addresses: [`10.${segmentOf(i)}.0.${100 + i}`],
      members: names.map((node) => ({ node, instance: `VI_${i}` })),
    })),
    services: servers === 0 ? [] : [{
      name: "[10.0.0.101]:tcp:80",
      key: { kind: "ADDRESS", address: "10.0.0.101", port: 80, protocol: "TCP", family: "INET" },
      scheduler: "wlc",
      method: "DR",
      quorum: 1,
      hysteresis: 0,
      persistenceS: null,
      nodes: names,
      servers: realServers,
      sorry: null,
    }],
    servers: realServers.map(({ address }) => ({ address, isSorry: false })),
  };
}

/** An advert of a node that reached somebody, each after so long. */
export function advertAt(
  atUs: number,
  node: string,
  arrivals: { node: string | null; afterUs: number }[],
): RecordedEvent {
  return {
    atUs,
    node,
    kind: "packet",
    packet: {
      carries: "advert",
      segment: 0,
      frame: new Uint8Array(0),
      instance: "VI_1",
      address: null,
      arrivals: arrivals.map((one) => ({ node: one.node, atUs: atUs + one.afterUs })),
    },
  };
}
