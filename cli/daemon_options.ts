// From keepalived's command line to what it asks for: run the daemon, test the configuration, print
// a version, a signal's number or the help, or say what is wrong. Refused as keepalived refuses:
// an unknown option or a missing value is told on stderr and ends with 1, unless -v or -h came
// first or comes later.

import { controlSocketPath } from "../host/control/client.ts";
import {
  type DaemonOptions,
  DEFAULT_CONFIG_FILE,
  DEFAULT_PID_FILES,
  type SyslogFacility,
} from "../host/daemon/options.ts";
import { type Found, getopt } from "./getopt.ts";
import { OPTION_TABLE, type OptionKey } from "./option_table.ts";

/** What a command line asks for. */
export type Action =
  | { action: "run"; options: DaemonOptions }
  /** -t; `logFile` = where the messages go, null = stderr. */
  | { action: "test"; options: DaemonOptions; logFile: string | null }
  | { action: "version" }
  | { action: "help" }
  | { action: "signum"; name: string }
  /** Ends with status 1. */
  | { action: "refuse" };

/** An action and the lines for stderr that come before it. */
export interface CommandLine {
  action: Action;
  messages: string[];
}

/** Without these the daemon would do something else than it was asked to: it does not start. */
const REFUSED: Partial<Record<OptionKey, string>> = {
  namespace: "the daemon would run in another network namespace than you asked for; " +
    "start it with `ip netns exec NAME` instead",
  genhash: "use the digest that `vipd -D` logs for a page, or keepalived's genhash",
  configFd: "give the file with -f",
  keepAddresses: "vipd takes its addresses off at the end",
};

/** These change nothing that is sent, held or balanced: told, and the daemon starts. */
const WARNED: Partial<Record<OptionKey, string>> = {
  logFile: "the log goes to syslog and, with -l, to stderr",
  flushLogFile: "the log goes to syslog and, with -l, to stderr",
  snmp: "read `vipd status --json` instead",
  snmpAgentSocket: "read `vipd status --json` instead",
  coreDump: "set the limit in the service manager (LimitCORE=)",
  coreDumpPattern: "set kernel.core_pattern with sysctl",
  addressMonitoring: "`ip monitor address` shows them",
  configId: "lines that begin with @ are an error, whatever the id",
  perf: "it is a tool of keepalived's developers",
  debug: "use -D for more log",
};

interface Draft {
  options: DaemonOptions;
  socketGiven: boolean;
  test: { logFile: string | null } | null;
  messages: string[];
  refused: boolean;
}

/**
 * Reads the arguments of the daemon. `entry` is the URL of the program that workers re-enter.
 * Never throws; what is wrong stands in the messages.
 */
export function readCommandLine(args: readonly string[], entry: string): CommandLine {
  const draft: Draft = {
    options: defaultOptions(entry),
    socketGiven: false,
    test: null,
    messages: [],
    refused: false,
  };
  const words: string[] = [];
  for (const found of getopt(args, OPTION_TABLE)) {
    const ended = take(found, draft, words);
    if (ended !== null) return { action: ended, messages: draft.messages };
  }
  if (words.length > 0) draft.messages.push(`Unexpected argument(s): ${words.join(" ")}`);
  return { action: finish(draft), messages: draft.messages };
}

function defaultOptions(entry: string): DaemonOptions {
  return {
    entry,
    configFile: DEFAULT_CONFIG_FILE,
    includeErrors: false,
    vrrp: true,
    checkers: true,
    foreground: false,
    log: { console: false, detail: 0, syslog: true, facility: "daemon" },
    dumpConfig: false,
    umask: null,
    keepIpvs: false,
    ignoreSigint: false,
    pidFiles: { ...DEFAULT_PID_FILES },
    controlSocket: controlSocketPath(),
  };
}

function finish(draft: Draft): Action {
  const { options } = draft;
  if (draft.refused) return { action: "refuse" };
  if (!draft.socketGiven) options.controlSocket = controlSocketPath(options.pidFiles.daemon);
  if (draft.test === null) return { action: "run", options };
  return { action: "test", options, logFile: draft.test.logFile };
}

/** Takes one item; returns an action where keepalived ends at once. */
function take(found: Found<OptionKey>, draft: Draft, words: string[]): Action | null {
  switch (found.kind) {
    case "word":
      words.push(found.word);
      return null;
    case "unknown":
      draft.messages.push(`Unknown option ${found.spelled}`);
      draft.refused = true;
      return null;
    case "missing":
      draft.messages.push(`Missing parameter for option ${found.spelled}`);
      draft.refused = true;
      return null;
    case "option":
      return takeOption(found.key, found.spelled, found.value ?? "", draft);
  }
}

function takeOption(key: OptionKey, spelled: string, value: string, draft: Draft): Action | null {
  const refusal = REFUSED[key];
  const warning = WARNED[key];
  if (refusal !== undefined) {
    draft.messages.push(`${spelled} is not supported yet: ${refusal}`);
    draft.refused = true;
  } else if (warning !== undefined) {
    draft.messages.push(`${spelled} is not supported yet and is ignored: ${warning}`);
  }
  if (key === "version" || key === "help") return { action: key };
  if (key === "signum") return { action: "signum", name: value };
  setFlag(key, draft.options);
  setValue(key, value, draft);
  return null;
}

function setFlag(key: OptionKey, options: DaemonOptions): void {
  switch (key) {
    case "vrrp":
      options.checkers = false;
      return;
    case "check":
      options.vrrp = false;
      return;
    case "all":
      options.vrrp = true;
      options.checkers = true;
      return;
    case "logConsole":
      options.log.console = true;
      return;
    case "logDetail":
      options.log.detail++;
      return;
    case "noSyslog":
      options.log.syslog = false;
      return;
    case "keepIpvs":
      options.keepIpvs = true;
      return;
    case "dontFork":
      options.foreground = true;
      return;
    case "dumpConf":
      options.dumpConfig = true;
      return;
    case "allConfig":
      options.includeErrors = true;
      return;
    case "ignoreSigint":
      options.ignoreSigint = true;
      return;
  }
}

function setValue(key: OptionKey, value: string, draft: Draft): void {
  const { options, messages } = draft;
  switch (key) {
    case "useFile":
      options.configFile = value;
      return;
    case "pid":
      options.pidFiles.daemon = value;
      return;
    case "vrrpPid":
      options.pidFiles.vrrp = value;
      return;
    case "checkersPid":
      options.pidFiles.checkers = value;
      return;
    case "socket":
      options.controlSocket = value;
      draft.socketGiven = true;
      return;
    case "configTest":
      draft.test = { logFile: value === "" ? null : value };
      return;
    case "logFacility": {
      const facility = readFacility(value);
      if (facility === null) messages.push(`Invalid log facility '${value}'`);
      else options.log.facility = facility;
      return;
    }
    case "umask": {
      const umask = readUmask(value);
      if (umask === null) messages.push(`Invalid --umask option ${value}`);
      else options.umask = umask;
      return;
    }
  }
}

function readFacility(value: string): SyslogFacility | null {
  if (value === "daemon" || value === "user") return value;
  const digit = /^(?:local)?([0-7])$/.exec(value)?.[1];
  return digit === undefined ? null : `local${digit}` as SyslogFacility;
}

/** A number as strtol(3) with base 0 reads it: octal after 0, hexadecimal after 0x; at most 0777. */
function readUmask(value: string): number | null {
  if (!/^(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)$/.test(value)) return null;
  const octal = /^0[0-7]+$/.test(value);
  const mask = octal ? parseInt(value, 8) : Number(value);
  return mask <= 0o777 ? mask : null;
}
