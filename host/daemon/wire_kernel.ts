// The wire worker's ear on route netlink: links and addresses become core inputs as far as the
// configuration names them, for a machine may have more links than the core has room for. Echoes of
// our own requests are left out. After lost announcements (ENOBUFS) everything is read anew and told
// by difference, so the core hears of what vanished meanwhile.

import { type Family, formatAddress, readMac } from "../base/address.ts";
import type { AddressInput, LinkInput } from "../core/abi.gen.ts";
import { familyName } from "../core/abi.gen.ts";
import type { RouteSocket } from "../linux/route.ts";
import { type InterfaceAddress, isUpAndRunning, type Link } from "../linux/route_codec.ts";
import { type RouteEvent, RouteMonitor } from "../linux/route_monitor.ts";

/** What the kernel told last, so that a difference can be found. */
interface Known {
  links: Map<number, Link>;
  addresses: Map<string, InterfaceAddress>;
}

/** Who hears of changes. */
export interface KernelListener {
  /** To the core. */
  input(input: LinkInput | AddressInput): void;
  /** A link went: what was bound to it is dead, also when one with the same index comes. */
  linkGone(ifindex: number): void;
  /** A link came, went, changed its name or index, or went up or down. */
  linksChanged(): void;
  /**
   * A link has an address of a family where it had none. The kernel may have made its state of that
   * family anew (IPv6 at an MTU below 1280 and back), and group memberships were part of it.
   */
  familyCame(ifindex: number, family: Family): void;
  /** A line for the log. */
  remark(level: "info" | "warning", text: string): void;
}

/** Reads links and addresses. */
export class WireKernel {
  readonly #route: RouteSocket;
  readonly #monitor: RouteMonitor;
  readonly #listener: KernelListener;
  #known: Known = { links: new Map(), addresses: new Map() };
  /** Indices of the links that the core hears of. */
  #wanted = new Set<number>();

  /** Opens the monitor before anything is read, so that no change is missed. Throws SysError. */
  constructor(route: RouteSocket, listener: KernelListener) {
    this.#route = route;
    this.#listener = listener;
    this.#monitor = new RouteMonitor({ links: true, neighbours: false, own: route.own });
  }

  /** For Epoll.add(). */
  get fd(): number {
    return this.#monitor.fd;
  }

  /** The core hears of this link from now on, and now how it stands. */
  want(ifindex: number): void {
    if (this.#wanted.has(ifindex)) return;
    this.#wanted.add(ifindex);
    const link = this.#known.links.get(ifindex);
    if (link === undefined) return;
    this.#tellLink(link, true);
    for (const address of this.#known.addresses.values()) {
      if (address.ifindex === ifindex && !this.#route.own.holds(address)) {
        this.#tellAddress(address, true);
      }
    }
  }

  /** The core hears of these links only from now on; the others are gone as far as it knows. */
  wantOnly(wanted: ReadonlySet<number>): void {
    for (const ifindex of this.#wanted) {
      const link = this.#known.links.get(ifindex);
      if (!wanted.has(ifindex) && link !== undefined) this.#listener.input(linkInput(link, false));
    }
    this.#wanted = new Set(wanted);
  }

  /** Whether there is such an interface. */
  hasLink(ifindex: number): boolean {
    return this.#known.links.has(ifindex);
  }

  /** Name of an interface for messages. */
  nameOf(ifindex: number): string {
    return this.#known.links.get(ifindex)?.name ?? `interface ${ifindex}`;
  }

  /** Reads everything and tells the core what differs from what was known. Throws SysError. */
  readAll(): void {
    const before = this.#known;
    const known: Known = { links: new Map(), addresses: new Map() };
    for (const link of this.#route.links()) known.links.set(link.ifindex, link);
    for (const address of this.#route.addresses()) known.addresses.set(keyOf(address), address);
    this.#known = known;
    for (const [key, address] of before.addresses) {
      if (!known.addresses.has(key)) this.#tellAddress(address, false);
    }
    for (const [ifindex, link] of before.links) {
      if (!known.links.has(ifindex)) this.#tellLink(link, false);
    }
    for (const link of known.links.values()) this.#tellLink(link, true);
    for (const [key, address] of known.addresses) {
      if (before.addresses.has(key)) continue;
      this.#tellFamily(before, address);
      if (!this.#route.own.holds(address)) this.#tellAddress(address, true);
    }
    // The first time there is nobody yet who would look the names up again.
    if (before.links.size > 0 && !hasSameLinks(before, known)) this.#listener.linksChanged();
  }

  /** Takes the announcements that wait. Throws SysError. */
  readEvents(): void {
    const result = this.#monitor.read((event) => this.#take(event));
    if (result !== "overrun") return;
    this.#listener.remark("warning", "route netlink announcements were lost: reading all anew");
    this.readAll();
  }

  #take(event: RouteEvent): void {
    switch (event.kind) {
      case "link":
        return this.#takeLink(event.link, event.present);
      case "address":
        return this.#takeAddress(event.address, event.present, event.own);
      case "malformed":
        return this.#listener.remark("warning", `route netlink: ${event.error}`);
      case "neighbour":
        return;
    }
  }

  #takeLink(link: Link, present: boolean): void {
    const before = this.#known.links.get(link.ifindex);
    if (present) this.#known.links.set(link.ifindex, link);
    else this.#known.links.delete(link.ifindex);
    this.#tellLink(link, present);
    if (!present || before === undefined || !isSame(before, link)) this.#listener.linksChanged();
  }

  #tellLink(link: Link, present: boolean): void {
    if (this.#wanted.has(link.ifindex)) this.#listener.input(linkInput(link, present));
    if (!present) this.#listener.linkGone(link.ifindex);
  }

  #takeAddress(address: InterfaceAddress, present: boolean, own: boolean): void {
    const { addresses } = this.#known;
    const key = keyOf(address);
    if (present && !addresses.has(key)) this.#tellFamily(this.#known, address);
    // What we hold ourselves is known too: a later overrun must show that somebody removed it.
    if (present) addresses.set(key, address);
    else addresses.delete(key);
    if (!own) this.#tellAddress(address, present);
  }

  #tellAddress(address: InterfaceAddress, present: boolean): void {
    if (this.#wanted.has(address.ifindex)) this.#listener.input(addressInput(address, present));
  }

  #tellFamily(before: Known, { ifindex, family }: InterfaceAddress): void {
    for (const other of before.addresses.values()) {
      if (other.ifindex === ifindex && other.family === family) return;
    }
    this.#listener.familyCame(ifindex, family);
  }
}

function hasSameLinks(a: Known, b: Known): boolean {
  return a.links.size === b.links.size && [...b.links].every(([ifindex, link]) => {
    const before = a.links.get(ifindex);
    return before !== undefined && isSame(before, link);
  });
}

/** Whether main sees the same in both. */
function isSame(a: Link, b: Link): boolean {
  return a.name === b.name && isUpAndRunning(a) === isUpAndRunning(b);
}

function keyOf({ ifindex, family, address, prefixLength }: InterfaceAddress): string {
  return `${ifindex} ${family} ${formatAddress(address)}/${prefixLength}`;
}

function linkInput(link: Link, present: boolean): LinkInput {
  const mac = new DataView(new ArrayBuffer(8));
  new Uint8Array(mac.buffer).set(link.mac.subarray(0, 6));
  return {
    kind: "link",
    ifindex: link.ifindex,
    present: present ? 1 : 0,
    flags: link.flags,
    mtu: link.mtu,
    forwarding: link.forwardingIpv6 === true ? 1 : 0,
    mac: readMac(mac, 0),
  };
}

function addressInput(address: InterfaceAddress, present: boolean): AddressInput {
  return {
    kind: "address",
    ifindex: address.ifindex,
    family: familyName(address.family),
    present: present ? 1 : 0,
    prefixLength: address.prefixLength,
    address: formatAddress(address.address),
  };
}
