// Where every thread of vipd begins. A worker re-enters this same file (the bundle is one file) and
// knows its role by its name; the main thread is a subcommand when the first word names one, and
// the daemon with keepalived's options otherwise.

import { VipdError } from "../host/base/errors.ts";
import { EXIT_INTERNAL } from "./exit_status.ts";
import { OutputClosed, printError } from "./output.ts";

/** Exit status of an error that a person can mend, and of any of the daemon's start, as keepalived's. */
const EXIT_FATAL = 1;

/** What a worker's name may be: loads its module and returns what starts it. */
const WORKERS: Record<string, () => Promise<() => void>> = {
  wire: async () => (await import("../host/daemon/wire.ts")).runWireWorker,
  director: async () => (await import("../host/daemon/director.ts")).runDirectorWorker,
};

/** The arguments are the daemon's: no word names a subcommand. */
function isDaemon([first]: readonly string[]): boolean {
  return first === undefined || first.startsWith("-");
}

async function main(args: readonly string[]): Promise<number> {
  if (isDaemon(args)) {
    return await (await import("./daemon.ts")).runDaemonCommand(args, import.meta.url);
  }
  const { runSubcommand } = await import("./subcommands.ts");
  return await runSubcommand(args, import.meta.url);
}

async function mainOrError(): Promise<number> {
  try {
    return await main(Deno.args);
  } catch (thrown) {
    if (thrown instanceof OutputClosed) return 0;
    printError(thrown);
    const isExpected = thrown instanceof VipdError || isDaemon(Deno.args);
    return isExpected ? EXIT_FATAL : EXIT_INTERNAL;
  }
}

/**
 * Starts a worker of that name. Its module sets `onmessage` only once it is loaded, and a message
 * that comes earlier would be lost: those are kept and handed on.
 */
async function work(scope: Worker & { name: string }): Promise<void> {
  const load = WORKERS[scope.name];
  if (load === undefined) throw new Error(`vipd has no worker named '${scope.name}'`);
  const early: unknown[] = [];
  const keep = (event: MessageEvent) => early.push(event.data);
  scope.addEventListener("message", keep);
  const start = await load();
  scope.removeEventListener("message", keep);
  start();
  for (const data of early) scope.dispatchEvent(new MessageEvent("message", { data }));
}

if ("WorkerGlobalScope" in globalThis) {
  await work(globalThis as unknown as Worker & { name: string });
} else {
  Deno.exit(await mainOrError());
}
