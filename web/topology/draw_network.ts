// Draws what stands around the directors: switches with their ports, cables, clients with their caches,
// servers.

import { t } from "../text/text.ts";
import { TOPOLOGY_TEXT } from "../text/topology.ts";
import { isStale } from "./alarms.ts";
import type { Box, Point } from "./grid.ts";
import type { Link } from "./layout.ts";
import {
  NORMAL_BOLD,
  panel,
  type Picture,
  SMALL,
  SMALL_BOLD,
  stroke,
  TITLE,
  write,
  writeAddress,
} from "./picture.ts";
import { cross, packetSign, tick, warning } from "./signs.ts";
import {
  addressesOn,
  divisionTexts,
  ownerText,
  serverAnswer,
  serverStateText,
  tablesOf,
  wireText,
} from "./words.ts";

/** A port is so large. */
const PORT = 7;
/** Cables nearer to each other than this have no names. */
const NAMED_APART = 76;

/** Draws the cables of everybody, under everything else. */
export function drawCables(picture: Picture): void {
  const { context, places, colours } = picture;
  for (const { path } of places.clientCables) stroke(context, path, colours["line-strong"], 2);
  for (const { path } of places.serverCables.values()) {
    stroke(context, path, colours["line-strong"], 1.5);
  }
  const hasNames = cableDistance(picture) >= NAMED_APART;
  for (const link of places.links.values()) drawLink(picture, link, hasNames);
}

/** The least distance between two cables of directors. */
function cableDistance({ places }: Picture): number {
  let least = Infinity;
  let before: number | null = null;
  for (const { path } of places.links.values()) {
    const { x } = path.at(-1)!;
    if (before !== null) least = Math.min(least, Math.abs(x - before));
    before = x;
  }
  return least;
}

function drawLink({ context, scene, colours }: Picture, link: Link, hasName: boolean): void {
  const node = scene.nodes.get(link.node);
  const isKnown = node?.isKnown !== false;
  const isOut = node?.linksDown.has(link.interface) === true || node?.process === "off";
  const wire = node === undefined ? "" : wireText(node, link.interface);
  const [from, to] = link.path.slice(-2) as [Point, Point];
  const middle = { x: from.x, y: from.y + Math.min(22, (to.y - from.y) / 2) };
  const colour = isOut ? colours.bad : wire !== "" ? colours.warn : colours["line-strong"];
  if (isOut) {
    context.globalAlpha = 0.8;
    stroke(context, [...link.path.slice(0, -1), { x: middle.x, y: middle.y - 6 }], colour, 2);
    stroke(context, [{ x: middle.x, y: middle.y + 6 }, to], colour, 2);
    context.globalAlpha = 1;
    cross(context, middle.x, middle.y, 4.5, colours.bad);
  } else {
    if (wire !== "" || !isKnown) context.setLineDash([5, 4]);
    stroke(context, link.path, colour, 2);
    context.setLineDash([]);
  }
  if (!hasName || to.y - from.y < 24) return;
  context.font = SMALL;
  context.fillStyle = isOut ? colours.bad : colours["ink-soft"];
  write(context, link.interface, middle.x + 9, middle.y - 2, 120);
  // No cable of a machine without power was pulled.
  if (node?.process === "off") return;
  if (wire === "" && node?.linksDown.has(link.interface) !== true) return;
  context.fillStyle = isOut ? colours.bad : colours.warn;
  write(context, isOut ? t(TOPOLOGY_TEXT.out) : wire, middle.x + 9, middle.y + 12, 150);
}

/** Draws the switches over the cables that pass behind them, and the ports of those that end there. */
export function drawSwitches(picture: Picture): void {
  const { context, cast, places, colours, scene } = picture;
  places.switches.forEach((box, segment) => {
    context.lineWidth = 1.25;
    panel(context, box, colours.sunk, colours["line-strong"], 5);
    const y = box.y + box.height / 2;
    for (const link of places.links.values()) {
      if (link.segment !== segment) continue;
      const node = scene.nodes.get(link.node);
      const isOut = node?.linksDown.has(link.interface) === true || node?.process === "off";
      drawPort(picture, link.path.at(-1)!.x, y, isOut ? colours.bad : colours.good);
    }
    for (const cable of [...places.clientCables, ...places.serverCables.values()]) {
      if (cable.segment !== segment) continue;
      drawPort(picture, cable.path.at(-1)!.x, y, colours["line-strong"]);
    }
    if (box.height < 12) return;
    context.font = SMALL_BOLD;
    context.fillStyle = colours["ink-soft"];
    const name = cast.segments[segment]?.name ?? "";
    const gap = gapFor(picture, segment, context.measureText(name).width + 8);
    write(context, name, gap.x, y + 0.5, gap.width);
  });
  drawDivisions(picture);
}

/** The first room between the ports of a switch that is so wide; the widest where none is. */
function gapFor({ places }: Picture, segment: number, wanted: number) {
  const box = places.switches[segment]!;
  const ports = [...places.links.values(), ...places.clientCables, ...places.serverCables.values()]
    .filter((cable) => cable.segment === segment)
    .map(({ path }) => path.at(-1)!.x)
    .sort((one, other) => one - other);
  const edges = [box.x, ...ports, box.x + box.width];
  let widest = { x: box.x + 9, width: 0 };
  for (let i = 1; i < edges.length; i++) {
    const gap = { x: edges[i - 1]! + 9, width: edges[i]! - edges[i - 1]! - 18 };
    if (gap.width >= wanted) return gap;
    if (gap.width > widest.width) widest = gap;
  }
  return widest;
}

function drawPort({ context, colours }: Picture, x: number, y: number, colour: string): void {
  context.fillStyle = colour;
  context.strokeStyle = colours.sunk;
  context.lineWidth = 1.5;
  context.beginPath();
  context.roundRect(x - PORT / 2, y - PORT / 2, PORT, PORT, 1.5);
  context.fill();
  context.stroke();
}

/** Cuts and partitions: a tag under the switches. */
function drawDivisions({ context, places, scene, colours }: Picture): void {
  const texts = divisionTexts(scene);
  const box = places.switches.at(-1);
  if (texts.length === 0 || box === undefined) return;
  context.font = SMALL_BOLD;
  const room = box.width * 0.75;
  const text = texts.join("   ");
  const width = Math.min(context.measureText(text).width + 16, room);
  const tag = { x: box.x + box.width - width, y: box.y + box.height + 3, width, height: 18 };
  context.lineWidth = 1;
  panel(context, tag, colours.bad, colours.bad, 9);
  context.fillStyle = colours.card;
  write(context, text, tag.x + 8, tag.y + 9.5, width - 14);
}

/** Draws the clients with what they believe. */
export function drawClients(picture: Picture): void {
  const { context, places, cast, colours } = picture;
  places.clients.forEach((box, segment) => {
    context.lineWidth = 1.25;
    panel(context, box, colours.sunk, colours["line-strong"]);
    drawLaptop(context, box.x + 16, box.y + 13, colours["ink-soft"]);
    context.font = TITLE;
    context.fillStyle = colours.ink;
    const name = cast.segments.length > 1 ? cast.segments[segment]?.name ?? "" : "";
    const used = write(context, t(TOPOLOGY_TEXT.client), box.x + 29, box.y + 13.5, box.width - 36);
    const stale = drawCache(picture, box, segment);
    const staleWidth = stale === 0 ? 0 : drawStaleCount(picture, box, stale);
    context.font = SMALL;
    context.fillStyle = colours["ink-soft"];
    write(context, name, box.x + 35 + used, box.y + 14, box.width - 42 - used - staleWidth);
  });
}

/** At the right of a client's head. Answers how wide it is. */
function drawStaleCount({ context, colours }: Picture, box: Box, count: number): number {
  context.font = SMALL_BOLD;
  const text = t(TOPOLOGY_TEXT.staleCount, { count });
  const width = context.measureText(text).width;
  context.fillStyle = colours.bad;
  context.fillText(text, box.x + box.width - 8 - width, box.y + 14);
  return width + 8;
}

const CACHE_LINE = 15;

/** The addresses with whom the client takes for their owner. Answers how many entries are stale. */
function drawCache({ context, cast, scene, colours }: Picture, box: Box, segment: number): number {
  const addresses = addressesOn(cast, segment);
  const isBad = (address: string) => isStale(scene, cast, segment, address);
  const stale = addresses.filter(isBad);
  // What is wrong must not be among those that find no room.
  const ordered = [...stale, ...addresses.filter((one) => !isBad(one))];
  const fit = Math.max(0, Math.floor((box.height - 25) / CACHE_LINE));
  ordered.slice(0, fit).forEach((address, i) => {
    const y = box.y + 33 + i * CACHE_LINE;
    const isWrong = isBad(address);
    const hidden = i === fit - 1 ? ordered.length - fit : 0;
    let end = box.x + box.width - 6;
    if (hidden > 0) {
      context.font = SMALL_BOLD;
      context.fillStyle = colours["ink-soft"];
      const more = t(TOPOLOGY_TEXT.more, { count: hidden });
      end -= context.measureText(more).width + 4;
      context.fillText(more, end + 4, y);
    }
    if (isWrong) warning(context, box.x + 14, y, colours);
    context.font = isWrong ? SMALL_BOLD : SMALL;
    context.fillStyle = isWrong ? colours.bad : colours["ink-soft"];
    const left = box.x + (isWrong ? 24 : 10);
    write(context, `${address} → ${ownerText(scene, segment, address)}`, left, y, end - left);
  });
  return stale.length;
}

function drawLaptop(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  colour: string,
): void {
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.beginPath();
  context.roundRect(x - 6, y - 5, 12, 8, 1.5);
  context.moveTo(x - 8, y + 5.5);
  context.lineTo(x + 8, y + 5.5);
  context.stroke();
}

/** Draws the servers with how they answer, and whether directors send anything there. */
export function drawServers(picture: Picture): void {
  const { context, places, cast, scene, colours } = picture;
  for (const { address, isSorry } of cast.servers) {
    const box = places.servers.get(address);
    if (box === undefined) continue;
    const isUp = serverAnswer(scene, address) === "up";
    const colour = isUp ? colours.good : colours.bad;
    context.lineWidth = isUp ? 1.25 : 2;
    panel(context, box, colours.card, isUp ? colours["line-strong"] : colours.bad);
    context.fillStyle = colour;
    context.beginPath();
    context.roundRect(box.x, box.y, 4, box.height, [6, 0, 0, 6]);
    context.fill();
    const isLow = box.height < 34;
    const y = isLow ? box.y + box.height / 2 : box.y + 15;
    context.font = NORMAL_BOLD;
    context.fillStyle = colours.ink;
    writeAddress(context, address, box.x + 12, y, box.width - (isLow ? 30 : 16));
    const signY = isLow ? y : box.y + 33;
    const signX = isLow ? box.x + box.width - 11 : box.x + 16;
    if (isUp) tick(context, signX, signY, 3.6, colour);
    else cross(context, signX, signY, 3.4, colour);
    if (isLow) continue;
    drawServerState(picture, address, box, isSorry, colour);
  }
}

function drawServerState(
  { context, scene, cast, colours }: Picture,
  address: string,
  box: Box,
  isSorry: boolean,
  colour: string,
): void {
  const y = box.y + 33.5;
  context.font = SMALL;
  context.fillStyle = colour;
  const state = serverStateText(scene, address);
  const text = isSorry ? `${state} · ${t(TOPOLOGY_TEXT.sorry)}` : state;
  const used = write(context, text, box.x + 25, y, box.width - 32);
  const { having, of } = tablesOf(scene, cast, address);
  if (of === 0 || isSorry) return;
  const tables = t(TOPOLOGY_TEXT.inTables, { having, of });
  const width = context.measureText(tables).width;
  if (25 + used + 8 + width > box.width - 7) return;
  context.fillStyle = having === of ? colours["ink-soft"] : colours.warn;
  context.fillText(tables, box.x + box.width - 8 - width, y);
}

/** Between a cable, with its name beside it, and the legend. */
const LEGEND = { afterCable: 116, beforeCable: 16, line: 18 };

/** What the shapes of packets mean; where there is room for it between two cables. */
export function drawLegend(picture: Picture, hasRequests: boolean): void {
  const { context, colours, cast } = picture;
  const gap = gapAboveSwitches(picture);
  const T = TOPOLOGY_TEXT;
  const rows = [
    { carries: "advert", text: t(T.legendAdvert) },
    { carries: "announcement", text: t(T.legendAnnouncement) },
    ...(cast.servers.length > 0 ? [{ carries: "check", text: t(T.legendCheck) } as const] : []),
    ...(hasRequests ? [{ carries: "request", text: t(T.legendRequest) } as const] : []),
  ] as const;
  context.font = SMALL;
  const cell = Math.max(...rows.map(({ text }) => context.measureText(text).width)) + 32;
  const columns = Math.min(rows.length === 4 ? 2 : rows.length, Math.floor(gap.width / cell));
  if (columns < 1) return;
  const lines = Math.ceil(rows.length / columns);
  if (lines * LEGEND.line > gap.height) return;
  const left = gap.x + (gap.width - columns * cell) / 2;
  const top = gap.y + (gap.height - lines * LEGEND.line) / 2;
  rows.forEach(({ carries, text }, i) => {
    const x = left + (i % columns) * cell;
    const y = top + (Math.floor(i / columns) + 0.5) * LEGEND.line;
    packetSign(context, colours, carries, null, x + 8, y);
    context.fillStyle = colours["ink-soft"];
    context.fillText(text, x + 20, y + 0.5);
  });
}

/** The widest room between the cables of directors, above the switches. */
function gapAboveSwitches({ places }: Picture): Box {
  const links = [...places.links.values()];
  const bottom = places.switches[0]?.y ?? 0;
  const top = Math.max(0, ...[...places.nodes.values()].map((box) => box.y + box.height));
  const cables = links.map(({ path }) => path.at(-1)!.x).sort((one, other) => one - other);
  let widest = { x: 0, width: 0 };
  for (let i = 1; i < cables.length; i++) {
    const x = cables[i - 1]! + LEGEND.afterCable;
    const width = cables[i]! - LEGEND.beforeCable - x;
    if (width > widest.width) widest = { x, width };
  }
  return { ...widest, y: top, height: bottom - top };
}
