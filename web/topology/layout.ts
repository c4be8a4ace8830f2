// Where everybody stands: directors in rows above, one bus a segment below them, the segments' clients at
// the left and the servers at the right under the buses. Pure; CSS pixels.

import type { Cast } from "../story/cast.ts";

/** A box with its place. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A place on the way of a packet. */
export interface Point {
  x: number;
  y: number;
}

/** Everybody's place. */
export interface Places {
  nodes: Map<string, Box>;
  /** By number of the segment: from where to where, and at which height. */
  buses: { fromX: number; toX: number; y: number }[];
  /** By number of the segment. */
  clients: Box[];
  servers: Map<string, Box>;
  /** By `node interface`: from the box down to its bus. */
  links: Map<
    string,
    { node: string; interface: string; segment: number; x: number; top: number; y: number }
  >;
}

const PAD = 10;
const NODE_WIDTH_MAX = 260;
const NODE_WIDTH_MIN = 104;
/** Of a director's box: its name, a line for each instance and script, its addresses. */
const NODE_HEAD = 30;
const NODE_LINE = 17;
const NODE_FOOT = 38;
const BUS_STEP = 26;
const CLIENT = { width: 138, height: 62 };
const SERVER = { width: 124, height: 46, widthMin: 84 };
const GAP = 8;
/** Part of the height that the directors have. */
const UPPER = 0.56;

/** Lays everybody out in a box. */
export function placeAll(cast: Cast, width: number, height: number): Places {
  const segments = Math.max(1, cast.segments.length);
  const lowerHeight = Math.max(CLIENT.height, SERVER.height) + PAD;
  const busHeight = BUS_STEP * (segments - 1) + GAP;
  const upper = Math.max(60, Math.min(height * UPPER, height - lowerHeight - busHeight - 3 * PAD));
  const nodes = placeNodes(cast, width, upper);
  const bottom = Math.max(0, ...[...nodes.values()].map((box) => box.y + box.height));
  // In the middle between the directors and those below.
  const room = height - lowerHeight - bottom - BUS_STEP * (segments - 1);
  const firstBus = bottom + Math.max(30, room / 2);
  const buses = Array.from({ length: segments }, (_, segment) => ({
    fromX: PAD,
    toX: width - PAD,
    y: firstBus + segment * BUS_STEP,
  }));
  const lowerTop = Math.max(buses.at(-1)!.y + 26, height - lowerHeight);
  const clients = placeClients(cast, width, lowerTop);
  const clientsEnd = Math.max(0, ...clients.map((box) => box.x + box.width));
  const servers = placeServers(cast, { from: clientsEnd + 3 * GAP, to: width - PAD }, lowerTop);
  return { nodes, buses, clients, servers, links: placeLinks(cast, nodes, buses) };
}

function placeNodes({ nodes }: Cast, width: number, height: number): Map<string, Box> {
  const columns = Math.max(
    1,
    Math.min(nodes.length, Math.floor((width - PAD) / (NODE_WIDTH_MIN + GAP))),
  );
  const rows = Math.max(1, Math.ceil(nodes.length / columns));
  const boxWidth = Math.min(NODE_WIDTH_MAX, (width - 2 * PAD - GAP * (columns - 1)) / columns);
  const lines = Math.max(
    0,
    ...nodes.map(({ instances, scripts }) => instances.length + scripts.length),
  );
  const wanted = NODE_HEAD + lines * NODE_LINE + NODE_FOOT;
  const boxHeight = Math.min(wanted, (height - PAD - GAP * (rows - 1)) / rows);
  return new Map(nodes.map(({ name }, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    const inRow = row === rows - 1 ? nodes.length - row * columns : columns;
    // Spread over the width: a pair stands at the thirds, not in a corner.
    const step = (width - 2 * PAD) / inRow;
    const x = PAD + step * column + (step - boxWidth) / 2;
    return [name, { x, y: PAD + row * (boxHeight + GAP), width: boxWidth, height: boxHeight }];
  }));
}

function placeClients({ segments }: Cast, width: number, top: number): Box[] {
  const count = Math.max(1, segments.length);
  const share = Math.min(CLIENT.width, (width * 0.45 - GAP * (count - 1)) / count);
  return segments.map((_, i) => ({
    x: PAD + i * (share + GAP),
    y: top,
    width: share,
    height: CLIENT.height,
  }));
}

function placeServers(
  { servers }: Cast,
  { from, to }: { from: number; to: number },
  top: number,
): Map<string, Box> {
  const room = to - from;
  const columns = Math.max(
    1,
    Math.min(servers.length, Math.floor((room + GAP) / (SERVER.widthMin + GAP))),
  );
  const width = Math.min(SERVER.width, (room - GAP * (columns - 1)) / columns);
  const rows = Math.ceil(servers.length / columns);
  const height = rows <= 1
    ? SERVER.height
    : Math.max(18, (SERVER.height + 16 - GAP * (rows - 1)) / rows);
  return new Map(servers.map(({ address }, i) => {
    const inRow = Math.min(columns, servers.length - Math.floor(i / columns) * columns);
    const x = to - (inRow - (i % columns)) * (width + GAP) + GAP;
    return [address, { x, y: top + Math.floor(i / columns) * (height + 4), width, height }];
  }));
}

function placeLinks(
  { nodes }: Cast,
  boxes: ReadonlyMap<string, Box>,
  buses: Places["buses"],
): Places["links"] {
  const links: Places["links"] = new Map();
  for (const { name: node, interfaces } of nodes) {
    const box = boxes.get(node)!;
    interfaces.forEach(({ name, segment }, i) => {
      const x = box.x + box.width * (i + 1) / (interfaces.length + 1);
      const y = buses[segment]?.y ?? buses[0]!.y;
      links.set(`${node} ${name}`, {
        node,
        interface: name,
        segment,
        x,
        top: box.y + box.height,
        y,
      });
    });
  }
  return links;
}

/** The way of a packet between two ends of a segment: down to the bus, along it, to the other end. */
export function wayOf(from: Point, busY: number, to: Point): Point[] {
  return [from, { x: from.x, y: busY }, { x: to.x, y: busY }, to];
}

/** The place on a way after a part (0..1) of it. */
export function pointOn(way: readonly Point[], part: number): Point {
  const lengths = way.slice(1).map((to, i) =>
    Math.abs(to.x - way[i]!.x) + Math.abs(to.y - way[i]!.y)
  );
  let left = lengths.reduce((sum, one) => sum + one, 0) * Math.max(0, Math.min(1, part));
  for (let i = 0; i < lengths.length; i++) {
    const [from, to, length] = [way[i]!, way[i + 1]!, lengths[i]!];
    if (left <= length) {
      const share = length === 0 ? 0 : left / length;
      return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
    }
    left -= length;
  }
  return way.at(-1)!;
}
