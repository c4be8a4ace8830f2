// The wire worker's ear on route netlink: links and addresses become core inputs. Echoes of our own
// requests are left out. After lost announcements (ENOBUFS) everything is read anew and told by
// difference, so the core hears of what vanished meanwhile.

import { formatAddress, readMac } from "../base/address.ts";
import type { AddressInput, LinkInput } from "../core/abi.gen.ts";
import { familyName } from "../core/abi.gen.ts";
import type { RouteSocket } from "../linux/route.ts";
import type { InterfaceAddress, Link } from "../linux/route_codec.ts";
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
  /** A link came, went, or changed its name or index. */
  linksChanged(): void;
  /** A line for the log. */
  remark(level: "info" | "warning", text: string): void;
}

/** Reads links and addresses. */
export class WireKernel {
  readonly #route: RouteSocket;
  readonly #monitor: RouteMonitor;
  readonly #listener: KernelListener;
  #known: Known = { links: new Map(), addresses: new Map() };

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
      if (!known.addresses.has(key)) this.#listener.input(addressInput(address, false));
    }
    for (const [ifindex, link] of before.links) {
      if (!known.links.has(ifindex)) this.#listener.input(linkInput(link, false));
    }
    for (const link of known.links.values()) this.#listener.input(linkInput(link, true));
    for (const [key, address] of known.addresses) {
      if (before.addresses.has(key) || this.#route.own.holds(address)) continue;
      this.#listener.input(addressInput(address, true));
    }
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
    this.#listener.input(linkInput(link, present));
    if (!present || before === undefined || before.name !== link.name) {
      this.#listener.linksChanged();
    }
  }

  #takeAddress(address: InterfaceAddress, present: boolean, own: boolean): void {
    const key = keyOf(address);
    // What we hold ourselves is known too: a later overrun must show that somebody removed it.
    if (present) this.#known.addresses.set(key, address);
    else this.#known.addresses.delete(key);
    if (!own) this.#listener.input(addressInput(address, present));
  }
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
