// Priorities of the nodes against each other.
// This module is browser safe.

import { quoted } from "../../diagnostic.ts";
import type { VrrpInstance } from "../../model.ts";
import { OWNER } from "../../resolve/vrrp.ts";
import { statementOf } from "../rule.ts";
import type { ClusterRule, Member } from "./rule.ts";

/** Effective priority with every tracker good, except perhaps one that is bad. */
function effective({ priority, tracks }: VrrpInstance, bad: string | null = null): number {
  if (priority === OWNER) return OWNER;
  const sum = tracks.reduce((total, { tracker, weight, reverse }) => {
    const isGood = (tracker !== bad) !== reverse;
    return total + (weight > 0 === isGood ? weight : 0);
  }, priority);
  return Math.max(1, Math.min(OWNER - 1, sum));
}

/** Members from the highest priority down; the order of the nodes where it is equal. */
function ranking(members: readonly Member[]): Member[] {
  return members.toSorted((a, b) => effective(b.instance) - effective(a.instance));
}

/** Seed mistake 11: a weight that cannot turn the order round. */
export const weightReach: ClusterRule = {
  code: "weight-without-effect",
  severity: "warning",
  why: "when it fails the other node still has no higher priority, so nothing moves",
  advice: "make the weight larger than the distance of the priorities",
  check(_nodes, routers, report) {
    for (const { members } of routers) {
      const [master, next] = ranking(members);
      const { instance, draft } = master!;
      if (instance.priority === OWNER) continue;
      const peer = effective(next!.instance);
      for (const { tracker, watches, weight } of instance.tracks) {
        const rest = effective(instance, tracker);
        if (weight === 0 || rest < peer) continue;
        const line = draft.tracks.find(({ name }) => name === tracker)?.statement;
        const place = line ??
          statementOf(draft, watches === "SCRIPT" ? "track_script" : "track_interface");
        const what = `${quoted(tracker)} of ${quoted(instance.name)} moves the priority from ` +
          `${effective(instance)} to ${rest}, ${next!.node.path} has ${peer}`;
        report(place, what);
      }
    }
  },
};

/** RFC 9568 6.4.3: a tie is decided by the address, which nobody chose for that. */
export const priorityTie: ClusterRule = {
  code: "priorities-equal",
  severity: "warning",
  why: "the higher interface address decides who is master",
  advice: "give the nodes different priorities",
  check(_nodes, routers, report) {
    for (const { members } of routers) {
      const [first, second] = ranking(members);
      const priority = effective(first!.instance);
      if (priority !== effective(second!.instance)) continue;
      const { draft, instance } = second!;
      const what = `VRID ${instance.vrid} has priority ${priority} in ${first!.node.path} too`;
      report(statementOf(draft, "priority"), what);
    }
  },
};
