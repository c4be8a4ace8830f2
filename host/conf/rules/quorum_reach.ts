// Quorums that can never be met.
// This module is browser safe.

import { keyOf, quorumOf, serviceName, weightOf } from "../resolve/lvs.ts";
import { type Rule, statementOf } from "./rule.ts";

/** keepalived lowers both with a message. */
export const quorumReach: Rule = {
  code: "quorum-out-of-reach",
  severity: "warning",
  why: "it could never be met, so it is lowered",
  advice: "keep quorum within the sum of the weights, and hysteresis below quorum",
  check({ drafts }, report) {
    for (const draft of drafts.services) {
      if (draft.quorum === null && draft.hysteresis === null) continue;
      const total = draft.realServers.reduce((sum, each) => sum + weightOf(each, draft), 0);
      const quorum = quorumOf(draft, total);
      const name = serviceName(keyOf(draft));
      if (quorum !== (draft.quorum ?? 1)) {
        const what = `${name}: quorum ${draft.quorum} with weights of ${total} becomes ${quorum}`;
        report(statementOf(draft, "quorum"), what);
      }
      if ((draft.hysteresis ?? 0) >= quorum && draft.hysteresis !== 0) {
        const what = `${name}: hysteresis ${draft.hysteresis} with quorum ${quorum} becomes ${
          quorum - 1
        }`;
        if (draft.hysteresis !== null) report(statementOf(draft, "hysteresis"), what);
      }
    }
  },
};
