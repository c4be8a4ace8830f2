// Which interface stands on which segment with which address: what keepalived.conf leaves open. The
// interfaces of one name are on one segment; interfaces of different names are joined by a VRID that
// their nodes share. Addresses that the scenario does not give are made up.
// This module is browser safe.

import type { Config, VrrpInstance } from "../conf/model.ts";
import type { SimulatedNode } from "./simulate.ts";
import { DEFAULT_MACHINE, type Scenario } from "./scenario/scenario.ts";

/** One interface of a node. */
export interface InterfacePlan {
  name: string;
  /** As the kernel would number it. */
  ifindex: number;
  segment: number;
  mac: string;
  addresses: PlannedAddress[];
}

/** One address of an interface. */
export interface PlannedAddress {
  family: "INET" | "INET6";
  address: string;
  prefixLength: number;
}

/** Interfaces of each node, and how many segments there are. */
export interface Layout {
  interfaces: InterfacePlan[][];
  segments: number;
}

/** First ifindex behind the loopback's. */
const IFINDEX_FIRST = 2;
/** Last byte of a client's MAC. */
const CLIENT_HOST = 0xfe;
/** Made-up addresses of a segment begin at a multiple of this, which is more than there are nodes. */
const HOST_BLOCK = 32;
const HOST_BLOCKS = 7;

/** MAC of a host on a segment; locally administered. */
export function macOf(segment: number, host: number): string {
  const hex = (byte: number) => byte.toString(16).padStart(2, "0");
  return `02:00:00:${hex(segment >> 8)}:${hex(segment & 0xff)}:${hex(host + 1)}`;
}

/** MAC of the client on a segment. */
export function clientMac(segment: number): string {
  return macOf(segment, CLIENT_HOST - 1);
}

/** Lays the machines out. */
export function layOut(nodes: readonly SimulatedNode[], scenario: Scenario): Layout {
  const configs = nodes.map(({ name, config }) => [config, ...laterConfigs(scenario, name)]);
  const names = configs.map((all) => [...new Set(all.flatMap(interfaceNames))]);
  const segments = numberSegments(names, nodes.map(({ config }) => config));
  const taken = takenAddresses(configs.flat(), scenario);
  const interfaces = nodes.map(({ name, config }, host) => {
    const machine = scenario.machines[name] ?? DEFAULT_MACHINE;
    return names[host]!.map((device, i): InterfacePlan => {
      const segment = segments.get(device)!;
      const given = machine.addresses[device];
      const addresses = given === undefined
        ? madeUp(config, device, segment, host + freeBlock(segment, nodes.length, taken))
        : given.map(readAddress);
      if (!addresses.some(({ family }) => family === "INET6")) {
        addresses.push(linkLocal(segment, host));
      }
      const mac = macOf(segment, host);
      return { name: device, ifindex: IFINDEX_FIRST + i, segment, mac, addresses };
    });
  });
  return { interfaces, segments: Math.max(0, ...segments.values()) + 1 };
}

/** Whole configurations that a scenario's reloads bring to a node. */
export function laterConfigs(scenario: Scenario, node: string): Config[] {
  return scenario.steps.flatMap(({ action }) =>
    action.do === "reload" && action.node === node && action.config !== null ? [action.config] : []
  );
}

/** Every interface that a configuration names, in the order of the file. */
export function interfaceNames(config: Config): string[] {
  return config.instances.flatMap((instance) => [
    instance.interface,
    ...[...instance.vips, ...instance.excludedVips].map(({ device }) => device),
    ...instance.tracks.filter(({ watches }) => watches === "INTERFACE")
      .map(({ tracker }) => tracker),
  ]);
}

/** Segment of each interface name. */
function numberSegments(names: string[][], configs: Config[]): Map<string, number> {
  const parent = new Map<string, string>(names.flat().map((name) => [name, name]));
  const root = (name: string): string => {
    const up = parent.get(name)!;
    return up === name ? name : root(up);
  };
  const first = new Map<string, VrrpInstance>();
  for (const config of configs) {
    const own = new Set<string>();
    for (const instance of config.instances) {
      const key = `${instance.family} ${instance.vrid}`;
      const other = first.get(key);
      // A VRID that a node uses on two interfaces says nothing of where the second one is.
      if (other !== undefined && !own.has(key)) {
        parent.set(root(instance.interface), root(other.interface));
      }
      if (other === undefined) first.set(key, instance);
      own.add(key);
    }
  }
  const numbers = new Map<string, number>();
  const segments = new Map<string, number>();
  for (const name of parent.keys()) {
    const of = root(name);
    if (!numbers.has(of)) numbers.set(of, numbers.size);
    segments.set(name, numbers.get(of)!);
  }
  return segments;
}

function madeUp(config: Config, device: string, segment: number, host: number): PlannedAddress[] {
  const source = config.instances.find((instance) =>
    instance.interface === device && instance.family === "INET" && instance.source !== null
  )?.source;
  const address = source ?? hostAddress(segment, host);
  return [{ family: "INET", address, prefixLength: 24 }];
}

function hostAddress(segment: number, host: number): string {
  return `10.${segment >> 8}.${segment & 0xff}.${host + 1}`;
}

/** Addresses that mean something already: a machine that had one of them could not be told from it. */
function takenAddresses(configs: readonly Config[], scenario: Scenario): Set<string> {
  const given = Object.values(scenario.machines).flatMap(({ addresses }) =>
    Object.values(addresses).flat().map((text) => readAddress(text).address)
  );
  const named = configs.flatMap(({ instances }) =>
    instances.flatMap(({ vips, excludedVips, source }) => [
      ...[...vips, ...excludedVips].map(({ address }) => address),
      ...(source === null ? [] : [source]),
    ])
  );
  return new Set([...given, ...named]);
}

/** Where `hosts` free addresses of a segment begin; 0 when there is no such place. */
function freeBlock(segment: number, hosts: number, taken: ReadonlySet<string>): number {
  for (let block = 0; block < HOST_BLOCKS; block++) {
    const first = block * HOST_BLOCK;
    const isFree = Array.from({ length: hosts }, (_, i) => hostAddress(segment, first + i))
      .every((address) => !taken.has(address));
    if (isFree) return first;
  }
  return 0;
}

function linkLocal(segment: number, host: number): PlannedAddress {
  const hex = (n: number) => (n + 1).toString(16);
  return { family: "INET6", address: `fe80::${hex(segment)}:${hex(host)}`, prefixLength: 64 };
}

function readAddress(text: string): PlannedAddress {
  const [address = "", length] = text.split("/");
  const family = address.includes(":") ? "INET6" : "INET";
  return { family, address, prefixLength: Number(length ?? (family === "INET" ? 32 : 128)) };
}
