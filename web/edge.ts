// The entry of the edge worker: the runtime hands the core in as a compiled module and calls fetch.

// @ts-types="./edge/core_module.d.ts"
import core from "../core-as/build/core.wasm";
import { edgeApp } from "./edge/app.ts";

const app = edgeApp(core);

export default { fetch: app.fetch };
