// Signals that Deno has no name for: their default action, which ends the process, is taken away.

import { SysError } from "../base/errors.ts";
import * as libc from "./libc.ts";

/** Lets the whole process, and what it starts, ignore a signal. Throws SysError. */
export function ignoreSignal(number: number): void {
  const result = libc.ignoreSignal(number);
  if (result < 0) throw new SysError("signal", -result, `number ${number}`);
}
