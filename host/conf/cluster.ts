// Several configurations read as the nodes of one cluster.
// This module is browser safe.

import { type Diagnostic, Diagnostics } from "./diagnostic.ts";
import type { Loaded } from "./load.ts";
import { priorityTie, weightReach } from "./rules/cluster/priorities.ts";
import { routerIdShared } from "./rules/cluster/router_id_shared.ts";
import { addressesDiffer, routerMismatch } from "./rules/cluster/router_mismatch.ts";
import { type ClusterNode, type ClusterRule, routersOf } from "./rules/cluster/rule.ts";
import { reporter } from "./rules/rule.ts";

/** Every rule about a cluster. */
export const CLUSTER_RULES: readonly ClusterRule[] = [
  ...[routerIdShared, routerMismatch, addressesDiffer, weightReach, priorityTie],
];

/** What the nodes' configurations say against each other; nodes with errors are left out. */
export function checkCluster(loaded: readonly Loaded[]): Diagnostic[] {
  const nodes: ClusterNode[] = loaded.flatMap(({ path, config, drafts }) =>
    config === null ? [] : [{ path, config, drafts }]
  );
  const diagnostics = new Diagnostics();
  const routers = routersOf(nodes);
  for (const rule of CLUSTER_RULES) rule.check(nodes, routers, reporter(rule, diagnostics));
  return diagnostics.sorted(nodes.flatMap(({ config }) => config.files));
}
