// vipd as a daemon: reads keepalived's options, and runs, tests or tells what they ask for.

import { SIGNAL_NUMBERS } from "../host/daemon/options.ts";
import { readCommandLine } from "./daemon_options.ts";
import { optionHelp } from "./option_table.ts";
import { print } from "./output.ts";
import { versionText } from "./version.ts";

/** Exit status of keepalived for options that it does not have. */
const EXIT_FATAL = 1;

/**
 * Does what the arguments ask for; `entry` is the URL of the program. Resolves with the exit status,
 * or never while the daemon runs.
 */
export async function runDaemonCommand(args: readonly string[], entry: string): Promise<number> {
  const { action, messages } = readCommandLine(args, entry);
  for (const text of messages) console.error(text);
  switch (action.action) {
    case "refuse":
      return EXIT_FATAL;
    case "version":
      console.error(versionText());
      return 0;
    case "help":
      console.error(helpText());
      return 0;
    case "signum":
      return printSignal(action.name);
    case "test":
      return await (await import("./test_config.ts")).testConfig(action.options, action.logFile);
    case "run":
      return await (await import("../host/daemon/main.ts")).runDaemon(action.options);
  }
}

function printSignal(name: string): number {
  const number = new Map<string, number>(Object.entries(SIGNAL_NUMBERS)).get(name);
  if (number === undefined) {
    console.error(`Unknown sigfunc ${name}`);
    return EXIT_FATAL;
  }
  print(String(number));
  return 0;
}

function helpText(): string {
  return [
    "Usage: vipd [OPTION...]           the daemon, with keepalived's options",
    "       vipd SUBCOMMAND [...]      check, status, events, console, version; see vipd help",
    "",
    ...optionHelp(),
  ].join("\n");
}
