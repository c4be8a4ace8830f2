// epoll(7): the one place where the wire worker and the director wait.

import { ERRNO } from "../base/errno.ts";
import { EPOLL_EVENT, LITTLE_ENDIAN } from "./layout.ts";
import * as libc from "./libc.ts";
import { Pinned } from "./pinned.ts";
import { Descriptor } from "./socket.ts";

export const EPOLLIN = 0x001;
export const EPOLLOUT = 0x004;
export const EPOLLERR = 0x008;
export const EPOLLHUP = 0x010;

const EPOLL_CLOEXEC = 0o2000000;
const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
/** Events that one wait() can answer. */
const EVENT_COUNT_MAX = 64;

/** An epoll instance, level triggered. */
export class Epoll {
  readonly #epoll: Descriptor;
  readonly #events = Pinned.of(EVENT_COUNT_MAX * EPOLL_EVENT.size);
  readonly #event = Pinned.of(EPOLL_EVENT.size);

  /** Throws SysError. */
  constructor() {
    this.#epoll = new Descriptor(libc.epollCreate1(EPOLL_CLOEXEC), "epoll_create1", "event loop");
  }

  /** Watches a descriptor; `tag` (u32) comes back with its events. Throws SysError. */
  add(fd: number, tag: number, events: number = EPOLLIN): void {
    this.#event.view.setUint32(0, events, LITTLE_ENDIAN);
    this.#event.view.setUint32(EPOLL_EVENT.data, tag, LITTLE_ENDIAN);
    this.#epoll.check(
      libc.epollCtl(this.#epoll.fd, EPOLL_CTL_ADD, fd, this.#event.pointer),
      `epoll_ctl add descriptor ${fd} to`,
    );
  }

  /** Watches it no longer; call it before closing the descriptor. Throws SysError. */
  remove(fd: number): void {
    this.#epoll.check(
      libc.epollCtl(this.#epoll.fd, EPOLL_CTL_DEL, fd, null),
      `epoll_ctl remove descriptor ${fd} from`,
    );
  }

  /**
   * Blocks the thread until something happens; -1 waits for ever. Returns the number of events to
   * read with tag() and events(); 0 when the time is over or a signal came. Throws SysError.
   */
  wait(timeoutMs: number): number {
    const count = libc.epollWait(
      this.#epoll.fd,
      this.#events.pointer,
      EVENT_COUNT_MAX,
      timeoutMs,
    );
    if (count === -ERRNO.EINTR) return 0;
    return this.#epoll.check(count, "epoll_wait");
  }

  /** Tag of event `index` of the last wait(). */
  tag(index: number): number {
    return this.#events.view.getUint32(index * EPOLL_EVENT.size + EPOLL_EVENT.data, LITTLE_ENDIAN);
  }

  /** EPOLL bits of event `index` of the last wait(). */
  events(index: number): number {
    return this.#events.view.getUint32(index * EPOLL_EVENT.size, LITTLE_ENDIAN);
  }

  /** Ends it; the watched descriptors stay open. */
  close(): void {
    this.#epoll.close();
  }
}
