// Rules that compare the configurations of several nodes of one cluster.
// This module is browser safe.

import type { Config, VrrpInstance } from "../../model.ts";
import type { Drafts, InstanceDraft } from "../../read/drafts.ts";
import type { Report, Rule } from "../rule.ts";

/** One node: its model and what was written. */
export interface ClusterNode {
  path: string;
  config: Config;
  drafts: Drafts;
}

/** One node's part in a virtual router. */
export interface Member {
  node: ClusterNode;
  instance: VrrpInstance;
  draft: InstanceDraft;
}

/** A virtual router as its nodes configure it; at least two of them. */
export interface Router {
  vrid: number;
  members: Member[];
}

/** A rule about a cluster. */
export interface ClusterRule extends Omit<Rule, "check"> {
  check(nodes: readonly ClusterNode[], routers: readonly Router[], report: Report): void;
}

/**
 * Instances of different nodes that are one virtual router: the same VRID and family, and the same
 * name or a common address (one VRID may serve several networks).
 */
export function routersOf(nodes: readonly ClusterNode[]): Router[] {
  const routers: Router[] = [];
  const byKey = new Map<string, Router[]>();
  for (const node of nodes) {
    const drafts = new Map(node.drafts.instances.map((draft) => [draft.name, draft]));
    for (const instance of node.config.instances) {
      const member = { node, instance, draft: drafts.get(instance.name)! };
      const key = `${instance.vrid} ${instance.family}`;
      const known = byKey.get(key) ?? [];
      byKey.set(key, known);
      const router = known.find(({ members }) => members.some((each) => isPeer(each, member)));
      if (router !== undefined) router.members.push(member);
      else {
        const created = { vrid: instance.vrid, members: [member] };
        known.push(created);
        routers.push(created);
      }
    }
  }
  return routers.filter(({ members }) => members.length > 1);
}

function isPeer(a: Member, b: Member): boolean {
  if (a.node === b.node) return false;
  if (a.instance.name === b.instance.name) return true;
  const addresses = new Set(a.instance.vips.map(({ address }) => address));
  return b.instance.vips.some(({ address }) => addresses.has(address));
}
