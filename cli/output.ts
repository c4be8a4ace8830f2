// Writing to standard output so that `vipd status | head` is no error: when the reader is gone the
// program ends quietly.

import { errorText, VipdError } from "../host/base/errors.ts";
import { PLAIN, stdoutPaint } from "./paint.ts";
import { harmless } from "./text.ts";

/** Thrown when nobody reads standard output any more; the program ends with 0. */
export class OutputClosed extends Error {}

/** Thrown when standard output cannot be written: a full disk. The program ends with EXIT_INTERNAL. */
export class OutputFailed extends Error {}

/**
 * Writes a text and a newline; control characters that are not ours come out as U+FFFD. (JSON has the
 * others escaped already; DEL and C1 are replaced there too.) Throws OutputClosed and OutputFailed.
 */
export function print(text: string): void {
  const bytes = new TextEncoder().encode(harmless(text, stdoutPaint() !== PLAIN) + "\n");
  try {
    for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
  } catch (thrown) {
    if (thrown instanceof Deno.errors.BrokenPipe) throw new OutputClosed();
    throw new OutputFailed(`standard output cannot be written: ${errorText(thrown)}`, {
      cause: thrown,
    });
  }
}

/** Tells an error on standard error: what went wrong, and what to do. */
export function printError(thrown: unknown): void {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  printErrorText(`vipd: ${message}`);
  if (thrown instanceof VipdError && thrown.hint !== undefined) printErrorText(`  ${thrown.hint}`);
}

/** Writes a text without colours to standard error, as harmless as print() does. */
export function printErrorText(text: string): void {
  console.error(harmless(text, false));
}
