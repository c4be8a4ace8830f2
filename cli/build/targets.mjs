// The machines that vipd is built for, and the Deno that belongs to each.

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { access, mkdir, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Time for fetching the other machine's Deno, milliseconds. */
const FETCH_MS_MAX = 180_000;

/** By Node's name of the architecture. */
export const TARGETS = {
  x64: {
    name: "x86-64",
    triple: "x86_64-unknown-linux-gnu",
    package: "@deno/linux-x64-glibc",
    qemu: "qemu-x86_64",
    sysroot: "/usr/x86_64-linux-gnu",
  },
  arm64: {
    name: "arm64",
    triple: "aarch64-unknown-linux-gnu",
    package: "@deno/linux-arm64-glibc",
    qemu: "qemu-aarch64",
    sysroot: "/usr/aarch64-linux-gnu",
  },
};

/**
 * The path of a target's Deno: from node_modules, or fetched with npm and kept in node_modules/.cache.
 * What is fetched has to have the checksum of package-lock.json. Throws when it cannot be had.
 */
export async function denoOf(root, target) {
  const installed = path.join(root, "node_modules", target.package, "deno");
  if (await exists(installed)) return installed;
  const { version, integrity } = await locked(root, target);
  const kept = path.join(root, "node_modules", ".cache", "vipd", `${target.triple}-${version}`);
  const binary = path.join(kept, "package", "deno");
  if (await exists(binary)) return binary;
  const fresh = `${kept}.${process.pid}`;
  await mkdir(fresh, { recursive: true });
  try {
    await fetchPackage(`${target.package}@${version}`, integrity, fresh);
    await rm(kept, { recursive: true, force: true });
    await rename(fresh, kept);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return binary;
}

async function fetchPackage(spec, integrity, directory) {
  const options = { cwd: directory, timeout: FETCH_MS_MAX };
  const { stdout } = await run("npm", ["pack", "--silent", spec], options);
  const archive = path.join(directory, stdout.trim().split("\n").at(-1));
  const [algorithm] = integrity.split("-");
  const digest = createHash(algorithm).update(await readFile(archive)).digest("base64");
  if (`${algorithm}-${digest}` !== integrity) {
    throw new Error(`${spec} is not the one of package-lock.json: ${algorithm}-${digest}`);
  }
  await run("tar", ["-xzf", archive, "-C", directory]);
  await rm(archive);
}

async function locked(root, target) {
  const lock = JSON.parse(await readFile(path.join(root, "package-lock.json"), "utf8"));
  const entry = lock.packages[`node_modules/${target.package}`];
  if (entry === undefined) throw new Error(`package-lock.json has no ${target.package}`);
  return entry;
}

/** True when a file is there. */
export async function exists(file) {
  return await access(file).then(() => true, () => false);
}
