// Preemption settings that keepalived clears.
// This module is browser safe.

import { OWNER, priorityOf } from "../resolve/vrrp.ts";
import { type Rule, statementOf } from "./rule.ts";

/** keepalived.conf(5): not with state MASTER, not with the owner. */
export const preemption: Rule = {
  code: "preemption-ignored",
  severity: "warning",
  why: "it works only for instances that start as BACKUP and do not own the address",
  advice: "write state BACKUP on all routers",
  check({ drafts }, report) {
    for (const draft of drafts.instances) {
      const isOwner = priorityOf(draft) === OWNER;
      if (draft.state !== "MASTER" && !isOwner) continue;
      const cause = draft.state === "MASTER" ? "state MASTER" : "priority 255";
      if (draft.nopreempt) {
        report(statementOf(draft, "nopreempt"), `nopreempt is ignored with ${cause}`);
      }
      if ((draft.preemptDelayUs ?? 0) > 0) {
        report(statementOf(draft, "preempt_delay"), `preempt_delay is ignored with ${cause}`);
      }
    }
  },
};
