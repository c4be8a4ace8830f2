// Which tests show what the everyday keywords (tier 1) do to a running daemon. A test says so with a
// comment of one line in front of what shows it:
//   shows: BLOCK KEYWORD...
// after two slashes, with names as test/coverage/keywords.snap has them.

import { readdirSync, readFileSync } from "node:fs";
import { keywordCoverage } from "../../host/conf/coverage.ts";

const ROOT = new URL("../../", import.meta.url);
/** Folders of tests that run a daemon. */
const FOLDERS = ["test/e2e", "test/interop", "test/lab"];
const MARK = /^\s*\/\/ shows: (\S+) (.+)$/gm;

/** Keywords that count as everyday ones beside the table's. */
const BESIDE: [string, string[]][] = [
  ["config_syntax", ["#", "!", "{", "}", '"..."', "include"]],
  ["global_defs", ["vrrp_version"]],
  ["vrrp_script", ["timeout", "user"]],
  ["vrrp_instance", ["version", "notify_stop"]],
  ["address_line", ["scope"]],
];

/** A keyword and the tests that show it, sorted; none is a gap. */
export interface ShownKeyword {
  block: string;
  keyword: string;
  files: string[];
}

/** `block keyword` -> files, of every mark in the tests. */
function marks(): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const folder of FOLDERS) {
    const names = readdirSync(new URL(folder, ROOT), { recursive: true, encoding: "utf8" });
    for (const name of names.filter((name) => name.endsWith(".ts"))) {
      const file = `${folder}/${name}`;
      const text = readFileSync(new URL(file, ROOT), "utf8");
      for (const [, block = "", keywords = ""] of text.matchAll(MARK)) {
        for (const keyword of keywords.trim().split(/ +/)) {
          const key = `${block} ${keyword}`;
          found.set(key, (found.get(key) ?? new Set()).add(file));
        }
      }
    }
  }
  return found;
}

/** Every everyday keyword with its tests, in the order of the table. */
export function shownKeywords(): ShownKeyword[] {
  const shown = marks();
  const rows = [
    ...keywordCoverage().filter(({ tier }) => tier === 1),
    ...BESIDE.flatMap(([block, keywords]) => keywords.map((keyword) => ({ block, keyword }))),
  ];
  return rows.map(({ block, keyword }) => ({
    block,
    keyword,
    files: [...shown.get(`${block} ${keyword}`) ?? []].toSorted(),
  }));
}

/** Marks that name no everyday keyword: spelled wrong, or of another tier. */
export function strayMarks(): string[] {
  const known = new Set(shownKeywords().map(({ block, keyword }) => `${block} ${keyword}`));
  return [...marks().keys()].filter((key) => !known.has(key)).toSorted();
}
