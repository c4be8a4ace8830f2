// More addresses than an advert holds.
// This module is browser safe.

import { quoted } from "../diagnostic.ts";
import { advertisedMax, familyOf } from "../resolve/vrrp.ts";
import { type Rule, statementOf } from "./rule.ts";

/** RFC 9568 5.2.5 counts in one byte; IPv6 ends earlier, at the MTU. */
export const vipExcess: Rule = {
  code: "too-many-addresses",
  severity: "warning",
  why: "the rest is held but not advertised, as with virtual_ipaddress_excluded",
  advice: "move addresses to virtual_ipaddress_excluded",
  check({ drafts }, report) {
    for (const draft of drafts.instances) {
      const max = advertisedMax(familyOf(draft));
      if (draft.vips.length <= max) continue;
      const what = `${
        quoted(draft.name)
      } has ${draft.vips.length} addresses, an advert holds ${max}`;
      report(statementOf(draft, "virtual_ipaddress"), what);
    }
  },
};
