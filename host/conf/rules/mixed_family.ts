// IPv4 servers of IPv6 services and the other way round.
// This module is browser safe.

import { familyTitle } from "../read/arguments.ts";
import { keyOf, methodOf } from "../resolve/lvs.ts";
import { type Rule, statementOf } from "./rule.ts";

/** Only a tunnel can carry one family in the other. */
export const mixedFamily: Rule = {
  code: "mixed-family",
  severity: "error",
  why: "only lb_kind TUN carries one address family in the other",
  advice: "use addresses of one family, or lb_kind TUN",
  check({ drafts }, report) {
    for (const service of drafts.services) {
      const { family } = keyOf(service);
      const title = familyTitle(family);
      for (const server of service.realServers) {
        if (server.value.family === family) continue;
        if (methodOf(server.method, service).method === "TUN") continue;
        report(server.statement, `${server.value.address} in a service of ${title}`);
      }
      const sorry = service.sorryServer?.value;
      if (sorry === undefined || sorry.family === family) continue;
      if (methodOf(service.sorryMethod, service).method === "TUN") continue;
      report(statementOf(service, "sorry_server"), `${sorry.address} in a service of ${title}`);
    }
  },
};
