// Makes dist/:
//   dist/{vipd, vipd.js, deno, build-kind}         the launcher form for this machine, or
//   dist/{vipd, vipd.bin, vipd.js, build-kind}     the compiled form, where `deno compile` works
//   dist/core.wasm                                 the core, for those who embed it
//   dist/web/                                      the page, for `vipd web` and any static web server
//   dist/<other machine>/...                       the launcher form for the other architecture
// Every form is run once before it counts as built. `build-kind` is JSON: what was built, and
// whether it ran.

import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { chmod, copyFile, cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { bundle } from "./bundle.mjs";
import { compile } from "./compile.mjs";
import { buildPage, transferOf } from "./page.mjs";
import { denoOf, exists, TARGETS } from "./targets.mjs";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
/** A smoke test under emulation is slow, but not slower than this, milliseconds. */
const SMOKE_MS_MAX = 120_000;

const say = (text) => console.log(`build: ${text}`);
const clone = (from, to) => copyFile(from, to, constants.COPYFILE_FICLONE);

async function main() {
  const [option, given] = process.argv.slice(2);
  if (option !== undefined && (option !== "--out" || given === undefined)) {
    throw new Error("usage: npm run build [-- --out DIRECTORY]");
  }
  const out = path.resolve(root, given ?? "dist");
  const here = TARGETS[process.arch];
  if (here === undefined) throw new Error(`no Deno for Linux on ${process.arch}`);
  await makeEmpty(out);
  const made = await bundle(root, path.join(out, "vipd.js"));
  say(`vipd.js: ${made.modules} modules, ${Math.round(made.bytes / 1024)} KiB`);
  await clone(path.join(root, "core-as/build/core.wasm"), path.join(out, "core.wasm"));
  const page = await buildPage(root, path.join(out, "web"));
  say(`web: ${page.length} files, ${Math.round(transferOf(page).gzip / 1000)} kB compressed`);
  await buildHere(out, here);
  for (const target of Object.values(TARGETS)) {
    if (target !== here) await buildOther(out, target);
  }
}

/** Empties an earlier build; a folder that holds something else is left alone. */
async function makeEmpty(out) {
  const names = await readdir(out).catch(() => []);
  if (names.length > 0 && !names.includes("vipd.js")) {
    throw new Error(`${out} holds something else than a build of vipd`);
  }
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
}

/** The form for this machine; a failure fails the build. */
async function buildHere(out, target) {
  const deno = await denoOf(root, target);
  await layLauncher(out);
  const outfile = path.join(out, "vipd.bin");
  const heapMb = await heapCap();
  const refused = await compile({ deno, bundle: path.join(out, "vipd.js"), outfile, heapMb }) ??
    await failureOf(outfile, ["--version"]);
  if (refused !== null) {
    await rm(outfile, { force: true });
    say(`deno compile runtime unavailable, building launcher instead (${refused})`);
    await clone(deno, path.join(out, "deno"));
  }
  const kind = refused === null ? "compiled" : "bundle";
  const { stderr } = await run(path.join(out, "vipd"), ["--version"], { timeout: SMOKE_MS_MAX });
  if (!stderr.includes(`Build:     ${kind}`)) throw new Error(`vipd --version said: ${stderr}`);
  await writeKind(out, { kind, target: target.triple, compile: refused ?? "done", ran: true });
  say(`${path.relative(root, out) || "."}/vipd for ${target.name}: ${kind}, --version runs`);
}

/** The launcher form for the other machine; what is missing for it is said and leaves it out. */
async function buildOther(out, target) {
  const folder = path.join(out, target.name);
  let deno;
  try {
    deno = await denoOf(root, target);
  } catch (error) {
    say(`left out ${target.name}: its Deno cannot be had (${firstLine(error)})`);
    return;
  }
  await mkdir(folder, { recursive: true });
  for (const file of ["vipd.js", "vipd.js.LICENSES.txt"]) {
    await clone(path.join(out, file), path.join(folder, file));
  }
  await cp(path.join(out, "web"), path.join(folder, "web"), { recursive: true });
  await clone(deno, path.join(folder, "deno"));
  await layLauncher(folder);
  const failure = await emulatorFailure(target) ??
    await failureOf(target.qemu, [
      ...["-L", target.sysroot, path.join(folder, "deno"), "run", "-A", "--no-config", "--no-npm"],
      ...["--unstable-net", "--no-code-cache", path.join(folder, "vipd.js"), "--version"],
    ]);
  const how = failure === null ? `--version runs under ${target.qemu}` : `UNPROVEN: ${failure}`;
  await writeKind(folder, {
    kind: "bundle",
    target: target.triple,
    compile: "not tried for another machine",
    ran: failure === null,
    ...(failure === null ? {} : { unproven: failure }),
  });
  say(`${path.relative(root, folder)}/vipd for ${target.name}: bundle, ${how}`);
}

async function emulatorFailure(target) {
  if (await exists(target.sysroot)) return null;
  return `no C library for ${target.name} in ${target.sysroot} ` +
    "(Debian: qemu-user, libc6-arm64-cross, libgcc-s1-arm64-cross)";
}

async function layLauncher(folder) {
  const launcher = path.join(folder, "vipd");
  await copyFile(path.join(root, "cli/vipd"), launcher);
  await chmod(launcher, 0o755);
}

/** The launcher's heap cap, so that the compiled form has the same. */
async function heapCap() {
  const launcher = await readFile(path.join(root, "cli/vipd"), "utf8");
  const found = /^HEAP_MAX_MB=(\d+)$/m.exec(launcher);
  if (found === null) throw new Error("cli/vipd has no HEAP_MAX_MB");
  return Number(found[1]);
}

/** Runs a program; null when it ends with 0, else why not. */
async function failureOf(program, args) {
  try {
    await run(program, args, { timeout: SMOKE_MS_MAX });
    return null;
  } catch (error) {
    return firstLine(error);
  }
}

async function writeKind(folder, kind) {
  const { version } = JSON.parse(await readFile(path.join(root, "package.json"), "utf8"));
  const lock = JSON.parse(await readFile(path.join(root, "package-lock.json"), "utf8"));
  const deno = lock.packages["node_modules/deno"].version;
  const text = JSON.stringify({ version, deno, ...kind }, null, 2) + "\n";
  await writeFile(path.join(folder, "build-kind"), text);
}

function firstLine(error) {
  return String(error.stderr || error.message).trim().split("\n")[0];
}

await main().catch((error) => {
  console.error(`build: ${error.message}`);
  process.exitCode = 1;
});
