// The exports of the core: the one contract of every node (handleInput, pollOutput, nextTimeout).

import { ABI_VERSION } from "./abi/limits";

/** The ABI_VERSION this module was built with. */
export function abiVersion(): u32 {
  return ABI_VERSION;
}
