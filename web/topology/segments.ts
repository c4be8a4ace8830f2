// On which segment a server stands: nobody says it, its address does. Pure.

import { parseAddress } from "../../host/base/address.ts";
import type { Cast } from "../story/cast.ts";

/**
 * The segment whose machines have the addresses most like a server's; that of the address of its service
 * where none is alike (a sorry server at 127.0.0.1), and the first where that does not say it either.
 */
export function segmentOfServer(cast: Cast, server: string): number {
  let [best, bestBits] = [-1, 0];
  const look = (address: string, segment: number) => {
    const bits = commonBits(server, address);
    if (bits > bestBits) [best, bestBits] = [segment, bits];
  };
  for (const { interfaces } of cast.nodes) {
    for (const { addresses, segment } of interfaces) {
      for (const address of addresses) look(address, segment);
    }
  }
  for (const { addresses, segment } of cast.routers) {
    for (const address of addresses) look(address, segment);
  }
  if (best >= 0) return best;
  const services = cast.services.filter(({ servers, sorry }) =>
    sorry?.address === server || servers.some(({ address }) => address === server)
  );
  for (const { key } of services) {
    if (key.kind !== "ADDRESS") continue;
    const segment = segmentOfAddress(cast, key.address);
    if (segment !== null) return segment;
  }
  return 0;
}

/** The segment of a virtual address; null: no router has it. */
export function segmentOfAddress({ routers }: Cast, address: string): number | null {
  return routers.find(({ addresses }) => addresses.includes(address))?.segment ?? null;
}

/** Leading bits in which two addresses of one family agree; fewer than 8 are none. */
function commonBits(one: string, other: string): number {
  const [a, b] = [parseAddress(one.split("/")[0]!), parseAddress(other.split("/")[0]!)];
  if (a === null || b === null || a.family !== b.family) return 0;
  let bits = 0;
  for (let i = 0; i < a.bytes.length; i++) {
    const differ = a.bytes[i]! ^ b.bytes[i]!;
    if (differ === 0) {
      bits += 8;
      continue;
    }
    bits += Math.clz32(differ) - 24;
    break;
  }
  return bits < 8 ? 0 : bits;
}
