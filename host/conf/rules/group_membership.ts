// Sync groups that are too small or share members.
// This module is browser safe.

import { quoted } from "../diagnostic.ts";
import { placeOfToken } from "../tree.ts";
import { type Rule, statementOf } from "./rule.ts";

/** An instance follows one group; a group of one follows nobody. */
export const groupMembership: Rule = {
  code: "group-membership",
  severity: "error",
  why: "an instance can follow one group only",
  advice: "take it out of one of the groups",
  check({ drafts }, report) {
    const groupOf = new Map<string, string>();
    for (const group of drafts.groups) {
      for (const { name, token, line } of group.members) {
        const other = groupOf.get(name);
        if (other === undefined) groupOf.set(name, group.name);
        else if (other !== group.name) {
          const what = `${quoted(name)} is a member of ${quoted(other)} already`;
          report(placeOfToken(line.file, token), what);
        }
      }
    }
  },
};

/** keepalived warns about it too. */
export const groupOfOne: Rule = {
  code: "group-of-one",
  severity: "warning",
  why: "there is nobody to change state together with",
  advice: "add the other instances, or take the group out",
  check({ drafts }, report) {
    for (const group of drafts.groups) {
      const size = new Set(group.members.map(({ name }) => name)).size;
      if (size >= 2) continue;
      const count = size === 0 ? "no member" : "one member";
      report(statementOf(group, "group"), `vrrp_sync_group ${quoted(group.name)} has ${count}`);
    }
  },
};
