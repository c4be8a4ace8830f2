// How the kernel schedules the calling thread. What is refused (no CAP_SYS_NICE, a user namespace)
// is an answer and no exception: vipd runs on, less punctually, and says so.

import { SysError } from "../base/errors.ts";
import { LITTLE_ENDIAN } from "./layout.ts";
import * as libc from "./libc.ts";
import { Pinned } from "./pinned.ts";

export const SCHED_OTHER = 0;
export const SCHED_FIFO = 1;
/** What the thread starts is scheduled normally. */
export const SCHED_RESET_ON_FORK = 0x4000_0000;

const PR_SET_TIMERSLACK = 29;
const REAL_TIME_HINT =
  "run as root or give the process CAP_SYS_NICE (in a unit file also LimitRTPRIO=)";

/**
 * Puts the calling thread under SCHED_FIFO with priority 1..99, children excepted. Null when done,
 * else why not.
 */
export function setFifo(priority: number): SysError | null {
  return setScheduler(SCHED_FIFO, priority, `SCHED_FIFO priority ${priority}`);
}

/** Puts the calling thread back under normal scheduling. Null when done, else why not. */
export function setNormal(): SysError | null {
  return setScheduler(SCHED_OTHER, 0, "SCHED_OTHER");
}

/** Policy of the calling thread, SCHED_RESET_ON_FORK taken out. */
export function currentPolicy(): number {
  return libc.schedGetscheduler(0) & ~SCHED_RESET_ON_FORK;
}

/** How late the kernel may fire the calling thread's timers to save wake-ups; default 50,000 ns. */
export function setTimerSlack(nanoseconds: number): SysError | null {
  const result = libc.prctl(PR_SET_TIMERSLACK, nanoseconds);
  return result < 0 ? new SysError("prctl", -result, "PR_SET_TIMERSLACK") : null;
}

/**
 * Keeps a range in memory (mlock(2)). For the core's linear memory only: never mlockall, V8 cannot
 * live with locked heaps. Null when done, else why not.
 */
export function lockMemory(range: Pinned): SysError | null {
  const result = libc.mlock(range.pointer, range.size);
  return result < 0
    ? new SysError("mlock", -result, `${range.size} bytes`, { hint: "raise LimitMEMLOCK=" })
    : null;
}

function setScheduler(policy: number, priority: number, what: string): SysError | null {
  const parameter = Pinned.of(4);
  parameter.view.setInt32(0, priority, LITTLE_ENDIAN);
  const reset = policy === SCHED_OTHER ? 0 : SCHED_RESET_ON_FORK;
  const result = libc.schedSetscheduler(0, policy | reset, parameter.pointer);
  return result < 0
    ? new SysError("sched_setscheduler", -result, what, { hint: REAL_TIME_HINT })
    : null;
}
