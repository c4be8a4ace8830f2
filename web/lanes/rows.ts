// Which rows the lanes have, from top to bottom, and how tall they are. Pure.

import type { Cast, CastRouter } from "../story/cast.ts";

/** One row of the lanes. */
export type Row =
  & { top: number; height: number }
  & (
    | { kind: "router"; router: CastRouter }
    | { kind: "instance"; node: string; instance: string; router: CastRouter }
    | { kind: "node"; node: string }
    | { kind: "scripts"; node: string }
    | { kind: "checks"; node: string }
  );

const HEIGHTS: Record<Row["kind"], number> = {
  router: 20,
  instance: 34,
  node: 22,
  scripts: 16,
  checks: 16,
};
/** Between two groups. */
const GAP = 6;

/** The rows; the folded groups (names of routers and nodes) show their head only. */
export function rowsOf(cast: Cast, folded: ReadonlySet<string>): { rows: Row[]; height: number } {
  const rows: Row[] = [];
  let top = 0;
  const add = (
    row: Row extends infer One ? One extends Row ? Omit<One, "top" | "height"> : never
      : never,
  ) => {
    const height = HEIGHTS[row.kind];
    rows.push({ ...row, top, height } as Row);
    top += height;
  };
  for (const router of cast.routers) {
    add({ kind: "router", router });
    if (!folded.has(groupOf(router))) {
      for (const { node, instance } of router.members) {
        add({ kind: "instance", node, instance, router });
      }
    }
    top += GAP;
  }
  for (const { name: node, scripts } of cast.nodes) {
    add({ kind: "node", node });
    if (!folded.has(`node ${node}`)) {
      if (scripts.length > 0) add({ kind: "scripts", node });
      if (cast.services.some(({ nodes }) => nodes.includes(node))) add({ kind: "checks", node });
    }
    top += GAP;
  }
  return { rows, height: top };
}

/** What a router's group is called among the folded ones. */
export function groupOf({ segment, family, vrid }: CastRouter): string {
  return `router ${segment} ${family} ${vrid}`;
}

/** The row at a height; null: between two. */
export function rowAt(rows: readonly Row[], y: number): Row | null {
  return rows.find(({ top, height }) => y >= top && y < top + height) ?? null;
}
