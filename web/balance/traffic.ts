// The traffic of the recording as views read it: counts in bins, single requests for the picture. The
// worker is started when a recording first has a step `load`.

import { effect, signal } from "@preact/signals";
import type { Compared, Comparison } from "../../host/sim/traffic/compare.ts";
import {
  BIN_US,
  type Request,
  type TrafficService,
  trafficServices,
} from "../../host/sim/traffic/request.ts";
import type { TraceEvent } from "../../host/sim/world_view.ts";
import { recording, revision, seed } from "../app/state.ts";
import { playedNodes } from "../source/play/client.ts";
import { firstAfter, firstAt, type RecordedEvent } from "../story/recording.ts";
import type { BinRow, TrafficOrder, TrafficReport } from "./protocol.ts";

/** Counts of the bins, by `service server`; places are numbers of bins. */
export interface Counts {
  began: number[];
  failed: number[];
  open: number[];
}

/** Changes when bins came. */
export const trafficRevision = signal(0);
/** Traffic is computed up to this time, microseconds. */
export const trafficUntilUs = signal(0);
/** The recording has requests. */
export const hasLoad = signal(false);

const counts = new Map<string, Counts>();
let requests: Request[] = [];
let worker: Worker | null = null;
let play = 0;
let sent = 0;
let of: unknown = null;
const asked = new Map<number, (results: Compared[]) => void>();
let nextAsk = 1;

/** Counts by `service server`; the server is empty for requests that none got. */
export function trafficCounts(): ReadonlyMap<string, Counts> {
  return counts;
}

/** Number of the bin of a time. */
export function binOf(us: number): number {
  return Math.floor(us / BIN_US);
}

/**
 * Hands on the first request of every `stepUs` between two times. Which ones these are does not depend on
 * the times, so that a picture that moves on shows the same ones.
 */
export function sampleRequests(
  fromUs: number,
  toUs: number,
  stepUs: number,
  take: (request: Request) => void,
): void {
  for (let slot = Math.floor(fromUs / stepUs); slot * stepUs <= toUs; slot++) {
    const request = requests[firstAt(requests, slot * stepUs)];
    if (request === undefined || request.atUs > toUs) return;
    if (request.atUs < (slot + 1) * stepUs && request.atUs >= fromUs) take(request);
  }
}

/** The services of what is played that clients can use. */
export function servicesPlayed(): TrafficService[] {
  const nodes = playedNodes.value;
  const { routers } = recording.value.cast;
  if (nodes === null) return [];
  return trafficServices(
    nodes.flatMap(({ config }) => config.virtualServers),
    (address) => routers.find((one) => one.addresses.includes(address))?.segment ?? 0,
  );
}

/** Compares schedulers on the same requests. */
export function compareSchedulers(
  schedulers: string[],
  comparison: Comparison,
): Promise<Compared[]> {
  const ask = nextAsk++;
  const answer = new Promise<Compared[]>((resolve) => asked.set(ask, resolve));
  post({ kind: "compare", ask, schedulers, comparison });
  return answer;
}

function post(order: TrafficOrder): void {
  if (worker === null) {
    worker = new Worker(new URL("../source/thread.ts", import.meta.url), {
      type: "module",
      name: "traffic",
    });
    worker.addEventListener("message", ({ data }: MessageEvent<TrafficReport>) => hear(data));
  }
  worker.postMessage(order);
}

function hear(report: TrafficReport): void {
  if (report.kind === "compared") {
    asked.get(report.ask)?.(report.results);
    asked.delete(report.ask);
    return;
  }
  if (report.play !== play) return;
  for (const bin of report.bins) takeBin(bin);
  for (const request of report.requests) requests.push(request);
  trafficUntilUs.value = report.untilUs;
  // Not read: this runs inside an effect, which would otherwise follow its own word.
  trafficRevision.value = trafficRevision.peek() + 1;
}

function takeBin({ bin, began, failed, open }: BinRow): void {
  const of = { began, failed, open };
  for (const kind of ["began", "failed", "open"] as const) {
    for (const [key, count] of of[kind]) {
      let row = counts.get(key);
      if (row === undefined) counts.set(key, row = { began: [], failed: [], open: [] });
      row[kind][bin] = count;
    }
  }
}

/** Kinds of events that traffic follows from. */
function isNeeded(event: RecordedEvent): event is TraceEvent {
  switch (event.kind) {
    case "action":
      return event.action.do === "load" || event.action.do === "server";
    case "client":
    case "process":
    case "address":
    case "link":
    case "ipvs":
      return true;
    default:
      return false;
  }
}

/** Follows the recording; once a page. */
export function followTraffic(): void {
  effect(() => {
    revision.value;
    const current = recording.value;
    const { events, untilUs, source } = current;
    if (source !== "simulation") return forget(0);
    if (of !== current) begin(current);
    if (!hasLoad.peek()) hasLoad.value = events.slice(sent).some(isLoad);
    if (!hasLoad.peek()) return;
    const more = events.slice(sent).filter(isNeeded);
    sent = events.length;
    post({ kind: "events", play, events: more, untilUs });
  });
}

function isLoad(event: RecordedEvent): boolean {
  return event.kind === "action" && event.action.do === "load";
}

function begin(current: typeof recording.value): void {
  of = current;
  play++;
  sent = 0;
  const sameUntilUs = current.untilUs === 0 ? -1 : current.untilUs;
  forget(Math.max(0, sameUntilUs));
  hasLoad.value = current.events.some(isLoad);
  post({
    kind: "begin",
    play,
    services: servicesPlayed(),
    nodes: current.cast.nodes.map(({ name }) => name),
    segments: new Map(
      current.cast.nodes.flatMap(({ name: node, interfaces }) =>
        interfaces.map(({ name, segment }) => [`${node} ${name}`, segment] as const)
      ),
    ),
    seed: seed.peek(),
    sameUntilUs,
  });
}

/** What comes after a time is not known any more. The last snapshot may lie a few bins before it. */
function forget(fromUs: number): void {
  const bins = fromUs === 0 ? 0 : binOf(fromUs) + 1;
  for (const row of counts.values()) {
    for (const list of [row.began, row.failed, row.open]) {
      if (list.length > bins) list.length = bins;
    }
  }
  if (bins === 0) counts.clear();
  requests = requests.slice(0, firstAfter(requests, fromUs === 0 ? -1 : fromUs));
  trafficUntilUs.value = Math.min(trafficUntilUs.peek(), fromUs);
  // Not read: this runs inside an effect, which would otherwise follow its own word.
  trafficRevision.value = trafficRevision.peek() + 1;
}
