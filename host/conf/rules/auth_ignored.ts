// Authentication that is not used.
// This module is browser safe.

import { versionOf } from "../resolve/vrrp.ts";
import { type Rule, statementOf } from "./rule.ts";

/** RFC 9568 has no authentication; half a definition is none. */
export const authIgnored: Rule = {
  code: "auth-ignored",
  severity: "warning",
  why: "the authentication is ignored",
  advice: "take the authentication block out, or complete it for version 2",
  check({ drafts }, report) {
    for (const draft of drafts.instances) {
      if (draft.authType === null && draft.authPass === null) continue;
      const place = statementOf(draft, "authentication");
      if (versionOf(draft, drafts) === 3) report(place, "VRRP version 3 has no authentication");
      else if (draft.authPass === null) report(place, "auth_type without auth_pass");
      else if (draft.authType === null) report(place, "auth_pass without auth_type");
    }
  },
};
