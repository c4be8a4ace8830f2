// Instances without addresses.
// This module is browser safe.

import { quoted } from "../diagnostic.ts";
import { versionOf } from "../resolve/vrrp.ts";
import { type Rule, statementOf } from "./rule.ts";

/** v3 needs one address at least (RFC 9568 5.2.5); v2 of keepalived goes on with none. */
export const vipMissing: Rule = {
  code: "no-virtual-address",
  severity: "warning",
  why: "there is nothing to keep alive",
  advice: "add a virtual_ipaddress block",
  check({ drafts }, report) {
    for (const draft of drafts.instances) {
      if (draft.vips.length > 0) continue;
      const what = `vrrp_instance ${quoted(draft.name)} has no virtual address`;
      const severity = versionOf(draft, drafts) === 3 ? "error" : "warning";
      report(statementOf(draft, "virtual_ipaddress"), what, { severity });
    }
  },
};
