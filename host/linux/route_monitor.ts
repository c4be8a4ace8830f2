// Announcements of route netlink: links, addresses, neighbours. The wire worker reads it when epoll
// says so; a lost announcement (ENOBUFS) is told, and the caller dumps everything anew.

import { ERRNO } from "../base/errno.ts";
import * as libc from "./libc.ts";
import { MessageReader, NLMSG_MIN_TYPE } from "./netlink.ts";
import { NETLINK_RECEIVE_SIZE, NETLINK_ROUTE, openNetlink } from "./netlink_socket.ts";
import type { OwnAddresses } from "./own_addresses.ts";
import { Pinned } from "./pinned.ts";
import {
  type InterfaceAddress,
  type Link,
  type Neighbour,
  parseAddressMessage,
  parseLink,
  parseNeighbour,
  RTM_DELADDR,
  RTM_DELLINK,
  RTM_DELNEIGH,
  RTM_NEWADDR,
  RTM_NEWLINK,
  RTM_NEWNEIGH,
} from "./route_codec.ts";
import { type Descriptor, MSG_DONTWAIT, MSG_TRUNC, SOCK_NONBLOCK } from "./socket.ts";

const RTNLGRP_LINK = 1;
const RTNLGRP_NEIGH = 3;
const RTNLGRP_IPV4_IFADDR = 5;
const RTNLGRP_IPV6_IFADDR = 9;
/** A burst of refreshes of VIP_MAX addresses must fit. Bytes. */
const MONITOR_BUFFER_SIZE = 8 << 20;
/** Datagrams that one read() takes, so that packets do not wait for a storm of announcements. */
const READ_COUNT_MAX = 64;
/** Datagrams thrown away at the most after a loss; a full buffer holds a tenth of that. */
const DISCARD_COUNT_MAX = 200_000;

/** What the kernel announced. */
export type RouteEvent =
  | { kind: "link"; present: boolean; link: Link }
  /** `own`: the echo of a request of ours. */
  | { kind: "address"; present: boolean; own: boolean; address: InterfaceAddress }
  | { kind: "neighbour"; present: boolean; neighbour: Neighbour }
  /** Bytes that are no netlink; the rest of the datagram is skipped. */
  | { kind: "malformed"; error: string };

/**
 * How a read() ended: nothing waits any more; more may wait (call again, or let epoll); or
 * announcements were lost, those that waited are thrown away, and everything must be dumped anew.
 * Addresses that OwnAddresses.holds() are ours in that dump.
 */
export type ReadResult = "drained" | "more" | "overrun";

/** What to listen to. */
export interface RouteMonitorOptions {
  /** Links and addresses. */
  links: boolean;
  /** The neighbour tables. */
  neighbours: boolean;
  /** Whose echoes to mark; null marks none. */
  own: OwnAddresses | null;
}

/** Listens to announcements. Never blocks. Open it before the first dump, so that nothing is missed. */
export class RouteMonitor {
  readonly #socket: Descriptor;
  readonly #own: OwnAddresses | null;
  readonly #buffer = Pinned.of(NETLINK_RECEIVE_SIZE);

  /** Throws SysError. */
  constructor(options: RouteMonitorOptions) {
    const groups: number[] = [];
    if (options.links) groups.push(RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR);
    if (options.neighbours) groups.push(RTNLGRP_NEIGH);
    this.#own = options.own;
    const what = "route netlink monitor";
    this.#socket = openNetlink(NETLINK_ROUTE, what, groups, SOCK_NONBLOCK).socket
      .setUp((socket) => socket.setReceiveBuffer(MONITOR_BUFFER_SIZE));
  }

  /** For Epoll.add(). */
  get fd(): number {
    return this.#socket.fd;
  }

  /** Hands over what waits, in order. Throws SysError when the socket itself fails. */
  read(handle: (event: RouteEvent) => void): ReadResult {
    for (let count = 0; count < READ_COUNT_MAX; count++) {
      const length = libc.recv(
        this.#socket.fd,
        this.#buffer.pointer,
        this.#buffer.size,
        MSG_DONTWAIT | MSG_TRUNC,
      );
      if (length === -ERRNO.EAGAIN) return "drained";
      if (length === -ERRNO.EINTR) continue;
      if (length === -ERRNO.ENOBUFS || length > this.#buffer.size) {
        this.#discard();
        return "overrun";
      }
      this.#socket.check(length, "recv");
      const reader = new MessageReader(this.#buffer.view, length);
      while (reader.next()) {
        const event = this.#eventOf(reader);
        if (event !== null && reader.error === null) handle(event);
      }
      if (reader.error !== null) handle({ kind: "malformed", error: reader.error });
    }
    return "more";
  }

  /** Closes it. Take it out of the epoll first. */
  close(): void {
    this.#socket.close();
  }

  /**
   * Empties the socket. The kernel announces nothing more to a socket that overran before it is
   * empty, so only a dump made after this is whole; and with the echoes gone none is waited for.
   */
  #discard(): void {
    const { fd } = this.#socket;
    for (let count = 0; count < DISCARD_COUNT_MAX; count++) {
      const length = libc.recv(fd, this.#buffer.pointer, this.#buffer.size, MSG_DONTWAIT);
      if (length === -ERRNO.EAGAIN) break;
      if (length < 0 && length !== -ERRNO.ENOBUFS && length !== -ERRNO.EINTR) {
        this.#socket.check(length, "recv");
      }
    }
    this.#own?.forgetExpected();
  }

  #eventOf(message: MessageReader): RouteEvent | null {
    if (message.type < NLMSG_MIN_TYPE) return null;
    switch (message.type) {
      case RTM_NEWLINK:
      case RTM_DELLINK: {
        const link = parseLink(message);
        return link && { kind: "link", present: message.type === RTM_NEWLINK, link };
      }
      case RTM_NEWADDR:
      case RTM_DELADDR: {
        const address = parseAddressMessage(message);
        if (address === null) return null;
        const present = message.type === RTM_NEWADDR;
        const own = this.#own?.isEcho(address, present, message.port) ?? false;
        return { kind: "address", present, own, address };
      }
      case RTM_NEWNEIGH:
      case RTM_DELNEIGH: {
        const neighbour = parseNeighbour(message);
        return neighbour &&
          { kind: "neighbour", present: message.type === RTM_NEWNEIGH, neighbour };
      }
      default:
        return null;
    }
  }
}
