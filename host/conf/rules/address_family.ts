// Addresses of another family than their instance.
// This module is browser safe.

import { familyTitle } from "../read/arguments.ts";
import { familyOf } from "../resolve/vrrp.ts";
import { type Rule, statementOf } from "./rule.ts";

/** One advert carries addresses of one family; the first address decides. */
export const addressFamily: Rule = {
  code: "address-family",
  severity: "error",
  why: "an instance has one address family",
  advice: "move it to virtual_ipaddress_excluded, or to an instance of its own",
  check({ drafts }, report) {
    for (const draft of drafts.instances) {
      const family = familyOf(draft);
      const title = familyTitle(family);
      for (const { statement, value } of draft.vips) {
        if (value.family === family) continue;
        report(statement, `${value.address} stands in an instance of ${title}`);
      }
      const others = { mcast_src_ip: draft.source, mcast_dst_ip: draft.multicastGroup };
      for (const [keyword, value] of Object.entries(others)) {
        if (value === null || value.family === family) continue;
        const advice = `write an ${title} address`;
        report(statementOf(draft, keyword), `${keyword} of an instance of ${title}`, { advice });
      }
    }
  },
};
