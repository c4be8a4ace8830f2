// The user-space director's socket: AF_PACKET on one interface with virtio-net headers. veth and real
// NICs hand over frames with partial checksums and of GSO size (64 KiB and more); the 10 byte header
// in front of each says so, and passed on unchanged it makes the sending kernel finish the work.

import { ERRNO } from "../base/errno.ts";
import { LITTLE_ENDIAN, SOCKADDR_LL } from "./layout.ts";
import * as libc from "./libc.ts";
import { Pinned } from "./pinned.ts";
import {
  AF_PACKET,
  BPF_JUMP_EQUAL,
  BPF_LOAD_HALF,
  BPF_LOAD_WORD,
  BPF_RETURN,
  Descriptor,
  type FilterInstruction,
  intOf,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  MSG_TRUNC,
  SOCK_NONBLOCK,
  SOCK_RAW,
} from "./socket.ts";

const SOL_PACKET = 263;
const PACKET_STATISTICS = 6;
const PACKET_VNET_HDR = 15;
const PACKET_IGNORE_OUTGOING = 23;
const ETH_P_ALL = 0x0003;
/** sll_pkttype: addressed to this machine. */
export const PACKET_HOST = 0;
/** Bytes of struct virtio_net_hdr in front of each frame, both ways. */
export const VNET_HEADER_SIZE = 10;
/** Receive and send buffers, bytes: some tens of GSO frames. */
export const PACKET_BUFFER_SIZE = 8 << 20;

/** SKF_AD_PKTTYPE and SKF_AD_VLAN_TAG_PRESENT of <linux/filter.h>. */
const FILTER_PACKET_TYPE = 0xffff_f000 + 4;
const FILTER_VLAN_TAG = 0xffff_f000 + 48;

/**
 * Lets through IPv4 and IPv6 to this machine, untagged: a tagged frame shows here without its tag and
 * again on the VLAN's own interface.
 */
const OURS: readonly FilterInstruction[] = [
  [BPF_LOAD_WORD, 0, 0, FILTER_PACKET_TYPE],
  [BPF_JUMP_EQUAL, 0, 6, PACKET_HOST],
  [BPF_LOAD_WORD, 0, 0, FILTER_VLAN_TAG],
  [BPF_JUMP_EQUAL, 0, 4, 0],
  [BPF_LOAD_HALF, 0, 0, 12],
  [BPF_JUMP_EQUAL, 1, 0, 0x0800],
  [BPF_JUMP_EQUAL, 0, 1, 0x86dd],
  [BPF_RETURN, 0, 0, 0xffff_ffff],
  [BPF_RETURN, 0, 0, 0],
];

/** Which frames a socket takes: all, untagged IP addressed to this machine, or none (it only sends). */
export type FrameChoice = "all" | "ours" | "none";

/** Receives and sends the frames of one interface. Never blocks. */
export class PacketSocket {
  readonly ifindex: number;
  readonly #socket: Descriptor;
  readonly #from = Pinned.of(SOCKADDR_LL.SIZE);
  readonly #fromSize = intOf(SOCKADDR_LL.SIZE);

  private constructor(socket: Descriptor, ifindex: number) {
    this.#socket = socket;
    this.ifindex = ifindex;
  }

  /** Opens it on an interface; `interfaceName` is for messages. Throws SysError. */
  static open(ifindex: number, interfaceName: string, take: FrameChoice = "all"): PacketSocket {
    const what = `packet socket of the director on ${interfaceName}`;
    // Protocol 0 until bind(): otherwise it would collect frames of all interfaces before.
    const socket = Descriptor.socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0, what);
    socket.setUp(() => {
      socket.setInt(SOL_PACKET, PACKET_VNET_HDR, "PACKET_VNET_HDR", 1);
      socket.setInt(SOL_PACKET, PACKET_IGNORE_OUTGOING, "PACKET_IGNORE_OUTGOING", 1);
      socket.setReceiveBuffer(PACKET_BUFFER_SIZE);
      socket.setSendBuffer(PACKET_BUFFER_SIZE);
      if (take === "ours") socket.setFilter(OURS);
      const address = Pinned.of(SOCKADDR_LL.SIZE);
      address.view.setUint16(0, AF_PACKET, LITTLE_ENDIAN);
      const protocol = take === "none" ? 0 : ETH_P_ALL;
      address.view.setUint16(SOCKADDR_LL.PROTOCOL, protocol); // network order
      address.view.setInt32(SOCKADDR_LL.IFINDEX, ifindex, LITTLE_ENDIAN);
      socket.bind(address);
    });
    return new PacketSocket(socket, ifindex);
  }

  /** For Epoll.add(). */
  get fd(): number {
    return this.#socket.fd;
  }

  /** sll_pkttype of the last received frame: PACKET_HOST 0, broadcast 1, multicast 2, other host 3. */
  get packetType(): number {
    return this.#from.view.getUint8(SOCKADDR_LL.PACKET_TYPE);
  }

  /**
   * Takes one frame, its virtio-net header first, into the range. Returns the length of both or a
   * negated errno: -EAGAIN when none waits, -EMSGSIZE for one larger than the range (it is gone),
   * -ENETDOWN once when the interface went down.
   */
  receive(into: Pinned): number {
    // The kernel writes the true size here, which may be larger than what it copied.
    this.#fromSize.view.setInt32(0, SOCKADDR_LL.SIZE, LITTLE_ENDIAN);
    const length = libc.recvfrom(
      this.#socket.fd,
      into.pointer,
      into.size,
      MSG_DONTWAIT | MSG_TRUNC,
      this.#from.pointer,
      this.#fromSize.pointer,
    );
    return length > into.size ? -ERRNO.EMSGSIZE : length;
  }

  /**
   * Sends the first `length` bytes of the range: virtio-net header and frame. Returns 0 or a negated
   * errno (-EAGAIN and -ENOBUFS: the queue is full, the frame is lost; -EINVAL: the header lies).
   */
  send(frame: Pinned, length: number): number {
    const flags = MSG_DONTWAIT | MSG_NOSIGNAL;
    return Math.min(libc.send(this.#socket.fd, frame.pointer, length, flags), 0);
  }

  /** Frames that the kernel dropped here for want of buffer since the last call. Throws SysError. */
  takeDropped(): number {
    const statistics = Pinned.of(8);
    this.#socket.check(
      libc.getsockopt(
        this.#socket.fd,
        SOL_PACKET,
        PACKET_STATISTICS,
        statistics.pointer,
        intOf(8).pointer,
      ),
      "getsockopt PACKET_STATISTICS",
    );
    return statistics.view.getUint32(4, LITTLE_ENDIAN);
  }

  /** Closes it. Take it out of the epoll first. */
  close(): void {
    this.#socket.close();
  }
}
