// Track lines without effect.
// This module is browser safe.

import { quoted } from "../diagnostic.ts";
import { groupsByMember } from "../resolve/config.ts";
import { trackOutcomes } from "../resolve/vrrp.ts";
import type { Rule } from "./rule.ts";

const REASON = {
  "own interface": "is the instance's own interface, which is watched anyway",
  "twice": "is tracked already",
  "weight in group": "has a weight, and the sync group has no sync_group_tracking_weight",
  "weight of owner": "has a weight, and the priority of an owner (255) never changes",
};

/** keepalived drops these lines with a message. */
export const trackRefused: Rule = {
  code: "track-ignored",
  severity: "warning",
  why: "the line is ignored",
  advice: "take it out, or change what it depends on",
  check({ drafts }, report) {
    const groupOf = groupsByMember(drafts);
    for (const draft of drafts.instances) {
      const outcomes = trackOutcomes(draft, drafts, groupOf.get(draft.name) ?? null);
      for (const { draft: line, refusal } of outcomes) {
        if (refusal === null) continue;
        report(line.statement, `${quoted(line.name)} of ${quoted(draft.name)} ${REASON[refusal]}`);
      }
    }
  },
};
