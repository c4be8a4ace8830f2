// Version 2 for IPv6.
// This module is browser safe.

import { familyOf } from "../resolve/vrrp.ts";
import { type Rule, statementOf } from "./rule.ts";

/** RFC 3768 knows IPv4 only. */
export const ipv6Version: Rule = {
  code: "ipv6-is-version-3",
  severity: "warning",
  why: "VRRP for IPv6 exists in version 3 only, which is used",
  advice: "take the version line out",
  check({ drafts }, report) {
    for (const draft of drafts.instances) {
      if (draft.version !== 2 || familyOf(draft) !== "INET6") continue;
      report(statementOf(draft, "version"), "version 2 in an instance with IPv6 addresses");
    }
  },
};
