// Bundles the program to one minified ES module: the main thread, the workers (which re-enter it),
// the npm packages and the core's bytes. Only `node:` modules, which Deno has itself, stay outside;
// each is loaded when a module that needs it first runs, and in that thread only.

import { readdir, readFile, writeFile } from "node:fs/promises";
import { builtinModules } from "node:module";
import path from "node:path";
import { build } from "esbuild";

const ENTRY = "cli/main.ts";
const CORE_MODULE = path.join("host", "daemon", "core_bytes.ts");
const CORE_WASM = path.join("core-as", "build", "core.wasm");

/** Puts the core's bytes in the place of the module that reads them from a file. */
function coreBytes(root) {
  return {
    name: "core-bytes",
    setup({ onLoad }) {
      onLoad({ filter: /core_bytes\.ts$/ }, ({ path: file }) => {
        if (path.relative(root, file) !== CORE_MODULE) return null;
        const contents = `import bytes from "./${path.basename(CORE_WASM)}";
          export function coreBytes() { return bytes; }`;
        return {
          contents,
          loader: "js",
          resolveDir: path.join(root, path.dirname(CORE_WASM)),
        };
      });
    },
  };
}

/**
 * Asks Deno for its `node:` modules where they are used. As imports they would all stand at the head of
 * the bundle, and be loaded by every thread before its first own line.
 */
const builtins = {
  name: "builtins",
  setup({ onResolve, onLoad }) {
    const filter = new RegExp(`^(?:node:.*|${builtinModules.join("|")})$`);
    onResolve({ filter }, ({ path: name }) => ({ path: name, namespace: "builtin" }));
    onLoad({ filter: /^/, namespace: "builtin" }, ({ path: name }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(name)});`,
    }));
  },
};

/**
 * Writes the bundle and, beside it, `<bundle>.LICENSES.txt` for the packages inside. Throws when something stays
 * outside that would be missing where the bundle runs.
 */
export async function bundle(root, outfile) {
  const result = await build({
    absWorkingDir: root,
    entryPoints: [ENTRY],
    outfile,
    bundle: true,
    minify: true,
    format: "esm",
    // Packages that have a form for Deno take no `node:` module for what Deno has itself; as modules
    // before UMD files, which hand require() around so that no bundler follows.
    platform: "neutral",
    conditions: ["deno"],
    mainFields: ["module", "main"],
    target: "esnext",
    define: { VIPD_BUNDLED: "true" },
    loader: { ".wasm": "binary" },
    legalComments: "none",
    metafile: true,
    plugins: [coreBytes(root), builtins],
  });
  const output = Object.entries(result.metafile.outputs).find(([, { entryPoint }]) => entryPoint);
  const outside = output[1].imports.filter((one) => one.external);
  if (outside.length > 0) {
    throw new Error(`the bundle would miss ${outside.map((one) => one.path).join(", ")}`);
  }
  const inputs = Object.keys(result.metafile.inputs);
  await refuseFilesBeside(root, inputs);
  await writeFile(`${outfile}.LICENSES.txt`, await licenses(root, inputs));
  return { bytes: output[1].bytes, modules: inputs.length };
}

/**
 * In the bundle `import.meta.url` is the bundle's own: a module that looks for a file or a worker
 * beside itself would find nothing. Only the entry, which hands it to the workers, may use it.
 */
async function refuseFilesBeside(root, inputs) {
  for (const input of inputs) {
    if (!/^(cli|host)\/.*\.ts$/.test(input) || input === ENTRY) continue;
    if (path.normalize(input) === CORE_MODULE) continue;
    const source = await readFile(path.join(root, input), "utf8");
    if (/import\.meta\.(url|resolve|dirname|filename)/.test(source)) {
      throw new Error(`${input} uses import.meta to find a file: in the bundle it finds nothing`);
    }
  }
}

/** The licence texts of the npm packages whose modules are in the bundle. */
async function licenses(root, inputs) {
  const folders = inputs.flatMap((input) =>
    /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? []
  );
  const texts = [];
  for (const folder of [...new Set(folders)].toSorted()) {
    const manifest = JSON.parse(await readFile(path.join(root, folder, "package.json"), "utf8"));
    const file = (await readdir(path.join(root, folder))).find((name) => /^licen[sc]e/i.test(name));
    const text = file === undefined
      ? "(the package has no licence file)"
      : await readFile(path.join(root, folder, file), "utf8");
    texts.push(`${manifest.name} ${manifest.version} (${manifest.license})\n\n${text.trim()}\n`);
  }
  return texts.join(`\n${"-".repeat(80)}\n`);
}
