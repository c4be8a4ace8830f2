// Makes the edge worker: dist/edge/worker.js and beside it core.wasm, which an edge runtime compiles itself.
// usage: node cli/build/edge.mjs [FOLDER]

import { copyFile, mkdir } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const ENTRY = path.join("web", "edge.ts");
const CORE_WASM = path.join("core-as", "build", "core.wasm");

/** Leaves the core outside, as a module that stands beside the bundle. */
const coreBeside = {
  name: "core-beside",
  setup({ onResolve }) {
    onResolve({ filter: /\/core\.wasm$/ }, () => ({ path: "./core.wasm", external: true }));
  },
};

/** Writes both files into `folder`. Throws when something would need a browser, Node or Deno. */
export async function buildEdge(root, folder) {
  await mkdir(folder, { recursive: true });
  await build({
    absWorkingDir: root,
    entryPoints: [ENTRY],
    outfile: path.join(folder, "worker.js"),
    bundle: true,
    minify: true,
    format: "esm",
    // Imports of `node:` modules fail here.
    platform: "browser",
    // The packages' ES modules: jsonc-parser's other form cannot be bundled.
    mainFields: ["module", "main"],
    conditions: ["workerd", "worker"],
    target: "es2022",
    legalComments: "inline",
    plugins: [coreBeside],
  });
  await copyFile(path.join(root, CORE_WASM), path.join(folder, "core.wasm"));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const folder = path.resolve(process.argv[2] ?? path.join(root, "dist", "edge"));
  await buildEdge(root, folder);
  console.log(`${folder}: worker.js, core.wasm`);
}
