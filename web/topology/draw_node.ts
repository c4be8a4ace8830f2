// Draws a director: its process, its instances with state and priority, its scripts, the addresses that
// it holds.

import { stateColour } from "../style/palette.ts";
import type { CastNode } from "../story/cast.ts";
import type { NodeScene } from "../story/scene.ts";
import { t } from "../text/text.ts";
import { TOPOLOGY_TEXT } from "../text/topology.ts";
import { holdersOf } from "./alarms.ts";
import type { Box } from "./grid.ts";
import { nodeParts } from "./node_layout.ts";
import {
  NORMAL,
  NORMAL_BOLD,
  panel,
  type Picture,
  SMALL,
  SMALL_BOLD,
  TITLE,
  write,
  writeAddress,
} from "./picture.ts";
import { cross, processSign, stateSign, tick } from "./signs.ts";
import { processText } from "./words.ts";

/** Middle of a sign from the left edge of its row. */
export const SIGN_X = 10;

/** Draws it. Puts into `alarming` where something is that another one has too: an address, a MASTER. */
export function drawNode(picture: Picture, cast: CastNode, alarming: Box[]): void {
  const { context, places, scene, colours, patterns } = picture;
  const box = places.nodes.get(cast.name);
  const node = scene.nodes.get(cast.name);
  if (box === undefined || node === undefined) return;
  const isWell = node.isKnown && node.process === "running";
  context.lineWidth = 1.5;
  if (!isWell) context.setLineDash([6, 4]);
  panel(
    context,
    box,
    isWell ? colours.card : colours.sunk,
    isWell ? colours["line-strong"] : colours.bad,
  );
  context.setLineDash([]);
  if (!node.isKnown && !node.isSilent) hatch(picture, box, patterns.unknown, 0.2);
  const parts = nodeParts(cast, box);
  const isSmall = parts.rows.length === 0 && cast.instances.length > 0;
  if (isSmall) drawSmall(picture, cast, node, box);
  else drawHead(picture, cast, node, parts.head);
  parts.rows.forEach((row, i) => {
    drawInstance(picture, cast, node, i, row, parts.detail);
  });
  if (parts.rows.length < cast.instances.length && !isSmall) {
    drawHidden(picture, cast.instances.length - parts.rows.length, parts.rows.at(-1)!);
  }
  const isDouble = cast.instances.some(({ name }) => picture.doubles.has(`${cast.name} ${name}`));
  if (isDouble) alarming.push(box);
  if (parts.scripts !== null) drawScripts(picture, cast.scripts, node, parts.scripts);
  if (parts.chips !== null) drawChips(picture, node, parts.chips, alarming);
}

function hatch(
  { context }: Picture,
  box: Box,
  pattern: CanvasPattern,
  alpha: number,
  radius = 7,
): void {
  context.globalAlpha = alpha;
  context.fillStyle = pattern;
  context.beginPath();
  context.roundRect(box.x, box.y, box.width, box.height, radius);
  context.fill();
  context.globalAlpha = 1;
}

function drawHead({ context, colours }: Picture, { name }: CastNode, node: NodeScene, box: Box) {
  const y = box.y + Math.min(14, box.height / 2);
  context.font = TITLE;
  context.fillStyle = colours.ink;
  const used = write(context, name, box.x + 2, y, box.width - 18);
  const isWell = node.isKnown && node.process === "running";
  const signX = box.x + box.width - 6;
  processSign(context, colours, node.isKnown ? node.process : "lost", signX, y);
  context.font = isWell ? SMALL : SMALL_BOLD;
  context.fillStyle = isWell ? colours["ink-soft"] : colours.bad;
  const text = processText(node);
  const width = context.measureText(text).width;
  if (used + width + 28 < box.width) context.fillText(text, signX - 10 - width, y);
}

/** The states of which the first that an instance is in speaks for all where there is no room. */
const SPEAKING = ["FAULT", "MASTER", "BACKUP", "INIT", "STOP", "DOWN"];

/** A box without room for more than one line: a sign for all instances, and the name. */
function drawSmall(picture: Picture, { name }: CastNode, node: NodeScene, box: Box): void {
  const { context, colours, doubles } = picture;
  const states = new Set([...node.instances.values()].map(({ state }) => state as string));
  const state = node.isKnown ? SPEAKING.find((one) => states.has(one)) ?? "DOWN" : "?";
  const isDouble = [...node.instances.keys()].some((one) => doubles.has(`${name} ${one}`));
  drawRowGround(picture, box, state, isDouble, node.isKnown);
  const y = box.y + box.height / 2;
  stateSign(context, colours, state, box.x + SIGN_X, y);
  const isWell = node.isKnown && node.process === "running";
  if (!isWell) {
    const process = node.isKnown ? node.process : "lost";
    processSign(context, colours, process, box.x + box.width - 9, y);
  }
  context.font = SMALL;
  context.fillStyle = colours.ink;
  writeAddress(context, name, box.x + 20, y + 0.5, box.width - (isWell ? 22 : 38));
}

function drawInstance(
  picture: Picture,
  cast: CastNode,
  node: NodeScene,
  place: number,
  box: Box,
  detail: "full" | "name" | "sign",
): void {
  const { context, colours, doubles } = picture;
  const { name } = cast.instances[place]!;
  const one = node.instances.get(name);
  const state = node.isKnown ? one?.state ?? "DOWN" : "?";
  const isDouble = doubles.has(`${cast.name} ${name}`);
  const y = box.y + box.height / 2;
  const row = { x: box.x + 1, y: box.y + 1, width: box.width - 2, height: box.height - 2 };
  const isStill = node.process === "paused" || node.process === "frozen";
  drawRowGround(picture, row, state, isDouble, node.isKnown && !isStill);
  context.globalAlpha = isStill ? 0.6 : 1;
  stateSign(context, colours, state, box.x + SIGN_X, y);
  if (detail !== "sign") {
    context.font = NORMAL;
    context.fillStyle = colours.ink;
    const left = box.x + SIGN_X + 11;
    const room = detail === "name" ? box.width - SIGN_X - 13 : box.width * 0.46 - SIGN_X - 12;
    write(context, name, left, y + 0.5, Math.max(room, 24));
  }
  if (detail === "full") {
    const isTold = node.isKnown && one !== undefined && one.priority > 0;
    const priority = isTold ? String(one.priority) : "";
    context.font = NORMAL;
    context.fillStyle = colours["ink-soft"];
    const width = context.measureText(priority).width;
    context.fillText(priority, box.x + box.width - 7 - width, y + 0.5);
    context.font = NORMAL_BOLD;
    context.fillStyle = isDouble ? colours.bad : stateColour(colours, state);
    const text = isDouble ? t(TOPOLOGY_TEXT.twoMastersShort) : state;
    const left = box.x + box.width * 0.46;
    write(context, text, left, y + 0.5, box.width * 0.54 - 14 - width);
  }
  context.globalAlpha = 1;
}

/** MASTER stands on a full ground, BACKUP in an outline, FAULT on crossed lines. */
function drawRowGround(
  { context, colours, patterns }: Picture,
  { x, y, width, height }: Box,
  state: string,
  isDouble: boolean,
  isSure: boolean,
): void {
  context.beginPath();
  context.roundRect(x, y, width, height, 4);
  if (state === "MASTER") {
    context.globalAlpha = isSure ? 0.2 : 0.1;
    context.fillStyle = isDouble ? colours.bad : colours.master;
    context.fill();
  } else if (state === "FAULT") {
    context.globalAlpha = 0.3;
    context.fillStyle = patterns.fault;
    context.fill();
  } else if (state === "BACKUP") {
    context.globalAlpha = isSure ? 0.5 : 0.25;
    context.strokeStyle = colours.backup;
    context.lineWidth = 1;
    context.stroke();
  }
  context.globalAlpha = 1;
  if (!isDouble) return;
  context.strokeStyle = colours.bad;
  context.lineWidth = 3;
  context.stroke();
}

function drawHidden({ context, colours }: Picture, count: number, last: Box): void {
  context.font = SMALL;
  context.fillStyle = colours.ink;
  const text = t(TOPOLOGY_TEXT.more, { count });
  write(context, text, last.x + last.width + 3, last.y + last.height / 2, 40);
}

function drawScripts(
  { context, colours }: Picture,
  scripts: readonly string[],
  node: NodeScene,
  box: Box,
): void {
  const y = box.y + box.height / 2 + 0.5;
  const end = box.x + box.width;
  let x = box.x + SIGN_X;
  // What is bad comes first: it must not be cut off.
  const bad = (script: string) => node.trackers.get(script) === "BAD";
  const ordered = [...scripts.filter(bad), ...scripts.filter((script) => !bad(script))];
  for (const script of ordered) {
    if (x + 24 > end) return;
    const state = node.trackers.get(script);
    const isBad = state === "BAD";
    if (isBad) cross(context, x, y, 3.2, colours.bad);
    else if (state === "GOOD") tick(context, x, y, 3.2, colours.good);
    else {
      context.fillStyle = colours["ink-soft"];
      context.fillRect(x - 3, y - 0.75, 6, 1.5);
    }
    context.font = isBad ? SMALL_BOLD : SMALL;
    context.fillStyle = isBad ? colours.bad : colours["ink-soft"];
    x += 11;
    x += write(context, script, x, y, end - x) + 16;
  }
}

/** `apart`: between chips that pulse. */
const CHIP = { height: 19, pad: 8, gap: 5, apart: 14 };

/** In less width than this only the number of addresses is told. */
const COUNT_BELOW = 64;

function drawChipCount(
  { context, colours }: Picture,
  isAlarming: boolean,
  count: number,
  box: Box,
): void {
  const y = box.y + (box.height - CHIP.height) / 2;
  const colour = isAlarming ? colours.bad : colours.master;
  context.lineWidth = isAlarming ? 4 : 1;
  panel(context, { ...box, y, height: CHIP.height }, colour, colour, CHIP.height / 2);
  context.font = SMALL_BOLD;
  context.fillStyle = colours.card;
  const text = isAlarming ? t(TOPOLOGY_TEXT.twiceShort, { address: count }) : String(count);
  const width = Math.min(context.measureText(text).width, box.width);
  context.fillText(text, box.x + (box.width - width) / 2, y + CHIP.height / 2 + 0.5, box.width);
}

/** The addresses that a node holds. One that another holds too comes first, is red and thick. */
function drawChips(picture: Picture, node: NodeScene, box: Box, alarming: Box[]): void {
  const { context, scene, colours } = picture;
  if (node.held.size === 0) return;
  const isTwice = (address: string) => holdersOf(scene, address).length > 1;
  const held = [...node.held];
  if (box.width < COUNT_BELOW) return drawChipCount(picture, held.some(isTwice), held.length, box);
  const ordered = [...held.filter(isTwice), ...held.filter((address) => !isTwice(address))];
  const y = box.y + (box.height - CHIP.height) / 2;
  const end = box.x + box.width;
  // The pulse of the first one stays in the box.
  let x = box.x + (isTwice(ordered[0]!) ? 3 : 0);
  context.font = SMALL_BOLD;
  for (let i = 0; i < ordered.length; i++) {
    const address = ordered[i]!;
    const isAlarming = isTwice(address);
    const text = isAlarming ? t(TOPOLOGY_TEXT.twiceShort, { address }) : address;
    const width = context.measureText(text).width + 2 * CHIP.pad;
    const isLast = i === ordered.length - 1;
    if (i > 0 && x + width > end - (isLast ? 0 : 26)) {
      context.fillStyle = colours.ink;
      write(
        context,
        t(TOPOLOGY_TEXT.more, { count: ordered.length - i }),
        x + 2,
        y + CHIP.height / 2 + 0.5,
        end - x,
      );
      return;
    }
    const chip = { x, y, width: Math.min(width, end - x), height: CHIP.height };
    if (isAlarming) alarming.push(chip);
    const colour = isAlarming ? colours.bad : colours.master;
    context.lineWidth = 1;
    panel(context, chip, colour, colour, CHIP.height / 2);
    context.fillStyle = colours.card;
    write(context, text, x + CHIP.pad, y + CHIP.height / 2 + 0.5, chip.width - CHIP.pad - 4);
    x += chip.width + (isAlarming ? CHIP.apart : CHIP.gap);
  }
}
