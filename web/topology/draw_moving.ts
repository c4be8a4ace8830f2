// Draws what moves while the playhead does: packets under way or the glow of cables, timers that run out,
// states that are new, the pulse of what must not be overlooked. Allocates nothing worth naming.

import type { Cast } from "../story/cast.ts";
import type { Scene } from "../story/scene.ts";
import { type Palette, stateColour } from "../style/palette.ts";
import { SIGN_X } from "./draw_node.ts";
import type { Flight, Flights, Glow } from "./flights.ts";
import type { Box, Point } from "./grid.ts";
import type { Places } from "./layout.ts";
import { nodeParts } from "./node_layout.ts";
import type { DrawnPacket } from "./picks.ts";
import { stroke } from "./picture.ts";
import { packetColour, packetSign } from "./signs.ts";
import { placeOn, type Way, wayBetween } from "./way.ts";

/** What moves at a moment. */
export interface Moving {
  context: CanvasRenderingContext2D;
  colours: Palette;
  scene: Scene;
  us: number;
  /** Seconds of the recording in a second of the screen. */
  speed: number;
  flights: Flights;
  /** null: single packets are shown. */
  glows: ReadonlyMap<string, Glow> | null;
  /** Boxes with a pulse. */
  alarming: readonly Box[];
  /** 0..1. */
  pulse: number;
  /** Little motion is wanted. */
  isCalm: boolean;
  /** Place of the picked event, -1: none. */
  pickedEvent: number;
}

/** A new state is ringed for so long, milliseconds of the screen. */
const NEW_MS = 900;
const RING = 7.5;
/** Largest radius of a corner of what pulses. */
const ROUND = 9.5;
/** Behind a packet a trail of so many pixels. */
const TRAIL = 26;
/** So many packets on a cable make its glow full. */
const FULL_GLOW = 6;

/** Draws over one layout; keeps the ways of packets through it. */
export class MovingLayer {
  readonly #places: Places;
  readonly #cast: Cast;
  readonly #ways = new Map<string, Way | null>();
  /** Rows of instances, by node, in the order of the cast. */
  readonly #rows: Map<string, readonly Box[]>;
  /** Where packets were drawn; the first `count` count. */
  readonly packets: DrawnPacket[] = [];
  count = 0;
  readonly #at: Point = { x: 0, y: 0 };
  readonly #tail: Point = { x: 0, y: 0 };

  constructor(cast: Cast, places: Places) {
    this.#cast = cast;
    this.#places = places;
    this.#rows = new Map(
      cast.nodes.map((node) => [node.name, nodeParts(node, places.nodes.get(node.name)!).rows]),
    );
  }

  /** Draws it on an empty canvas. */
  draw(moving: Moving): void {
    const { context } = moving;
    context.clearRect(0, 0, this.#places.width, this.#places.height);
    this.count = 0;
    this.#drawInstances(moving);
    this.#drawPulse(moving);
    if (moving.glows !== null) this.#drawGlow(moving, moving.glows);
    else this.#drawFlights(moving);
  }

  #drawInstances(moving: Moving): void {
    const { scene } = moving;
    for (const { name, instances } of this.#cast.nodes) {
      const node = scene.nodes.get(name);
      const rows = this.#rows.get(name);
      if (node === undefined || rows === undefined || !node.isKnown) continue;
      for (let i = 0; i < rows.length; i++) {
        const one = node.instances.get(instances[i]!.name);
        if (one === undefined) continue;
        const row = rows[i]!;
        const isRunning = node.process === "running";
        if (isRunning && one.state === "BACKUP") drawTimer(moving, one, row);
        if (!moving.isCalm && one.transition !== null) drawNewState(moving, one, row);
      }
    }
  }

  #drawPulse({ context, alarming, pulse, colours }: Moving): void {
    context.strokeStyle = colours.bad;
    for (const { x, y, width, height } of alarming) {
      context.globalAlpha = 0.35 + 0.65 * pulse;
      context.lineWidth = 2.5 + 2 * pulse;
      const out = 3 + 3 * pulse;
      context.beginPath();
      const radius = Math.min(height / 2, ROUND) + out;
      context.roundRect(x - out, y - out, width + 2 * out, height + 2 * out, radius);
      context.stroke();
    }
    context.globalAlpha = 1;
  }

  #drawFlights(moving: Moving): void {
    const { flights } = moving;
    // The newest lie above.
    for (let i = flights.count - 1; i >= 0; i--) this.#drawFlight(moving, flights.all[i]!);
  }

  #drawFlight(moving: Moving, flight: Flight): void {
    const way = this.#wayOf(flight);
    if (way === null) return;
    const { context, colours } = moving;
    const isLost = flight.toKind === "nowhere";
    placeOn(way, flight.part, this.#at);
    const { x, y } = this.#at;
    context.globalAlpha = isLost ? Math.max(0, 1 - flight.part) : 1;
    if (!moving.isCalm && flight.isGood !== false) this.#drawTrail(moving, flight, way);
    packetSign(context, colours, flight.carries, flight.isGood, x, y);
    if (isLost && flight.part > 0.5) this.#drawLost(moving, x, y);
    context.globalAlpha = 1;
    const isPicked = flight.event >= 0 && flight.event === moving.pickedEvent;
    if (isPicked) drawRing(context, colours.accent, x, y);
    const drawn = this.packets[this.count] ??= { event: 0, isPacket: false, x: 0, y: 0 };
    this.count++;
    drawn.event = flight.event;
    drawn.isPacket = flight.carries === "advert" || flight.carries === "announcement";
    drawn.x = x;
    drawn.y = y;
  }

  /** A line behind it along the last part of its way. */
  #drawTrail({ context, colours }: Moving, { carries, part }: Flight, way: Way): void {
    const behind = part - TRAIL / Math.max(1, way.length);
    placeOn(way, behind, this.#tail);
    // Around a corner a straight trail would leave the cable.
    const isStraight = Math.abs(this.#tail.x - this.#at.x) < 0.5 ||
      Math.abs(this.#tail.y - this.#at.y) < 0.5;
    if (!isStraight) return;
    const alpha = context.globalAlpha;
    context.globalAlpha = alpha * 0.35;
    context.strokeStyle = packetColour(colours, carries);
    context.lineWidth = carries === "request" || carries === "reply" ? 2.5 : 5;
    context.lineCap = "round";
    context.beginPath();
    context.moveTo(this.#tail.x, this.#tail.y);
    context.lineTo(this.#at.x, this.#at.y);
    context.stroke();
    context.lineCap = "butt";
    context.globalAlpha = alpha;
  }

  #drawLost({ context, colours }: Moving, x: number, y: number): void {
    context.strokeStyle = colours.bad;
    context.lineWidth = 2;
    context.beginPath();
    context.moveTo(x - 9, y - 9);
    context.lineTo(x + 9, y + 9);
    context.stroke();
  }

  #drawGlow({ context, colours }: Moving, glows: ReadonlyMap<string, Glow>): void {
    for (const link of this.#places.links.values()) {
      const glow = glows.get(link.node);
      if (glow !== undefined) drawGlow(context, colours, link.path, glow);
    }
    for (const [address, { path }] of this.#places.serverCables) {
      const glow = glows.get(address);
      if (glow !== undefined) drawGlow(context, colours, path, glow);
    }
  }

  /** The way of a packet; null: an end has no place. */
  #wayOf(flight: Flight): Way | null {
    const { fromKind, from, toKind, to, segment } = flight;
    const key = `${fromKind} ${from} ${toKind} ${to} ${segment}`;
    let way = this.#ways.get(key);
    if (way === undefined) this.#ways.set(key, way = this.#makeWay(flight));
    return way;
  }

  #makeWay({ fromKind, from, toKind, to, segment }: Flight): Way | null {
    const address = fromKind === "server" ? from : toKind === "server" ? to : null;
    const own = address === null ? undefined : this.#places.serverCables.get(address)?.segment;
    const on = segment >= 0 ? segment : own ?? 0;
    const out = this.#cableOf(fromKind, from, on);
    const back = toKind === "nowhere" ? null : this.#cableOf(toKind, to, on);
    if (out === null || (back === null && toKind !== "nowhere")) return null;
    return wayBetween(out, back);
  }

  /** The cable of an end on a segment; of a node without one there, its first. */
  #cableOf(kind: Flight["fromKind"], name: string, segment: number): readonly Point[] | null {
    switch (kind) {
      case "client":
        return (this.#places.clientCables[segment] ?? this.#places.clientCables[0])?.path ?? null;
      case "server":
        return this.#places.serverCables.get(name)?.path ?? null;
      case "node": {
        let first: readonly Point[] | null = null;
        for (const link of this.#places.links.values()) {
          if (link.node !== name) continue;
          if (link.segment === segment) return link.path;
          first ??= link.path;
        }
        return first;
      }
      case "nowhere":
        return null;
    }
  }
}

/** A ring around the sign of a BACKUP, as much of it as is left of its master down timer. */
function drawTimer(
  { context, colours, us }: Moving,
  { protocolUs, protocolSetUs }: { protocolUs: number | null; protocolSetUs: number },
  row: Box,
): void {
  if (protocolUs === null || protocolUs <= protocolSetUs) return;
  const left = Math.max(0, Math.min(1, (protocolUs - us) / (protocolUs - protocolSetUs)));
  context.strokeStyle = left < 0.35 ? colours.warn : colours.backup;
  context.lineWidth = 1.75;
  context.beginPath();
  const from = -Math.PI / 2;
  context.arc(
    row.x + SIGN_X,
    row.y + row.height / 2,
    Math.min(RING, row.height / 2 - 0.5),
    from,
    from + 2 * Math.PI * left,
  );
  context.stroke();
}

function drawNewState(
  { context, colours, us, speed }: Moving,
  { sinceUs, state }: { sinceUs: number; state: string },
  { x, y, width, height }: Box,
): void {
  const age = (us - sinceUs) / (NEW_MS * 1000 * speed);
  if (age < 0 || age >= 1) return;
  const out = 1 + 5 * age;
  context.globalAlpha = 1 - age;
  context.strokeStyle = stateColour(colours, state);
  context.lineWidth = 3 - 2 * age;
  context.beginPath();
  context.roundRect(x - out, y - out, width + 2 * out, height + 2 * out, 5 + out);
  context.stroke();
  context.globalAlpha = 1;
}

function drawRing(context: CanvasRenderingContext2D, colour: string, x: number, y: number): void {
  context.strokeStyle = colour;
  context.lineWidth = 2.5;
  context.beginPath();
  context.arc(x, y, 12, 0, Math.PI * 2);
  context.stroke();
}

/** The kinds of a glow, the rarest first: it is what one wants to see. */
const GLOW_KINDS = ["announcement", "check", "advert", "request"] as const;

function drawGlow(
  context: CanvasRenderingContext2D,
  colours: Palette,
  path: readonly Point[],
  glow: Glow,
): void {
  let total = 0;
  let shown: typeof GLOW_KINDS[number] | null = null;
  for (const kind of GLOW_KINDS) {
    total += glow[kind];
    if (shown === null && glow[kind] > 0) shown = kind;
  }
  if (shown === null) return;
  context.globalAlpha = 0.25 + 0.5 * Math.min(1, total / FULL_GLOW);
  context.lineCap = "round";
  stroke(context, path, packetColour(colours, shown), 6);
  context.lineCap = "butt";
  context.globalAlpha = 1;
}
