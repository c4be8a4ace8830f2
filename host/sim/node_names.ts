// What the nodes of a simulation are called when nobody says so. This module is browser safe.

import type { Config } from "../conf/model.ts";

/** What the nodes are called: router_id, or the file, or its folder and it, or a number. */
export function nodeNames(files: readonly string[], configs: readonly Config[]): string[] {
  const parts = files.map((file) => file.replace(/\.conf$/, "").split("/"));
  const tries = [
    configs.map(({ global }) => global.routerId ?? ""),
    parts.map((path) => path.at(-1)!),
    parts.map((path) => path.slice(-2).join("/")),
  ];
  const isGood = (names: string[]) =>
    names.every((name) => name !== "") && new Set(names).size === names.length;
  return tries.find(isGood) ?? files.map((_, i) => `node${i + 1}`);
}
