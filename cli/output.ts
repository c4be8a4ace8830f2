// Writing to standard output so that `vipd status | head` is no error: when the reader is gone the
// program ends quietly.

import { errorText, VipdError } from "../host/base/errors.ts";

/** Thrown when nobody reads standard output any more; the program ends with 0. */
export class OutputClosed extends Error {}

/** Thrown when standard output cannot be written: a full disk. The program ends with EXIT_INTERNAL. */
export class OutputFailed extends Error {}

/** Writes a text and a newline. Throws OutputClosed and OutputFailed. */
export function print(text: string): void {
  const bytes = new TextEncoder().encode(text + "\n");
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
  console.error(`vipd: ${message}`);
  if (thrown instanceof VipdError && thrown.hint !== undefined) console.error(`  ${thrown.hint}`);
}
