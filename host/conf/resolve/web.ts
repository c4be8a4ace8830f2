// What the web block means after its defaults.
// This module is browser safe.

import { parseAddress } from "../../base/address.ts";
import type { WebSettings } from "../model.ts";
import type { WebDraft } from "../read/drafts.ts";

/** Where `web` listens when it is not told: nobody beyond this machine reaches it. */
const WEB_ADDRESS_DEFAULT = "127.0.0.1";
/** Not registered with IANA: 112 is VRRP's protocol number. */
export const WEB_PORT_DEFAULT = 8112;

/** The settings of a draft; null = off. */
export function resolveWeb(draft: WebDraft | null): WebSettings | null {
  if (draft === null) return null;
  const { listen, tokens, origins } = draft;
  const own = { family: "INET", address: WEB_ADDRESS_DEFAULT, port: WEB_PORT_DEFAULT } as const;
  return { listen: listen ?? own, tokens, origins };
}

/** Only this machine itself reaches the address: 127.0.0.0/8 (RFC 1122 3.2.1.3), ::1 (RFC 4291 2.5.3). */
export function isLoopback(address: string): boolean {
  const bytes = parseAddress(address)?.bytes;
  if (bytes === undefined) return false;
  if (bytes.length === 4) return bytes[0] === 127;
  return bytes.every((byte, i) => byte === (i === 15 ? 1 : 0));
}
