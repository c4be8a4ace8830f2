// The rows of the mirror in shared memory: which address stands in which row. An address is noted
// before the kernel is asked to add it, so that nothing the worker holds is ever missing there.

import { AF_INET, AF_INET6, formatAddress } from "../base/address.ts";
import { VIP_MAX } from "../core/abi.gen.ts";
import type { AddressRequest } from "../linux/route_codec.ts";
import type { HeldAddress, Shared } from "./shared.ts";

/** Keeps the worker's mirror of held addresses. */
export class HeldTable {
  readonly #shared: Shared;
  readonly #rows = new Map<string, number>();
  readonly #free: number[] = [];

  constructor(shared: Shared) {
    this.#shared = shared;
  }

  /** Notes an address; one that is noted already keeps its row. */
  add(request: AddressRequest): void {
    const key = keyOf(request);
    if (this.#rows.has(key)) return;
    const row = this.#free.pop() ?? this.#rows.size;
    if (row >= VIP_MAX) throw new RangeError(`more than ${VIP_MAX} held addresses`);
    this.#rows.set(key, row);
    this.#shared.hold(row, { ...request, bytes: request.address });
  }

  /** Forgets an address. */
  remove(request: AddressRequest): void {
    const key = keyOf(request);
    const row = this.#rows.get(key);
    if (row === undefined) return;
    this.#rows.delete(key);
    this.#free.push(row);
    this.#shared.release(row);
  }
}

/** What takes a held address off its interface; the kernel looks at no more than this. */
export function removalOf({ bytes, family, ifindex, prefixLength }: HeldAddress): AddressRequest {
  return {
    family: family === AF_INET ? AF_INET : AF_INET6,
    ifindex,
    address: bytes,
    prefixLength,
    scope: 0,
    flags: 0,
    lifetimeS: 0,
    preferredS: 0,
  };
}

function keyOf({ ifindex, address, prefixLength }: AddressRequest): string {
  return `${ifindex} ${formatAddress(address)}/${prefixLength}`;
}
