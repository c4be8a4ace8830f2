// Which rows the lanes have, from top to bottom, and how tall they are. Pure.

import type { Cast, CastRouter } from "../story/cast.ts";
import { checkKey } from "./lane_types.ts";

/** Where a real server listens. */
interface Endpoint {
  address: string;
  port: number;
}

/** One row of the lanes. */
export type Row =
  & { top: number; height: number }
  & (
    /** Head of a group. */
    | { kind: "router"; router: CastRouter; isFolded: boolean }
    | { kind: "instance"; node: string; instance: string; router: CastRouter }
    /** Head of a group, with the process in it. */
    | { kind: "node"; node: string; isFolded: boolean }
    | { kind: "link"; node: string; name: string }
    | { kind: "script"; node: string; name: string }
    /** Head of the checks of a virtual server. */
    | { kind: "service"; node: string; service: string }
    /** `key` that of NodeLane.checks. */
    | { kind: "check"; node: string; name: string; service: string; key: string; server: Endpoint }
    | { kind: "notifications"; node: string }
  );
export type RowKind = Row["kind"];

/** Heights, CSS pixels. */
export const ROW_HEIGHTS: Readonly<Record<RowKind, number>> = {
  router: 24,
  instance: 53,
  node: 24,
  link: 14,
  script: 15,
  service: 16,
  check: 15,
  notifications: 14,
};
/** Between two groups. */
const GAP = 6;

/** All rows and their height. */
export interface Rows {
  rows: readonly Row[];
  height: number;
}

type Bare = Row extends infer One ? One extends Row ? Omit<One, "top" | "height"> : never : never;

/** The rows; the folded groups (names of routers and nodes) show their head only. */
export function rowsOf(cast: Cast, folded: ReadonlySet<string>): Rows {
  const rows: Row[] = [];
  let top = 0;
  const add = (row: Bare) => {
    const height = ROW_HEIGHTS[row.kind];
    rows.push({ ...row, top, height } as Row);
    top += height;
  };
  for (const router of cast.routers) {
    const isFolded = folded.has(routerGroup(router));
    add({ kind: "router", router, isFolded });
    if (!isFolded) {
      for (const { node, instance } of router.members) {
        add({ kind: "instance", node, instance, router });
      }
    }
    top += GAP;
  }
  for (const { name: node, scripts, interfaces } of cast.nodes) {
    const isFolded = folded.has(nodeGroup(node));
    add({ kind: "node", node, isFolded });
    if (!isFolded) {
      for (const { name } of interfaces) add({ kind: "link", node, name });
      for (const name of scripts) add({ kind: "script", node, name });
      for (const { name: service, nodes, servers } of cast.services) {
        if (!nodes.includes(node)) continue;
        add({ kind: "service", node, service });
        for (const server of servers) {
          const { name } = server;
          add({ kind: "check", node, name, service, key: checkKey(service, name), server });
        }
      }
      add({ kind: "notifications", node });
    }
    top += GAP;
  }
  return { rows, height: top };
}

/** What a router's group is called among the folded ones. */
export function routerGroup({ segment, family, vrid }: CastRouter): string {
  return `router ${segment} ${family} ${vrid}`;
}

/** What a node's group is called among them. */
export function nodeGroup(node: string): string {
  return `node ${node}`;
}

/** Place of the first row whose end is below a height: those before it need not be drawn. */
export function firstRowAt(rows: readonly Row[], y: number): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const { top, height } = rows[middle]!;
    if (top + height <= y) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The row at a height; null: between two. */
export function rowAt(rows: readonly Row[], y: number): Row | null {
  const row = rows[firstRowAt(rows, y)];
  return row !== undefined && y >= row.top && y < row.top + row.height ? row : null;
}
