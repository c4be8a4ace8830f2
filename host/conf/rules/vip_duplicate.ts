// One address in two places.
// This module is browser safe.

import type { InstanceDraft, VipDraft } from "../read/drafts.ts";
import { quoted } from "../diagnostic.ts";
import type { Rule } from "./rule.ts";

/** Two instances would add and remove the same address under each other. */
export const vipDuplicate: Rule = {
  code: "address-twice",
  severity: "warning",
  why: "when one of the two lets it go, the other loses it",
  advice: "keep it in one instance",
  check({ drafts }, report) {
    const owners = new Map<string, InstanceDraft>();
    for (const draft of drafts.instances) {
      for (const vip of [...draft.vips, ...draft.excludedVips]) {
        const key = keyOf(vip, draft);
        const other = owners.get(key);
        if (other === undefined) owners.set(key, draft);
        else {
          const where = other === draft ? "twice" : `in ${quoted(other.name)} already`;
          report(vip.statement, `${vip.value.address} stands ${where}`);
        }
      }
    }
  },
};

function keyOf(vip: VipDraft, draft: InstanceDraft): string {
  return `${vip.value.address} ${vip.device ?? draft.interface}`;
}
