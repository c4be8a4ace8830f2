// Commands of route netlink: addresses on and off interfaces, in batches, and reading what the
// kernel holds. The wire worker has one for the VIPs, the director one for neighbours and routes.

import { ERRNO } from "../base/errno.ts";
import { AF_INET, type Family, formatAddress } from "../base/address.ts";
import { SysError } from "../base/errors.ts";
import { NLM_F_CREATE, NLM_F_REPLACE } from "./netlink.ts";
import { Batch, NETLINK_ROUTE, type NetlinkFailure, NetlinkSocket } from "./netlink_socket.ts";
import { OwnAddresses } from "./own_addresses.ts";
import {
  type AddressRequest,
  INTERFACE_NAME_SIZE_MAX,
  type InterfaceAddress,
  type Link,
  type Neighbour,
  parseAddressMessage,
  parseLink,
  parseNeighbour,
  parseRoute,
  type RouteAnswer,
  RTM_DELADDR,
  RTM_GETADDR,
  RTM_GETLINK,
  RTM_GETNEIGH,
  RTM_GETROUTE,
  RTM_NEWADDR,
  RTM_NEWNEIGH,
  writeDeleteAddress,
  writeGetAddress,
  writeGetLink,
  writeGetNeighbours,
  writeGetRoute,
  writeNewAddress,
  writeUseNeighbour,
} from "./route_codec.ts";

/** A change that the kernel refused. */
export interface AddressFailure {
  operation: "add" | "remove";
  request: AddressRequest;
  error: SysError;
}

interface AddressChange {
  operation: "add" | "remove";
  request: AddressRequest;
}

/** Sends route netlink commands. All methods block for as long as the kernel takes. */
export class RouteSocket {
  /** What it put on interfaces: for the monitor that tells echoes apart. */
  readonly own: OwnAddresses;
  readonly #netlink: NetlinkSocket;
  readonly #batch = new Batch<AddressChange>();

  /** Throws SysError. */
  constructor() {
    this.#netlink = new NetlinkSocket(NETLINK_ROUTE, "route netlink socket");
    this.own = new OwnAddresses(this.#netlink.port);
  }

  /** Our netlink port id. */
  get port(): number {
    return this.#netlink.port;
  }

  /** Queues an addition; one that is there already gets the new lifetime: a refresh is the same. */
  queueAdd(request: AddressRequest): void {
    this.#batch.add(
      { operation: "add", request },
      RTM_NEWADDR,
      NLM_F_CREATE | NLM_F_REPLACE,
      (writer) => writeNewAddress(writer, request),
    );
  }

  /** Queues a removal; one that is gone already is no failure. */
  queueRemove(request: AddressRequest): void {
    this.#batch.add(
      { operation: "remove", request },
      RTM_DELADDR,
      0,
      (writer) => writeDeleteAddress(writer, request),
    );
  }

  /** Changes that wait for commit(). */
  get queuedCount(): number {
    return this.#batch.count;
  }

  /**
   * Sends what is queued, in order. Returns what the kernel refused. Throws SysError when the socket
   * fails: then read the addresses back. The queue is empty afterwards in any case.
   */
  commit(): AddressFailure[] {
    if (this.#batch.count === 0) return [];
    try {
      const refused = new Map<AddressChange, NetlinkFailure>();
      for (const failure of this.#netlink.commit(this.#batch)) {
        refused.set(failure.subject, failure);
      }
      const failures: AddressFailure[] = [];
      for (const change of this.#batch.subjects) {
        const failure = refused.get(change);
        if (failure === undefined) {
          if (change.operation === "add") this.own.added(change.request);
          else this.own.removed(change.request);
        } else if (isGoneAlready(change, failure.errno)) {
          this.own.gone(change.request);
        } else {
          failures.push({ ...change, error: addressError(change, failure) });
        }
      }
      return failures;
    } finally {
      this.#batch.clear();
    }
  }

  /** All interfaces. Throws SysError. */
  links(): Link[] {
    return this.#netlink.dump(RTM_GETLINK, (writer) => writeGetLink(writer, null), parseLink);
  }

  /** The interface of that name, or null. Throws SysError for other reasons. */
  linkByName(name: string): Link | null {
    if (name === "" || new TextEncoder().encode(name).length > INTERFACE_NAME_SIZE_MAX) return null;
    const answer = this.#netlink.ask(
      RTM_GETLINK,
      (writer) => writeGetLink(writer, name),
      (message) => ({ link: parseLink(message) }),
    );
    if ("link" in answer) return answer.link;
    if (answer.errno === ERRNO.ENODEV) return null;
    throw new SysError("RTM_GETLINK", answer.errno, name, answer);
  }

  /** All IPv4 and IPv6 addresses of all interfaces. Throws SysError. */
  addresses(): InterfaceAddress[] {
    return this.#netlink.dump(RTM_GETADDR, writeGetAddress, parseAddressMessage);
  }

  /** The ARP and neighbour discovery tables. Throws SysError. */
  neighbours(): Neighbour[] {
    return this.#netlink.dump(RTM_GETNEIGH, writeGetNeighbours, parseNeighbour);
  }

  /**
   * Makes the kernel resolve the MAC of an address on an interface; the monitor tells when it is
   * known. Null when it began, else why not.
   */
  resolve(ifindex: number, family: Family, address: Uint8Array): SysError | null {
    const batch = new Batch<null>();
    batch.add(
      null,
      RTM_NEWNEIGH,
      NLM_F_CREATE | NLM_F_REPLACE,
      (writer) => writeUseNeighbour(writer, ifindex, family, address),
    );
    const [failure] = this.#netlink.commit(batch);
    if (failure === undefined) return null;
    const what = `${formatAddress(address)} on interface ${ifindex}`;
    return new SysError("RTM_NEWNEIGH", failure.errno, what, failure);
  }

  /** Where the kernel would send a packet of ours, with a fwmark or 0; else why nowhere. */
  routeTo(family: Family, address: Uint8Array, mark = 0): RouteAnswer | SysError {
    const answer = this.#netlink.ask(
      RTM_GETROUTE,
      (writer) => writeGetRoute(writer, family, address, mark),
      parseRoute,
    );
    if (!("errno" in answer)) return answer;
    return new SysError("RTM_GETROUTE", answer.errno, formatAddress(address), {
      detail: answer.detail,
      hint: "look at `ip route get` for this address",
    });
  }

  /** Closes it. */
  close(): void {
    this.#netlink.close();
  }
}

/** Removed by somebody else, expired, or gone with its interface: what was wanted is the case. */
function isGoneAlready({ operation }: AddressChange, errno: number): boolean {
  return operation === "remove" && (errno === ERRNO.EADDRNOTAVAIL || errno === ERRNO.ENODEV);
}

function addressError({ operation, request }: AddressChange, failure: NetlinkFailure): SysError {
  const call = operation === "add" ? "RTM_NEWADDR" : "RTM_DELADDR";
  const what = `${formatAddress(request.address)}/${request.prefixLength} ` +
    `on interface ${request.ifindex}`;
  const hint = hintOf(request.family, failure);
  return new SysError(call, failure.errno, what, {
    detail: failure.detail,
    ...(hint === undefined ? {} : { hint }),
  });
}

function hintOf(family: Family, { errno, detail }: NetlinkFailure): string | undefined {
  if (family === AF_INET && errno === ERRNO.EINVAL && detail.includes("scope")) {
    return "addresses of one subnet on one interface must have the same scope: " +
      "drop `scope`, or give the address the prefix /32";
  }
  if (family !== AF_INET && (errno === ERRNO.EACCES || errno === ERRNO.EOPNOTSUPP)) {
    return "IPv6 is off on the interface: sysctl net.ipv6.conf.DEV.disable_ipv6=0";
  }
  return undefined;
}
