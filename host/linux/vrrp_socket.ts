// Raw VRRP sockets (IP protocol 112; RFC 9568 5.1, RFC 5798 5.1): one receiver per interface, family
// and group, one sender per interface and family. They move bytes between the kernel and a range of
// the core's memory; what is in them is the core's business.
//
// IPv4: a received packet starts with its IP header; a sent one brings it (IP_HDRINCL), the kernel
// fills checksum and length. IPv6: only the VRRP message crosses; addresses and hop limit come and
// go beside it. IPV6_CHECKSUM stays off: with it the kernel would drop bad packets unseen and
// uncounted, and the core computes the checksum anyway.

import { ERRNO } from "../base/errno.ts";
import type { Family } from "../base/address.ts";
import {
  CMSG,
  IN6_PKTINFO,
  IOVEC,
  LITTLE_ENDIAN,
  MSGHDR,
  SOCKADDR_IN,
  SOCKADDR_IN6,
} from "./layout.ts";
import * as libc from "./libc.ts";
import { Pinned } from "./pinned.ts";
import {
  AF_INET,
  AF_INET6,
  Descriptor,
  ipMreqn,
  ipv6Mreq,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  MSG_TRUNC,
  SO_PRIORITY,
  SOCK_NONBLOCK,
  SOCK_RAW,
  SOL_SOCKET,
  TC_PRIO_CONTROL,
} from "./socket.ts";

export const IPPROTO_VRRP = 112;
const IPPROTO_IP = 0;
const IPPROTO_IPV6 = 41;
/** Sends whole IPv4 packets and receives none. */
const IPPROTO_RAW = 255;

const IP_HDRINCL = 3;
const IP_MULTICAST_IF = 32;
const IP_MULTICAST_LOOP = 34;
const IP_ADD_MEMBERSHIP = 35;
const IP_MULTICAST_ALL = 49;
const IPV6_UNICAST_HOPS = 16;
const IPV6_MULTICAST_IF = 17;
const IPV6_MULTICAST_HOPS = 18;
const IPV6_MULTICAST_LOOP = 19;
const IPV6_JOIN_GROUP = 20;
const IPV6_MULTICAST_ALL = 29;
const IPV6_RECVPKTINFO = 49;
const IPV6_PKTINFO = 50;
const IPV6_RECVHOPLIMIT = 51;
const IPV6_HOPLIMIT = 52;
const IPV6_TCLASS = 67;

/** TTL and hop limit of VRRP (RFC 9568 5.1.1.3, 5.1.2.3). */
const VRRP_HOP_LIMIT = 255;
/** DSCP CS6, what every VRRP implementation sends. */
const VRRP_TRAFFIC_CLASS = 0xc0;
/** Receive buffer: bursts of adverts to 1,024 instances must fit. Bytes. */
export const VRRP_RECEIVE_BUFFER_SIZE = 1 << 20;
/** Room for the two control messages of an IPv6 packet and some that are not asked for. */
const CONTROL_SIZE = 128;

/** Which packets a receiver wants. */
export interface VrrpReceiverOptions {
  family: Family;
  ifindex: number;
  /** For messages. */
  interfaceName: string;
  /** Group that adverts come to: 4 or 16 bytes, network order. */
  group: Uint8Array;
}

/** Which interface a sender sends by. */
export interface VrrpSenderOptions {
  family: Family;
  ifindex: number;
  /** For messages. */
  interfaceName: string;
}

/** Receives the VRRP packets that come to one group by one interface. Never blocks. */
export class VrrpReceiver {
  readonly family: Family;
  readonly ifindex: number;
  /** IPv6: sender of the last packet, 16 bytes, network order. Not meant for IPv4. */
  readonly source: Uint8Array;
  /** IPv6: destination of the last packet, 16 bytes, network order. Not meant for IPv4. */
  readonly destination = new Uint8Array(16);
  /** IPv6: hop limit of the last packet; -1 when the kernel did not say. */
  hopLimit = -1;
  readonly #socket: Descriptor;
  readonly #name = Pinned.of(SOCKADDR_IN6.SIZE);
  readonly #control = Pinned.of(CONTROL_SIZE);
  readonly #iov = Pinned.of(IOVEC.SIZE);
  readonly #header = Pinned.of(MSGHDR.SIZE);
  /** The range that #iov describes now. */
  #into: Pinned | undefined;

  private constructor(socket: Descriptor, options: VrrpReceiverOptions) {
    this.family = options.family;
    this.ifindex = options.ifindex;
    this.#socket = socket;
    this.source = this.#name.bytes.subarray(SOCKADDR_IN6.ADDRESS, SOCKADDR_IN6.ADDRESS + 16);
    const { view } = this.#header;
    this.#header.setPointer(MSGHDR.NAME, this.#name);
    this.#header.setPointer(MSGHDR.IOV, this.#iov);
    view.setUint32(MSGHDR.IOV_LENGTH, 1, LITTLE_ENDIAN);
    this.#header.setPointer(MSGHDR.CONTROL, this.#control);
  }

  /** Opens, binds to interface and group and joins it. Throws SysError. */
  static open(options: VrrpReceiverOptions): VrrpReceiver {
    const what = `raw VRRP IPv${options.family === AF_INET ? 4 : 6} receive socket on ` +
      options.interfaceName;
    const socket = Descriptor.socket(options.family, SOCK_RAW | SOCK_NONBLOCK, IPPROTO_VRRP, what);
    socket.setUp(() => {
      socket.bindToInterface(options.ifindex);
      socket.setReceiveBuffer(VRRP_RECEIVE_BUFFER_SIZE);
      if (options.family === AF_INET) joinIpv4(socket, options);
      else joinIpv6(socket, options);
    });
    return new VrrpReceiver(socket, options);
  }

  /** For Epoll.add(). */
  get fd(): number {
    return this.#socket.fd;
  }

  /**
   * Takes one packet into the range. Returns its length in bytes or a negated errno: -EAGAIN when
   * none waits, -EMSGSIZE for one that is larger than the range (it is gone). A lost link shows only
   * in netlink, never here. Fills source, destination and hopLimit for IPv6.
   */
  receive(into: Pinned): number {
    if (this.family === AF_INET) {
      return fitting(
        libc.recv(this.#socket.fd, into.pointer, into.size, MSG_DONTWAIT | MSG_TRUNC),
        into.size,
      );
    }
    if (this.#into !== into) {
      this.#iov.setPointer(IOVEC.BASE, into);
      this.#iov.view.setUint32(IOVEC.LENGTH, into.size, LITTLE_ENDIAN);
      this.#into = into;
    }
    const header = this.#header.view;
    header.setUint32(MSGHDR.NAME_LENGTH, SOCKADDR_IN6.SIZE, LITTLE_ENDIAN);
    header.setUint32(MSGHDR.CONTROL_LENGTH, CONTROL_SIZE, LITTLE_ENDIAN);
    const length = libc.recvmsg(this.#socket.fd, this.#header.pointer, MSG_DONTWAIT | MSG_TRUNC);
    if (length >= 0) this.#readControl(header.getUint32(MSGHDR.CONTROL_LENGTH, LITTLE_ENDIAN));
    return fitting(length, into.size);
  }

  /** Leaves the group and closes. Take it out of the epoll first. */
  close(): void {
    this.#socket.close();
  }

  /** Hop limit and destination out of the control messages (cmsg(3)). */
  #readControl(size: number): void {
    const { view, bytes } = this.#control;
    this.hopLimit = -1;
    this.destination.fill(0);
    let at = 0;
    while (at + CMSG.HEADER_SIZE <= size) {
      const length = view.getUint32(at + CMSG.LENGTH, LITTLE_ENDIAN);
      if (length < CMSG.HEADER_SIZE || at + length > size) return;
      const data = at + CMSG.HEADER_SIZE;
      const room = length - CMSG.HEADER_SIZE;
      if (view.getInt32(at + CMSG.LEVEL, LITTLE_ENDIAN) === IPPROTO_IPV6) {
        const type = view.getInt32(at + CMSG.TYPE, LITTLE_ENDIAN);
        if (type === IPV6_HOPLIMIT && room >= 4) {
          this.hopLimit = view.getInt32(data, LITTLE_ENDIAN);
        } else if (type === IPV6_PKTINFO && room >= IN6_PKTINFO.SIZE) {
          for (let i = 0; i < 16; i++) this.destination[i] = bytes[data + i]!;
        }
      }
      at += (length + CMSG.ALIGN - 1) & ~(CMSG.ALIGN - 1);
    }
  }
}

/** Sends VRRP packets by one interface. Never blocks; receives nothing. */
export class VrrpSender {
  readonly family: Family;
  readonly ifindex: number;
  readonly #socket: Descriptor;
  readonly #name: Pinned;
  readonly #control = Pinned.of(CMSG.HEADER_SIZE + ((IN6_PKTINFO.SIZE + 7) & ~7));
  readonly #iov = Pinned.of(IOVEC.SIZE);
  readonly #header = Pinned.of(MSGHDR.SIZE);
  #from: Pinned | undefined;

  private constructor(socket: Descriptor, options: VrrpSenderOptions) {
    this.family = options.family;
    this.ifindex = options.ifindex;
    this.#socket = socket;
    this.#name = Pinned.of(options.family === AF_INET ? SOCKADDR_IN.SIZE : SOCKADDR_IN6.SIZE);
    this.#name.view.setUint16(0, options.family, LITTLE_ENDIAN);
    if (options.family === AF_INET6) this.#prepareIpv6();
  }

  /** Opens and binds to the interface. Throws SysError. */
  static open(options: VrrpSenderOptions): VrrpSender {
    const ipv4 = options.family === AF_INET;
    const what = `raw VRRP IPv${ipv4 ? 4 : 6} send socket on ${options.interfaceName}`;
    const socket = Descriptor.socket(
      options.family,
      SOCK_RAW | SOCK_NONBLOCK,
      ipv4 ? IPPROTO_RAW : IPPROTO_VRRP,
      what,
    );
    socket.setUp(() => {
      socket.dropReceived();
      socket.bindToInterface(options.ifindex);
      socket.setInt(SOL_SOCKET, SO_PRIORITY, "SO_PRIORITY", TC_PRIO_CONTROL);
      if (ipv4) setUpIpv4Sender(socket, options.ifindex);
      else setUpIpv6Sender(socket, options.ifindex);
    });
    return new VrrpSender(socket, options);
  }

  /**
   * Sends the first `length` bytes of the range: IPv4 the packet with its header, IPv6 the VRRP
   * message. `destination` and `source` are address fields of a record, of which the first 4 or all
   * 16 bytes count; IPv4 has its source in the packet. Returns 0 or a negated errno: -ENETUNREACH
   * or -ENETDOWN when the interface is down, -ENODEV when it is gone, -ENOBUFS and -EAGAIN when the
   * queue is full, -EINVAL for an IPv6 source that the interface does not hold.
   */
  send(from: Pinned, length: number, destination: Uint8Array, source: Uint8Array): number {
    if (this.family === AF_INET) {
      for (let i = 0; i < 4; i++) this.#name.bytes[SOCKADDR_IN.ADDRESS + i] = destination[i]!;
      const sent = libc.sendto(
        this.#socket.fd,
        from.pointer,
        length,
        MSG_DONTWAIT | MSG_NOSIGNAL,
        this.#name.pointer,
        this.#name.size,
      );
      return Math.min(sent, 0);
    }
    if (this.#from !== from) {
      this.#iov.setPointer(IOVEC.BASE, from);
      this.#from = from;
    }
    this.#iov.view.setUint32(IOVEC.LENGTH, length, LITTLE_ENDIAN);
    for (let i = 0; i < 16; i++) {
      this.#name.bytes[SOCKADDR_IN6.ADDRESS + i] = destination[i]!;
      this.#control.bytes[CMSG.HEADER_SIZE + IN6_PKTINFO.ADDRESS + i] = source[i]!;
    }
    return Math.min(
      libc.sendmsg(this.#socket.fd, this.#header.pointer, MSG_DONTWAIT | MSG_NOSIGNAL),
      0,
    );
  }

  /** Closes it. */
  close(): void {
    this.#socket.close();
  }

  /**
   * The source goes beside each packet (IPV6_PKTINFO): left to itself the kernel may take a virtual
   * address of ours, and the checksum covers the source.
   */
  #prepareIpv6(): void {
    this.#name.view.setUint32(SOCKADDR_IN6.SCOPE, this.ifindex, LITTLE_ENDIAN);
    const control = this.#control.view;
    const controlLength = CMSG.HEADER_SIZE + IN6_PKTINFO.SIZE;
    control.setUint32(CMSG.LENGTH, controlLength, LITTLE_ENDIAN);
    control.setInt32(CMSG.LEVEL, IPPROTO_IPV6, LITTLE_ENDIAN);
    control.setInt32(CMSG.TYPE, IPV6_PKTINFO, LITTLE_ENDIAN);
    control.setUint32(CMSG.HEADER_SIZE + IN6_PKTINFO.IFINDEX, this.ifindex, LITTLE_ENDIAN);
    const header = this.#header;
    header.setPointer(MSGHDR.NAME, this.#name);
    header.view.setUint32(MSGHDR.NAME_LENGTH, SOCKADDR_IN6.SIZE, LITTLE_ENDIAN);
    header.setPointer(MSGHDR.IOV, this.#iov);
    header.view.setUint32(MSGHDR.IOV_LENGTH, 1, LITTLE_ENDIAN);
    header.setPointer(MSGHDR.CONTROL, this.#control);
    header.view.setUint32(MSGHDR.CONTROL_LENGTH, this.#control.size, LITTLE_ENDIAN);
  }
}

function joinIpv4(socket: Descriptor, { group, ifindex }: VrrpReceiverOptions): void {
  // Without this a raw socket also gets what other programs' groups bring in.
  socket.setInt(IPPROTO_IP, IP_MULTICAST_ALL, "IP_MULTICAST_ALL", 0);
  const address = Pinned.of(SOCKADDR_IN.SIZE);
  address.view.setUint16(0, AF_INET, LITTLE_ENDIAN);
  address.bytes.set(group, SOCKADDR_IN.ADDRESS);
  socket.bind(address);
  socket.set(IPPROTO_IP, IP_ADD_MEMBERSHIP, "IP_ADD_MEMBERSHIP", ipMreqn(group, ifindex));
}

function joinIpv6(socket: Descriptor, { group, ifindex }: VrrpReceiverOptions): void {
  socket.setInt(IPPROTO_IPV6, IPV6_MULTICAST_ALL, "IPV6_MULTICAST_ALL", 0);
  socket.setInt(IPPROTO_IPV6, IPV6_RECVPKTINFO, "IPV6_RECVPKTINFO", 1);
  socket.setInt(IPPROTO_IPV6, IPV6_RECVHOPLIMIT, "IPV6_RECVHOPLIMIT", 1);
  const address = Pinned.of(SOCKADDR_IN6.SIZE);
  address.view.setUint16(0, AF_INET6, LITTLE_ENDIAN);
  address.bytes.set(group, SOCKADDR_IN6.ADDRESS);
  address.view.setUint32(SOCKADDR_IN6.SCOPE, ifindex, LITTLE_ENDIAN);
  socket.bind(address);
  socket.set(IPPROTO_IPV6, IPV6_JOIN_GROUP, "IPV6_JOIN_GROUP", ipv6Mreq(group, ifindex));
}

function setUpIpv4Sender(socket: Descriptor, ifindex: number): void {
  socket.setInt(IPPROTO_IP, IP_HDRINCL, "IP_HDRINCL", 1);
  const anyGroup = new Uint8Array(4);
  socket.set(IPPROTO_IP, IP_MULTICAST_IF, "IP_MULTICAST_IF", ipMreqn(anyGroup, ifindex));
  socket.setInt(IPPROTO_IP, IP_MULTICAST_LOOP, "IP_MULTICAST_LOOP", 0);
}

function setUpIpv6Sender(socket: Descriptor, ifindex: number): void {
  socket.setInt(IPPROTO_IPV6, IPV6_MULTICAST_IF, "IPV6_MULTICAST_IF", ifindex);
  socket.setInt(IPPROTO_IPV6, IPV6_MULTICAST_LOOP, "IPV6_MULTICAST_LOOP", 0);
  socket.setInt(IPPROTO_IPV6, IPV6_MULTICAST_HOPS, "IPV6_MULTICAST_HOPS", VRRP_HOP_LIMIT);
  socket.setInt(IPPROTO_IPV6, IPV6_UNICAST_HOPS, "IPV6_UNICAST_HOPS", VRRP_HOP_LIMIT);
  socket.setInt(IPPROTO_IPV6, IPV6_TCLASS, "IPV6_TCLASS", VRRP_TRAFFIC_CLASS);
}

/** MSG_TRUNC makes recv answer the true length; one beyond the range is of no use. */
function fitting(length: number, size: number): number {
  return length > size ? -ERRNO.EMSGSIZE : length;
}
