// Who may ask what: the Host against DNS rebinding, the Origin of a page, the token. Pure, so that each
// decision can be tested alone. What is refused is refused before anything is told.
// This module is browser safe.

import { parseAddress } from "../../base/address.ts";
import { listOf } from "./request_head.ts";
import { secretOf, STREAM_PROTOCOL } from "./terms.ts";

/** What the configuration allows (`web` of host/conf's model). */
export interface WebAccess {
  tokens: readonly { name: string; secret: string }[];
  /** As browsers write them. */
  origins: readonly string[];
}

/**
 * Whether a request means us by a name that nobody else can have pointed at us: an address, which no
 * name server answers for, `localhost`, or the host of an allowed origin. A page of somebody else's
 * whose name suddenly leads here (DNS rebinding) fails.
 */
export function isOurHost(host: string, { origins }: WebAccess): boolean {
  const hostname = hostnameOf(host);
  if (hostname === null) return false;
  return isOwnName(host, hostname) ||
    origins.some((origin) => new URL(origin).hostname === hostname);
}

/** Of a Host header; null where it holds more than host and port, or neither. */
function hostnameOf(host: string): string | null {
  if (!URL.canParse(`http://${host}/`)) return null;
  const { hostname, username, pathname, search, hash } = new URL(`http://${host}/`);
  const isMore = username !== "" || pathname !== "/" || search !== "" || hash !== "";
  return isMore ? null : hostname;
}

/** An address or `localhost`. */
function isOwnName(host: string, hostname: string): boolean {
  if (hostname === "localhost" || hostname.endsWith(".localhost")) return true;
  // As it stands in the header: the parser makes an address of `127.1` and `2130706433` too.
  return parseAddress(host.replace(/:\d*$/, "").replace(/^\[(.*)\]$/, "$1")) !== null;
}

/** Whether a page of that origin may connect; null = no browser asks. `host` is that of the request. */
export function isOurOrigin(origin: string | null, host: string, { origins }: WebAccess): boolean {
  if (origin === null) return true;
  // Our own page, by an address. It may have come through a proxy that speaks TLS. A name is that of an allowed
  // origin, of which scheme and port count too.
  if (origin === `http://${host}` || origin === `https://${host}`) {
    const hostname = hostnameOf(host);
    if (hostname !== null && isOwnName(host, hostname)) return true;
  }
  return origins.includes(origin);
}

/** Name of the token that a request shows; null when it shows none of ours. */
export function tokenOf(
  headers: ReadonlyMap<string, string>,
  { tokens }: WebAccess,
): string | null {
  const protocols = listOf(headers, "sec-websocket-protocol");
  const secret = secretOf(protocols);
  if (secret === null || !protocols.includes(STREAM_PROTOCOL)) return null;
  let found: string | null = null;
  // All of them, so that the time tells nothing of which one nearly fitted.
  for (const token of tokens) if (isSameSecret(secret, token.secret)) found = token.name;
  return found;
}

/** Compares in a time that depends on the length of what was shown alone. */
export function isSameSecret(shown: string, secret: string): boolean {
  let difference = shown.length ^ secret.length;
  for (let i = 0; i < shown.length; i++) {
    difference |= shown.charCodeAt(i) ^ secret.charCodeAt(i % secret.length);
  }
  return difference === 0;
}
