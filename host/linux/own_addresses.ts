// Which announcements of the kernel are the echo of our own requests. The core must not take the
// VIPs it adds for addresses of the interface, nor its own removal for somebody else's.
//
// For IPv4 the kernel names the port that caused a change, but also when it took a second address
// along because the first of its subnet went (promote_secondaries = 0): the port alone does not
// prove that we asked for it. For IPv6 it names port 0 whoever caused it. So a removal is an echo
// when one that succeeded is still waiting for its announcement; the kernel makes exactly one,
// before it acknowledges.

import { AF_INET, formatAddress } from "../base/address.ts";

/** What identifies an address on an interface. */
export interface AddressKey {
  ifindex: number;
  family: number;
  address: Uint8Array;
  prefixLength: number;
}

/** The addresses that a command socket put on interfaces, and what is still to be announced. */
export class OwnAddresses {
  /** Port of the command socket. */
  readonly port: number;
  readonly #held = new Set<string>();
  /** Removals that succeeded and have not been seen announced. */
  readonly #expected = new Map<string, number>();

  constructor(port: number) {
    this.port = port;
  }

  /** The kernel acknowledged an addition or a refresh. */
  added(key: AddressKey): void {
    this.#held.add(textOf(key));
  }

  /** The kernel acknowledged a removal. */
  removed(key: AddressKey): void {
    const text = textOf(key);
    this.#held.delete(text);
    this.#expected.set(text, (this.#expected.get(text) ?? 0) + 1);
  }

  /** The kernel did not have it any more: there is nothing to announce. */
  gone(key: AddressKey): void {
    this.#held.delete(textOf(key));
  }

  /** True for an address that we put there and did not remove; it may have expired meanwhile. */
  holds(key: AddressKey): boolean {
    return this.#held.has(textOf(key));
  }

  /** Announcements were lost: none is waited for any more. */
  forgetExpected(): void {
    this.#expected.clear();
  }

  /** Is this RTM_NEWADDR (present) or RTM_DELADDR ours? `port` is its nlmsg_pid. */
  isEcho(key: AddressKey, present: boolean, port: number): boolean {
    if (key.family === AF_INET && port !== this.port) return false;
    const text = textOf(key);
    const expected = this.#expected.get(text) ?? 0;
    if (present) return key.family === AF_INET || expected > 0 || this.#held.has(text);
    if (expected === 0) return false;
    if (expected === 1) this.#expected.delete(text);
    else this.#expected.set(text, expected - 1);
    return true;
  }
}

function textOf({ ifindex, address, prefixLength }: AddressKey): string {
  return `${formatAddress(address)}/${prefixLength}%${ifindex}`;
}
