// Two instances that are one virtual router.
// This module is browser safe.

import { quoted } from "../diagnostic.ts";
import type { InstanceDraft } from "../read/drafts.ts";
import { familyOf } from "../resolve/vrrp.ts";
import { type Rule, statementOf } from "./rule.ts";

/** A VRID is one router on its interface and family (RFC 9568 5.2.3). */
export const vridDuplicate: Rule = {
  code: "vrid-duplicate",
  severity: "error",
  why: "their adverts cannot be told apart",
  advice: "give each instance on an interface a VRID of its own",
  check({ drafts }, report) {
    const owners = new Map<string, InstanceDraft>();
    for (const draft of drafts.instances) {
      if (draft.vrid === null || draft.interface === null) continue;
      const key = `${draft.vrid} ${draft.interface} ${familyOf(draft)}`;
      const other = owners.get(key);
      if (other === undefined) owners.set(key, draft);
      else {
        const names = `${quoted(other.name)} and ${quoted(draft.name)}`;
        const what = `${names} both have VRID ${draft.vrid} on ${draft.interface}`;
        report(statementOf(draft, "virtual_router_id"), what);
      }
    }
  },
};
