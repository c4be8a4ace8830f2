// Intervals that cannot be sent as written.
// This module is browser safe.

import { formatSeconds, SECOND_US } from "../read/arguments.ts";
import { sendableInterval, versionOf } from "../resolve/vrrp.ts";
import { type Rule, statementOf } from "./rule.ts";

/** v2 counts whole seconds (RFC 3768 5.3.7), v3 centiseconds up to 40.95 s (RFC 9568 5.2.7). */
export const advertInterval: Rule = {
  code: "advert-interval-rounded",
  severity: "warning",
  why: "the interval is sent in the packet, and peers compare it",
  advice: "version 2: whole seconds; version 3: steps of 0.01 s up to 40.95 s",
  check({ drafts }, report) {
    for (const draft of drafts.instances) {
      const version = versionOf(draft, drafts);
      const written = draft.advertIntervalUs ?? SECOND_US;
      const sent = sendableInterval(written, version);
      if (sent === written) continue;
      const what = `advert_int ${formatSeconds(written)} becomes ${formatSeconds(sent)} s in ` +
        `version ${version}`;
      report(statementOf(draft, "advert_int"), what);
    }
  },
};
