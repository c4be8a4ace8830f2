// eventfd(2): how one thread wakes another that blocks in epoll. The descriptor number is valid in
// all threads of the process, so main makes it and the worker attaches to the number.

import { ERRNO } from "../base/errno.ts";
import { LITTLE_ENDIAN } from "./layout.ts";
import * as libc from "./libc.ts";
import { Pinned } from "./pinned.ts";
import { Descriptor } from "./socket.ts";

const EFD_CLOEXEC = 0o2000000;
const EFD_NONBLOCK = 0o4000;

/** A wake-up counter. */
export class EventFd {
  readonly #event: Descriptor;
  readonly #value = Pinned.of(8);

  private constructor(event: Descriptor) {
    this.#event = event;
  }

  /** A new one. Throws SysError. */
  static open(): EventFd {
    return new EventFd(
      new Descriptor(libc.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd", "wake-up"),
    );
  }

  /** The one another thread opened. Only one of the two may close it. */
  static attach(fd: number): EventFd {
    return new EventFd(new Descriptor(fd, "eventfd", "wake-up"));
  }

  /** To hand to the other thread and to Epoll.add(). */
  get fd(): number {
    return this.#event.fd;
  }

  /** Wakes whoever waits on it. Throws SysError. */
  notify(): void {
    this.#value.view.setUint32(0, 1, LITTLE_ENDIAN);
    this.#value.view.setUint32(4, 0, LITTLE_ENDIAN);
    const result = libc.write(this.#event.fd, this.#value.pointer, 8);
    // A full counter means that the other side is being woken already.
    if (result !== -ERRNO.EAGAIN) this.#event.check(result, "write");
  }

  /** Takes the event back so that epoll sleeps again: true when there was one. Throws SysError. */
  drain(): boolean {
    const result = libc.read(this.#event.fd, this.#value.pointer, 8);
    if (result === -ERRNO.EAGAIN) return false;
    this.#event.check(result, "read");
    return true;
  }

  /** Closes it, for all threads. */
  close(): void {
    this.#event.close();
  }
}
