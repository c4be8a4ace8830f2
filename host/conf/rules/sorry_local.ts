// A sorry server on the director itself.
// This module is browser safe.

import { methodOf } from "../resolve/lvs.ts";
import { type Rule, statementOf } from "./rule.ts";

/** Seed mistake 5: right if a web server listens on the director, a black hole otherwise. */
export const sorryLocal: Rule = {
  code: "sorry-server-local",
  severity: "info",
  why: "the packets are delivered on the director, still addressed to the virtual address",
  advice: "have a server listen on this machine for the virtual address and port",
  check({ drafts }, report) {
    for (const service of drafts.services) {
      const { sorryServer } = service;
      if (sorryServer === null) continue;
      const { method } = methodOf(service.sorryMethod, service);
      const { address } = sorryServer.value;
      if (method === "NAT" || !(address.startsWith("127.") || address === "::1")) continue;
      report(statementOf(service, "sorry_server"), `sorry_server ${address} with ${method}`);
    }
  },
};
