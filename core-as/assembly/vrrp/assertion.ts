// Programmer's errors: an assertion that fails stores its number, which the host reads after the
// trap (assertCode), and stops the core. Untrusted input never reaches one.

import { node } from "./arena";

/** The output queue overflowed although an input was taken: QUEUE_PER_INSTANCE is too small. */
export const ASSERT_QUEUE: u32 = 1;
/** An instance got an event that its state excludes. */
export const ASSERT_STATE: u32 = 2;
/** A timer fired without moving its deadline. */
export const ASSERT_TIMER: u32 = 3;

/** Traps with a code unless the condition holds; only after init. */
export function ensure(holds: bool, code: u32): void {
  if (holds) return;
  node().assertCode = code;
  unreachable();
}
