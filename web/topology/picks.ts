// What can be picked in the picture, where it is, and which is next to which. Pure.

import type { Selection } from "../app/state.ts";
import type { Cast } from "../story/cast.ts";
import { type Box, isInside } from "./grid.ts";
import type { Link, Places } from "./layout.ts";
import { nodeParts } from "./node_layout.ts";

/** Something that can be picked. */
export interface Target {
  selection: Selection;
  box: Box;
}

/** A packet that was drawn. */
export interface DrawnPacket {
  /** Place of its event; negative: it has none and cannot be picked. */
  event: number;
  isPacket: boolean;
  x: number;
  y: number;
}

/** So near to a packet one has to point, pixels. */
const REACH = 13;
/** Half the width of a cable, for pointing. */
const CABLE_REACH = 9;

/** A name for each pick, for keys and comparison. */
export function pickKey(pick: Selection): string {
  switch (pick.kind) {
    case "event":
    case "packet":
      return `event ${pick.event}`;
    case "node":
      return `node ${pick.node}`;
    case "instance":
      return `instance ${pick.node} ${pick.instance}`;
    case "link":
      return `link ${pick.node} ${pick.interface}`;
    case "server":
      // Its ports stand at one machine.
      return `server ${pick.address}`;
    case "service":
      return `service ${pick.service}`;
    case "client":
      return `client ${pick.segment}`;
  }
}

/** Whether two picks are the same thing. */
export function isSamePick(one: Selection | null, other: Selection | null): boolean {
  return one !== null && other !== null && one.kind === other.kind &&
    pickKey(one) === pickKey(other);
}

/** Everything that stands still and can be picked; what lies above others comes later. */
export function targetsOf(cast: Cast, places: Places): Target[] {
  const targets: Target[] = [];
  for (const link of places.links.values()) {
    const { node, interface: device } = link;
    targets.push({ selection: { kind: "link", node, interface: device }, box: cableBox(link) });
  }
  places.clients.forEach((box, segment) => {
    targets.push({ selection: { kind: "client", segment }, box });
  });
  for (const [address, box] of places.servers) {
    targets.push({ selection: { kind: "server", address, port: null }, box });
  }
  for (const node of cast.nodes) {
    const box = places.nodes.get(node.name)!;
    targets.push({ selection: { kind: "node", node: node.name }, box });
    nodeParts(node, box).rows.forEach((row, i) => {
      const instance = node.instances[i]!.name;
      targets.push({ selection: { kind: "instance", node: node.name, instance }, box: row });
    });
  }
  return targets;
}

/** The upright part of a cable, as wide as one can point at. */
function cableBox({ path }: Link): Box {
  const [from, to] = path.slice(-2) as [Link["path"][number], Link["path"][number]];
  const reach = path.length > 2 ? 3 : CABLE_REACH;
  return { x: from.x - reach, y: from.y, width: 2 * reach, height: Math.max(1, to.y - from.y) };
}

/** What is at a point: packets lie above everything. null: nothing. */
export function pickAt(
  targets: readonly Target[],
  packets: readonly DrawnPacket[],
  count: number,
  x: number,
  y: number,
): Selection | null {
  let [best, bestDistance] = [-1, REACH];
  for (let i = 0; i < count; i++) {
    const packet = packets[i]!;
    const distance = Math.hypot(packet.x - x, packet.y - y);
    if (packet.event < 0 || distance > bestDistance) continue;
    [best, bestDistance] = [i, distance];
  }
  if (best >= 0) {
    const { event, isPacket } = packets[best]!;
    return { kind: isPacket ? "packet" : "event", event };
  }
  for (let i = targets.length - 1; i >= 0; i--) {
    if (isInside(targets[i]!.box, x, y)) return targets[i]!.selection;
  }
  return null;
}

/** Which way an arrow key goes; null: it is none. */
function directionOf(key: string): { x: number; y: number } | null {
  switch (key) {
    case "ArrowLeft":
      return { x: -1, y: 0 };
    case "ArrowRight":
      return { x: 1, y: 0 };
    case "ArrowUp":
      return { x: 0, y: -1 };
    case "ArrowDown":
      return { x: 0, y: 1 };
    default:
      return null;
  }
}

/** What is aside counts so much more than what is ahead. */
const ASIDE = 2.5;

/** Number of the target that a key leads to from another; null: the key means nothing, or none is there. */
export function nextTarget(targets: readonly Target[], at: number, key: string): number | null {
  if (targets.length === 0) return null;
  if (key === "Home") return 0;
  if (key === "End") return targets.length - 1;
  const direction = directionOf(key);
  const here = targets[at];
  if (direction === null || here === undefined) return null;
  const from = middleOf(here.box);
  let [best, bestCost] = [-1, Infinity];
  targets.forEach(({ box }, i) => {
    const to = middleOf(box);
    const ahead = (to.x - from.x) * direction.x + (to.y - from.y) * direction.y;
    const aside = Math.abs((to.x - from.x) * direction.y) + Math.abs((to.y - from.y) * direction.x);
    if (i === at || ahead <= 1) return;
    const cost = ahead + ASIDE * aside;
    if (cost < bestCost) [best, bestCost] = [i, cost];
  });
  return best < 0 ? null : best;
}

function middleOf({ x, y, width, height }: Box): { x: number; y: number } {
  return { x: x + width / 2, y: y + height / 2 };
}
