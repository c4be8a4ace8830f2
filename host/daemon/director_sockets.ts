// The director's packet sockets, one an interface, and the core's knowledge of those interfaces. What
// is for a real server on this machine goes out by the loopback interface, which takes nothing in.

import type { InterfaceInput } from "../core/abi.gen.ts";
import { DIRECTOR_INTERFACE_MAX } from "../core/abi.gen.ts";
import { SysError } from "../base/errors.ts";
import type { Epoll } from "../linux/epoll.ts";
import { PacketSocket } from "../linux/packet_socket.ts";
import { LOOPBACK_MAC } from "./director_kernel.ts";
import { LOOPBACK_IFINDEX } from "./director_services.ts";

/** An interface that frames are wanted of. */
export interface WantedInterface {
  name: string;
  mac: string;
}

/** What it acts with. */
export interface SocketTools {
  epoll: Epoll;
  /** Epoll tag of interface 0; that of another is so much more. */
  firstTag: number;
  toCore(input: InterfaceInput): void;
  warn(text: string): void;
}

interface OpenInterface extends WantedInterface {
  socket: PacketSocket;
}

/** Opens and closes by difference. */
export class DirectorSockets {
  readonly #tools: SocketTools;
  readonly #open = new Map<number, OpenInterface>();
  readonly #loopback: PacketSocket;

  /** Throws SysError when packet sockets cannot be had at all. */
  constructor(tools: SocketTools) {
    this.#tools = tools;
    this.#loopback = PacketSocket.open(LOOPBACK_IFINDEX, "lo", "none");
    tools.toCore({ kind: "interface", ifindex: LOOPBACK_IFINDEX, present: 1, mac: LOOPBACK_MAC });
  }

  /** Listens on exactly these; false when one could not be opened: try again later. */
  set(wanted: ReadonlyMap<number, WantedInterface>): boolean {
    for (const [ifindex, { socket }] of this.#open) {
      if (!wanted.has(ifindex)) this.#close(ifindex, socket);
    }
    let whole = true;
    for (const [ifindex, { name, mac }] of wanted) {
      const open = this.#open.get(ifindex);
      if (open?.mac === mac) continue;
      const socket = open?.socket ?? this.#openSocket(ifindex, name);
      if (socket === null) {
        whole = false;
        continue;
      }
      this.#open.set(ifindex, { name, mac, socket });
      this.#tools.toCore({ kind: "interface", ifindex, present: 1, mac });
    }
    return whole;
  }

  /** The socket behind an epoll tag. */
  ofTag(tag: number): PacketSocket | undefined {
    return this.#open.get(tag - this.#tools.firstTag)?.socket;
  }

  /** The socket to send by. */
  of(ifindex: number): PacketSocket | undefined {
    return ifindex === LOOPBACK_IFINDEX ? this.#loopback : this.#open.get(ifindex)?.socket;
  }

  /** All that take frames, with the interface's name. */
  *all(): Iterable<{ name: string; socket: PacketSocket }> {
    yield* this.#open.values();
  }

  /** Closes all. */
  close(): void {
    for (const [ifindex, { socket }] of this.#open) this.#close(ifindex, socket);
    this.#loopback.close();
  }

  #openSocket(ifindex: number, name: string): PacketSocket | null {
    if (this.#open.size + 1 >= DIRECTOR_INTERFACE_MAX) {
      this.#tools.warn(`more than ${DIRECTOR_INTERFACE_MAX - 1} interfaces: ${name} is left out`);
      return null;
    }
    try {
      const socket = PacketSocket.open(ifindex, name, "ours");
      this.#tools.epoll.add(socket.fd, this.#tools.firstTag + ifindex);
      return socket;
    } catch (error) {
      // It may have vanished this moment; then its announcement is on the way.
      if (!(error instanceof SysError)) throw error;
      this.#tools.warn(error.message);
      return null;
    }
  }

  #close(ifindex: number, socket: PacketSocket): void {
    this.#open.delete(ifindex);
    this.#tools.epoll.remove(socket.fd);
    socket.close();
    this.#tools.toCore({ kind: "interface", ifindex, present: 0, mac: LOOPBACK_MAC });
  }
}
