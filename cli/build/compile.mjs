// The single executable by `deno compile`. Its runtime (denort) is no npm package: it is taken from
// DENORT_BIN, from Deno's cache, or downloaded by Deno where it can; where none of these works the
// caller builds the launcher form instead and says why.

import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Time for the compilation with its download, milliseconds. */
const COMPILE_MS_MAX = Number(process.env.VIPD_COMPILE_SECONDS ?? 60) * 1000;
const PROBE_MS_MAX = 10_000;

/** Compiles the bundle to `outfile`. Returns null, or why there is no executable. */
export async function compile({ deno, bundle, outfile, heapMb }) {
  const refused = await refuseFullDeno();
  if (refused !== null) return refused;
  // In a directory of its own: beside a package.json all of node_modules would get into the file, and
  // when it is cut off, Deno leaves a temporary file beside the output.
  const directory = await mkdtemp(path.join(tmpdir(), "vipd-compile-"));
  const compiled = path.join(directory, "vipd.bin");
  try {
    await copyFile(bundle, path.join(directory, "vipd.js"));
    const args = [
      ...["compile", "-A", "--unstable-net", "--no-config", "--no-lock", "--no-npm"],
      ...["--no-prompt", "--no-remote", "--node-modules-dir=none"],
      ...[`--v8-flags=--max-old-space-size=${heapMb}`, "--output", compiled, "vipd.js"],
    ];
    await run(deno, args, { cwd: directory, timeout: COMPILE_MS_MAX });
    await copyFile(compiled, outfile, constants.COPYFILE_FICLONE);
    return null;
  } catch (error) {
    await rm(outfile, { force: true });
    return reasonOf(error);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** A whole Deno as runtime makes a program that opens Deno's own prompt: never accepted. */
async function refuseFullDeno() {
  const given = process.env.DENORT_BIN;
  if (!given) return null;
  const answer = await run(given, ["--version"], { timeout: PROBE_MS_MAX }).then(
    ({ stdout }) => stdout,
    () => "",
  );
  return /^deno \d/m.test(answer) ? `DENORT_BIN ${given} is a whole deno, not its runtime` : null;
}

/** The innermost cause that Deno names, or its first words. */
function reasonOf(error) {
  if (error.killed) return `no answer in ${COMPILE_MS_MAX / 1000} s`;
  // deno-lint-ignore no-control-regex
  const text = String(error.stderr ?? error.message).replace(/\x1b\[[\d;]*m/g, "");
  const lines = text.split("\n").map((line) => line.trim());
  const cause = lines.findLast((line) => /^\d+: [^<]/.test(line));
  const said = cause ?? lines.find((line) => /^error:/i.test(line)) ?? lines[0];
  return said.replace(/^(\d+|error): */i, "");
}
