// Which keywords vipd has, computed from the readers: never written by hand.
// This module is browser safe.

import { ADDRESS_OPTIONS } from "./read/address_line.ts";
import { CHECKERS, URL_BLOCKS } from "./read/check.ts";
import { GLOBAL_DEFS, VIPD } from "./read/global.ts";
import { REAL_SERVER, VIRTUAL_SERVER } from "./read/lvs.ts";
import { ROOT_SPEC, VIPD_CONF_SPEC } from "./read/root.ts";
import { TRACK_OPTIONS } from "./read/track_line.ts";
import { NESTED_VRRP_BLOCKS, VRRP_INSTANCE, VRRP_SCRIPT, VRRP_SYNC_GROUP } from "./read/vrrp.ts";
import { WEB } from "./read/web.ts";
import { type Keyword, keywordTable } from "./schema/keywords.ts";

/** What happens to a keyword. */
export interface KeywordCoverage extends Keyword {
  outcome: "supported" | "error" | "warning";
}

const SPECS = [
  ...[
    ROOT_SPEC,
    VIPD_CONF_SPEC,
    GLOBAL_DEFS,
    VIPD,
    WEB,
    VRRP_SCRIPT,
    VRRP_INSTANCE,
    ...NESTED_VRRP_BLOCKS,
  ],
  ...[VRRP_SYNC_GROUP, VIRTUAL_SERVER, REAL_SERVER, ...CHECKERS, ...URL_BLOCKS],
];

/** Words that are read by block, the lines of lists included. */
export function supportedKeywords(): Map<string, Set<string>> {
  const supported = new Map<string, Set<string>>([
    ["address_line", new Set(["<ADDRESS>", ...ADDRESS_OPTIONS])],
    ["vrrp_instance.track_interface", new Set(["<IF>", ...TRACK_OPTIONS])],
    ["vrrp_instance.track_script", new Set(["<NAME>", ...TRACK_OPTIONS])],
  ]);
  for (const { name, readers } of SPECS) supported.set(name, new Set(Object.keys(readers)));
  return supported;
}

/** Every keyword of the table with what vipd does about it. */
export function keywordCoverage(): KeywordCoverage[] {
  const supported = supportedKeywords();
  return [...keywordTable()].flatMap(([block, rows]) =>
    [...rows.values()].map((row) => {
      if (supported.get(block)?.has(row.keyword)) return { ...row, outcome: "supported" as const };
      return { ...row, outcome: row.changes === "nothing" ? "warning" as const : "error" as const };
    })
  );
}
