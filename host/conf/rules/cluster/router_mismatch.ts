// Nodes that configure one virtual router differently.
// This module is browser safe.

import type { VrrpInstance } from "../../model.ts";
import { formatSeconds } from "../../read/arguments.ts";
import { statementOf } from "../rule.ts";
import type { ClusterRule, Member } from "./rule.ts";

interface Property {
  keywords: string[];
  what: string;
  /** What is compared, as text for the message; null = a secret that is not shown. */
  text(instance: VrrpInstance): string;
  secret?: true;
}

const authText = ({ auth }: VrrpInstance) => auth === null ? "none" : `PASS ${auth.data.join()}`;

/** A difference in one of these makes the nodes deaf for each other: both become MASTER. */
const PROPERTIES: Property[] = [
  { keywords: ["version"], what: "version", text: ({ version }) => String(version) },
  {
    keywords: ["mcast_dst_ip"],
    what: "multicast group",
    text: ({ multicastGroup }) => multicastGroup,
  },
  {
    keywords: ["auth_pass", "auth_type", "authentication"],
    what: "authentication",
    text: authText,
    secret: true,
  },
  {
    keywords: ["advert_int"],
    what: "advert interval",
    text: ({ version, advertisementIntervalUs }) =>
      version === 2 ? `${formatSeconds(advertisementIntervalUs)} s` : "learned",
  },
];

/** Adverts that the peer drops: RFC 3768 7.1, RFC 9568 7.1. */
export const routerMismatch: ClusterRule = {
  code: "nodes-disagree",
  severity: "error",
  why: "each node drops the other's adverts, so both become MASTER",
  advice: "write the same value on all nodes",
  check(_nodes, routers, report) {
    for (const { members: [first, ...others] } of routers) {
      for (const other of others) {
        for (const property of PROPERTIES) compare(property, first!, other, report);
      }
    }
  },
};

function compare(
  { keywords, what, text, secret }: Property,
  first: Member,
  other: Member,
  report: Parameters<ClusterRule["check"]>[2],
): void {
  const [a, b] = [text(first.instance), text(other.instance)];
  if (a === b) return;
  const values = secret ? "" : ` (${b}, there ${a})`;
  const place = statementOf(other.draft, ...keywords);
  report(place, `${what} of VRID ${other.instance.vrid} differs from ${first.node.path}${values}`);
}

/** v2 and v3 accept it, but the addresses then follow nobody. */
export const addressesDiffer: ClusterRule = {
  code: "addresses-differ",
  severity: "warning",
  why: "an address that only one node has is lost with that node",
  advice: "write the same addresses on all nodes",
  check(_nodes, routers, report) {
    const text = ({ vips }: VrrpInstance) => vips.map(({ address }) => address).sort().join(" ");
    for (const { members: [first, ...others] } of routers) {
      for (const { instance, draft } of others) {
        if (text(instance) === text(first!.instance)) continue;
        const what = `the addresses of VRID ${instance.vrid} differ from ${first!.node.path}`;
        report(statementOf(draft, "virtual_ipaddress"), what);
      }
    }
  },
};
