// The virtual addresses that a simulated kernel has, with their lifetimes by the machine's own clock.
// They come and go as the core says, when a lifetime is over, or when somebody else removes one.
// This module is browser safe.

import { formatAddress } from "../../base/address.ts";
import {
  ADDRESS_ADD_OUTPUT as ADDRESS,
  FAMILY_INET,
  ID_NONE,
  OUTPUT_ADDRESS_REMOVE,
} from "../../core/abi.gen.ts";
import type { MachineClock } from "./machine_clock.ts";
import type { Random } from "../random.ts";
import type { AddressCause } from "../world_view.ts";

const SECOND_US = 1_000_000;
/** A kernel looks at lifetimes once a second at the most: an address may outlive its own by so much. */
export const LEASE_LATE_MAX_US = 1_000_000;
/** It moves a look by so much to one that it has anyway (ADDRCONF_TIMER_FUZZ of <net/addrconf.h>). */
const LEASE_FUZZ_US = 250_000;

/** One address. */
export interface HeldAddress {
  readonly address: string;
  readonly family: "INET" | "INET6";
  readonly prefixLength: number;
  readonly ifindex: number;
  /** By the machine's clock, microseconds; Infinity: for ever. */
  untilUs: number;
  /** Number of the last look after it: an older one ends. */
  look: number;
}

/** What they need of the machine and the world. */
export interface HeldTools {
  readonly clock: MachineClock;
  readonly random: Random;
  now(): number;
  at(atUs: number, happen: () => void): void;
  /** The kernel got or lost an address. */
  changed(held: HeldAddress, isHeld: boolean, why: AddressCause): void;
}

/** The addresses. */
export class HeldAddresses {
  readonly #tools: HeldTools;
  /** So much behind the end of a lifetime the kernel looks. */
  readonly #fuzzUs: number;
  /** When it looked last, by its clock. */
  #lookedUs = -Infinity;
  readonly #byAddress = new Map<string, HeldAddress>();
  /** By the configuration's number: what a refresh means, without its text. */
  readonly #byVip = new Map<number, HeldAddress>();

  constructor(tools: HeldTools) {
    this.#tools = tools;
    this.#fuzzUs = tools.random.below(LEASE_FUZZ_US);
  }

  get(address: string): HeldAddress | undefined {
    return this.#byAddress.get(address);
  }

  values(): IterableIterator<HeldAddress> {
    return this.#byAddress.values();
  }

  /** Carries out an address record of the core, which stands at an offset. */
  apply(kind: number, view: DataView, bytes: Uint8Array, at: number): void {
    if (kind === OUTPUT_ADDRESS_REMOVE) {
      const held = this.#byAddress.get(addressAt(view, bytes, at));
      if (held !== undefined) this.lose(held, "core");
      return;
    }
    const vip = view.getUint32(at + ADDRESS.vip, true);
    const lifetimeS = view.getUint32(at + ADDRESS.lifetimeS, true);
    const { clock, now } = this.#tools;
    const untilUs = lifetimeS === 0 ? Infinity : clock.at(now()) + lifetimeS * SECOND_US;
    const known = this.#byVip.get(vip);
    if (known !== undefined && this.#byAddress.get(known.address) === known) {
      return this.#renew(known, untilUs);
    }
    const held = this.#add(view, bytes, at, untilUs);
    // An address of the configuration before has no number in this one.
    if (vip !== ID_NONE) this.#byVip.set(vip, held);
  }

  #add(view: DataView, bytes: Uint8Array, at: number, untilUs: number): HeldAddress {
    const address = addressAt(view, bytes, at);
    const before = this.#byAddress.get(address);
    if (before !== undefined) {
      this.#renew(before, untilUs);
      return before;
    }
    const held: HeldAddress = {
      address,
      family: view.getUint32(at + ADDRESS.family, true) === FAMILY_INET ? "INET" : "INET6",
      prefixLength: view.getUint32(at + ADDRESS.prefixLength, true),
      ifindex: view.getUint32(at + ADDRESS.ifindex, true),
      untilUs,
      look: 0,
    };
    this.#byAddress.set(address, held);
    this.#watch(held);
    this.#tools.changed(held, true, "core");
    return held;
  }

  /** Another lifetime; only one that is over sooner has to be looked after anew. */
  #renew(held: HeldAddress, untilUs: number): void {
    const isShorter = untilUs < held.untilUs;
    held.untilUs = untilUs;
    if (isShorter) this.#watch(held);
  }

  /** An address goes. */
  lose(held: HeldAddress, why: AddressCause): void {
    if (this.#byAddress.get(held.address) !== held) return;
    this.#byAddress.delete(held.address);
    this.#tools.changed(held, false, why);
  }

  /** The machine boots: its clock begins anew. */
  boot(): void {
    this.#lookedUs = -Infinity;
  }

  /** Another configuration, another process: the numbers mean nothing any more. */
  forgetNumbers(): void {
    this.#byVip.clear();
  }

  /** The clock runs in another way: looks after every lifetime anew. */
  watchAll(): void {
    for (const held of this.#byAddress.values()) this.#watch(held);
  }

  /** Looks after a lifetime: comes back until it is over. */
  #watch(held: HeldAddress): void {
    const { clock, now, at } = this.#tools;
    const look = ++held.look;
    const dueUs = clock.whenShows(this.#goesUs(held));
    if (dueUs === Infinity) return;
    at(Math.max(dueUs, now()), () => {
      if (this.#byAddress.get(held.address) !== held || held.look !== look) return;
      if (clock.at(now()) < this.#goesUs(held)) return this.#watch(held);
      this.#look();
    });
  }

  /** When the kernel looks at a lifetime behind its end: check_lifetime() of net/ipv4/devinet.c. */
  #goesUs({ untilUs }: HeldAddress): number {
    return Math.max(untilUs + this.#fuzzUs, this.#lookedUs + LEASE_LATE_MAX_US);
  }

  /** The kernel looks, and takes away all that is over. */
  #look(): void {
    this.#lookedUs = this.#tools.clock.at(this.#tools.now());
    for (const held of [...this.#byAddress.values()]) {
      if (held.untilUs <= this.#lookedUs) this.lose(held, "lease");
    }
  }
}

function addressAt(view: DataView, bytes: Uint8Array, at: number): string {
  const size = view.getUint32(at + ADDRESS.family, true) === FAMILY_INET ? 4 : 16;
  return formatAddress(bytes.slice(at + ADDRESS.address, at + ADDRESS.address + size));
}
