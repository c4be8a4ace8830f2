// Datagrams to a Unix socket: syslog (/dev/log), journald and the service manager ($NOTIFY_SOCKET).
// By FFI, because a $NOTIFY_SOCKET may be in the abstract namespace ("@name"), which Deno's datagram
// sockets do not reach. A send never blocks: a log that nobody reads must not delay anything.

import { ERRNO } from "../base/errno.ts";
import { SysError } from "../base/errors.ts";
import { LITTLE_ENDIAN } from "./layout.ts";
import * as libc from "./libc.ts";
import { Pinned } from "./pinned.ts";
import {
  AF_UNIX,
  Descriptor,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
} from "./socket.ts";

/** Longest path of a Unix socket, bytes: sun_path without its NUL. */
export const UNIX_PATH_SIZE_MAX = 107;

/** Sends datagrams to one address. */
export class UnixDatagram {
  readonly path: string;
  readonly #socket: Descriptor;
  readonly #address: Pinned;

  /**
   * `path` is a file or, with "@" in front, a name in the abstract namespace. Nothing needs to
   * listen yet. Throws SysError; ENAMETOOLONG for a path longer than UNIX_PATH_SIZE_MAX.
   */
  constructor(path: string) {
    const what = `datagram socket to ${path}`;
    const name = new TextEncoder().encode(path);
    if (name.length === 0 || name.length > UNIX_PATH_SIZE_MAX) {
      throw new SysError("connect", ERRNO.ENAMETOOLONG, what);
    }
    this.path = path;
    const abstract = path.startsWith("@");
    if (abstract) name[0] = 0;
    // An abstract name has no NUL at its end: every byte counted is part of it.
    this.#address = Pinned.of(2 + name.length + (abstract ? 0 : 1));
    this.#address.view.setUint16(0, AF_UNIX, LITTLE_ENDIAN);
    this.#address.bytes.set(name, 2);
    this.#socket = Descriptor.socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, what);
  }

  /**
   * Sends one datagram. Null when it went out, else why not: ENOENT and ECONNREFUSED nobody listens,
   * EAGAIN the reader is slow and it is lost, EMSGSIZE too large.
   */
  send(datagram: Uint8Array): SysError | null {
    // One byte more, because an empty range has no address.
    const memory = Pinned.of(datagram.length + 1);
    memory.bytes.set(datagram);
    const result = libc.sendto(
      this.#socket.fd,
      memory.pointer,
      datagram.length,
      MSG_DONTWAIT | MSG_NOSIGNAL,
      this.#address.pointer,
      this.#address.size,
    );
    if (result >= 0) return null;
    return new SysError("sendto", -result, this.#socket.what, {
      hint: "check that the service that listens there runs",
    });
  }

  /** Closes it. */
  close(): void {
    this.#socket.close();
  }
}
