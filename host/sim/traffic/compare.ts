// One scheduler against the same arrivals as another: requests of a seed through a balancer with a table
// that stands still, servers as slow as one likes. This module is browser safe.

import type { Family } from "../../conf/model.ts";
import type { IpvsService } from "../../engine/contract.ts";
import { Random } from "../random.ts";
import { Balancer } from "./balancer.ts";
import { endpoint, serviceKey } from "./service_key.ts";
import { flowOf, Flows } from "./flows.ts";

/** Requests that are compared at the most. */
export const COMPARED_MAX = 100_000;

/** A server of a comparison. */
export interface ComparedServer {
  address: string;
  port: number;
  weight: number;
  /** Times the usual time that it takes for a request. */
  slowness: number;
}

/** What is compared. */
export interface Comparison {
  family: Family;
  servers: readonly ComparedServer[];
  perSecond: number;
  durationUs: number;
  seed: number;
}

/** What came of one server. */
export interface ComparedShare {
  requests: number;
  /** Connections at one time: on average, and the most. */
  openMean: number;
  openMax: number;
}

/** What came of a scheduler, by `address:port`. */
export interface Compared {
  scheduler: string;
  servers: Map<string, ComparedShare>;
  /** Of all requests, from the first byte to the last, microseconds: one that is queued takes longer. */
  meanUs: number;
}

/** A request takes 20..180 ms where the server has nothing else to do. */
const SERVICE_MIN_US = 20_000;
const SERVICE_SPREAD_US = 160_000;

/** Plays the arrivals through one scheduler. */
export function playScheduler(
  wasm: WebAssembly.Module,
  scheduler: string,
  { family, servers, perSecond, durationUs, seed }: Comparison,
): Compared {
  const address = family === "INET" ? "192.0.2.1" : "2001:db8::1";
  const service: IpvsService = {
    key: { kind: "ADDRESS", family, address, port: 80, protocol: "TCP" },
    scheduler,
    persistenceS: 0,
    granularity: family === "INET" ? 32 : 128,
  };
  const balancer = new Balancer(wasm, seed);
  balancer.apply(0, { op: "addService", service });
  for (const { address, port, weight } of servers) {
    const forwarding = { method: "DR", tunnel: null } as const;
    const destination = { family, address, port, weight, forwarding };
    balancer.apply(0, { op: "addDestination", service, destination });
  }
  const slowness = new Map(servers.map((one) => [endpoint(one), one.slowness]));
  const shares = new Map([...slowness.keys()].map((key) => [key, newShare()]));
  const random = new Random(seed);
  const flows = new Flows(1);
  const key = serviceKey(service);
  const open: { endUs: number; server: string; flow: number }[] = [];
  let [totalUs, count] = [0, 0];
  for (let atUs = 0; atUs < durationUs && count < COMPARED_MAX; count++) {
    // Both draws come for every request: the arrivals of all schedulers are the same.
    const takesUs = SERVICE_MIN_US + random.fraction() * SERVICE_SPREAD_US;
    endBefore(open, atUs, (one) => {
      leave(shares.get(one.server)!, one.endUs);
      balancer.close(one.endUs, key, flowOf(one.flow));
      flows.give(one.flow);
    });
    const flow = flows.take();
    const pick = flow < 0 ? { none: "full" } : balancer.open(atUs, key, flowOf(flow));
    if ("server" in pick) {
      const own = takesUs * slowness.get(pick.server)!;
      totalUs += own;
      enter(shares.get(pick.server)!, atUs);
      insert(open, { endUs: atUs + own, server: pick.server, flow });
    } else if (flow >= 0) flows.give(flow);
    atUs += random.fraction() * 2_000_000 / perSecond;
  }
  const results = new Map(
    [...shares].map(([server, share]) => [server, finish(share, durationUs)]),
  );
  return { scheduler, servers: results, meanUs: count === 0 ? 0 : totalUs / count };
}

interface Share extends ComparedShare {
  open: number;
  sinceUs: number;
  areaUs: number;
}

function newShare(): Share {
  return { requests: 0, openMean: 0, openMax: 0, open: 0, sinceUs: 0, areaUs: 0 };
}

function settle(share: Share, atUs: number): void {
  share.areaUs += share.open * (atUs - share.sinceUs);
  share.sinceUs = atUs;
}

function enter(share: Share, atUs: number): void {
  settle(share, atUs);
  share.requests++;
  share.open++;
  share.openMax = Math.max(share.openMax, share.open);
}

function leave(share: Share, atUs: number): void {
  settle(share, atUs);
  share.open--;
}

function finish(share: Share, endUs: number): ComparedShare {
  if (endUs > share.sinceUs) settle(share, endUs);
  const { requests, openMax, areaUs } = share;
  return { requests, openMax, openMean: areaUs / endUs };
}

type Running = { endUs: number; server: string; flow: number };

/** Ends what is over, in the order of time. The list is sorted, the last to end first. */
function endBefore(open: Running[], atUs: number, end: (one: Running) => void): void {
  while (open.length > 0 && open.at(-1)!.endUs <= atUs) end(open.pop()!);
}

function insert(open: Running[], one: Running): void {
  let [low, high] = [0, open.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (open[middle]!.endUs > one.endUs) low = middle + 1;
    else high = middle;
  }
  open.splice(low, 0, one);
}
