// The daemon from its command line to its exit status: log, configuration, pid files, start, signals,
// stop. Everything between is daemon.ts's.

import { errorText, VipdError } from "../base/errors.ts";
import { VIPD_VERSION } from "../base/version.ts";
import type { Config } from "../conf/index.ts";
import { reportReady } from "../linux/terminal.ts";
import { encodeDump } from "../core/record.ts";
import { readConfiguration } from "./configuration.ts";
import { coreBytes } from "./core_bytes.ts";
import { Daemon, type Death } from "./daemon.ts";
import { writePrivateFile } from "./dump.ts";
import { type OpenLog, openLog } from "./log_sinks.ts";
import type { DaemonOptions } from "./options.ts";
import { PidFile } from "./pid_file.ts";
import { Reporter } from "./reporter.ts";
import { takeSignals } from "./signals.ts";

/** Exit statuses, keepalived's (behaviour of 2.2.7). */
export const EXIT = {
  OK: 0,
  FATAL: 1,
  CONFIG: 2,
  PERMISSION: 4,
  NO_CONFIG: 6,
  INTERNAL: 70,
} as const;

/** keepalived's default file mask. */
const UMASK = 0o177;

/** Exit status of errors by their code; others are FATAL. */
const EXIT_OF: Record<string, number> = {
  "config": EXIT.CONFIG,
  "no-config": EXIT.NO_CONFIG,
  "interface-missing": EXIT.CONFIG,
  "core-refused": EXIT.CONFIG,
  "wire-start": EXIT.PERMISSION,
};

/** What the process holds until its end. */
interface Held {
  log: OpenLog;
  pidFiles: PidFile[];
}

/**
 * Runs the daemon; resolves with its exit status when it has ended. The caller exits with it: the
 * signals stay taken.
 */
export async function runDaemon(options: DaemonOptions): Promise<number> {
  Deno.umask(options.umask ?? UMASK);
  const held: Held = { log: openLog(options.log), pidFiles: [] };
  const reporter = new Reporter();
  let status: number;
  try {
    status = await run(options, reporter, held);
  } catch (error) {
    status = failed(reporter, error, options.log.console);
  }
  for (const file of held.pidFiles) file.release();
  await held.log.flush();
  return status;
}

async function run(options: DaemonOptions, reporter: Reporter, held: Held): Promise<number> {
  reporter.daemon("info", `Starting vipd v${VIPD_VERSION} in the place of Keepalived`);
  reporter.daemon("info", `Configuration file ${options.configFile}`);
  const ended = Promise.withResolvers<Death | "signal">();
  let daemon: Daemon | null = null;
  let reloadWanted = false;
  // Before anything stands that a signal's default action would leave behind, and until the process
  // is gone: a second TERM must not cut the log's last lines off.
  takeSignals({
    stop: (name) => {
      reporter.daemon("info", `Stopping: ${name}`);
      ended.resolve("signal");
    },
    reload: () => {
      reloadWanted = daemon === null;
      void daemon?.reload();
    },
    unsupported: (name) => reporter.daemon("warning", `${name}: this dump is not supported yet`),
    ignoreInterrupt: options.ignoreSigint,
  });
  // The pid file first: a second daemon must not touch anything of the first.
  held.pidFiles.push(PidFile.take(options.pidFiles.daemon));
  if (options.vrrp) held.pidFiles.push(PidFile.take(options.pidFiles.vrrp));
  if (options.checkers) held.pidFiles.push(PidFile.take(options.pidFiles.checkers));
  const config = startConfiguration(options, reporter);
  const starting = new Daemon(options, reporter, {
    died: (death) => ended.resolve(death),
    logLinesLost: () => held.log.lost(),
  });
  await starting.start(config);
  daemon = starting;
  reportReady();
  if (reloadWanted) void daemon.reload();
  const end = await ended.promise;
  if (end !== "signal") return await died(options, reporter, end);
  const orderly = await daemon.stop();
  reporter.daemon("info", `Stopped vipd v${VIPD_VERSION}`);
  return orderly ? EXIT.OK : EXIT.INTERNAL;
}

/** Reads the configuration to start with. Throws VipdError when it cannot be used. */
function startConfiguration(options: DaemonOptions, reporter: Reporter): Config {
  const { config, diagnostics } = readConfiguration(options);
  for (const found of diagnostics) reporter.diagnostic(found);
  if (config === null) {
    const missing = diagnostics.some(({ code }) => code === "file-unreadable");
    throw new VipdError(missing ? "no-config" : "config", "the configuration cannot be used", {
      hint: `mend it and test it with: vipd check ${options.configFile}`,
    });
  }
  if (options.dumpConfig) reporter.daemon("info", JSON.stringify(masked(config)), "config");
  return config;
}

/** Says why, also to the terminal that started it: a log in syslog alone would leave it in the dark. */
function failed(reporter: Reporter, error: unknown, isOnConsole: boolean): number {
  const known = error instanceof VipdError;
  const text = known
    ? error.message + (error.hint === undefined ? "" : `; ${error.hint}`)
    : `internal error: ${error instanceof Error ? error.stack ?? error.message : errorText(error)}`;
  reporter.daemon("error", text);
  if (!isOnConsole) console.error(`vipd: ${text}`);
  return known ? EXIT_OF[error.code] ?? EXIT.FATAL : EXIT.INTERNAL;
}

/** The worker is dead and its addresses are gone: what is left to do is to say so, and how it came. */
async function died(
  options: DaemonOptions,
  reporter: Reporter,
  { why, dump }: Death,
): Promise<number> {
  reporter.daemon("error", `the wire worker is dead: ${why}`);
  const path = `${options.pidFiles.daemon.replace(/\.pid$/, "")}.dump`;
  try {
    const { maskDump } = await import("../sim/replay/mask.ts");
    writePrivateFile(path, encodeDump(maskDump(coreBytes(), dump).dump));
    reporter.daemon("error", `what led to it is in ${path}: vipd replay ${path}`);
  } catch (error) {
    reporter.daemon("error", `the dump could not be written: ${errorText(error)}`);
  }
  return EXIT.INTERNAL;
}

/** Keys of the model that hold a secret. */
const SECRET_KEYS: ReadonlySet<string> = new Set(["auth", "secret"]);

/** The model without secrets (DESIGN decision 9). */
function masked(config: object): unknown {
  return JSON.parse(
    JSON.stringify(config, (key, value) => SECRET_KEYS.has(key) && value ? "***" : value),
  );
}
