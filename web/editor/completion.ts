// What may stand at a place: keywords of its block, options of its line, values that are words, names that
// the file itself gives.

import { SCHEDULERS } from "../../host/conf/read/lvs.ts";
import { findKeyword, keywordTable } from "../../host/conf/schema/keywords.ts";
import { type Item, keywordOf, type Statement, type Tree } from "../../host/conf/tree.ts";
import { type Help, helpFor } from "./help.ts";
import { type Place, placeAt } from "./place.ts";
import { isSupported } from "./syntax.ts";

/** One proposal. */
export interface Proposal {
  label: string;
  kind: "block" | "keyword" | "option" | "value" | "name";
  /** null for values and names. */
  help: Help | null;
  /** Of two that fit alike the higher one comes first. */
  boost: number;
}

/** What may stand from an offset on. */
export interface Proposals {
  from: number;
  proposals: Proposal[];
}

const METHODS = ["NAT", "DR", "TUN"] as const;
/** Values that are words of their own. */
const CHOICES: Record<string, readonly string[]> = {
  state: ["MASTER", "BACKUP"],
  version: ["2", "3"],
  vrrp_version: ["2", "3"],
  auth_type: ["PASS"],
  lb_algo: SCHEDULERS,
  lvs_sched: SCHEDULERS,
  lb_kind: METHODS,
  lvs_method: METHODS,
  sorry_server_lvs_method: METHODS,
  protocol: ["TCP", "UDP", "SCTP"],
  ip_family: ["inet", "inet6"],
  director: ["auto", "kernel", "user"],
  scope: ["host", "link", "site", "global"],
};
const SWITCH = ["on", "off"];

/** What may stand at an offset; null where nothing can be said. */
export function proposalsAt(tree: Tree, offset: number): Proposals | null {
  const place = placeAt(tree, offset);
  if (place === null || place.inside === null) return null;
  const proposals = proposalsFor(tree, place);
  return proposals.length === 0 ? null : { from: place.word?.start ?? offset, proposals };
}

function proposalsFor(tree: Tree, place: Place): Proposal[] {
  const inside = place.inside!;
  const { index } = place;
  if (inside.kind === "words") return names(namesOfWords(tree, place));
  if (inside.kind === "statements") {
    if (index === 0) return keywordsOf(inside.block);
    const keyword = keywordOf(place.statement!);
    return index > 1 ? [] : valuesOf(tree, inside.block, keyword);
  }
  if (index === 0) return names(namesOfLines(tree, inside.block));
  const before = place.statement!.words[index - 1]!.value;
  const values = valuesOf(tree, inside.block, before);
  if (values.length > 0 && index > 1) return values;
  return optionsOf(inside.block);
}

/** Keywords that vipd has; a block's are marked. */
function keywordsOf(block: string): Proposal[] {
  return [...keywordTable().get(block)?.values() ?? []]
    .filter(({ keyword }) => isSupported(block, keyword))
    .map((row) => ({
      label: row.keyword,
      kind: row.arguments.includes("{") ? "block" : "keyword",
      help: helpFor(block, row.keyword),
      // Words of nearly every file have tier 1, those of vipd 0.
      boost: -row.tier,
    }));
}

function optionsOf(block: string): Proposal[] {
  return [...keywordTable().get(block)?.keys() ?? []]
    .filter((keyword) => !keyword.startsWith("<") && isSupported(block, keyword))
    .map((label) => ({ label, kind: "option", help: helpFor(block, label), boost: 0 }));
}

/** Values of a keyword's first argument. */
function valuesOf(tree: Tree, block: string, keyword: string): Proposal[] {
  const takes = findKeyword(block, keyword)?.arguments ?? "-";
  const words = takes === "[BOOL]" || takes === "BOOL"
    ? SWITCH
    : Object.hasOwn(CHOICES, keyword)
    ? CHOICES[keyword]!
    : [];
  if (takes === "IF") return names(interfacesOf(tree));
  return words.map((label, i) => ({ label, kind: "value", help: null, boost: -i }));
}

function names(labels: Iterable<string>): Proposal[] {
  return [...new Set(labels)].filter((label) => label !== "")
    .map((label) => ({ label, kind: "name", help: null, boost: 0 }));
}

function namesOfLines(tree: Tree, block: string): string[] {
  if (block === "vrrp_instance.track_script") return blockNames(tree, "vrrp_script");
  return block === "vrrp_instance.track_interface" ? interfacesOf(tree) : [];
}

/** Words of the user's own that name something else in the file: members of a group. */
function namesOfWords(tree: Tree, { around }: Place): string[] {
  const isGroup = around !== null && keywordOf(around) === "group";
  return isGroup ? blockNames(tree, "vrrp_instance") : [];
}

function blockNames(tree: Tree, keyword: string): string[] {
  return tree.items.flatMap((item) =>
    item.kind === "statement" && keywordOf(item) === keyword ? item.words[1]?.value ?? [] : []
  );
}

/** Interfaces that the file names. */
function interfacesOf(tree: Tree): string[] {
  return [...statementsOf(tree.items)].flatMap(({ words }) =>
    words.flatMap(({ value }, i) => {
      const before = words[i - 1]?.value;
      return before === "interface" || before === "dev" ? [value] : [];
    })
  );
}

function* statementsOf(items: readonly Item[]): Generator<Statement> {
  for (const item of items) {
    if (item.kind === "stray") continue;
    yield item;
    if (item.block !== null) yield* statementsOf(item.block.items);
  }
}
