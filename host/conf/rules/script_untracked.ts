// Scripts that nobody tracks.
// This module is browser safe.

import { type Rule, statementOf } from "./rule.ts";
import { quoted } from "../diagnostic.ts";

/** Seed mistake 3: the script runs for nothing, or a track_script line was forgotten. */
export const scriptUntracked: Rule = {
  code: "script-untracked",
  severity: "warning",
  why: "its result changes nothing",
  advice: "name it in a track_script block, or take the vrrp_script out",
  check({ drafts }, report) {
    const tracked = new Set<string>();
    for (const { tracks } of [...drafts.instances, ...drafts.groups]) {
      for (const { name, watches } of tracks) if (watches === "SCRIPT") tracked.add(name);
    }
    for (const script of drafts.scripts.values()) {
      if (tracked.has(script.name)) continue;
      report(
        statementOf(script),
        `vrrp_script ${quoted(script.name)} is not tracked by any instance`,
      );
    }
  },
};
