// Where every thread of vipd begins. A worker re-enters this same file (the bundle is one file) and
// knows its role by its name; the main thread is a subcommand when the first word names one, and
// the daemon with keepalived's options otherwise.

import { runDaemonCommand } from "./daemon.ts";
import { OutputClosed, printError } from "./output.ts";

/** Exit status of an error that nothing better is known of, as keepalived's. */
const EXIT_FATAL = 1;

/** The role of this thread: its worker's name, or "main". */
function role(): string {
  const isWorker = "WorkerGlobalScope" in globalThis;
  return isWorker ? (globalThis as unknown as { name: string }).name : "main";
}

async function main(args: readonly string[]): Promise<number> {
  const [first] = args;
  if (first === undefined || first.startsWith("-")) {
    return await runDaemonCommand(args, import.meta.url);
  }
  const { runSubcommand } = await import("./subcommands.ts");
  return await runSubcommand(args);
}

async function mainOrError(): Promise<number> {
  try {
    return await main(Deno.args);
  } catch (thrown) {
    if (thrown instanceof OutputClosed) return 0;
    printError(thrown);
    return EXIT_FATAL;
  }
}

switch (role()) {
  case "main":
    Deno.exit(await mainOrError());
    break;
  case "wire":
    await import("../host/daemon/wire.ts");
    break;
  case "director":
    await import("../host/daemon/director.ts");
    break;
  default:
    throw new Error(`vipd has no worker named ${role()}`);
}
