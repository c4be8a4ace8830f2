// The first address of an IPv6 instance.
// This module is browser safe.

import { parseAddress } from "../../base/address.ts";
import type { Rule } from "./rule.ts";

/** RFC 9568 5.2.9: the first address is the router's link-local one. */
export const ipv6LinkLocal: Rule = {
  code: "first-address-not-link-local",
  severity: "info",
  why: "the RFC wants a link-local address there, keepalived only hints at it",
  advice: "put a fe80:: address first if the router is to be a default gateway",
  check({ drafts }, report) {
    for (const { vips: [first] } of drafts.instances) {
      if (first?.value.family !== "INET6") continue;
      const bytes = parseAddress(first.value.address)!.bytes;
      if (bytes[0] === 0xfe && (bytes[1]! & 0xc0) === 0x80) continue;
      report(first.statement, `the first IPv6 address is ${first.value.address}`);
    }
  },
};
