// IPVS tables as plain data, and the difference between two of them: the one function behind start,
// reload, every check result and the stop. Operations are ordered so that a service is there before
// its destinations, and within a service what goes away goes first: the sorry server leaves before
// the real servers come back, and they leave before it comes (keepalived's order).
// This module is browser safe.

import type { ServiceKey, VirtualServer } from "../conf/model.ts";
import type { IpvsDestination, IpvsOperation, IpvsService } from "./contract.ts";
import type { RealServerState, ServiceState } from "./state.ts";

/** Weight of a sorry server while it takes the traffic. */
const SORRY_WEIGHT = 1;

/** One service with its destinations, by destinationId. */
export interface IpvsEntry {
  service: IpvsService;
  destinations: Map<string, IpvsDestination>;
}

/** A table, by serviceId. */
export type IpvsTable = Map<string, IpvsEntry>;

/** What makes a service unique, as text. */
export function serviceId(key: ServiceKey): string {
  return key.kind === "FWMARK"
    ? `FWMARK ${key.family} ${key.mark}`
    : `${key.protocol} ${key.family} ${key.address} ${key.port}`;
}

/** What makes a destination unique in its service, as text. */
export function destinationId(destination: { address: string; port: number }): string {
  return `${destination.address} ${destination.port}`;
}

/** The service as IPVS has to have it. */
export function wantedService(config: VirtualServer): IpvsService {
  const hostBits = config.key.family === "INET" ? 32 : 128;
  return {
    key: config.key,
    scheduler: config.scheduler,
    persistenceS: config.persistence === null
      ? 0
      : Math.round(config.persistence.timeoutUs / 1_000_000),
    granularity: config.persistence?.granularity ?? hostBits,
  };
}

/** The service with the destinations it should have now. */
export function wantedEntry(service: ServiceState): IpvsEntry {
  const destinations = new Map<string, IpvsDestination>();
  for (const realServer of service.realServers.values()) {
    const weight = wantedWeight(service, realServer);
    if (weight === null) continue;
    const { family, address, port, forwarding } = realServer.config;
    destinations.set(destinationId(realServer.config), {
      family,
      address,
      port,
      forwarding,
      weight,
    });
  }
  const sorry = service.config.sorryServer;
  if (service.sorryActive && sorry !== null) {
    const { family, address, port, forwarding } = sorry;
    destinations.set(destinationId(sorry), {
      family,
      address,
      port,
      forwarding,
      weight: SORRY_WEIGHT,
    });
  }
  return { service: wantedService(service.config), destinations };
}

/** Weight that a real server should have in the table now; null = it is not in it. */
export function wantedWeight(service: ServiceState, realServer: RealServerState): number | null {
  if (realServer.alive && !service.sorryActive) return realServer.weight;
  return realServer.config.inhibitOnFailure ? 0 : null;
}

/** Operations that turn one entry into another; undefined = the service is not there. */
export function diffEntry(
  present: IpvsEntry | undefined,
  wanted: IpvsEntry | undefined,
): IpvsOperation[] {
  if (wanted === undefined) {
    // The kernel removes a service's destinations with it.
    return present === undefined ? [] : [{ op: "deleteService", service: present.service }];
  }
  const service = wanted.service;
  const operations: IpvsOperation[] = [];
  if (present === undefined) operations.push({ op: "addService", service });
  else if (!isEqual(present.service, service)) operations.push({ op: "setService", service });
  const held = present?.destinations ?? new Map<string, IpvsDestination>();
  for (const [id, destination] of held) {
    if (wanted.destinations.has(id)) continue;
    operations.push({ op: "deleteDestination", service, destination });
  }
  for (const [id, destination] of wanted.destinations) {
    const old = held.get(id);
    if (old === undefined) operations.push({ op: "addDestination", service, destination });
    else if (!isEqual(old, destination)) {
      operations.push({ op: "setDestination", service, destination });
    }
  }
  return operations;
}

/** Applies an operation as the kernel does when it succeeds. */
export function applyOperation(table: IpvsTable, operation: IpvsOperation): void {
  const id = serviceId(operation.service.key);
  const entry = table.get(id);
  switch (operation.op) {
    case "addService":
      table.set(id, { service: operation.service, destinations: new Map() });
      return;
    case "setService":
      if (entry !== undefined) entry.service = operation.service;
      return;
    case "deleteService":
      table.delete(id);
      return;
    case "addDestination":
    case "setDestination":
      entry?.destinations.set(destinationId(operation.destination), operation.destination);
      return;
    case "deleteDestination":
      entry?.destinations.delete(destinationId(operation.destination));
      return;
  }
}

/** Equal as data: plain objects of scalars and such objects, whatever the order of their fields. */
function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const left = Object.entries(a);
  const right = b as Record<string, unknown>;
  return left.length === Object.keys(b).length &&
    left.every(([key, value]) => key in right && isEqual(value, right[key]));
}
