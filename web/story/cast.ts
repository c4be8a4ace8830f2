// Who plays in a recording: nodes with their instances, the segments between them, virtual routers,
// services and servers. Views lay themselves out by it. Plain data.

import type { Family, ServiceKey } from "../../host/conf/model.ts";

/** Everybody. */
export interface Cast {
  nodes: readonly CastNode[];
  /** Names of the segments (the interface names that stand on them), by number. A client is on each. */
  segments: readonly CastSegment[];
  routers: readonly CastRouter[];
  services: readonly CastService[];
  /** Real servers and sorry servers, each address once. */
  servers: readonly CastServer[];
}

/** One director. */
export interface CastNode {
  name: string;
  interfaces: readonly CastInterface[];
  instances: readonly CastInstance[];
  /** Names of its tracked scripts. */
  scripts: readonly string[];
}

/** One interface. */
export interface CastInterface {
  name: string;
  segment: number;
  /** "" = not known. */
  mac: string;
  addresses: readonly string[];
}

/** One vrrp_instance on a node. */
export interface CastInstance {
  name: string;
  interface: string;
  segment: number;
  family: Family;
  vrid: number;
  version: 2 | 3;
  /** Base priority. */
  priority: number;
  advertisementIntervalUs: number;
  group: string | null;
  addresses: readonly string[];
  tracks: readonly { tracker: string; weight: number; watches: "SCRIPT" | "INTERFACE" }[];
}

/** One segment. */
export interface CastSegment {
  name: string;
  /** MAC of the client on it; "" = not known. */
  clientMac: string;
}

/** One virtual router: the instances with its VRID on a segment. */
export interface CastRouter {
  /** Name of its first instance. */
  name: string;
  segment: number;
  family: Family;
  vrid: number;
  addresses: readonly string[];
  members: readonly { node: string; instance: string }[];
}

/** One virtual_server, as the first node that has it configures it. */
export interface CastService {
  /** As keepalived prints it: `[172.18.200.6]:tcp:80`. */
  name: string;
  key: ServiceKey;
  scheduler: string;
  method: "NAT" | "DR" | "TUN";
  quorum: number;
  hysteresis: number;
  persistenceS: number | null;
  /** Names of the nodes that have it. */
  nodes: readonly string[];
  servers: readonly CastRealServer[];
  sorry: { name: string; address: string; port: number } | null;
}

/** One real_server of a service. */
export interface CastRealServer {
  /** As keepalived prints it: `[172.18.200.100]:tcp:80`. */
  name: string;
  address: string;
  port: number;
  weight: number;
}

/** One machine behind. */
export interface CastServer {
  address: string;
  isSorry: boolean;
}

/** A cast of nobody. */
export const NOBODY: Cast = { nodes: [], segments: [], routers: [], services: [], servers: [] };
