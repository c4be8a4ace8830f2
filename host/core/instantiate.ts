// Makes an instance of the core's wasm with a memory of its own: the common first step of a VRRP core
// (core.ts) and of a director (director_core.ts). This module is browser safe.

import { VipdError } from "../base/errors.ts";
import { ABI_VERSION } from "./abi.gen.ts";

const PAGE_SIZE = 65_536;
/** Pages the import asks for at least and allows at most: what core-as/compile says. */
const PAGES_MIN = 1;
const PAGES_MAX = 1024;

/** What an instance is made of before it is initialised. */
export interface CoreInstance<Exports> {
  exports: Exports;
  memory: WebAssembly.Memory;
}

/**
 * Makes an instance from the wasm's bytes or a ready module; a u32 of its exports arrives as a signed
 * number. Throws VipdError `core_abi` when the wasm is not of this program's ABI.
 */
export function instantiateCore<Exports>(
  wasm: WebAssembly.Module | BufferSource,
): CoreInstance<Exports> {
  const module = wasm instanceof WebAssembly.Module ? wasm : new WebAssembly.Module(wasm);
  const memory = new WebAssembly.Memory({ initial: PAGES_MIN, maximum: PAGES_MAX });
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const version = (exports as unknown as { abiVersion(): number }).abiVersion();
  if (version !== ABI_VERSION) {
    throw new VipdError(
      "core_abi",
      `the core has ABI version ${version}, this program ${ABI_VERSION}`,
      { hint: "build the core again: npm run build:core" },
    );
  }
  return { exports: exports as unknown as Exports, memory };
}

/** Grows a memory once to what init needs; it never grows again, so that addresses in it stay. */
export function growTo(memory: WebAssembly.Memory, bytes: number): void {
  const missing = Math.ceil(bytes / PAGE_SIZE) - memory.buffer.byteLength / PAGE_SIZE;
  if (missing > 0) memory.grow(missing);
}
