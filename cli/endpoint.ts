// `ADDRESS:PORT` on the command line.

import { parseAddress } from "../host/base/address.ts";
import { VipdError } from "../host/base/errors.ts";

const PORT_MAX = 65_535;

/**
 * Reads `127.0.0.1:80` and `[::1]:80`; port 0 = any free one. `localhost` is 127.0.0.1. Throws VipdError
 * `address`.
 */
export function parseEndpoint(text: string): { address: string; port: number } {
  const [, bracketed, plain = "", digits = ""] = /^(?:\[(.*)\]|([^:]*)):(\d{1,5})$/.exec(text) ??
    [];
  const address = bracketed ?? (plain === "localhost" ? "127.0.0.1" : plain);
  const port = digits === "" ? NaN : Number(digits);
  const isV6 = address.includes(":");
  if (parseAddress(address) !== null && isV6 === (bracketed !== undefined) && port <= PORT_MAX) {
    return { address, port };
  }
  throw new VipdError("address", `'${text}' is no address with a port`, {
    hint: "Write it as 127.0.0.1:8113 or [::1]:8113.",
  });
}
