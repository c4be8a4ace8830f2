// timerfd(2) on CLOCK_MONOTONIC with absolute times: the core says when, nobody computes a delay.

import { ERRNO } from "../base/errno.ts";
import { CLOCK_MONOTONIC } from "./clock.ts";
import { ITIMERSPEC, LITTLE_ENDIAN, TIMESPEC } from "./layout.ts";
import * as libc from "./libc.ts";
import { Pinned } from "./pinned.ts";
import { Descriptor } from "./socket.ts";

const TFD_CLOEXEC = 0o2000000;
const TFD_NONBLOCK = 0o4000;
const TFD_TIMER_ABSTIME = 1;

/** One timer, not repeating. */
export class TimerFd {
  readonly #timer: Descriptor;
  readonly #value = Pinned.of(ITIMERSPEC.SIZE);
  readonly #expirations = Pinned.of(8);

  /** Throws SysError. */
  constructor() {
    this.#timer = new Descriptor(
      libc.timerfdCreate(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK),
      "timerfd_create",
      "timer",
    );
  }

  /** For Epoll.add(). */
  get fd(): number {
    return this.#timer.fd;
  }

  /** Fires once at `atUs` microseconds of CLOCK_MONOTONIC; at once when that is past. Throws SysError. */
  armAt(atUs: number): void {
    // All zero would disarm: the first nanosecond of the clock stands for "in the past".
    const us = Math.max(0, atUs);
    const seconds = Math.floor(us / 1_000_000);
    const nanoseconds = Math.max(1, Math.floor((us - seconds * 1_000_000) * 1000));
    this.#set(seconds, nanoseconds);
  }

  /** Fires no more. Throws SysError. */
  disarm(): void {
    this.#set(0, 0);
  }

  /** Takes the event back so that epoll sleeps again: expirations since the last call. Throws SysError. */
  drain(): number {
    const result = libc.read(this.#timer.fd, this.#expirations.pointer, 8);
    if (result === -ERRNO.EAGAIN) return 0;
    this.#timer.check(result, "read");
    return this.#expirations.view.getUint32(0, LITTLE_ENDIAN);
  }

  /** Closes it. */
  close(): void {
    this.#timer.close();
  }

  #set(seconds: number, nanoseconds: number): void {
    this.#value.view.setUint32(ITIMERSPEC.VALUE + TIMESPEC.SECONDS, seconds, LITTLE_ENDIAN);
    this.#value.view.setUint32(ITIMERSPEC.VALUE + TIMESPEC.NANOSECONDS, nanoseconds, LITTLE_ENDIAN);
    this.#timer.check(
      libc.timerfdSettime(this.#timer.fd, TFD_TIMER_ABSTIME, this.#value.pointer),
      "timerfd_settime",
    );
  }
}
