// Loads core-as/build/core.test.wasm for unit tests, on Node and on Deno, and turns what WebAssembly
// makes of the core's types (every u32 a signed number, every bool a number) back into them.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** 64 KiB pages of the core's memory: what core-as/compile says. */
const MEMORY_PAGES = 256;
/** Scratch bytes for tests at the end of the memory, far above anything a test core reserves. */
const SCRATCH_SIZE = 1 << 20;

type CoreFunction = (...args: (number | bigint)[]) => number | bigint | undefined;

/** One fresh instance of the test core with its own memory. */
export class TestCore {
  /** The whole memory; tests never grow it, so the view stays good. */
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly #exports: WebAssembly.Exports;

  constructor(module: WebAssembly.Module) {
    const memory = new WebAssembly.Memory({ initial: MEMORY_PAGES, maximum: MEMORY_PAGES });
    this.#exports = new WebAssembly.Instance(module, { env: { memory } }).exports;
    this.bytes = new Uint8Array(memory.buffer);
    this.view = new DataView(memory.buffer);
  }

  /** Address of SCRATCH_SIZE bytes that the core does not use. */
  get scratch(): number {
    return this.bytes.length - SCRATCH_SIZE;
  }

  #call(name: string, args: (number | bigint)[]): number | bigint | undefined {
    const found = this.#exports[name];
    if (typeof found !== "function") throw new Error(`core.test.wasm exports no function ${name}`);
    return (found as CoreFunction)(...args);
  }

  /** Calls a function that returns u32, usize or nothing (then 0). */
  u32(name: string, ...args: (number | bigint)[]): number {
    return Number(this.#call(name, args) ?? 0) >>> 0;
  }

  /** Calls a function that returns i32. */
  i32(name: string, ...args: (number | bigint)[]): number {
    return Number(this.#call(name, args)) | 0;
  }

  /** Calls a function that returns u64. */
  u64(name: string, ...args: (number | bigint)[]): bigint {
    return BigInt.asUintN(64, BigInt(this.#call(name, args) ?? 0));
  }

  /** Calls a function that returns f64. */
  f64(name: string, ...args: (number | bigint)[]): number {
    return Number(this.#call(name, args));
  }

  /** Calls a function that returns bool. */
  bool(name: string, ...args: (number | bigint)[]): boolean {
    return this.#call(name, args) !== 0;
  }

  /** The value of an exported constant of type u32. */
  constant(name: string): number {
    const found = this.#exports[name];
    if (!(found instanceof WebAssembly.Global)) throw new Error(`no constant ${name}`);
    return Number(found.value) >>> 0;
  }

  /** Copies bytes to an address and returns it. */
  put(at: number, bytes: Uint8Array): number {
    this.bytes.set(bytes, at);
    return at;
  }

  /**
   * Copies bytes to the very end of the memory and returns their address: a read behind them traps, so
   * a test that passes has proved that none happened.
   */
  putAtEnd(bytes: Uint8Array): number {
    return this.put(this.bytes.length - bytes.length, bytes);
  }

  /** A copy of bytes of the memory. */
  take(at: number, length: number): Uint8Array {
    return this.bytes.slice(at, at + length);
  }
}

let compiled: WebAssembly.Module | null = null;

/** A fresh instance of the test core. Throws when it was never built. */
export function loadTestCore(): TestCore {
  compiled ??= new WebAssembly.Module(readTestCore());
  return new TestCore(compiled);
}

function readTestCore(): Uint8Array<ArrayBuffer> {
  const path = fileURLToPath(new URL("./build/core.test.wasm", import.meta.url));
  try {
    return new Uint8Array(readFileSync(path));
  } catch (cause) {
    throw new Error(`${path} cannot be read: run \`npm run build:core\` first`, { cause });
  }
}

/** Bytes of hexadecimal text; white space is left out. Throws on anything else. */
export function hex(text: string): Uint8Array {
  const digits = text.replace(/\s+/g, "");
  if (!/^([0-9a-f]{2})*$/i.test(digits)) throw new Error(`not hexadecimal: ${text}`);
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => {
    return parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  });
}
