// The services and destinations of the director worker: what main asked for, joined with where the
// kernel's routes lead, becomes records of the core and elements of the packet filter. Everything is
// brought in force by difference, so connections live through changes of weights and routes.
//
// A service is balanced as long as it has a destination on another machine. Otherwise (only the sorry
// server on this machine, or none at all) its packets are left to the local stack: the core's service
// is LOCAL and the filter lets them pass. A destination on this machine beside others is reached
// through the loopback interface.

import { AF_INET, AF_INET6, type Family, parseAddress } from "../base/address.ts";
import type { DestinationInput, Input, ServiceInput } from "../core/abi.gen.ts";
import { PROTOCOL_CODE, STATUS_OK } from "../core/abi.gen.ts";
import type { FilteredService } from "../linux/nftables.ts";

/** The loopback interface has this index in every network namespace (LOOPBACK_IFINDEX). */
export const LOOPBACK_IFINDEX = 1;

/** Where a destination is. */
export type Reach =
  | { kind: "link"; ifindex: number }
  /** On this machine. */
  | { kind: "local" }
  | { kind: "none"; why: string };

/** What it acts with. */
export interface ServiceTools {
  /** Hands a record to the core; its STATUS_ code. */
  toCore(input: Input): number;
  /** Takes the frames that wait, while everything is still as it was. */
  drain(): void;
  /** Adds to and removes from the packet filter in one step. Throws SysError. */
  filter(add: FilteredService[], remove: FilteredService[]): void;
  reachOf(family: Family, address: Uint8Array): Reach;
  warn(text: string): void;
}

/** An address as bytes. */
export interface PlainAddress {
  family: Family;
  bytes: Uint8Array;
}

interface DestinationRow {
  input: DestinationInput;
  reach: Reach;
}

/** The worker's table. */
export class DirectorServices {
  readonly #tools: ServiceTools;
  readonly #services = new Map<number, ServiceInput>();
  readonly #destinations = new Map<number, DestinationRow>();
  /** What the core was told last. */
  #toldServices = new Map<number, ServiceInput>();
  #toldDestinations = new Map<number, DestinationInput>();

  constructor(tools: ServiceTools) {
    this.#tools = tools;
  }

  /** Takes a record of main; in force after makeSo(). */
  take(input: Input): void {
    switch (input.kind) {
      case "service":
        this.#services.set(input.service, input);
        return;
      case "serviceRemove":
        this.#services.delete(input.service);
        for (const [number, row] of this.#destinations) {
          if (row.input.service === input.service) this.#destinations.delete(number);
        }
        return;
      case "destination": {
        const known = this.#destinations.get(input.destination);
        const same = known !== undefined && known.input.service === input.service &&
          known.input.address === input.address;
        const reach = same ? known.reach : this.#firstReach(input);
        this.#destinations.set(input.destination, { input, reach });
        return;
      }
      case "destinationRemove":
        this.#destinations.delete(input.destination);
        return;
      default:
        throw new Error(`main sent the director a record '${input.kind}'`);
    }
  }

  /** Asks the routes anew. What vanished with its link comes back with it; connections wait for it. */
  reroute(): void {
    for (const row of this.#destinations.values()) {
      const reach = this.#reachOf(row.input);
      if (reach.kind !== "none" || row.reach.kind === "none") row.reach = reach;
    }
  }

  /** Whether there is a destination that nothing leads to. */
  get hasUnreachable(): boolean {
    return [...this.#destinations.values()].some(({ reach }) => reach.kind === "none");
  }

  /** Interfaces that destinations are reached by. */
  *interfaces(): Iterable<number> {
    for (const { reach } of this.#destinations.values()) {
      if (reach.kind === "link") yield reach.ifindex;
    }
  }

  /** The virtual addresses. */
  *virtualAddresses(): Iterable<PlainAddress> {
    for (const { address } of this.#services.values()) yield plainAddress(address);
  }

  /** Destinations that the core knows. */
  told(): Iterable<DestinationInput> {
    return this.#toldDestinations.values();
  }

  /** A service as `address port`, for messages. */
  nameOf(service: number): string {
    const input = this.#services.get(service);
    return input === undefined ? `service ${service}` : `${input.address} port ${input.port}`;
  }

  /**
   * Brings core and filter to what is wanted: STATUS_OK, or the status of the first record that the
   * core refused. Throws SysError when the filter refuses.
   */
  makeSo(): number {
    const services = this.#wantedServices();
    const destinations = this.#wantedDestinations();
    const add = [...services.values()].filter((service) =>
      isBalanced(service) && !this.#isFiltered(service)
    );
    const remove = [...this.#toldServices.values()].filter((told) => {
      const wanted = services.get(told.service);
      const stays = wanted !== undefined && isBalanced(wanted) && isSameService(wanted, told);
      return isBalanced(told) && !stays;
    });
    if (add.length > 0 || remove.length > 0) {
      // A frame that is taken now is seen by either the local stack or the core, hardly by both.
      this.#tools.drain();
      this.#tools.filter(add.map(filtered), remove.map(filtered));
    }
    let refused = STATUS_OK;
    for (const input of this.#difference(services, destinations)) {
      const status = this.#tools.toCore(input);
      if (refused === STATUS_OK) refused = status;
    }
    this.#toldServices = services;
    this.#toldDestinations = destinations;
    return refused;
  }

  /** Records that lead from what the core was told to what is wanted; what goes away goes first. */
  #difference(
    services: Map<number, ServiceInput>,
    destinations: Map<number, DestinationInput>,
  ): Input[] {
    const records: Input[] = [];
    const restarted = new Set<number>();
    for (const [service, told] of this.#toldServices) {
      const wanted = services.get(service);
      if (wanted === undefined) records.push({ kind: "serviceRemove", service });
      if (wanted === undefined || !isSameService(wanted, told)) restarted.add(service);
    }
    for (const [destination, told] of this.#toldDestinations) {
      if (destinations.has(destination) || restarted.has(told.service)) continue;
      records.push({ kind: "destinationRemove", destination });
    }
    for (const [number, wanted] of services) {
      if (!isEqual(wanted, this.#toldServices.get(number))) records.push(wanted);
    }
    for (const [number, wanted] of destinations) {
      const told = this.#toldDestinations.get(number);
      const lost = told !== undefined && restarted.has(told.service);
      if (lost || !isEqual(wanted, told)) records.push(wanted);
    }
    return records;
  }

  #wantedServices(): Map<number, ServiceInput> {
    const balanced = new Set<number>();
    for (const { input, reach } of this.#destinations.values()) {
      if (reach.kind === "link") balanced.add(input.service);
    }
    const wanted = new Map<number, ServiceInput>();
    for (const [number, input] of this.#services) {
      wanted.set(number, { ...input, state: balanced.has(number) ? "NORMAL" : "LOCAL" });
    }
    return wanted;
  }

  #wantedDestinations(): Map<number, DestinationInput> {
    const wanted = new Map<number, DestinationInput>();
    for (const [number, { input, reach }] of this.#destinations) {
      if (reach.kind === "none") continue;
      const ifindex = reach.kind === "local" ? LOOPBACK_IFINDEX : reach.ifindex;
      wanted.set(number, { ...input, ifindex });
    }
    return wanted;
  }

  #isFiltered(service: ServiceInput): boolean {
    const told = this.#toldServices.get(service.service);
    return told !== undefined && isBalanced(told) && isSameService(told, service);
  }

  #firstReach(input: DestinationInput): Reach {
    const reach = this.#reachOf(input);
    if (reach.kind === "none") {
      this.#tools.warn(`real server ${input.address} gets no packets: ${reach.why}`);
    }
    return reach;
  }

  #reachOf({ address }: DestinationInput): Reach {
    const { family, bytes } = plainAddress(address);
    return this.#tools.reachOf(family, bytes);
  }
}

/** Bytes of an address that the core or the engine wrote. */
export function plainAddress(text: string): PlainAddress {
  const address = parseAddress(text);
  if (address === null) throw new Error(`'${text}' is no address`);
  return { family: address.bytes.length === 4 ? AF_INET : AF_INET6, bytes: address.bytes };
}

function filtered({ address, protocol, port }: ServiceInput): FilteredService {
  const { family, bytes } = plainAddress(address);
  return { family, address: bytes, protocol: PROTOCOL_CODE[protocol], port };
}

function isBalanced(service: ServiceInput): boolean {
  return service.state === "NORMAL";
}

/** The same to the core: other values change it, these make it another. */
function isSameService(a: ServiceInput, b: ServiceInput): boolean {
  return a.address === b.address && a.port === b.port && a.protocol === b.protocol;
}

/** Records are flat. */
function isEqual(a: object, b: object | undefined): boolean {
  return b !== undefined &&
    Object.entries(a).every(([key, value]) => (b as Record<string, unknown>)[key] === value);
}
