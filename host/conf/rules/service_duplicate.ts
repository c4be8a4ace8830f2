// Services and servers that stand twice.
// This module is browser safe.

import type { ServiceDraft } from "../read/drafts.ts";
import { keyOf, serverPort, serviceName } from "../resolve/lvs.ts";
import type { Report, Rule } from "./rule.ts";

/** IPVS knows a service, and a server in it, once. */
export const serviceDuplicate: Rule = {
  code: "service-duplicate",
  severity: "error",
  why: "IPVS can hold it once",
  advice: "take one of them out",
  check({ drafts }, report) {
    const names = new Set<string>();
    for (const draft of drafts.services) {
      const name = serviceName(keyOf(draft));
      if (names.has(name)) report(draft.statement, `virtual_server ${name} stands twice`);
      names.add(name);
      checkServers(draft, report);
    }
  },
};

function checkServers(service: ServiceDraft, report: Report): void {
  const names = new Set<string>();
  for (const server of service.realServers) {
    const name = `${server.value.address} ${serverPort(server, service)}`;
    if (names.has(name)) {
      report(server.statement, `real_server ${name} stands twice in its service`);
    }
    names.add(name);
  }
}
