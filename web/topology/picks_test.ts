import { describe, expect, it } from "vitest";
import { placeAll } from "./layout.ts";
import { isSamePick, nextTarget, pickAt, type Target, targetsOf } from "./picks.ts";
import { clusterOf } from "./test_cast.ts";
import { placeOn, wayBetween } from "./way.ts";

const cast = clusterOf({ nodes: 2, segments: 1, servers: 2 });
const places = placeAll(cast, 652, 334);
const targets = targetsOf(cast, places);

const middle = ({ box }: Target) => [box.x + box.width / 2, box.y + box.height / 2] as const;
const find = (kind: string, node?: string) =>
  targets.findIndex(({ selection }) =>
    selection.kind === kind &&
    (node === undefined || ("node" in selection && selection.node === node))
  );

describe("pointing", () => {
  it("finds each thing where it stands", () => {
    for (const target of targets) {
      // In the middle of a director are its instances.
      const [x, y] = target.selection.kind === "node"
        ? [target.box.x + 3, target.box.y + 8] as const
        : middle(target);
      expect(pickAt(targets, [], 0, x, y)).toEqual(target.selection);
    }
  });

  it("finds every kind of thing, and nothing where nothing is", () => {
    expect(new Set(targets.map(({ selection }) => selection.kind))).toEqual(
      new Set(["link", "client", "server", "node", "instance"]),
    );
    expect(pickAt(targets, [], 0, 1, 1)).toBeNull();
  });

  it("finds the nearest packet before everything under it", () => {
    const [x, y] = middle(targets[find("client")]!);
    const packets = [
      { event: 4, isPacket: true, x: x + 9, y },
      { event: 5, isPacket: false, x: x + 2, y },
      { event: -1, isPacket: false, x, y },
    ];
    expect(pickAt(targets, packets, 3, x, y)).toEqual({ kind: "event", event: 5 });
    expect(pickAt(targets, packets, 1, x, y)).toEqual({ kind: "packet", event: 4 });
    expect(pickAt(targets, packets, 0, x, y)).toEqual({ kind: "client", segment: 0 });
  });

  it("knows things again", () => {
    const port80 = { kind: "server", address: "10.0.0.11", port: 80 } as const;
    expect(isSamePick(port80, { ...port80, port: null })).toBe(true);
    expect(isSamePick({ kind: "packet", event: 1 }, { kind: "event", event: 1 })).toBe(false);
    expect(isSamePick(null, null)).toBe(false);
  });
});

describe("arrow keys", () => {
  const kindAt = (i: number | null) => i === null ? null : targets[i]!.selection;

  it("go from director to director, and down to what is below", () => {
    const node1 = find("node", "node1");
    expect(kindAt(nextTarget(targets, node1, "ArrowRight"))).toMatchObject({ node: "node2" });
    const cable = find("link", "node1");
    expect(nextTarget(targets, cable, "ArrowUp")).not.toBeNull();
    const client = find("client");
    expect(kindAt(nextTarget(targets, client, "ArrowRight"))).toMatchObject({ kind: "server" });
    expect(nextTarget(targets, client, "ArrowLeft")).toBeNull();
  });

  it("reach every thing from every other", () => {
    for (let start = 0; start < targets.length; start++) {
      const reached = new Set([start]);
      const open = [start];
      for (let at = open.pop(); at !== undefined; at = open.pop()) {
        for (const key of ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"]) {
          const next = nextTarget(targets, at, key);
          if (next === null || reached.has(next)) continue;
          reached.add(next);
          open.push(next);
        }
      }
      expect(reached.size).toBe(targets.length);
    }
  });

  it("go to the ends, and other keys nowhere", () => {
    expect(nextTarget(targets, 3, "Home")).toBe(0);
    expect(nextTarget(targets, 3, "End")).toBe(targets.length - 1);
    expect(nextTarget(targets, 3, "a")).toBeNull();
    expect(nextTarget([], 0, "Home")).toBeNull();
  });
});

describe("the way of a packet", () => {
  it("runs along both cables, at an even pace", () => {
    const way = wayBetween([{ x: 0, y: 0 }, { x: 0, y: 50 }], [{ x: 100, y: 100 }, {
      x: 100,
      y: 50,
    }]);
    expect(way.length).toBe(200);
    const at = { x: 0, y: 0 };
    const places = [0, 0.25, 0.5, 0.75, 1].map((part) => {
      placeOn(way, part, at);
      return [at.x, at.y];
    });
    expect(places).toEqual([[0, 0], [0, 50], [50, 50], [100, 50], [100, 100]]);
  });

  it("ends in the switch where there is nobody", () => {
    expect(wayBetween([{ x: 3, y: 0 }, { x: 3, y: 9 }], null).length).toBe(9);
  });
});
