// Packets that are seen under way at a moment. A real packet takes some 100 us, which nobody sees: each is
// shown for FLIGHT_MS of the screen's time from the moment it left, at every speed, and for longer only
// where it really takes longer. From GLOW_SPEED on there are too many: the cables glow instead. Pure.

import { firstAfter, firstAt, type RecordedEvent } from "../story/recording.ts";

/** How long a packet is seen, milliseconds of the screen. */
export const FLIGHT_MS = 700;
/** Packets that are drawn at once; the newest win. */
export const FLIGHT_MAX = 240;
/** Faster than this single packets are not drawn. */
export const GLOW_SPEED = 10;
/** How long a cable glows behind a packet, milliseconds of the screen. */
export const GLOW_MS = 450;
/** Of these, checks and their answers: many servers must not hide the adverts. */
const CHECKS_MAX = 80;
/** Events that are looked through for packets. */
const LOOK_MAX = 4_000;
/** How far one looks back for packets that really take long, microseconds. */
const LONG_US = 2_000_000;
/** A check's beginning is so many events at the most before its end. */
const CHECK_LOOK_MAX = 400;

/** What a packet is; `answer`: to a check, `reply`: to a request. */
export type Carries = "advert" | "announcement" | "check" | "answer" | "request" | "reply";
/** Who stands at an end of a way; `nowhere`: it was sent and came to nobody. */
export type EndKind = "node" | "client" | "server" | "nowhere";

/** One packet under way. Made once, used again. */
export interface Flight {
  /** Place of its event; -1 = it has none: requests. */
  event: number;
  carries: Carries;
  /** null where nobody judged it. */
  isGood: boolean | null;
  /** -1: that of the server. */
  segment: number;
  fromKind: EndKind;
  /** Name of the node or address of the server. */
  from: string;
  toKind: EndKind;
  to: string;
  /** 0..1. */
  part: number;
}

/** A request as it is drawn. */
export interface DrawnRequest {
  atUs: number;
  endUs: number;
  node: string | null;
  /** `address:port`, IPv6 in brackets. */
  server: string | null;
  isGood: boolean;
  segment: number;
}

/** Packets under way; one table is filled again for each picture. */
export class Flights {
  readonly all: Flight[] = [];
  count = 0;

  /** The packets under way at a time, when a second of the screen is `speed` seconds. */
  collect(events: readonly RecordedEvent[], us: number, speed: number): void {
    this.count = 0;
    const shownUs = FLIGHT_MS * 1000 * speed;
    const end = firstAfter(events, us);
    const lookUs = Math.max(2 * shownUs, LONG_US);
    const begin = Math.max(firstAt(events, us - lookUs), end - LOOK_MAX);
    let checks = 0;
    for (let i = end - 1; i >= begin; i--) {
      const event = events[i]!;
      if (event.node === null) continue;
      if (event.kind === "packet") this.#addPacket(event, i, us, shownUs);
      else if (event.kind === "check" && checks < CHECKS_MAX) {
        const before = this.count;
        this.#addCheck(events, event, i, us, shownUs);
        checks += this.count - before;
      }
    }
  }

  /** Adds a request: to the director, from there to the server, and back to the client. */
  addRequest(request: DrawnRequest, us: number, speed: number): void {
    const shownUs = FLIGHT_MS * 1000 * speed;
    const { atUs, endUs, node, server, isGood, segment } = request;
    const part = (us - atUs) / shownUs;
    if (node === null) {
      this.#add(-1, "request", isGood, segment, "client", "", "nowhere", "", part);
      return;
    }
    // Two ways in the time of one, so that many do not pile up.
    if (part <= 0.5 || server === null) {
      const way = server === null ? part : part * 2;
      this.#add(-1, "request", isGood, segment, "client", "", "node", node, way);
      return;
    }
    const address = hostOf(server);
    if (part <= 1) {
      this.#add(-1, "request", isGood, -1, "node", node, "server", address, part * 2 - 1);
      return;
    }
    if (!isGood) return;
    const replied = (us - Math.max(endUs, atUs + shownUs)) / shownUs;
    this.#add(-1, "reply", true, segment, "server", address, "client", "", replied);
  }

  #addPacket(
    { node, atUs, packet }: Extract<RecordedEvent, { kind: "packet" }>,
    place: number,
    us: number,
    shownUs: number,
  ): void {
    const { carries, segment, arrivals } = packet;
    if (arrivals.length === 0) {
      this.#add(place, carries, null, segment, "node", node!, "nowhere", "", (us - atUs) / shownUs);
      return;
    }
    for (const arrival of arrivals) {
      const part = (us - atUs) / Math.max(shownUs, arrival.atUs - atUs);
      const kind = arrival.node === null ? "client" : "node";
      this.#add(place, carries, null, segment, "node", node!, kind, arrival.node ?? "", part);
    }
  }

  #addCheck(
    events: readonly RecordedEvent[],
    check: Extract<RecordedEvent, { kind: "check" }>,
    place: number,
    us: number,
    shownUs: number,
  ): void {
    const { node, atUs, target, outcome } = check;
    if (target === null) return;
    const { address } = target;
    if (outcome === null) {
      const part = (us - atUs) / shownUs;
      this.#add(place, "check", null, -1, "node", node!, "server", address, part);
      return;
    }
    // Where nothing came back there is no answer to draw.
    if (outcome.kind === "timeout" || outcome.kind === "unreachable") return;
    const isGood = outcome.kind === "connected" || outcome.kind === "response";
    // It leaves the server when the check is seen to have come there.
    const leftUs = Math.max(atUs, beginOf(events, check, place) + shownUs);
    const part = (us - leftUs) / shownUs;
    this.#add(place, "answer", isGood, -1, "server", address, "node", node!, part);
  }

  #add(
    event: number,
    carries: Carries,
    isGood: boolean | null,
    segment: number,
    fromKind: EndKind,
    from: string,
    toKind: EndKind,
    to: string,
    part: number,
  ): void {
    if (part < 0 || part > 1 || this.count >= FLIGHT_MAX) return;
    const flight = this.all[this.count] ??= {} as Flight;
    this.count++;
    flight.event = event;
    flight.carries = carries;
    flight.isGood = isGood;
    flight.segment = segment;
    flight.fromKind = fromKind;
    flight.from = from;
    flight.toKind = toKind;
    flight.to = to;
    flight.part = part;
  }
}

/** When a check began whose end stands at a place; -Infinity: long before. */
function beginOf(
  events: readonly RecordedEvent[],
  { node, run }: Extract<RecordedEvent, { kind: "check" }>,
  place: number,
): number {
  for (let i = place - 1; i >= Math.max(0, place - CHECK_LOOK_MAX); i--) {
    const event = events[i]!;
    const isIt = event.kind === "check" && event.run === run && event.node === node;
    if (isIt && event.outcome === null) return event.atUs;
  }
  return -Infinity;
}

/** The address of `address:port`, brackets taken off. */
export function hostOf(endpoint: string): string {
  const host = endpoint.slice(0, endpoint.lastIndexOf(":"));
  return host.startsWith("[") ? host.slice(1, -1) : host;
}

/** How much went over cables lately, by kind: for speeds at which single packets cannot be seen. */
export interface Glow {
  advert: number;
  announcement: number;
  check: number;
  request: number;
}

/** Counts what each node sent, and what went to each server, within GLOW_MS of the screen. */
export function collectGlow(
  events: readonly RecordedEvent[],
  us: number,
  speed: number,
  glows: Map<string, Glow>,
): void {
  for (const glow of glows.values()) {
    glow.advert =
      glow.announcement =
      glow.check =
      glow.request =
        0;
  }
  const end = firstAfter(events, us);
  const begin = Math.max(firstAt(events, us - GLOW_MS * 1000 * speed), end - LOOK_MAX);
  for (let i = end - 1; i >= begin; i--) {
    const event = events[i]!;
    if (event.node === null) continue;
    if (event.kind === "packet") glowOf(glows, event.node)[event.packet.carries]++;
    else if (event.kind === "check" && event.target !== null) {
      glowOf(glows, event.node).check++;
      glowOf(glows, event.target.address).check++;
    }
  }
}

/** What glows of a node or server; a new row where there is none yet. */
export function glowOf(glows: Map<string, Glow>, name: string): Glow {
  let glow = glows.get(name);
  if (glow === undefined) {
    glows.set(name, glow = { advert: 0, announcement: 0, check: 0, request: 0 });
  }
  return glow;
}
