// One router_id on several nodes.
// This module is browser safe.

import { quoted } from "../../diagnostic.ts";
import { statementOf } from "../rule.ts";
import type { ClusterRule } from "./rule.ts";

/** Seed mistake 8. */
export const routerIdShared: ClusterRule = {
  code: "router-id-shared",
  severity: "warning",
  why: "mails and dumps do not tell which node they come from",
  advice: "give each node its own router_id, or leave it out: the default is the host name",
  check(nodes, _routers, report) {
    const owners = new Map<string, string>();
    for (const { path, drafts: { global } } of nodes) {
      const id = global?.routerId ?? null;
      if (global === null || id === null) continue;
      const other = owners.get(id);
      if (other === undefined) owners.set(id, path);
      else {report(
          statementOf(global, "router_id"),
          `router_id ${quoted(id)} stands in ${other} too`,
        );}
    }
  },
};
