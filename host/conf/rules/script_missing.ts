// Scripts that cannot run.
// This module is browser safe.

import { quoted } from "../diagnostic.ts";
import { commandsOf } from "./commands.ts";
import type { Rule } from "./rule.ts";

/** Seed mistake 12: each program is told once, where it stands first. */
export const scriptMissing: Rule = {
  code: "script-missing",
  severity: "warning",
  why: "it cannot be run: a tracker or checker with it is left out, a notification never comes",
  advice: "create it and make it executable (chmod 755), or correct the path",
  check({ drafts, facts }, report) {
    if (facts === null) return;
    const told = new Set<string>();
    for (const { draft, script } of commandsOf(drafts)) {
      const program = script.argv[0] ?? "";
      if (told.has(program)) continue;
      told.add(program);
      const { state } = facts.program(program);
      const problem = state === "missing" ? "does not exist here" : "is not executable";
      if (state !== "executable") report(draft.statement, `${quoted(program)} ${problem}`);
    }
  },
};
