// The core's .wasm as bytes. From the sources it is the file that `npm run build:core` makes; in the
// bundle cli/build/build.mjs puts the bytes themselves in this module's place.

import { VipdError } from "../base/errors.ts";

const CORE = new URL("../../core-as/build/core.wasm", import.meta.url);

/** Reads the core. Throws VipdError `core_missing` when it is not built. */
export function coreBytes(): Uint8Array<ArrayBuffer> {
  try {
    return Deno.readFileSync(CORE);
  } catch (cause) {
    throw new VipdError("core_missing", `the core cannot be read: ${(cause as Error).message}`, {
      cause,
      hint: "Build it with `npm run build:core`.",
    });
  }
}
