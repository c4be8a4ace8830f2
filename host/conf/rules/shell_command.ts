// Commands in shell syntax.
// This module is browser safe.

import { quoted } from "../diagnostic.ts";
import { commandsOf } from "./commands.ts";
import type { Rule } from "./rule.ts";

/** Seed mistake 2: keepalived cannot run it, vipd can. */
export const shellCommand: Rule = {
  code: "shell-command",
  severity: "warning",
  why: "keepalived runs programs only and would drop it",
  advice: "put it into a script file of its own to have it run anywhere",
  check({ drafts, config }, report) {
    for (const { draft, script } of commandsOf(drafts)) {
      if (script.shell === null) continue;
      const what = `${quoted(draft.command)} is a shell expression`;
      if (config.vipd.shellScripts) {
        report(draft.statement, `${what}, vipd runs it by ${script.shell}`);
      } else {
        report(draft.statement, `${what}, and shell_scripts is off`, {
          severity: "error",
          advice: "put it into a script file, or take 'shell_scripts off' out",
        });
      }
    }
  },
};
