import { describe, expect, it } from "vitest";
import type { Cast } from "../story/cast.ts";
import type { Box } from "./grid.ts";
import { placeAll, type Places } from "./layout.ts";
import { nodeParts } from "./node_layout.ts";
import { segmentOfServer } from "./segments.ts";
import { clusterOf } from "./test_cast.ts";

/** The picture at 1280 px, on a phone, on a large screen, and smaller than it ever should be. */
const SIZES = [[652, 334], [390, 430], [1400, 700], [250, 200]] as const;

const CASTS: [string, Cast][] = [
  ["one node", clusterOf({ nodes: 1 })],
  ["a pair", clusterOf({ nodes: 2 })],
  ["a pair of 20 instances", clusterOf({ nodes: 2, instances: 20, servers: 4 })],
  ["five on two segments", clusterOf({ nodes: 5, instances: 4, segments: 2, servers: 8 })],
  ["twelve on five segments", clusterOf({ nodes: 12, instances: 5, segments: 5, servers: 12 })],
  ["32 nodes", clusterOf({ nodes: 32, segments: 2, servers: 24 })],
  ["nobody behind", clusterOf({ nodes: 3, servers: 0, scripts: 0 })],
  ["nobody", { nodes: [], segments: [], routers: [], services: [], servers: [] }],
];

function boxesOf(places: Places): Box[] {
  return [
    ...places.nodes.values(),
    ...places.switches,
    ...places.clients,
    ...places.servers.values(),
  ];
}

function overlap(one: Box, other: Box): boolean {
  const slack = 0.01;
  return one.x + one.width - slack > other.x && other.x + other.width - slack > one.x &&
    one.y + one.height - slack > other.y && other.y + other.height - slack > one.y;
}

describe.each(CASTS)("the layout of %s", (_, cast) => {
  it.each(SIZES)("has room for everybody at %i x %i, nobody over another", (width, height) => {
    const places = placeAll(cast, width, height);
    const boxes = boxesOf(places);
    expect(places.nodes.size).toBe(cast.nodes.length);
    expect(places.servers.size).toBe(cast.servers.length);
    for (const box of boxes) {
      expect(box.width).toBeGreaterThan(0);
      expect(box.height).toBeGreaterThan(0);
      expect(box.x).toBeGreaterThanOrEqual(0);
      expect(box.y).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width).toBeLessThanOrEqual(width);
      expect(box.y + box.height).toBeLessThanOrEqual(height);
    }
    boxes.forEach((box, i) => {
      for (const other of boxes.slice(i + 1)) {
        expect(overlap(box, other), JSON.stringify([box, other])).toBe(false);
      }
    });
  });

  it.each(SIZES)("joins everybody to the own switch at %i x %i", (width, height) => {
    const places = placeAll(cast, width, height);
    for (const { name, interfaces } of cast.nodes) {
      for (const { name: device, segment } of interfaces) {
        const { path } = places.links.get(`${name} ${device}`)!;
        const end = path.at(-1)!;
        const to = places.switches[segment]!;
        expect(end.y).toBeCloseTo(to.y + to.height / 2);
        expect(end.x).toBeGreaterThanOrEqual(to.x);
        expect(end.x).toBeLessThanOrEqual(to.x + to.width);
        expect(touches(places.nodes.get(name)!, path[0]!)).toBe(true);
      }
    }
  });

  it.each(SIZES)(
    "lets no cable cross the words of another director at %i x %i",
    (width, height) => {
      const places = placeAll(cast, width, height);
      for (const { node, path } of places.links.values()) {
        for (const [name, box] of places.nodes) {
          if (name === node) continue;
          const end = path.at(-1)!;
          const top = path.at(-2)!;
          const isOver = end.x > box.x + 0.5 && end.x < box.x + box.width - 0.5 &&
            top.y < box.y + box.height - 0.5 && end.y > box.y + 0.5;
          expect(isOver, `${node} over ${name}`).toBe(false);
        }
      }
    },
  );
});

function touches({ x, y, width, height }: Box, at: { x: number; y: number }): boolean {
  return at.x >= x - 0.01 && at.x <= x + width + 0.01 &&
    at.y >= y - 0.01 && at.y <= y + height + 0.01;
}

describe("a director's box", () => {
  const [pair] = clusterOf({ nodes: 1, instances: 2 }).nodes;
  const [many] = clusterOf({ nodes: 1, instances: 20 }).nodes;

  it("says everything of a few instances", () => {
    const parts = nodeParts(pair!, { x: 0, y: 0, width: 290, height: 113 });
    expect(parts.detail).toBe("full");
    expect(parts.rows).toHaveLength(2);
    expect(parts.scripts).not.toBeNull();
    expect(parts.chips).not.toBeNull();
  });

  it("leaves words of many out, but none of them", () => {
    const parts = nodeParts(many!, { x: 0, y: 0, width: 300, height: 160 });
    expect(parts.detail).toBe("name");
    expect(parts.rows).toHaveLength(20);
  });

  it("keeps its parts apart and inside", () => {
    for (const node of [pair!, many!]) {
      for (const [width, height] of [[290, 113], [300, 160], [110, 90], [60, 60], [48, 22]]) {
        const box = { x: 5, y: 7, width: width!, height: height! };
        const { rows, scripts, chips } = nodeParts(node, box);
        const parts = [...rows, ...[scripts, chips].filter((part) => part !== null)];
        for (const part of parts) {
          expect(part.y).toBeGreaterThanOrEqual(box.y);
          expect(part.y + part.height).toBeLessThanOrEqual(box.y + box.height);
        }
        parts.forEach((part, i) => {
          for (const other of parts.slice(i + 1)) expect(overlap(part, other)).toBe(false);
        });
      }
    }
  });
});

describe("the segment of a server", () => {
  const cast = clusterOf({ nodes: 2, segments: 3, instances: 3 });

  it("is that of the machines with like addresses", () => {
    expect(segmentOfServer(cast, "10.1.0.77")).toBe(1);
    expect(segmentOfServer(cast, "10.2.9.9")).toBe(2);
  });

  it("is that of its service where nothing is alike", () => {
    const [service] = cast.services;
    const sorry = { name: "[127.0.0.1]:tcp:80", address: "127.0.0.1", port: 80 };
    const key = { ...service!.key, address: "10.2.0.103" } as NonNullable<typeof service>["key"];
    const of = { ...cast, services: [{ ...service!, key, sorry }] };
    expect(segmentOfServer(of, "127.0.0.1")).toBe(2);
    expect(segmentOfServer(cast, "fd00::1")).toBe(0);
  });
});
