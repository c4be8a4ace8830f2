// What the kernel tells the director: links, addresses, neighbours and routes. Announcements keep it
// fresh; after lost ones (ENOBUFS) everything is read anew.

import { type Family, formatAddress, readMac } from "../base/address.ts";
import type { DestinationInput, NeighbourInput } from "../core/abi.gen.ts";
import { familyName } from "../core/abi.gen.ts";
import { SysError } from "../base/errors.ts";
import type { RouteSocket } from "../linux/route.ts";
import {
  type InterfaceAddress,
  type Link,
  type Neighbour,
  NUD_FAILED,
  NUD_STALE,
  NUD_VALID,
} from "../linux/route_codec.ts";
import { type RouteEvent, RouteMonitor } from "../linux/route_monitor.ts";
import {
  LOOPBACK_IFINDEX,
  type PlainAddress,
  plainAddress,
  type Reach,
} from "./director_services.ts";

/** ARPHRD_ETHER of <linux/if_arp.h>. */
const ARPHRD_ETHER = 1;
/** RTN_ types of <linux/rtnetlink.h>. */
const RTN_UNICAST = 1;
const RTN_LOCAL = 2;

/**
 * Stands for the MAC of the loopback interface, which is all zeros and means "not known" to the core;
 * whoever sends there writes the zeros.
 */
export const LOOPBACK_MAC = "02:00:00:00:00:01";

/** Who hears of changes. */
export interface KernelListener {
  /** To the core. */
  neighbour(input: NeighbourInput): void;
  /** Links or addresses are not what they were. */
  changed(): void;
  warn(text: string): void;
}

/** The director's ear on route netlink. */
export class DirectorKernel {
  readonly #route: RouteSocket;
  readonly #monitor: RouteMonitor;
  readonly #listener: KernelListener;
  #links = new Map<number, Link>();
  #addresses = new Map<string, InterfaceAddress>();
  #neighbours = new Map<string, Neighbour>();
  /** Neighbours whose changes are told. */
  #watched = new Set<string>();

  /** Opens the monitor before anything is read, so that no change is missed. Throws SysError. */
  constructor(route: RouteSocket, listener: KernelListener) {
    this.#route = route;
    this.#listener = listener;
    this.#monitor = new RouteMonitor({ links: true, neighbours: true, own: null });
  }

  /** For Epoll.add(). */
  get fd(): number {
    return this.#monitor.fd;
  }

  /** Reads everything. Throws SysError. */
  readAll(): void {
    this.#links = new Map(this.#route.links().map((link) => [link.ifindex, link]));
    this.#addresses = new Map(this.#route.addresses().map((row) => [addressKey(row), row]));
    this.#neighbours = new Map();
    for (const neighbour of this.#route.neighbours()) this.#takeNeighbour(neighbour, true);
    this.#listener.changed();
  }

  /** Takes the announcements that wait. Throws SysError. */
  readEvents(): void {
    if (this.#monitor.read((event) => this.#take(event)) !== "overrun") return;
    this.#listener.warn("route netlink announcements were lost: reading all anew");
    this.readAll();
  }

  /** An Ethernet interface with its MAC; null for any other and for one that is not there. */
  ethernet(ifindex: number): { name: string; mac: string } | null {
    const link = this.#links.get(ifindex);
    if (link === undefined || link.hardwareType !== ARPHRD_ETHER) return null;
    return { name: link.name, mac: macText(link.mac) };
  }

  /** Interfaces that packets for a virtual address come in by: where it is held, or would be. */
  interfacesOf({ family, bytes }: PlainAddress): number[] {
    const text = formatAddress(bytes);
    const holders = [...this.#addresses.values()]
      .filter((row) => formatAddress(row.address) === text && this.ethernet(row.ifindex) !== null)
      .map((row) => row.ifindex);
    if (holders.length > 0) return holders;
    const route = this.#route.routeTo(family, bytes);
    return route instanceof SysError || route.type !== RTN_UNICAST ? [] : [route.ifindex];
  }

  /** Where a real server is. */
  reachOf(family: Family, address: Uint8Array): Reach {
    const route = this.#route.routeTo(family, address);
    if (route instanceof SysError) return { kind: "none", why: route.message };
    if (route.type === RTN_LOCAL) return { kind: "local" };
    if (route.type !== RTN_UNICAST) return { kind: "none", why: "its route leads nowhere" };
    if (route.gateway !== null) {
      const gateway = formatAddress(route.gateway);
      return {
        kind: "none",
        why: `it is behind the gateway ${gateway}, and direct routing needs a common link`,
      };
    }
    const { ifindex } = route;
    return this.ethernet(ifindex) === null
      ? { kind: "none", why: `its interface ${this.#nameOf(ifindex)} is no Ethernet` }
      : { kind: "link", ifindex };
  }

  /** The core wants a MAC: tells what is known and makes the kernel find out, or probe again. */
  need(ifindex: number, address: PlainAddress): void {
    if (ifindex === LOOPBACK_IFINDEX) {
      this.#listener.neighbour(neighbourInput(ifindex, address, "KNOWN", LOOPBACK_MAC));
      return;
    }
    const key = neighbourKey(ifindex, address.bytes);
    const known = this.#neighbours.get(key);
    if (known !== undefined && isUsable(known)) this.#tell(known, true);
    this.#resolve(ifindex, address);
  }

  /**
   * Watches the neighbours of these destinations and no others. One that comes back is told at once:
   * the core still has the MAC it had when it went.
   */
  watch(destinations: Iterable<DestinationInput>): void {
    const before = this.#watched;
    this.#watched = new Set();
    for (const { ifindex, address } of destinations) {
      const plain = plainAddress(address);
      const key = neighbourKey(ifindex, plain.bytes);
      if (this.#watched.has(key)) continue;
      this.#watched.add(key);
      if (!before.has(key)) this.need(ifindex, plain);
    }
  }

  /** Closes its sockets. Take it out of the epoll first. */
  close(): void {
    this.#monitor.close();
    this.#route.close();
  }

  #take(event: RouteEvent): void {
    switch (event.kind) {
      case "link":
        return this.#takeLink(event.link, event.present);
      case "address":
        return this.#takeAddress(event.address, event.present);
      case "neighbour":
        return this.#takeNeighbour(event.neighbour, event.present);
      case "malformed":
        return this.#listener.warn(`route netlink: ${event.error}`);
    }
  }

  #takeLink(link: Link, present: boolean): void {
    const before = this.#links.get(link.ifindex);
    if (present) this.#links.set(link.ifindex, link);
    else this.#links.delete(link.ifindex);
    const same = present && before !== undefined && before.flags === link.flags &&
      macText(before.mac) === macText(link.mac);
    if (!same) this.#listener.changed();
  }

  /** The refresh of a lease changes nothing. */
  #takeAddress(address: InterfaceAddress, present: boolean): void {
    const key = addressKey(address);
    const known = this.#addresses.has(key);
    if (present) this.#addresses.set(key, address);
    else this.#addresses.delete(key);
    if (known !== present) this.#listener.changed();
  }

  #takeNeighbour(neighbour: Neighbour, present: boolean): void {
    const key = neighbourKey(neighbour.ifindex, neighbour.address);
    if (present) this.#neighbours.set(key, neighbour);
    else this.#neighbours.delete(key);
    if (this.#watched.has(key)) this.#tell(neighbour, present);
  }

  #tell(neighbour: Neighbour, present: boolean): void {
    const { ifindex, family, address, mac, state } = neighbour;
    const plain = { family, bytes: address };
    if (!present) {
      this.#listener.neighbour(neighbourInput(ifindex, plain, "FORGOTTEN", NO_MAC));
    } else if (isUsable(neighbour)) {
      this.#listener.neighbour(neighbourInput(ifindex, plain, "KNOWN", macText(mac)));
      // The kernel probes a stale entry when it sends there; what we send it does not see.
      if (state === NUD_STALE) this.#resolve(ifindex, plain);
    } else if (state === NUD_FAILED) {
      this.#listener.neighbour(neighbourInput(ifindex, plain, "FAILED", NO_MAC));
    }
  }

  #resolve(ifindex: number, { family, bytes }: PlainAddress): void {
    const refused = this.#route.resolve(ifindex, family, bytes);
    if (refused !== null) this.#listener.warn(`asking for a real server's MAC: ${refused.message}`);
  }

  #nameOf(ifindex: number): string {
    return this.#links.get(ifindex)?.name ?? String(ifindex);
  }
}

const NO_MAC = "00:00:00:00:00:00";

function isUsable({ mac, state }: Neighbour): boolean {
  return (state & NUD_VALID) !== 0 && mac.length === 6;
}

function neighbourInput(
  ifindex: number,
  { family, bytes }: PlainAddress,
  state: NeighbourInput["state"],
  mac: string,
): NeighbourInput {
  const address = formatAddress(bytes);
  return { kind: "neighbour", ifindex, family: familyName(family), state, address, mac };
}

function macText(mac: Uint8Array): string {
  const view = new DataView(new ArrayBuffer(8));
  new Uint8Array(view.buffer).set(mac.subarray(0, 6));
  return readMac(view, 0);
}

function addressKey({ ifindex, address, prefixLength }: InterfaceAddress): string {
  return `${ifindex} ${formatAddress(address)}/${prefixLength}`;
}

function neighbourKey(ifindex: number, address: Uint8Array): string {
  return `${ifindex} ${formatAddress(address)}`;
}
