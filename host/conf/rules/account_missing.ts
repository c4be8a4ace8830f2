// Accounts that do not exist.
// This module is browser safe.

import { quoted } from "../diagnostic.ts";
import { commandsOf } from "./commands.ts";
import type { Rule } from "./rule.ts";

/** A warning only: the facts may not see accounts of a directory service. */
export const accountMissing: Rule = {
  code: "account-missing",
  severity: "warning",
  why: "the script cannot be run",
  advice: "create the account, or name another",
  check({ drafts, facts }, report) {
    if (facts === null) return;
    const told = new Set<string>();
    for (const { draft, script: { user, group } } of commandsOf(drafts)) {
      if (user !== null && !told.has(`user ${user}`) && !facts.hasUser(user)) {
        told.add(`user ${user}`);
        report(draft.statement, `there is no user ${quoted(user)} here`);
      }
      if (group !== null && !told.has(`group ${group}`) && !facts.hasGroup(group)) {
        told.add(`group ${group}`);
        report(draft.statement, `there is no group ${quoted(group)} here`);
      }
    }
  },
};
