// The wire worker's VRRP sockets: one receiver for each (family, interface, group) that a committed
// configuration names, one sender for each (family, interface). open() and close() make the
// difference, so an unchanged instance keeps its socket and misses nothing over a reload.

import { AF_INET, AF_INET6, type Family, formatAddress } from "../base/address.ts";
import type { Epoll } from "../linux/epoll.ts";
import { VrrpReceiver, VrrpSender } from "../linux/vrrp_socket.ts";

/** What one instance needs of the wire. */
export interface WireEndpoint {
  family: Family;
  ifindex: number;
  /** Group its adverts go to, 4 or 16 bytes. */
  group: Uint8Array;
}

/** Sockets by what they are for. Tags given to epoll start at `firstTag`. */
export class WireSockets {
  readonly #epoll: Epoll;
  readonly #receivers = new Map<string, { receiver: VrrpReceiver; tag: number }>();
  readonly #byTag = new Map<number, VrrpReceiver>();
  readonly #senders = new Map<string, VrrpSender>();
  #nextTag: number;

  constructor(epoll: Epoll, firstTag: number) {
    this.#epoll = epoll;
    this.#nextTag = firstTag;
  }

  /** The receiver that an epoll tag stands for; undefined when it was closed meanwhile. */
  receiver(tag: number): VrrpReceiver | undefined {
    return this.#byTag.get(tag);
  }

  /** The sender of an interface; undefined when no committed instance is there. */
  sender(family: number, ifindex: number): VrrpSender | undefined {
    return this.#senders.get(senderKey(family, ifindex));
  }

  /**
   * Opens what `wanted` needs and is not there. Returns the errors, one for each socket that could
   * not be opened; the others stand. Call it before the commit, close() the rest after it.
   */
  open(wanted: WireEndpoint[], nameOf: (ifindex: number) => string): Error[] {
    const errors: Error[] = [];
    for (const endpoint of wanted) {
      try {
        this.#open(endpoint, nameOf(endpoint.ifindex));
      } catch (error) {
        errors.push(error as Error);
      }
    }
    return errors;
  }

  #open(endpoint: WireEndpoint, interfaceName: string): void {
    const { family, ifindex, group } = endpoint;
    const key = receiverKey(endpoint);
    if (!this.#receivers.has(key)) {
      const receiver = VrrpReceiver.open({ family, ifindex, interfaceName, group });
      const tag = this.#nextTag++;
      this.#epoll.add(receiver.fd, tag);
      this.#receivers.set(key, { receiver, tag });
      this.#byTag.set(tag, receiver);
    }
    const sending = senderKey(family, ifindex);
    if (!this.#senders.has(sending)) {
      this.#senders.set(sending, VrrpSender.open({ family, ifindex, interfaceName }));
    }
  }

  /** Closes what `wanted` does not need. */
  close(wanted: WireEndpoint[]): void {
    const receivers = new Set(wanted.map(receiverKey));
    const senders = new Set(wanted.map((w) => senderKey(w.family, w.ifindex)));
    this.#closeWhere(
      (receiver) => !receivers.has(receiver),
      (sender) => !senders.has(sender),
    );
  }

  /** Closes all sockets of an interface, or those of one family. */
  closeOn(ifindex: number, family?: Family): void {
    const families = family === undefined ? [AF_INET, AF_INET6] : [family];
    const keys = families.map((each) => senderKey(each, ifindex));
    this.#closeWhere(
      (receiver) => keys.some((key) => receiver.startsWith(`${key} `)),
      (sender) => keys.includes(sender),
    );
  }

  #closeWhere(isReceiver: (key: string) => boolean, isSender: (key: string) => boolean): void {
    for (const [key, { receiver, tag }] of this.#receivers) {
      if (!isReceiver(key)) continue;
      this.#epoll.remove(receiver.fd);
      receiver.close();
      this.#receivers.delete(key);
      this.#byTag.delete(tag);
    }
    for (const [key, sender] of this.#senders) {
      if (!isSender(key)) continue;
      sender.close();
      this.#senders.delete(key);
    }
  }
}

/** Text that says which receiver it is; two instances with one key share it. */
export function receiverKey({ family, ifindex, group }: WireEndpoint): string {
  return `${family} ${ifindex} ${formatAddress(group)}`;
}

function senderKey(family: number, ifindex: number): string {
  return `${family} ${ifindex}`;
}
