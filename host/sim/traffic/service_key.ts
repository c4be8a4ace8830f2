// Names of services and servers, as keepalived prints them. This module is browser safe.

import type { IpvsService } from "../../engine/contract.ts";

/** Name of a service by its key, as keepalived prints it. */
export function serviceKey({ key }: IpvsService): string {
  return key.kind === "FWMARK"
    ? `FWM ${key.mark}`
    : `[${key.address}]:${key.protocol.toLowerCase()}:${key.port}`;
}

/** `address:port`, IPv6 in brackets. */
export function endpoint({ address, port }: { address: string; port: number }): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
