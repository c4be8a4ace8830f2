// Draws the cluster as it stands at a moment, and the packets under way. What can be clicked is noted
// while it is drawn.

import type { Palette } from "../style/palette.ts";
import { stateColour } from "../style/palette.ts";
import type { Selection } from "../app/state.ts";
import type { Cast, CastNode } from "../story/cast.ts";
import type { NodeScene, Scene } from "../story/scene.ts";
import { TOPOLOGY_TEXT } from "../text/topology.ts";
import { t } from "../text/text.ts";
import { holdersOf, isStale } from "./alarms.ts";
import type { End, Flight } from "./flights.ts";
import { type Box, type Places, type Point, pointOn, wayOf } from "./layout.ts";

/** Something that was drawn and can be picked. */
export interface Target {
  box: Box;
  selection: Selection;
}

/** Everything that a picture is made of. */
export interface Picture {
  context: CanvasRenderingContext2D;
  width: number;
  height: number;
  cast: Cast;
  scene: Scene;
  places: Places;
  flights: readonly Flight[];
  colours: Palette;
  picked: Selection | null;
  focused: Selection | null;
  /** 0..1, moves with the clock: what must not be overlooked pulses. 1 where motion is not wanted. */
  pulse: number;
}

const SMALL = "11px system-ui, sans-serif";
const NORMAL = "12.5px system-ui, sans-serif";
const BOLD = "600 13px system-ui, sans-serif";
const LINE = 17;

/** Draws it and answers what can be picked, the topmost last. */
export function drawTopology(picture: Picture): Target[] {
  const { context, width, height, colours } = picture;
  context.fillStyle = colours.card;
  context.fillRect(0, 0, width, height);
  context.textBaseline = "middle";
  const targets: Target[] = [];
  drawBuses(picture);
  drawLinks(picture, targets);
  drawClients(picture, targets);
  drawServers(picture, targets);
  for (const node of picture.cast.nodes) drawNode(picture, node, targets);
  drawFlights(picture, targets);
  drawPicked(picture, targets);
  return targets;
}

function drawBuses({ context, places, cast, colours }: Picture): void {
  places.buses.forEach(({ fromX, toX, y }, segment) => {
    context.strokeStyle = colours["line-strong"];
    context.lineWidth = 3;
    context.beginPath();
    context.moveTo(fromX, y);
    context.lineTo(toX, y);
    context.stroke();
    context.font = SMALL;
    context.fillStyle = colours["ink-soft"];
    const name = cast.segments[segment]?.name ?? "";
    context.textAlign = "right";
    context.fillText(name, toX, y - 9);
    context.textAlign = "left";
  });
}

function drawLinks({ context, places, scene, colours }: Picture, targets: Target[]): void {
  for (const link of places.links.values()) {
    const node = scene.nodes.get(link.node);
    const isOut = node?.linksDown.has(link.interface) ?? false;
    const isPoor = node !== undefined &&
      [...node.wires.keys()].some((key) =>
        key.startsWith(`${link.interface} `) || key.startsWith(" ")
      );
    context.strokeStyle = isOut ? colours.bad : isPoor ? colours.warn : colours["line-strong"];
    context.lineWidth = 2;
    context.setLineDash(isPoor && !isOut ? [5, 4] : []);
    context.beginPath();
    const middle = (link.top + link.y) / 2;
    context.moveTo(link.x, link.top);
    context.lineTo(link.x, isOut ? middle - 6 : link.y);
    if (isOut) {
      context.moveTo(link.x, middle + 6);
      context.lineTo(link.x, link.y);
    }
    context.stroke();
    context.setLineDash([]);
    if (isOut) cross(context, link.x, middle, 5, colours.bad);
    context.font = SMALL;
    context.fillStyle = isOut ? colours.bad : colours["ink-soft"];
    context.fillText(link.interface, link.x + 7, middle);
    targets.push({
      box: { x: link.x - 10, y: link.top, width: 60, height: link.y - link.top },
      selection: { kind: "link", node: link.node, interface: link.interface },
    });
  }
}

function cross(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  size: number,
  colour: string,
): void {
  context.strokeStyle = colour;
  context.lineWidth = 2.5;
  context.beginPath();
  context.moveTo(x - size, y - size);
  context.lineTo(x + size, y + size);
  context.moveTo(x + size, y - size);
  context.lineTo(x - size, y + size);
  context.stroke();
}

function panel(context: CanvasRenderingContext2D, box: Box, fill: string, line: string): void {
  context.beginPath();
  context.roundRect(box.x, box.y, box.width, box.height, 6);
  context.fillStyle = fill;
  context.fill();
  context.strokeStyle = line;
  context.lineWidth = 1.5;
  context.stroke();
}

function drawClients(picture: Picture, targets: Target[]): void {
  const { context, places, cast, scene, colours } = picture;
  places.clients.forEach((box, segment) => {
    const bus = places.buses[segment];
    if (bus === undefined) return;
    const x = box.x + box.width / 2;
    line(context, { x, y: bus.y }, { x, y: box.y }, colours["line-strong"]);
    panel(context, box, colours.sunk, colours.line);
    targets.push({ box, selection: { kind: "client", segment } });
    context.font = BOLD;
    context.fillStyle = colours.ink;
    context.fillText(t(TOPOLOGY_TEXT.client), box.x + 8, box.y + 12);
    context.font = SMALL;
    const addresses = cast.routers.filter((router) => router.segment === segment)
      .flatMap((router) => router.addresses);
    const fit = Math.max(1, Math.floor((box.height - 20) / 14));
    addresses.slice(0, fit).forEach((address, i) => {
      const isBad = isStale(scene, segment, address);
      context.fillStyle = isBad ? colours.bad : colours["ink-soft"];
      const isCut = i === fit - 1 && addresses.length > fit;
      const text = isCut
        ? t(TOPOLOGY_TEXT.more, { count: addresses.length - fit + 1 })
        : `${isBad ? "⚠ " : ""}${address} → ${ownerText(scene, segment, address)}`;
      context.fillText(text, box.x + 8, box.y + 28 + i * 14, box.width - 14);
    });
  });
}

/** Who a client takes for the owner of an address. */
export function ownerText(scene: Scene, segment: number, address: string): string {
  const cache = scene.caches.get(`${segment} ${address}`);
  if (cache?.mac == null) return t(TOPOLOGY_TEXT.noEntry);
  return cache.owner ?? t(TOPOLOGY_TEXT.stranger);
}

function line(context: CanvasRenderingContext2D, from: Point, to: Point, colour: string): void {
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.beginPath();
  context.moveTo(from.x, from.y);
  context.lineTo(to.x, to.y);
  context.stroke();
}

function drawServers(picture: Picture, targets: Target[]): void {
  const { context, places, cast, scene, colours } = picture;
  const bus = places.buses.at(-1);
  for (const { address, isSorry } of cast.servers) {
    const box = places.servers.get(address);
    if (box === undefined || bus === undefined) continue;
    const x = box.x + box.width / 2;
    line(context, { x, y: bus.y }, { x, y: box.y }, colours.line);
    const state = serverStateText(scene, address);
    const isUp = state === t(TOPOLOGY_TEXT.up);
    panel(context, box, colours.card, isUp ? colours.good : colours.bad);
    targets.push({ box, selection: { kind: "server", address, port: null } });
    context.font = SMALL;
    context.fillStyle = colours.ink;
    context.fillText(address, box.x + 7, box.y + Math.min(13, box.height / 2), box.width - 12);
    if (box.height < 34) continue;
    context.fillStyle = isUp ? colours.good : colours.bad;
    const shown = `${isUp ? "●" : "✕"} ${state}${isSorry ? ` · ${t(TOPOLOGY_TEXT.sorry)}` : ""}`;
    context.fillText(shown, box.x + 7, box.y + 31, box.width - 12);
  }
}

/** How a server answers, in a word. */
export function serverStateText(scene: Scene, address: string): string {
  let state = scene.servers.get(address) ?? "up";
  for (const [key, one] of scene.servers) if (key.startsWith(`${address} `)) state = one;
  if (typeof state === "number") return `HTTP ${state}`;
  return t(TOPOLOGY_TEXT[state]);
}

/** What a node's process does, in words. */
export function processText(node: NodeScene): string {
  if (node.isSilent) return t(TOPOLOGY_TEXT.notHeard);
  return t(node.isKnown ? TOPOLOGY_TEXT[node.process] : TOPOLOGY_TEXT.lost);
}

function drawNode(picture: Picture, castNode: CastNode, targets: Target[]): void {
  const { context, places, scene, colours } = picture;
  const box = places.nodes.get(castNode.name)!;
  const node = scene.nodes.get(castNode.name);
  if (node === undefined) return;
  const isGone = !node.isKnown || node.process !== "running";
  context.setLineDash(isGone ? [6, 4] : []);
  panel(context, box, isGone ? colours.sunk : colours.card, isGone ? colours.down : colours.ink);
  context.setLineDash([]);
  targets.push({ box, selection: { kind: "node", node: castNode.name } });
  context.font = BOLD;
  context.fillStyle = colours.ink;
  context.fillText(castNode.name, box.x + 9, box.y + 14, box.width * 0.5);
  context.font = SMALL;
  context.fillStyle = isGone ? colours.bad : colours["ink-soft"];
  context.textAlign = "right";
  context.fillText(processText(node), box.x + box.width - 9, box.y + 14, box.width * 0.48);
  context.textAlign = "left";
  const chips = drawChips(picture, node, box, targets);
  drawInstances(picture, castNode, node, { ...box, height: chips - box.y }, targets);
}

/** The addresses that a node holds, at its lower edge. Answers where they begin. */
function drawChips(picture: Picture, node: NodeScene, box: Box, targets: Target[]): number {
  const { context, scene, colours, pulse } = picture;
  const height = 18;
  const left = box.x + 8;
  const right = box.x + box.width - 8;
  let y = box.y + box.height - height - 7;
  let x = left;
  context.font = SMALL;
  let drawn = 0;
  for (const address of node.held) {
    const width = Math.min(context.measureText(address).width + 14, right - left);
    if (x + width > right && x > left) {
      x = left;
      y -= height + 4;
    }
    if (y < box.y + 24 + 2 * LINE) break;
    drawn++;
    const isTwice = holdersOf(scene, address).length > 1;
    context.globalAlpha = isTwice ? 0.45 + 0.55 * pulse : 1;
    context.beginPath();
    context.roundRect(x, y, width, height, 9);
    context.fillStyle = isTwice ? colours.bad : colours.master;
    context.fill();
    if (isTwice) {
      context.strokeStyle = colours.bad;
      context.lineWidth = 4;
      context.stroke();
    }
    context.globalAlpha = 1;
    context.fillStyle = colours.card;
    context.fillText(address, x + 7, y + height / 2 + 0.5, width - 12);
    x += width + 5;
  }
  if (drawn < node.held.size) {
    context.fillStyle = colours.ink;
    const text = t(TOPOLOGY_TEXT.more, { count: node.held.size - drawn });
    context.fillText(text, Math.min(x, right - 24), y + height + 12);
  }
  void targets;
  return node.held.size === 0 ? box.y + box.height : y - 2;
}

function drawInstances(
  picture: Picture,
  { name, instances, scripts }: CastNode,
  node: NodeScene,
  box: Box,
  targets: Target[],
): void {
  const { context, colours } = picture;
  const top = box.y + 27;
  const room = Math.floor((box.y + box.height - top) / LINE);
  const lines = instances.length + Math.min(scripts.length, 2);
  if (lines <= room || instances.length <= room) {
    instances.forEach((instance, i) => {
      const y = top + i * LINE + LINE / 2;
      const one = node.instances.get(instance.name);
      const state = node.isKnown ? one?.state ?? "DOWN" : "?";
      stateSign(context, colours, state, box.x + 15, y);
      context.font = NORMAL;
      context.fillStyle = colours.ink;
      const priority = one !== undefined && one.priority > 0 ? ` ${one.priority}` : "";
      context.fillText(`${instance.name} ${state}${priority}`, box.x + 26, y, box.width - 34);
      targets.push({
        box: { x: box.x + 4, y: y - LINE / 2, width: box.width - 8, height: LINE },
        selection: { kind: "instance", node: name, instance: instance.name },
      });
    });
    drawScripts(picture, scripts, node, {
      ...box,
      y: top + instances.length * LINE,
      height: (room - instances.length) * LINE,
    });
    return;
  }
  // Too many for lines: a field of signs.
  const step = 18;
  const columns = Math.max(1, Math.floor((box.width - 14) / step));
  instances.forEach((instance, i) => {
    const x = box.x + 16 + (i % columns) * step;
    const y = top + 8 + Math.floor(i / columns) * step;
    if (y > box.y + box.height - 8) return;
    const state = node.isKnown ? node.instances.get(instance.name)?.state ?? "DOWN" : "?";
    stateSign(context, colours, state, x, y);
    targets.push({
      box: { x: x - step / 2, y: y - step / 2, width: step, height: step },
      selection: { kind: "instance", node: name, instance: instance.name },
    });
  });
}

function drawScripts(
  { context, colours }: Picture,
  scripts: readonly string[],
  node: NodeScene,
  box: Box,
): void {
  context.font = SMALL;
  scripts.slice(0, Math.max(0, Math.floor(box.height / LINE))).forEach((script, i) => {
    const y = box.y + i * LINE + LINE / 2;
    const state = node.trackers.get(script);
    const isBad = state === "BAD";
    context.fillStyle = isBad ? colours.bad : colours["ink-soft"];
    const sign = state === undefined ? "…" : isBad ? "✕" : "✓";
    context.fillText(`${sign} ${script}`, box.x + 12, y, box.width - 20);
  });
}

/** MASTER: full square; BACKUP: open circle; FAULT: cross; INIT: triangle; none: a dash. */
export function stateSign(
  context: CanvasRenderingContext2D,
  colours: Palette,
  state: string,
  x: number,
  y: number,
): void {
  const colour = stateColour(colours, state);
  context.fillStyle = context.strokeStyle = colour;
  context.lineWidth = 2;
  context.beginPath();
  switch (state) {
    case "MASTER":
      context.fillRect(x - 5, y - 5, 10, 10);
      return;
    case "BACKUP":
      context.arc(x, y, 4.5, 0, Math.PI * 2);
      context.stroke();
      return;
    case "FAULT":
      return cross(context, x, y, 4.5, colour);
    case "INIT":
    case "STOP":
      context.moveTo(x, y - 5);
      context.lineTo(x + 5, y + 4);
      context.lineTo(x - 5, y + 4);
      context.closePath();
      context.stroke();
      return;
    default:
      context.fillRect(x - 5, y - 1, 10, 2);
  }
}

/** Where a packet enters or leaves its end. */
function placeOf({ places, cast }: Picture, end: End, segment: number): Point | null {
  switch (end.kind) {
    case "node": {
      const device = cast.nodes.find(({ name }) => name === end.node)?.interfaces
        .find((one) => one.segment === segment);
      const link = places.links.get(`${end.node} ${device?.name ?? ""}`);
      return link === undefined ? null : { x: link.x, y: link.top };
    }
    case "client": {
      const box = places.clients[segment];
      return box === undefined ? null : { x: box.x + box.width / 2, y: box.y };
    }
    case "server": {
      const box = places.servers.get(end.address);
      return box === undefined ? null : { x: box.x + box.width / 2, y: box.y };
    }
    case "nowhere":
      return null;
  }
}

function drawFlights(picture: Picture, targets: Target[]): void {
  const { context, places, flights, colours } = picture;
  const seen = new Map<number, number>();
  for (const flight of flights) {
    const bus = places.buses[flight.segment];
    const from = placeOf(picture, flight.from, flight.segment);
    if (bus === undefined || from === null) continue;
    const to = placeOf(picture, flight.to, flight.segment);
    const isLost = flight.to.kind === "nowhere";
    if (to === null && !isLost) continue;
    const way = to === null ? [from, { x: from.x, y: bus.y }] : wayOf(from, bus.y, to);
    const { x, y } = pointOn(way, flight.part);
    context.globalAlpha = isLost ? 1 - flight.part : 1;
    packetSign(context, colours, flight, x, y);
    context.globalAlpha = 1;
    if (flight.event < 0 || seen.has(flight.event)) continue;
    seen.set(flight.event, 1);
    targets.push({
      box: { x: x - 11, y: y - 11, width: 22, height: 22 },
      selection: flight.carries === "advert" || flight.carries === "announcement"
        ? { kind: "packet", event: flight.event }
        : { kind: "event", event: flight.event },
    });
  }
}

/** Advert: diamond; announcement: triangle; check: small square; answer: dot or cross. */
function packetSign(
  context: CanvasRenderingContext2D,
  colours: Palette,
  { carries, isGood }: Flight,
  x: number,
  y: number,
): void {
  context.beginPath();
  switch (carries) {
    case "advert":
      context.moveTo(x, y - 7);
      context.lineTo(x + 7, y);
      context.lineTo(x, y + 7);
      context.lineTo(x - 7, y);
      context.closePath();
      context.fillStyle = colours.advert;
      break;
    case "announcement":
      context.moveTo(x, y - 7);
      context.lineTo(x + 7, y + 6);
      context.lineTo(x - 7, y + 6);
      context.closePath();
      context.fillStyle = colours.announcement;
      break;
    case "request":
      if (isGood === false) return cross(context, x, y, 3.5, colours.bad);
      context.arc(x, y, 3.5, 0, Math.PI * 2);
      context.fillStyle = colours.request;
      break;
    case "check":
      context.rect(x - 4.5, y - 4.5, 9, 9);
      context.fillStyle = colours.check;
      break;
    case "answer":
      if (isGood === false) return cross(context, x, y, 5, colours.bad);
      context.arc(x, y, 5, 0, Math.PI * 2);
      context.fillStyle = colours.check;
  }
  context.fill();
  context.strokeStyle = colours.card;
  context.lineWidth = 1.5;
  context.stroke();
}

/** Whether two picks are the same thing. */
export function isSamePick(one: Selection | null, other: Selection | null): boolean {
  return one !== null && other !== null && JSON.stringify(one) === JSON.stringify(other);
}

function drawPicked({ context, picked, focused, colours }: Picture, targets: Target[]): void {
  for (const { box, selection } of targets) {
    const isPicked = isSamePick(selection, picked);
    const isFocused = isSamePick(selection, focused);
    if (!isPicked && !isFocused) continue;
    context.strokeStyle = isFocused ? colours.focus : colours.accent;
    context.lineWidth = 3;
    context.beginPath();
    context.roundRect(box.x - 3, box.y - 3, box.width + 6, box.height + 6, 8);
    context.stroke();
  }
}
