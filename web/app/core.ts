// The WASM core of the page: fetched once, compiled once in each thread.

let module: Promise<WebAssembly.Module> | null = null;

/** The core. Rejects when it cannot be fetched. */
export function coreModule(): Promise<WebAssembly.Module> {
  module ??= compile(new URL("../../core-as/build/core.wasm", import.meta.url));
  return module;
}

async function compile(url: URL): Promise<WebAssembly.Module> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the core cannot be fetched: HTTP ${response.status}`);
  // Not compileStreaming: a static server may not know the type of .wasm.
  return await WebAssembly.compile(await response.arrayBuffer());
}
