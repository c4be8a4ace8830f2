// What all sockets of this folder share: numbers of <sys/socket.h>, opening with options as one
// list so that a failure names the step, and closing. The numbers are the same on x86-64 and arm64.

import { SysError } from "../base/errors.ts";
import { IP_MREQN, IPV6_MREQ, LITTLE_ENDIAN, SOCK_FILTER, SOCK_FPROG } from "./layout.ts";
import * as libc from "./libc.ts";
import { Pinned } from "./pinned.ts";

export const AF_UNIX = 1;
export const AF_INET = 2;
export const AF_INET6 = 10;
export const AF_NETLINK = 16;
export const AF_PACKET = 17;

export const SOCK_DGRAM = 2;
export const SOCK_RAW = 3;
/** Every socket here is closed on exec: scripts must not inherit it. */
export const SOCK_CLOEXEC = 0o2000000;
export const SOCK_NONBLOCK = 0o4000;

export const MSG_DONTWAIT = 0x40;
export const MSG_TRUNC = 0x20;
export const MSG_CTRUNC = 0x8;
export const MSG_NOSIGNAL = 0x4000;

export const SOL_SOCKET = 1;
export const SO_SNDBUF = 7;
export const SO_RCVBUF = 8;
export const SO_PRIORITY = 12;
export const SO_RCVTIMEO = 20;
export const SO_ATTACH_FILTER = 26;
export const SO_SNDBUFFORCE = 32;
export const SO_RCVBUFFORCE = 33;
export const SO_BINDTOIFINDEX = 62;

/** One instruction of classic BPF (<linux/filter.h>): code, jump if true, jump if false, k. */
export type FilterInstruction = readonly [
  code: number,
  jumpTrue: number,
  jumpFalse: number,
  k: number,
];
export const BPF_LOAD_WORD = 0x20;
export const BPF_LOAD_HALF = 0x28;
export const BPF_JUMP_EQUAL = 0x15;
/** Keeps k bytes of the packet. */
export const BPF_RETURN = 0x06;

/** Priority of network control traffic (TC_PRIO_CONTROL of <linux/pkt_sched.h>). */
export const TC_PRIO_CONTROL = 7;

/** An open descriptor with the words that errors about it use. */
export class Descriptor {
  readonly fd: number;
  /** What it is, for messages: "raw VRRP socket on eth0". */
  readonly what: string;
  #open = true;

  /** Takes over the result of a call that makes a descriptor; throws SysError when it failed. */
  constructor(result: number, call: string, what: string) {
    if (result < 0) throw new SysError(call, -result, what);
    this.fd = result;
    this.what = what;
  }

  /** socket(2), always close-on-exec. Throws SysError. */
  static socket(domain: number, type: number, protocol: number, what: string): Descriptor {
    return new Descriptor(
      libc.socket(domain, type | SOCK_CLOEXEC, protocol),
      "socket",
      what,
    );
  }

  /** Closes it; a second call does nothing. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    // Linux frees the descriptor whatever close() answers: there is nothing to retry or report.
    libc.close(this.fd);
  }

  /** Runs `steps`; when one throws the descriptor is closed and the error goes on. */
  setUp(steps: (socket: Descriptor) => void): this {
    try {
      steps(this);
      return this;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Throws SysError when a result is negative, else returns it. */
  check(result: number, call: string, hint?: string): number {
    if (result < 0) {
      throw new SysError(call, -result, this.what, hint === undefined ? {} : { hint });
    }
    return result;
  }

  /** setsockopt(2) with raw bytes. Throws SysError with the option's name. */
  set(level: number, option: number, name: string, value: Pinned): void {
    this.check(
      libc.setsockopt(this.fd, level, option, value.pointer, value.size),
      `setsockopt ${name}`,
    );
  }

  /** setsockopt(2) with an int. Throws SysError with the option's name. */
  setInt(level: number, option: number, name: string, value: number): void {
    this.set(level, option, name, intOf(value));
  }

  /** bind(2) to a socket address. Throws SysError. */
  bind(address: Pinned): void {
    this.check(libc.bind(this.fd, address.pointer, address.size), "bind");
  }

  /**
   * Asks for a receive buffer of `size` bytes, beyond net.core.rmem_max where CAP_NET_ADMIN allows
   * it, else up to that limit. Throws SysError only when even that is refused.
   */
  setReceiveBuffer(size: number): void {
    const value = intOf(size);
    const forced = libc.setsockopt(this.fd, SOL_SOCKET, SO_RCVBUFFORCE, value.pointer, 4);
    if (forced < 0) this.set(SOL_SOCKET, SO_RCVBUF, "SO_RCVBUF", value);
  }

  /** The same for the send buffer. */
  setSendBuffer(size: number): void {
    const value = intOf(size);
    const forced = libc.setsockopt(this.fd, SOL_SOCKET, SO_SNDBUFFORCE, value.pointer, 4);
    if (forced < 0) this.set(SOL_SOCKET, SO_SNDBUF, "SO_SNDBUF", value);
  }

  /** Lets only packets of one interface through, both ways. Throws SysError. */
  bindToInterface(ifindex: number): void {
    this.setInt(SOL_SOCKET, SO_BINDTOIFINDEX, "SO_BINDTOIFINDEX", ifindex);
  }

  /** Receives nothing any more: a filter that keeps no byte. Throws SysError. */
  dropReceived(): void {
    this.setFilter([[BPF_RETURN, 0, 0, 0]]);
  }

  /** Receives only what a classic BPF program lets through. Throws SysError. */
  setFilter(instructions: readonly FilterInstruction[]): void {
    const filter = Pinned.of(instructions.length * SOCK_FILTER.SIZE);
    instructions.forEach(([code, jumpTrue, jumpFalse, k], i) => {
      const at = i * SOCK_FILTER.SIZE;
      filter.view.setUint16(at, code, LITTLE_ENDIAN);
      filter.view.setUint8(at + SOCK_FILTER.JUMP_TRUE, jumpTrue);
      filter.view.setUint8(at + SOCK_FILTER.JUMP_FALSE, jumpFalse);
      filter.view.setUint32(at + SOCK_FILTER.K, k, LITTLE_ENDIAN);
    });
    const program = Pinned.of(SOCK_FPROG.SIZE);
    program.view.setUint16(SOCK_FPROG.LENGTH, instructions.length, LITTLE_ENDIAN);
    program.setPointer(SOCK_FPROG.FILTER, filter);
    this.set(SOL_SOCKET, SO_ATTACH_FILTER, "SO_ATTACH_FILTER", program);
  }
}

/** An int in memory, host byte order. */
export function intOf(value: number): Pinned {
  const int = Pinned.of(4);
  int.view.setInt32(0, value, LITTLE_ENDIAN);
  return int;
}

/** struct ip_mreqn: an IPv4 group (4 bytes) on an interface. */
export function ipMreqn(group: Uint8Array, ifindex: number): Pinned {
  const request = Pinned.of(IP_MREQN.SIZE);
  request.bytes.set(group, IP_MREQN.GROUP);
  request.view.setInt32(IP_MREQN.IFINDEX, ifindex, LITTLE_ENDIAN);
  return request;
}

/** struct ipv6_mreq: an IPv6 group (16 bytes) on an interface. */
export function ipv6Mreq(group: Uint8Array, ifindex: number): Pinned {
  const request = Pinned.of(IPV6_MREQ.SIZE);
  request.bytes.set(group, IPV6_MREQ.GROUP);
  request.view.setUint32(IPV6_MREQ.IFINDEX, ifindex, LITTLE_ENDIAN);
  return request;
}
