// Scripts that others than root can change.
// This module is browser safe.

import { quoted } from "../diagnostic.ts";
import { commandsOf } from "./commands.ts";
import type { Rule } from "./rule.ts";

/** keepalived.conf(5) enable_script_security. */
export const scriptInsecure: Rule = {
  code: "script-insecure",
  severity: "warning",
  why: "whoever can change it can run anything as root",
  advice: "chown root and chmod go-w the file and its directories, or give a user to run it as",
  check({ drafts, config, facts }, report) {
    if (facts === null) return;
    const severity = config.global.scriptSecurity ? "error" : "warning";
    const told = new Set<string>();
    for (const { draft, script } of commandsOf(drafts)) {
      const program = script.argv[0] ?? "";
      const isRoot = script.user === "root" ||
        (script.user === null && !facts.hasUser("keepalived_script"));
      if (!isRoot || told.has(program)) continue;
      told.add(program);
      const { insecure } = facts.program(program);
      if (insecure !== null) {
        report(draft.statement, `${quoted(program)}: ${insecure}`, { severity });
      }
    }
  },
};
