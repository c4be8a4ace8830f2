// Ethernet frames that the core made (gratuitous ARP, RFC 5227; unsolicited NA, RFC 4861 7.2.6) go out
// by one AF_PACKET socket for all interfaces. It receives nothing: its protocol is 0.

import { LITTLE_ENDIAN, SOCKADDR_LL } from "./layout.ts";
import * as libc from "./libc.ts";
import { Pinned } from "./pinned.ts";
import {
  AF_PACKET,
  Descriptor,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  SO_PRIORITY,
  SOCK_NONBLOCK,
  SOCK_RAW,
  SOL_SOCKET,
  TC_PRIO_CONTROL,
} from "./socket.ts";

/** Bytes of an Ethernet address. */
const MAC_SIZE = 6;

/** Sends whole Ethernet frames. Never blocks. */
export class FrameSocket {
  readonly #socket: Descriptor;
  readonly #address = Pinned.of(SOCKADDR_LL.SIZE);

  /** Throws SysError. */
  constructor() {
    this.#socket = Descriptor.socket(
      AF_PACKET,
      SOCK_RAW | SOCK_NONBLOCK,
      0,
      "frame socket (gratuitous ARP, neighbour advertisement)",
    ).setUp((socket) => socket.setInt(SOL_SOCKET, SO_PRIORITY, "SO_PRIORITY", TC_PRIO_CONTROL));
    this.#address.view.setUint16(0, AF_PACKET, LITTLE_ENDIAN);
    this.#address.view.setUint8(SOCKADDR_LL.ADDRESS_LENGTH, MAC_SIZE);
  }

  /**
   * Sends the first `length` bytes of the range, a frame without FCS, by an interface. Returns 0 or
   * a negated errno (-ENETDOWN, -ENXIO for an interface that is gone, -ENOBUFS, -EMSGSIZE ...).
   */
  send(ifindex: number, frame: Pinned, length: number): number {
    const { bytes, view } = this.#address;
    view.setInt32(SOCKADDR_LL.IFINDEX, ifindex, LITTLE_ENDIAN);
    for (let i = 0; i < MAC_SIZE; i++) bytes[SOCKADDR_LL.ADDRESS + i] = frame.bytes[i]!;
    const sent = libc.sendto(
      this.#socket.fd,
      frame.pointer,
      length,
      MSG_DONTWAIT | MSG_NOSIGNAL,
      this.#address.pointer,
      this.#address.size,
    );
    return Math.min(sent, 0);
  }

  /** Closes it. */
  close(): void {
    this.#socket.close();
  }
}
