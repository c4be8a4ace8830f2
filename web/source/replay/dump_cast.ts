// Who plays in a dump: its node, from the configurations that its engine's log holds, and the peers that it
// heard.

import type { Config } from "../../../host/conf/model.ts";
import { INPUT_ADDRESS, INPUT_LINK } from "../../../host/core/abi.gen.ts";
import type { Dump } from "../../../host/core/record.ts";
import { interfaceNames } from "../../../host/sim/layout.ts";
import type { KnownConfigs } from "../../../host/sim/replay/replay_names.ts";
import { inputOfEntry } from "../../../host/sim/replay/replay.ts";
import { GOOD_WIRE, type Scenario } from "../../../host/sim/scenario/scenario.ts";
import type { Cast, CastInstance, CastInterface, CastNode, CastRouter } from "../../story/cast.ts";
import { castInstance, serversOf, servicesOf } from "../play/cast_of.ts";
import { type Peer, type PeerRouter, peersOf } from "./dump_peers.ts";

/** The cast of a dump, and what belongs to it. */
export interface DumpCast {
  cast: Cast;
  /** Name of the dump's own node. */
  node: string;
  peers: Peer[];
  /** Name of an interface by ifindex. */
  interfaces: ReadonlyMap<number, string>;
}

/** Name of a node whose dump does not say it. */
const NAMELESS = "this node";

/** Makes it. Throws VipdError `plain_value` when the engine's log cannot be read. */
export function castOfDump(dump: Dump, known: KnownConfigs): DumpCast {
  const configs = [...known.values()].toSorted((a, b) => b.generation - a.generation)
    .map(({ config }) => config);
  const interfaces = interfacesOf(dump, known);
  const names = [...new Set(configs.flatMap(interfaceNames))];
  const peers = dump.core === null ? [] : peersOf(dump.core);
  const node = dump.head.node === "" ? NAMELESS : dump.head.node;
  const own = ownNode(dump, node, configs, names, interfaces);
  const heard = peers.map((peer) => peerNode(peer, own, names, interfaces));
  const [latest, ...older] = configs;
  const services = latest === undefined
    ? []
    : servicesOf([{ name: node, config: latest }], reloadsTo(older, node));
  return {
    cast: {
      nodes: [own, ...heard],
      segments: names.map((name) => ({ name, clientMac: "" })),
      routers: routersOf([own, ...heard]),
      services,
      servers: serversOf(services),
    },
    node,
    peers,
    interfaces,
  };
}

/** Further configurations of a node, in the form in which the simulator has them. */
function reloadsTo(configs: readonly Config[], node: string): Scenario {
  return {
    name: "",
    description: "",
    durationUs: 0,
    wire: GOOD_WIRE,
    machines: {},
    scripts: [],
    steps: configs.map((config) => ({
      atUs: 0,
      action: { do: "reload", node, set: [], config },
    })),
  };
}

function interfacesOf(dump: Dump, known: KnownConfigs): Map<number, string> {
  const names = new Map<number, string>();
  for (const [ifindex, name] of Object.entries(dump.head.interfaces)) {
    names.set(Number(ifindex), name);
  }
  for (const { index } of known.values()) {
    for (const { ifindex, name } of index.interfaces) names.set(ifindex, name);
  }
  return names;
}

// ---- The node itself ----

function ownNode(
  dump: Dump,
  name: string,
  configs: readonly Config[],
  names: readonly string[],
  interfaces: ReadonlyMap<number, string>,
): CastNode {
  const instances = new Map<string, CastInstance>();
  const scripts = new Set<string>();
  for (const config of configs) {
    for (const one of config.instances) {
      if (instances.has(one.name)) continue;
      instances.set(one.name, castInstance(one, Math.max(0, names.indexOf(one.interface))));
    }
    for (const one of config.scripts) if (one.trackedBy.length > 0) scripts.add(one.name);
  }
  const virtual = new Set([...instances.values()].flatMap(({ addresses }) => addresses));
  const told = toldOf(dump, interfaces, virtual);
  return {
    name,
    interfaces: names.map((device, segment): CastInterface => ({
      name: device,
      segment,
      mac: told.macs.get(device) ?? "",
      addresses: [...told.addresses.get(device) ?? []],
    })),
    instances: [...instances.values()],
    scripts: [...scripts],
  };
}

/** MACs and own addresses of interfaces, as far as the core's log tells them. */
function toldOf(
  { core }: Dump,
  interfaces: ReadonlyMap<number, string>,
  virtual: ReadonlySet<string>,
) {
  const macs = new Map<string, string>();
  const addresses = new Map<string, Set<string>>();
  for (const entry of core?.entries ?? []) {
    // Adverts and timers are most of a log, and say nothing of these.
    const input = isAboutInterfaces(entry.input) ? inputOfEntry(entry) : null;
    if (input?.kind === "link") macs.set(interfaces.get(input.ifindex) ?? "", input.mac);
    if (input?.kind === "address" && input.present === 1 && !virtual.has(input.address)) {
      const device = interfaces.get(input.ifindex) ?? "";
      const list = addresses.get(device) ?? new Set();
      addresses.set(device, list.add(input.address));
    }
  }
  return { macs, addresses };
}

/** By the kind alone, the low byte of the record's first word. */
function isAboutInterfaces(record: Uint8Array): boolean {
  return record[0] === INPUT_LINK || record[0] === INPUT_ADDRESS;
}

// ---- Peers ----

function peerNode(
  { name, routers }: Peer,
  own: CastNode,
  names: readonly string[],
  interfaces: ReadonlyMap<number, string>,
): CastNode {
  const devices = [...new Set(routers.map(({ ifindex }) => interfaces.get(ifindex) ?? ""))];
  const onSegments = devices.filter((device) => names.includes(device));
  return {
    name,
    interfaces: onSegments.map((device) => ({
      name: device,
      segment: names.indexOf(device),
      mac: "",
      addresses: [name],
    })),
    instances: routers.flatMap((router): CastInstance[] => {
      const segment = names.indexOf(interfaces.get(router.ifindex) ?? "");
      const mine = ownInstance(own, router, segment);
      if (mine === null) return [];
      const { priority, intervalUs, addresses } = router;
      return [{
        ...mine,
        version: router.version === 2 ? 2 : 3,
        priority,
        advertisementIntervalUs: intervalUs,
        addresses,
        group: null,
        tracks: [],
      }];
    }),
    scripts: [],
  };
}

/** The node's own instance of the same virtual router: a peer's is called as it is. */
function ownInstance(own: CastNode, { family, vrid }: PeerRouter, segment: number) {
  return own.instances.find((one) =>
    one.family === family && one.vrid === vrid && one.segment === segment
  ) ?? null;
}

function routersOf(nodes: readonly CastNode[]): CastRouter[] {
  const routers = new Map<string, CastRouter & { members: CastRouter["members"][number][] }>();
  for (const { name: node, instances } of nodes) {
    for (const { name, segment, family, vrid, addresses } of instances) {
      const key = `${segment} ${family} ${vrid}`;
      const router = routers.get(key) ?? { name, segment, family, vrid, addresses, members: [] };
      router.members.push({ node, instance: name });
      routers.set(key, router);
    }
  }
  return [...routers.values()];
}
