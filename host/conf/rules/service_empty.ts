// Services that lead nowhere.
// This module is browser safe.

import { keyOf, serviceName } from "../resolve/lvs.ts";
import { type Rule, statementOf } from "./rule.ts";

/** keepalived leaves such a service out. */
export const serviceEmpty: Rule = {
  code: "service-empty",
  severity: "warning",
  why: "the service is left out",
  advice: "add a real_server",
  check({ drafts }, report) {
    for (const draft of drafts.services) {
      if (draft.realServers.length > 0 || draft.sorryServer !== null) continue;
      report(statementOf(draft), `${serviceName(keyOf(draft))} has no real and no sorry server`);
    }
  },
};
