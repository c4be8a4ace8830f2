// Names of services and servers as keepalived prints them, from what IPVS holds: the same words that
// the configuration's model uses, so that counts find their server.

import type { ServiceKey } from "../conf/model.ts";
import type { IpvsDestination } from "../engine/contract.ts";

/** `[172.18.200.6]:tcp:80` or `FWM 1`. */
export function serviceName(key: ServiceKey): string {
  if (key.kind === "FWMARK") return `FWM ${key.mark}`;
  return `[${key.address}]:${key.protocol.toLowerCase()}:${key.port}`;
}

/** `[172.18.200.100]:tcp:80`. */
export function destinationName(
  { address, port }: Pick<IpvsDestination, "address" | "port">,
  protocol: "TCP" | "UDP" | "SCTP",
): string {
  return `[${address}]:${protocol.toLowerCase()}:${port}`;
}
