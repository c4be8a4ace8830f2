// How a service stands at a moment, for its card: who balances it, which servers are in the table, what
// the quorum says, and what the traffic's bins say of the last second. Pure.

import type { Cast, CastService } from "../story/cast.ts";
import { endpointText, type Scene } from "../story/scene.ts";
import { holdersOf } from "../topology/alarms.ts";
import type { Counts } from "./traffic.ts";

/** Bins of a second. */
const SECOND_BINS = 10;

/** One row of a card. */
export interface ServerRow {
  /** `address:port`. */
  server: string;
  isSorry: boolean;
  /** In the kernel's table; null: it is not. */
  weight: number | null;
  weightConfigured: number;
  open: number;
  perSecond: number;
  failedPerSecond: number;
  /** Part of the requests of the last second, and the part that its weight would be. */
  share: number;
  shareByWeight: number;
}

/** One card. */
export interface ServiceState {
  service: CastService;
  /** The node that gets the requests; null: nobody. */
  director: string | null;
  scheduler: string;
  aliveWeight: number;
  hasQuorum: boolean;
  sorryIn: boolean;
  rows: ServerRow[];
  /** Requests of the last second that nobody got. */
  unservedPerSecond: number;
}

/** Who the clients send a service's requests to. */
export function directorOf(cast: Cast, scene: Scene, service: CastService): string | null {
  if (service.key.kind !== "ADDRESS") return null;
  const { address } = service.key;
  const segment = cast.routers.find(({ addresses }) => addresses.includes(address))?.segment ?? 0;
  const owner = scene.caches.get(`${segment} ${address}`)?.owner ?? null;
  const holders = holdersOf(scene, address);
  // A client that still sends elsewhere reaches nobody.
  return owner === null ? holders[0] ?? null : holders.includes(owner) ? owner : null;
}

/** How a service stands; `bin`: the one of the moment. */
export function serviceState(
  cast: Cast,
  scene: Scene,
  service: CastService,
  counts: ReadonlyMap<string, Counts>,
  bin: number,
): ServiceState {
  const director = directorOf(cast, scene, service);
  const table = director === null
    ? undefined
    : scene.nodes.get(director)?.services.get(service.name);
  const sorry = service.sorry === null ? null : endpointText(service.sorry);
  const rows = [
    ...service.servers.map((one) => newRow(endpointText(one), one.weight, false)),
    ...(sorry === null ? [] : [newRow(sorry, 0, true)]),
  ];
  let aliveWeight = 0;
  for (const row of rows) {
    row.weight = table?.destinations.get(row.server)?.weight ?? null;
    if (!row.isSorry && row.weight !== null) aliveWeight += row.weight;
    const of = counts.get(`${service.name} ${row.server}`);
    if (of === undefined) continue;
    row.open = of.open[bin] ?? 0;
    row.perSecond = lastSecond(of.began, bin);
    row.failedPerSecond = lastSecond(of.failed, bin);
  }
  const all = rows.reduce((sum, row) => sum + row.perSecond, 0);
  for (const row of rows) {
    row.share = all === 0 ? 0 : row.perSecond / all;
    row.shareByWeight = aliveWeight === 0 || row.isSorry ? 0 : (row.weight ?? 0) / aliveWeight;
  }
  const nobody = counts.get(`${service.name} `);
  return {
    service,
    director,
    scheduler: table?.scheduler ?? service.scheduler,
    aliveWeight,
    hasQuorum: aliveWeight >= service.quorum,
    sorryIn: rows.some(({ isSorry, weight }) => isSorry && weight !== null),
    rows,
    unservedPerSecond: nobody === undefined ? 0 : lastSecond(nobody.began, bin),
  };
}

function newRow(server: string, weightConfigured: number, isSorry: boolean): ServerRow {
  return {
    server,
    isSorry,
    weight: null,
    weightConfigured,
    open: 0,
    perSecond: 0,
    failedPerSecond: 0,
    share: 0,
    shareByWeight: 0,
  };
}

function lastSecond(list: readonly number[], bin: number): number {
  let sum = 0;
  for (let i = Math.max(0, bin - SECOND_BINS + 1); i <= bin; i++) sum += list[i] ?? 0;
  return sum;
}

/** A position 0..1 of the load's slider as requests a second: 1..10,000, even in its logarithm. */
export function loadOfSlider(position: number): number {
  const exact = 10 ** (4 * Math.max(0, Math.min(1, position)));
  const digits = 10 ** Math.max(0, Math.floor(Math.log10(exact)) - 1);
  return Math.round(exact / digits) * digits;
}

/** The position of a load. */
export function sliderOfLoad(perSecond: number): number {
  return Math.log10(Math.max(1, perSecond)) / 4;
}
