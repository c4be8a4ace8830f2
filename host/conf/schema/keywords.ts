// Every word that keepalived.conf(5) knows, by block, and vipd's own: what the reader needs to tell
// "not supported yet" from "unknown", to say where a misplaced word belongs, and to guess what a
// misspelt one was meant to be. Whether vipd supports a word is not written here: it does when a
// reader of host/conf/read has it, and test/coverage/keywords.snap shows the outcome.
// This module is browser safe.

import { nearest } from "../../base/nearest.ts";
import { LINE_KEYWORDS } from "./address.ts";
import { CHECK_KEYWORDS } from "./check.ts";
import { GLOBAL_KEYWORDS } from "./global.ts";
import { LVS_KEYWORDS } from "./lvs.ts";
import type { Changes, KeywordRows } from "./rows.ts";
import { VRRP_KEYWORDS } from "./vrrp.ts";

/** One word in one block. */
export interface Keyword {
  block: string;
  keyword: string;
  /** As in the manual: UPPER = value, `[x]` optional, `{ }` = a block follows, `-` = nothing. */
  arguments: string;
  /** 1 = in nearly every file, 4 = hardly ever seen; 0 = vipd's own. */
  tier: 0 | 1 | 2 | 3 | 4;
  changes: Changes;
}

/** Name of the block that a file's top level is. */
export const ROOT = "ROOT";
/** Name of the block that the top level of vipd's own file is. */
export const VIPD_FILE = "vipd.conf";

const VIPD_ROWS: Record<string, [string, string, Changes][]> = {
  ROOT: [["vipd", "{ }", "nothing"]],
  [VIPD_FILE]: [["vipd", "{ }", "nothing"]],
  vipd: [
    ["lease", "BOOL", "master"],
    ["director", "auto|kernel|user", "traffic"],
    ["shell_scripts", "BOOL", "master"],
    ["web", "{ }", "nothing"],
  ],
  "vipd.web": [
    ["listen", "ADDRESS [PORT]", "nothing"],
    ["token", "NAME SECRET", "nothing"],
    ["allow_origin", "SCHEME://HOST[:PORT]", "nothing"],
  ],
};

/** Words that keepalived once had: block, and what to write instead ("" = nothing). */
const REMOVED: Record<string, { block: string; instead: string }> = {
  lvs_id: { block: "global_defs", instead: "write router_id" },
  nat_mask: { block: "virtual_server", instead: "take the line out: no kernel since 2.2 uses it" },
  sync_instance: { block: "vrrp_instance", instead: "write a vrrp_sync_group with both instances" },
  plugin_dir: { block: "global_defs", instead: "take the line out" },
};

const TABLE: Map<string, Map<string, Keyword>> = buildTable();

function buildTable(): Map<string, Map<string, Keyword>> {
  const table = new Map<string, Map<string, Keyword>>();
  const add = (row: Keyword) => {
    const block = table.get(row.block) ?? new Map<string, Keyword>();
    table.set(row.block, block.set(row.keyword, row));
  };
  const sources: Record<string, KeywordRows>[] = [
    ...[GLOBAL_KEYWORDS, VRRP_KEYWORDS, LINE_KEYWORDS, LVS_KEYWORDS, CHECK_KEYWORDS],
  ];
  for (const source of sources) {
    for (const [block, rows] of Object.entries(source)) {
      for (const [keyword, args, tier, changes] of rows) {
        add({ block, keyword, arguments: args, tier, changes });
      }
    }
  }
  for (const [block, rows] of Object.entries(VIPD_ROWS)) {
    for (const [keyword, args, changes] of rows) {
      add({ block, keyword, arguments: args, tier: 0, changes });
    }
  }
  return table;
}

/** Every row of the table, by block. */
export function keywordTable(): ReadonlyMap<string, ReadonlyMap<string, Keyword>> {
  return TABLE;
}

/** The row of a word in a block; null when the block does not know it. */
export function findKeyword(block: string, keyword: string): Keyword | null {
  return TABLE.get(block)?.get(keyword) ?? null;
}

/** Blocks (not pseudo blocks of lines) that know a word. */
export function blocksOf(keyword: string): string[] {
  const blocks: string[] = [];
  for (const [block, rows] of TABLE) {
    if (!block.endsWith("_line") && rows.has(keyword)) blocks.push(block);
  }
  return blocks;
}

/** What became of a word that keepalived once had; null when it never had it. */
export function removedKeyword(keyword: string): { block: string; instead: string } | null {
  return Object.hasOwn(REMOVED, keyword) ? REMOVED[keyword]! : null;
}

/** How a block is called in a message. */
export function blockTitle(block: string): string {
  if (block === ROOT) return "the top level";
  if (block === VIPD_FILE) return VIPD_FILE;
  return `a ${block.slice(block.lastIndexOf(".") + 1)} block`;
}

/** The keyword of a block that is most likely meant, or null. */
export function nearestKeyword(block: string, word: string): string | null {
  return nearest(word, TABLE.get(block)?.keys() ?? []);
}
