// User-Mode Linux: a kernel with IPVS as an ordinary process. The guest's root is this machine's file
// system (hostfs), so programs, node_modules and the project are simply there; /run is its own.
// A test either runs a script in it or itself: `runInUml({ argv: [DENO, ...] })` with the lab's own
// TypeScript inside, where Lab, Capture and the rest work as outside. The guest has one processor, netem and
// dummy, no nf_tables; a system call costs several times what it costs outside.
//
// What the guest writes below / is written on this machine: let it write to the folder it is given only.

import { DENO, ROOT } from "./path.ts";
import { run, RunningProgram } from "./process.ts";

export interface UmlOptions {
  /** What runs inside, as root, in `cwd`. */
  argv: string[];
  /** The project's folder when left out. */
  cwd?: string;
  env?: Record<string, string>;
  /** Kernel modules to load first, ip_vs when left out. */
  modules?: string[];
  memoryMb?: number;
  timeoutMs?: number;
}

export interface UmlResult {
  /** Exit status of the program inside. */
  code: number;
  /** What it printed, standard output and error together. */
  output: string;
  /** The kernel's messages, for when it never came so far. */
  console: string;
}

/** Stands in for ptrace(2) on processors that the guest's kernel is too old for: uml_xstate.c. */
const XSTATE_SHIM = `${ROOT}/test/lab/.build/uml_xstate.so`;
const MEMORY_MB = 1024;
const TIMEOUT_MS = 180_000;

/** Runs a program in a guest and returns its status and output. Throws when the guest hangs. */
export async function runInUml(options: UmlOptions): Promise<UmlResult> {
  await checkModules();
  const preload = await shimIfNeeded();
  const folder = await Deno.makeTempDir({ prefix: "vipd-uml-" });
  try {
    await Deno.writeTextFile(`${folder}/init`, guestInit(folder, options), { mode: 0o755 });
    const guest = start(folder, options, preload);
    const timer = setTimeout(() => guest.kill("SIGKILL"), options.timeoutMs ?? TIMEOUT_MS);
    await guest.ended;
    clearTimeout(timer);
    const [status, output] = await Promise.all([
      readIfThere(`${folder}/status`),
      readIfThere(`${folder}/output`),
    ]);
    if (status === "") {
      const what = "the guest ended, or was killed for its time limit, before its program did";
      throw new Error(`${what}\n${output}\n-- console --\n${guest.log}`);
    }
    return { code: Number(status), output, console: guest.log };
  } finally {
    await killLeftOver(folder);
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * The JavaScript engine's own death, not an exception: seen in about one of thirty guests with a dozen
 * programs that start at one time, never outside.
 */
const ENGINE_DEATH = /^Fatal error in /m;
/** A guest is started anew so often for that, aloud. */
const ENGINE_DEATH_RETRIES = 1;

/**
 * Runs a program of test/lab/programs in a guest and returns the JSON that its last line holds. Throws
 * with all that it printed when it failed.
 */
export async function reportFromUml<T>(
  program: string,
  args: string[] = [],
  timeoutMs?: number,
): Promise<T> {
  const file = `${ROOT}/test/lab/programs/${program}`;
  // Which form of vipd runs is decided outside (vipd.ts).
  const form = Deno.env.get("VIPD_PROGRAM");
  for (let retries = 0;; retries++) {
    const { code, output } = await runInUml({
      argv: [DENO, "run", "-A", "--no-lock", file, ...args],
      ...(form !== undefined && { env: { VIPD_PROGRAM: form } }),
      ...(timeoutMs !== undefined && { timeoutMs }),
    });
    if (code === 0) return JSON.parse(output.trimEnd().split("\n").at(-1)!) as T;
    const failure = `${program} ended with ${code} in the guest\n${output}`;
    if (retries === ENGINE_DEATH_RETRIES || !ENGINE_DEATH.test(output)) throw new Error(failure);
    console.warn(`the JavaScript engine died in the guest, once more: ${failure}`);
  }
}

function start(folder: string, options: UmlOptions, preload: string): RunningProgram {
  const args = [
    `mem=${options.memoryMb ?? MEMORY_MB}M`,
    ...["root=/dev/root", "rootfstype=hostfs", "rootflags=/", "rw", "quiet", "panic=1"],
    ...["con=null", "con0=fd:0,fd:1", `init=${folder}/init`],
  ];
  const child = new Deno.Command("linux.uml", {
    args,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    // The guest keeps its socket and pid file under $HOME: give it its own.
    env: { HOME: folder, LD_PRELOAD: preload },
  }).spawn();
  return new RunningProgram("User-Mode Linux", ["linux.uml", ...args], child.pid, child, false);
}

/** The guest's first process: mounts, modules, the program, its status, power off. */
function guestInit(folder: string, options: UmlOptions): string {
  const environment = Object.entries(options.env ?? {})
    .map(([name, value]) => `export ${name}=${quote(value)}\n`).join("");
  const modules = (options.modules ?? ["ip_vs"]).map((name) => `modprobe ${name}\n`).join("");
  return `#!/bin/sh
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/root TMPDIR=${quote(folder)}
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t tmpfs tmpfs /run
ip link set lo up
hostname uml
${ownDenoCache(`${folder}/deno`)}cd ${quote(options.cwd ?? ROOT)}
${environment}(
set -e
${modules}exec ${options.argv.map(quote).join(" ")}
) >${quote(`${folder}/output`)} 2>&1
echo $? >${quote(`${folder}/status.new`)}
mv ${quote(`${folder}/status.new`)} ${quote(`${folder}/status`)}
poweroff -f
`;
}

/**
 * Gives the guest's Denos a cache of their own. They must not share the machine's: its databases are
 * mapped into memory by every Deno that runs, and the locks that guard them do not reach from one
 * kernel into another. A guest that opened them broke programs outside (SIGBUS) and itself (code that
 * the engine could not read). The translated sources are copied, for they are dear to make in here.
 */
function ownDenoCache(folder: string): string {
  return `mkdir -p ${quote(folder)}
mount -t tmpfs tmpfs ${quote(folder)}
cp -r "\${XDG_CACHE_HOME:-$HOME/.cache}/deno/gen" ${quote(folder)}/ 2>/dev/null || :
export DENO_DIR=${quote(folder)}
`;
}

/** A word for sh. */
function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

/** The guest's kernel finds its modules at the usual place, where test/lab/install has put a link. */
async function checkModules(): Promise<void> {
  const { stdout } = await run(["linux.uml", "--version"]);
  const release = stdout.trim();
  try {
    await Deno.stat(`/lib/modules/${release}/modules.dep`);
  } catch (error) {
    throw new Error(`no modules for the guest's kernel ${release}: run sh test/lab/install`, {
      cause: error,
    });
  }
}

/** What LD_PRELOAD must name for the guest to run on this processor; empty for most. */
async function shimIfNeeded(): Promise<string> {
  if (!/\bamx_tile\b/.test(await Deno.readTextFile("/proc/cpuinfo"))) return "";
  try {
    await Deno.stat(XSTATE_SHIM);
  } catch (error) {
    throw new Error("this processor needs the ptrace shim: run sh test/lab/install", {
      cause: error,
    });
  }
  return XSTATE_SHIM;
}

/** Ends what a killed guest leaves: helper processes that bear its folder in their command line. */
async function killLeftOver(folder: string): Promise<void> {
  const { stdout } = await run(["ps", "-eo", "pid=,args="]);
  for (const line of stdout.split("\n")) {
    if (!line.includes(`init=${folder}/init`)) continue;
    await run(["kill", "-KILL", line.trim().split(" ")[0]!], { check: false });
  }
}
