// Passwords longer than the packet holds.
// This module is browser safe.

import { AUTH_PASS_SIZE_MAX } from "../limits.ts";
import { passwordBytes } from "../resolve/vrrp.ts";
import { type Rule, statementOf } from "./rule.ts";

/** RFC 2338 5.3.6: eight bytes; the rest never reaches the wire. */
export const authPassLong: Rule = {
  code: "auth-pass-too-long",
  severity: "warning",
  why: `VRRPv2 carries ${AUTH_PASS_SIZE_MAX} bytes, the rest is cut`,
  advice: `write ${AUTH_PASS_SIZE_MAX} characters, the same on all routers`,
  check({ drafts }, report) {
    for (const draft of drafts.instances) {
      const size = passwordBytes(draft).length;
      if (size <= AUTH_PASS_SIZE_MAX) continue;
      report(statementOf(draft, "auth_pass"), `auth_pass has ${size} bytes`);
    }
  },
};
