// What traffic is made of and what comes of it, for those who only read it: services, requests, bins.
// This module is browser safe.

import type { VirtualServer } from "../../conf/model.ts";
import { endpoint } from "./service_key.ts";

/** Width of a bin, microseconds. */
export const BIN_US = 100_000;
/** What became of a request. `served` and `sorry`: by a server; the others: by nobody. */
export const OUTCOMES = ["served", "sorry", "refused", "silent", "lost"] as const;
export type Outcome = typeof OUTCOMES[number];

/** A service that clients use. */
export interface TrafficService {
  /** As keepalived prints it. */
  name: string;
  address: string;
  /** Segment of its address; clients are there. */
  segment: number;
  /** `address:port` of its sorry server; null: none. */
  sorry: string | null;
}

/** One request. */
export interface Request {
  atUs: number;
  endUs: number;
  service: string;
  /** Name of the director that got it; null: nobody. */
  node: string | null;
  /** `address:port`; null: no server. */
  server: string | null;
  outcome: Outcome;
}

/** Requests of one bin, by service and server (`service server`; the server is empty where none was). */
export interface Bin {
  atUs: number;
  /** Requests that began. */
  began: Map<string, number>;
  /** Of those, the ones that were not served. */
  failed: Map<string, number>;
  /** Open connections at the bin's end. */
  open: Map<string, number>;
}

/** The services of configurations that clients can use: those with an address. */
export function trafficServices(
  services: readonly VirtualServer[],
  segmentOf: (address: string) => number,
): TrafficService[] {
  const found = new Map<string, TrafficService>();
  for (const { name, key, sorryServer } of services) {
    if (key.kind !== "ADDRESS" || found.has(name)) continue;
    const sorry = sorryServer === null ? null : endpoint(sorryServer);
    found.set(name, { name, address: key.address, segment: segmentOf(key.address), sorry });
  }
  return [...found.values()];
}
