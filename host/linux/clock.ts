// CLOCK_MONOTONIC: the only time that crosses into the core. It stands still while a virtual machine
// is suspended; wall time is the log's business.

import { SysError } from "../base/errors.ts";
import { LITTLE_ENDIAN, TIMESPEC } from "./layout.ts";
import * as libc from "./libc.ts";
import { Pinned } from "./pinned.ts";

export const CLOCK_MONOTONIC = 1;

let time: Pinned | undefined;

/**
 * Microseconds of CLOCK_MONOTONIC, whole, as an f64 (exact for 285 years of uptime). Costs one call
 * into the vDSO. Throws SysError, which no Linux kernel gives reason for.
 */
export function nowUs(): number {
  time ??= Pinned.of(TIMESPEC.SIZE);
  const result = libc.clockGettime(CLOCK_MONOTONIC, time.pointer);
  if (result < 0) throw new SysError("clock_gettime", -result, "CLOCK_MONOTONIC");
  // Uptime in seconds fits 32 bits for 136 years, so the upper half of the i64 is not read.
  return time.view.getUint32(TIMESPEC.SECONDS, LITTLE_ENDIAN) * 1_000_000 +
    Math.trunc(time.view.getUint32(TIMESPEC.NANOSECONDS, LITTLE_ENDIAN) / 1000);
}
