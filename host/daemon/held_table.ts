// The rows of the mirror in shared memory: which address stands in which row. An address is noted
// before the kernel is asked to add it, so that nothing the worker holds is ever missing there.

import { formatAddress } from "../base/address.ts";
import { VIP_MAX } from "../core/abi.gen.ts";
import type { AddressRequest } from "../linux/route_codec.ts";
import type { Shared } from "./shared.ts";

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

function keyOf({ ifindex, address, prefixLength }: AddressRequest): string {
  return `${ifindex} ${formatAddress(address)}/${prefixLength}`;
}
