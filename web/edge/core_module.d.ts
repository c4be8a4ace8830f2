/** The core, compiled by whoever bundles the worker: an edge runtime compiles no bytes. */
declare const module: WebAssembly.Module;
export default module;
