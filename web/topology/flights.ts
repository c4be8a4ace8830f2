// Packets that are seen under way at a moment. A real packet takes 100 us, which nobody sees: each is
// shown for FLIGHT_MS of the screen's time from the moment it left, at every speed. Pure.

import { firstAfter, firstAt, type RecordedEvent } from "../story/recording.ts";

/** How long a packet is seen, milliseconds of the screen. */
export const FLIGHT_MS = 700;
/** Packets that are drawn at once; the newest win. */
export const FLIGHT_MAX = 160;
/** Events that are looked through for them. */
const LOOK_MAX = 4_000;

/** Who stands at an end of a way. */
export type End =
  | { kind: "node"; node: string }
  | { kind: "client" }
  | { kind: "server"; address: string }
  /** It was sent and came to nobody. */
  | { kind: "nowhere" };

/** One packet under way. */
export interface Flight {
  /** Place of its event. */
  event: number;
  carries: "advert" | "announcement" | "check" | "answer" | "request";
  /** null where the answer is still out. */
  isGood: boolean | null;
  segment: number;
  from: End;
  to: End;
  /** 0..1. */
  part: number;
}

/** The packets under way at a time, when a second of the screen is `speed` seconds. */
export function flightsAt(
  events: readonly RecordedEvent[],
  us: number,
  speed: number,
): Flight[] {
  const shownUs = FLIGHT_MS * 1000 * speed;
  const flights: Flight[] = [];
  const end = firstAfter(events, us);
  const begin = Math.max(firstAt(events, us - shownUs), end - LOOK_MAX);
  for (let i = end - 1; i >= begin && flights.length < FLIGHT_MAX; i--) {
    const event = events[i]!;
    const part = (us - event.atUs) / shownUs;
    if (part > 1 || event.node === null) continue;
    if (event.kind === "packet") addPacket(flights, event, i, part);
    else if (event.kind === "check") addCheck(flights, event, i, part);
  }
  return flights;
}

function addPacket(
  flights: Flight[],
  { node, packet }: Extract<RecordedEvent, { kind: "packet" }>,
  event: number,
  part: number,
): void {
  const { carries, segment, arrivals } = packet;
  const from: End = { kind: "node", node: node! };
  const base = { event, carries, isGood: null, segment, from, part };
  if (arrivals.length === 0) return void flights.push({ ...base, to: { kind: "nowhere" } });
  for (const { node } of arrivals) {
    flights.push({ ...base, to: node === null ? { kind: "client" } : { kind: "node", node } });
  }
}

function addCheck(
  flights: Flight[],
  { node, target, outcome }: Extract<RecordedEvent, { kind: "check" }>,
  event: number,
  part: number,
): void {
  if (target === null) return;
  const here: End = { kind: "node", node: node! };
  const there: End = { kind: "server", address: target.address };
  if (outcome === null) {
    flights.push({
      event,
      carries: "check",
      isGood: null,
      segment: 0,
      from: here,
      to: there,
      part,
    });
    return;
  }
  const isGood = outcome.kind === "connected" || outcome.kind === "response";
  // Where nothing came there is no answer to draw.
  if (outcome.kind === "timeout" || outcome.kind === "unreachable") return;
  flights.push({ event, carries: "answer", isGood, segment: 0, from: there, to: here, part });
}

/** A request as it is drawn: to the director, from there to the server. Half of its time for each way. */
export interface DrawnRequest {
  atUs: number;
  node: string | null;
  server: string | null;
  isGood: boolean;
}

/** Requests under way; their events are not the recording's, so that they cannot be picked. */
export function requestFlights(
  requests: readonly DrawnRequest[],
  segmentOf: (request: DrawnRequest) => number,
  us: number,
  speed: number,
): Flight[] {
  const shownUs = FLIGHT_MS * 1000 * speed;
  const flights: Flight[] = [];
  for (const request of requests) {
    const part = (us - request.atUs) / shownUs;
    if (part < 0 || part > 1) continue;
    const { node, server, isGood } = request;
    const base = { event: -1, carries: "request" as const, isGood, segment: segmentOf(request) };
    if (node === null) {
      flights.push({ ...base, from: { kind: "client" }, to: { kind: "nowhere" }, part });
    } else if (part < 0.5 || server === null) {
      const to = { kind: "node", node } as const;
      flights.push({ ...base, from: { kind: "client" }, to, part: Math.min(1, part * 2) });
    } else {
      const address = server.slice(0, server.lastIndexOf(":")).replace(/^\[|\]$/g, "");
      const to = { kind: "server", address } as const;
      flights.push({ ...base, from: { kind: "node", node }, to, part: part * 2 - 1 });
    }
  }
  return flights;
}
