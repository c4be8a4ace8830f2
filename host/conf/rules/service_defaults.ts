// Services that leave out what matters.
// This module is browser safe.

import { quoted } from "../diagnostic.ts";
import { keyOf, serviceName } from "../resolve/lvs.ts";
import { type Rule, statementOf } from "./rule.ts";

/** keepalived reports these as errors and goes on with a default. */
export const serviceDefaults: Rule = {
  code: "service-default",
  severity: "warning",
  why: "the default is seldom what is meant",
  advice: "write the line",
  check({ drafts }, report) {
    for (const draft of drafts.services) {
      const name = serviceName(keyOf(draft));
      const { seen } = draft;
      const missing = (keyword: string, value: string) =>
        report(statementOf(draft), `${name} has no ${keyword}, ${quoted(value)} is used`);
      if (draft.key.kind === "ADDRESS" && !seen.has("protocol")) missing("protocol", "UDP");
      if (!seen.has("lb_algo") && !seen.has("lvs_sched")) missing("lb_algo", "wlc");
      if (!seen.has("lb_kind") && !seen.has("lvs_method")) missing("lb_kind", "NAT");
      const isEveryPort = draft.key.kind === "ADDRESS" && draft.key.port === 0;
      if (isEveryPort && !seen.has("persistence_timeout")) missing("persistence_timeout", "360");
    }
  },
};
