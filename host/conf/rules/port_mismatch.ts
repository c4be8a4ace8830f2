// Ports that forwarding cannot change.
// This module is browser safe.

import { methodOf, serverPort } from "../resolve/lvs.ts";
import type { ServerDraft, ServiceDraft } from "../read/drafts.ts";
import { type Rule, statementOf } from "./rule.ts";

/** DR and TUN pass the packet on as it is; only NAT rewrites its port. */
export const portMismatch: Rule = {
  code: "port-mismatch",
  severity: "warning",
  why: "only NAT can change a port, so the service's port is used",
  advice: "write the service's port, or lb_kind NAT",
  check({ drafts }, report) {
    for (const service of drafts.services) {
      if (service.key.kind === "FWMARK") continue;
      for (const server of service.realServers) {
        if (isMismatch(server, service)) {
          const what = `real server port ${server.port} in a service of port ${service.key.port}`;
          report(server.statement, what);
        }
      }
      const { sorryServer } = service;
      const { method } = methodOf(service.sorryMethod, service);
      const port = sorryServer?.port ?? service.key.port;
      if (port !== service.key.port && method !== "NAT") {
        const what = `sorry server port ${port} in a service of port ${service.key.port}`;
        report(statementOf(service, "sorry_server"), what);
      }
    }
  },
};

function isMismatch(server: ServerDraft, service: ServiceDraft): boolean {
  return server.port !== null && server.port !== serverPort(server, service);
}
