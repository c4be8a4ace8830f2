// Priorities that leave the range of a byte.
// This module is browser safe.

import { quoted } from "../diagnostic.ts";
import { type Rule, statementOf } from "./rule.ts";

/** Highest and lowest effective priority of a router that is not the owner. */
const EFFECTIVE = { min: 1, max: 254 };

/** Weights beyond the range are lost, and with them the difference to the peer. */
export const weightClamped: Rule = {
  code: "priority-out-of-reach",
  severity: "warning",
  why: `the effective priority stays within ${EFFECTIVE.min} and ${EFFECTIVE.max}, so a part of ` +
    "the weights has no effect",
  advice: "choose a priority and weights whose sum stays in the range",
  check({ config, drafts }, report) {
    const places = new Map(drafts.instances.map((draft) => [draft.name, draft]));
    for (const { name, priority, tracks } of config.instances) {
      if (priority === 255) continue;
      const rise = tracks.reduce((sum, { weight }) => sum + Math.max(0, weight), 0);
      const fall = tracks.reduce((sum, { weight }) => sum + Math.min(0, weight), 0);
      const place = statementOf(places.get(name)!, "priority");
      if (priority + rise > EFFECTIVE.max) {
        report(place, `${quoted(name)}: priority ${priority} and weights reach ${priority + rise}`);
      } else if (priority + fall < EFFECTIVE.min) {
        report(
          place,
          `${quoted(name)}: priority ${priority} and weights fall to ${priority + fall}`,
        );
      }
    }
  },
};
