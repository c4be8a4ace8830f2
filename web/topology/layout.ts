// Where everybody stands: directors above, a switch for each segment below them, the clients at the left
// and the servers at the right under the switches. Everything fits whatever room there is. Pure; CSS pixels.

import type { Cast } from "../story/cast.ts";
import { type Box, chooseGrid, type Grid, type Point } from "./grid.ts";
import { nodeHeight } from "./node_layout.ts";
import { segmentOfServer } from "./segments.ts";

/** A cable from something to its switch. */
export interface Cable {
  segment: number;
  /** From the end to the switch's middle; each part is level or upright. */
  path: readonly Point[];
}

/** The cable of a director's interface. */
export interface Link extends Cable {
  node: string;
  interface: string;
}

/** Everybody's place. */
export interface Places {
  width: number;
  height: number;
  nodes: ReadonlyMap<string, Box>;
  /** By number of the segment. */
  switches: readonly Box[];
  /** By number of the segment. */
  clients: readonly Box[];
  clientCables: readonly Cable[];
  servers: ReadonlyMap<string, Box>;
  serverCables: ReadonlyMap<string, Cable>;
  /** By `node interface`. */
  links: ReadonlyMap<string, Link>;
}

const PAD = 10;
const GAP = 8;
/** Between two cables in a gutter, and between a gutter's edge and its first cable. */
const GUTTER_STEP = 3.5;
/** Widest box of a director with few instances, and with many. */
const NODE_WIDTH = 290;
const NODE_WIDTH_MANY = 460;
const MANY_INSTANCES = 8;
const CLIENT = { width: 190, head: 26, line: 15, lines: 4 };
const SERVER = { width: 136, height: 48 };
/** Height of a switch, and of one among many. */
const SWITCH = { height: 20, gap: 9, side: 2 };
const MANY_SWITCHES = { count: 3, height: 13, gap: 5 };
/** Heights of the cables above and below the switches: at least, and where there is room. */
const ABOVE = { least: 26, most: 74 };
const BELOW = { least: 18, most: 54 };
/** Parts of the height: the switches and those below them take no more. */
const SWITCHES_PART = 0.2;
const LOWER_PART = 0.34;
/** Part of the width that clients take where there are servers. */
const CLIENTS_PART = 0.42;

/** The heights of the picture, from above. */
interface Bands {
  nodesTop: number;
  nodes: Grid;
  switchesTop: number;
  switchHeight: number;
  switchStep: number;
  lowerTop: number;
  lowerHeight: number;
}

/** Lays everybody out in a room. */
export function placeAll(cast: Cast, width: number, height: number): Places {
  const bands = bandsOf(cast, width, height);
  const nodes = placeNodes(cast, width, bands);
  const count = Math.max(1, cast.segments.length);
  const switches = Array.from({ length: count }, (_, i) => ({
    x: SWITCH.side,
    y: bands.switchesTop + i * bands.switchStep,
    width: Math.max(1, width - 2 * SWITCH.side),
    height: bands.switchHeight,
  }));
  const lower = { y: bands.lowerTop, height: bands.lowerHeight };
  const clientsWidth = clientsRoom(cast, width);
  const clients = placeRow(cast.segments.length, { ...lower, x: PAD, width: clientsWidth }, {
    width: CLIENT.width,
    height: clientHeight(cast),
    isRight: false,
  });
  const serversX = PAD + clientsWidth + 2 * GAP;
  const boxes = placeRow(
    cast.servers.length,
    { ...lower, x: serversX, width: width - PAD - serversX },
    { ...SERVER, isRight: true },
  );
  const servers = new Map(cast.servers.map(({ address }, i) => [address, boxes[i]!]));
  return {
    width,
    height,
    nodes,
    switches,
    clients,
    clientCables: clients.map((box, segment) => cableUp(box, segment, switches, bands.lowerTop)),
    servers,
    serverCables: new Map(
      cast.servers.map(({ address }, i) => [
        address,
        cableUp(boxes[i]!, segmentOfServer(cast, address), switches, bands.lowerTop),
      ]),
    ),
    links: placeLinks(cast, nodes, switches, bands.nodes),
  };
}

function bandsOf(cast: Cast, width: number, height: number): Bands {
  const count = Math.max(1, cast.segments.length);
  const kind = count > MANY_SWITCHES.count ? MANY_SWITCHES : SWITCH;
  const switchStep = Math.min(kind.height + kind.gap, height * SWITCHES_PART / count);
  const switchHeight = switchStep * kind.height / (kind.height + kind.gap);
  const switches = switchStep * (count - 1) + switchHeight;
  const lowerHeight = Math.min(lowerWish(cast, width), height * LOWER_PART);
  const cables = Math.min(1, height / 240);
  const [above, below] = [ABOVE.least * cables, BELOW.least * cables];
  const room = Math.max(20, height - 2 * PAD - above - switches - below - lowerHeight);
  const nodes = nodeGrid(cast, width, room);
  // What is left over lets the cables breathe; what is still left stands above and below.
  const spare = Math.max(0, room - nodes.rows * nodes.height - (nodes.rows - 1) * nodes.gapY);
  const aboveMore = Math.min(spare * 0.5, ABOVE.most - above);
  const belowMore = Math.min(spare * 0.4, BELOW.most - below);
  const nodesTop = PAD + (spare - aboveMore - belowMore) / 2;
  const nodesEnd = nodesTop + nodes.rows * nodes.height + (nodes.rows - 1) * nodes.gapY;
  const switchesTop = nodesEnd + above + aboveMore;
  const lowerTop = switchesTop + switches + below + belowMore;
  return { nodesTop, nodes, switchesTop, switchHeight, switchStep, lowerTop, lowerHeight };
}

function nodeGrid({ nodes }: Cast, width: number, height: number): Grid {
  const most = Math.max(0, ...nodes.map(({ instances }) => instances.length));
  const devices = Math.max(1, ...nodes.map(({ interfaces }) => interfaces.length));
  return chooseGrid(
    nodes.length,
    { width: width - 2 * PAD - gutterOf(devices, 2), height },
    {
      width: most > MANY_INSTANCES ? NODE_WIDTH_MANY : NODE_WIDTH,
      heightAt: (at) => Math.max(30, ...nodes.map((node) => nodeHeight(node, at))),
    },
    GAP,
    // Cables of upper rows go down between the columns.
    (rows) => rows === 1 ? 2 * GAP : gutterOf(devices, rows),
  );
}

/** Room between columns for the cables of all rows above the last. */
function gutterOf(devices: number, rows: number): number {
  return Math.min(48, GUTTER_STEP * (1 + devices * (rows - 1)));
}

function placeNodes({ nodes }: Cast, width: number, bands: Bands): Map<string, Box> {
  const { columns, rows, width: boxWidth, height, gapX, gapY } = bands.nodes;
  const left = rows === 1 ? PAD : PAD + gapX;
  const step = rows === 1 ? (width - 2 * PAD) / columns : (width - PAD - left + gapX) / columns;
  // One row is spread: a pair stands at the quarters, not in a corner.
  const room = rows === 1 ? step : step - gapX;
  const own = Math.min(boxWidth, room);
  return new Map(nodes.map(({ name }, i) => [name, {
    x: left + (i % columns) * step + (room - own) / 2,
    y: bands.nodesTop + Math.floor(i / columns) * (height + gapY),
    width: own,
    height,
  }]));
}

/** So much of the width is for the clients. */
function clientsRoom({ segments, servers }: Cast, width: number): number {
  const room = width - 2 * PAD;
  const wish = Math.max(1, segments.length) * (CLIENT.width + GAP) - GAP;
  return Math.min(wish, servers.length === 0 ? room : room * CLIENTS_PART);
}

function clientHeight({ routers }: Cast): number {
  const counts = new Map<number, number>();
  for (const { segment, addresses } of routers) {
    counts.set(segment, (counts.get(segment) ?? 0) + addresses.length);
  }
  const lines = Math.max(1, ...counts.values());
  return CLIENT.head + Math.min(lines, CLIENT.lines) * CLIENT.line + 5;
}

function lowerWish(cast: Cast, width: number): number {
  const room = width - 2 * PAD - clientsRoom(cast, width) - 2 * GAP;
  const columns = Math.max(1, Math.floor((room + GAP) / (SERVER.width * 0.7 + GAP)));
  const rows = Math.ceil(cast.servers.length / columns);
  const clientRows = Math.ceil(cast.segments.length * 110 / Math.max(1, clientsRoom(cast, width)));
  return Math.max(
    clientHeight(cast) * Math.max(1, clientRows),
    rows * (SERVER.height + GAP) - GAP,
  );
}

function placeRow(
  count: number,
  room: Box,
  wish: { width: number; height: number; isRight: boolean },
): Box[] {
  const grid = chooseGrid(
    count,
    { width: Math.max(1, room.width), height: room.height },
    { width: wish.width, heightAt: () => wish.height },
    GAP,
  );
  const { columns, width, height, gapX, gapY } = grid;
  return Array.from({ length: count }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    const inRow = Math.min(columns, count - row * columns);
    const left = wish.isRight ? room.x + room.width - inRow * width - (inRow - 1) * gapX : room.x;
    return {
      x: left + column * (width + gapX),
      y: room.y + row * (height + gapY),
      width,
      height,
    };
  });
}

/** From a box to its switch: straight up in the first row, beside the boxes above in the others. */
function cableUp(box: Box, segment: number, switches: readonly Box[], firstRow: number): Cable {
  const to = switches[segment] ?? switches[0]!;
  const y = to.y + to.height / 2;
  if (box.y <= firstRow + 1) {
    const x = box.x + box.width / 2;
    return { segment, path: [{ x, y: box.y }, { x, y }] };
  }
  const side = box.y + box.height / 2;
  const x = box.x - Math.min(GAP / 2, box.x / 2);
  return { segment, path: [{ x: box.x, y: side }, { x, y: side }, { x, y }] };
}

function placeLinks(
  { nodes }: Cast,
  boxes: ReadonlyMap<string, Box>,
  switches: readonly Box[],
  { columns, rows, gapX }: Grid,
): Map<string, Link> {
  const links = new Map<string, Link>();
  const devices = Math.max(1, ...nodes.map(({ interfaces }) => interfaces.length));
  const lane = gapX / (1 + devices * (rows - 1));
  nodes.forEach(({ name: node, interfaces }, place) => {
    const box = boxes.get(node)!;
    const below = rows - 1 - Math.floor(place / columns);
    interfaces.forEach(({ name, segment }, i) => {
      const to = switches[segment] ?? switches[0]!;
      const y = to.y + to.height / 2;
      const path = below === 0
        ? straightDown(box, (i + 1) / (interfaces.length + 1), y)
        : throughGutter(box, lane * (1 + i + devices * (below - 1)), i, y);
      links.set(`${node} ${name}`, { node, interface: name, segment, path });
    });
  });
  return links;
}

function straightDown(box: Box, part: number, y: number): Point[] {
  const x = box.x + box.width * part;
  return [{ x, y: box.y + box.height }, { x, y }];
}

/** Out at the left, down between the columns. */
function throughGutter(box: Box, away: number, device: number, y: number): Point[] {
  const x = box.x - away;
  const side = box.y + Math.min(box.height - 6, 14 + device * 6);
  return [{ x: box.x, y: side }, { x, y: side }, { x, y }];
}
