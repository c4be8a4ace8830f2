// Makes the page: dist/web, for any static web server and for `vipd web`. Beside what vite makes of web/:
//   service_worker.js   keeps all files of this build for when there is no network
//   *.gz                text and wasm once more, compressed, for servers that look for it
// usage: node cli/build/page.mjs [--sizes] [FOLDER]     --sizes prints a table of what is in it

import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { constants, gzip } from "node:zlib";
import { build as bundle } from "esbuild";
import { build } from "vite";

const SERVICE_WORKER = path.join("web", "offline", "service_worker.ts");
/** What compresses. */
const TEXT = /\.(css|html|js|json|svg|txt|wasm|webmanifest|conf|jsonc)$/;
/** Nobody needs these to look at the page; vipd.json is its server's word, not the page's. */
const NOT_KEPT = /\.gz$|^licenses\.txt$|^service_worker\.js$|^vipd\.json$/;

const packed = promisify(gzip);

/** Builds it into `folder`, which is emptied. Answers its files with their sizes, the largest first. */
export async function buildPage(root, folder) {
  await build({
    configFile: path.join(root, "web", "vite.config.ts"),
    logLevel: "warn",
    build: { outDir: folder },
  });
  await writeServiceWorker(root, folder);
  const sizes = [];
  for (const name of await filesOf(folder)) {
    const bytes = await readFile(path.join(folder, name));
    if (!TEXT.test(name)) {
      sizes.push({ name, bytes: bytes.length, gzip: bytes.length });
      continue;
    }
    const small = await packed(bytes, { level: constants.Z_BEST_COMPRESSION });
    await writeFile(path.join(folder, `${name}.gz`), small);
    sizes.push({ name, bytes: bytes.length, gzip: small.length });
  }
  return sizes.toSorted((one, other) => other.gzip - one.gzip);
}

/** What is no part of the page itself: licences, and examples, which are fetched when one is opened. */
const BESIDE = /^licenses\.txt$|\.(conf|jsonc)$/;

/** What a visitor's browser fetches who looks at every view, bytes. */
export function transferOf(sizes) {
  const fetched = sizes.filter(({ name }) => !BESIDE.test(name));
  return {
    bytes: fetched.reduce((sum, { bytes }) => sum + bytes, 0),
    gzip: fetched.reduce((sum, { gzip }) => sum + gzip, 0),
  };
}

async function writeServiceWorker(root, folder) {
  const files = (await filesOf(folder)).filter((name) => !NOT_KEPT.test(name));
  const version = createHash("sha256");
  for (const name of files) version.update(name).update(await readFile(path.join(folder, name)));
  await bundle({
    absWorkingDir: root,
    entryPoints: [SERVICE_WORKER],
    outfile: path.join(folder, "service_worker.js"),
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    define: {
      PAGE_FILES: JSON.stringify(files),
      PAGE_VERSION: JSON.stringify(version.digest("hex").slice(0, 16)),
    },
  });
}

/** Paths of all files, relative to the folder, in the order of their names. */
async function filesOf(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath ?? entry.path, entry.name)))
    .toSorted();
}

function table(sizes) {
  const kB = (bytes) => (bytes / 1000).toFixed(1).padStart(8);
  const row = (name, bytes, gzipped) => `${name.padEnd(44)} ${kB(bytes)} ${kB(gzipped)}`;
  const { bytes, gzip } = transferOf(sizes);
  return [
    `${"file".padEnd(44)}       kB     gzip`,
    ...sizes.map((one) => row(one.name, one.bytes, one.gzip)),
    row("the page, without examples and licences", bytes, gzip),
  ].join("\n");
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const words = process.argv.slice(2);
  const given = words.find((word) => word !== "--sizes");
  const folder = path.resolve(given ?? path.join(root, "dist", "web"));
  const sizes = await buildPage(root, folder);
  const { gzip } = transferOf(sizes);
  if (words.includes("--sizes")) console.log(table(sizes));
  else console.log(`${folder}: ${sizes.length} files, ${Math.round(gzip / 1000)} kB compressed`);
}
