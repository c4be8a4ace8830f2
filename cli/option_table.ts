// The options of the daemon: keepalived's, letter by letter, and --socket of ours. Those that exist
// only in other builds of keepalived are known in full only, so that every short form that works
// with Debian's keepalived works here.
// Source: keepalived(8), `keepalived --help` of 2.2.7.

import type { OptionSpec } from "./getopt.ts";

/** Names of the options, by which daemon_options.ts knows them. */
export type OptionKey = (typeof OPTION_ROWS)[number][0];

const OPTION_ROWS = [
  ["useFile", "f", "use-file", "required", "FILE", "configuration file"],
  ["vrrp", "P", "vrrp", "none", "", "only VRRP"],
  ["check", "C", "check", "none", "", "only LVS and its checks"],
  ["noBfd", "B", "no_bfd", "none", "", "no BFD (vipd has none yet)"],
  ["all", "", "all", "none", "", "every part even if nothing is configured for it"],
  ["logConsole", "l", "log-console", "none", "", "log to stderr as well"],
  ["logDetail", "D", "log-detail", "none", "", "detailed log; twice for more"],
  [
    "logFacility",
    "S",
    "log-facility",
    "required",
    "NAME",
    "syslog facility: 0-7, local0-7, user, daemon",
  ],
  ["logFile", "g", "log-file", "optional", "FILE", "not supported yet"],
  ["flushLogFile", "", "flush-log-file", "none", "", "not supported yet", "full"],
  ["noSyslog", "G", "no-syslog", "none", "", "do not log to syslog"],
  ["umask", "u", "umask", "required", "MASK", "mask of files that are made (numeric)"],
  ["releaseVips", "X", "release-vips", "none", "", "always so in vipd"],
  ["keepAddresses", "V", "dont-release-vrrp", "none", "", "not supported yet"],
  ["keepIpvs", "I", "dont-release-ipvs", "none", "", "leave the IPVS table at exit"],
  ["dontRespawn", "R", "dont-respawn", "none", "", "always so in vipd: one process"],
  ["dontFork", "n", "dont-fork", "none", "", "stay in the foreground"],
  ["dumpConf", "d", "dump-conf", "none", "", "log the configuration that was read"],
  ["pid", "p", "pid", "required", "FILE", "pid file"],
  ["vrrpPid", "r", "vrrp_pid", "required", "FILE", "pid file of the VRRP part"],
  ["checkersPid", "c", "checkers_pid", "required", "FILE", "pid file of the checks"],
  ["bfdPid", "b", "bfd_pid", "required", "FILE", "accepted, unused"],
  ["addressMonitoring", "a", "address-monitoring", "none", "", "not supported yet"],
  ["snmp", "x", "snmp", "none", "", "not supported yet"],
  ["snmpAgentSocket", "A", "snmp-agent-socket", "required", "FILE", "not supported yet"],
  ["namespace", "s", "namespace", "required", "NAME", "not supported yet"],
  ["coreDump", "m", "core-dump", "none", "", "not supported yet"],
  ["coreDumpPattern", "M", "core-dump-pattern", "optional", "PATTERN", "not supported yet"],
  ["allConfig", "e", "all-config", "none", "", "a pattern of include without a match is an error"],
  ["configId", "i", "config-id", "required", "ID", "not supported yet"],
  ["configTest", "t", "config-test", "optional", "FILE", "check the configuration and end"],
  ["genhash", "T", "genhash", "none", "", "not supported yet"],
  ["signum", "", "signum", "required", "NAME", "print a signal's number and end"],
  ["configFd", "", "config-fd", "required", "FD", "not supported yet"],
  ["perf", "", "perf", "optional", "", "not supported yet", "full"],
  ["debug", "", "debug", "optional", "", "not supported yet", "full"],
  ["noMemCheck", "", "no-mem-check", "none", "", "accepted, without meaning here", "full"],
  ["ignoreSigint", "", "ignore-sigint", "none", "", "INT does not stop the daemon", "full"],
  ["socket", "", "socket", "required", "PATH", "control socket (vipd)", "full"],
  ["version", "v", "version", "none", "", "print the version and end"],
  ["help", "h", "help", "none", "", "print this and end"],
] as const;

/** The table for getopt(). */
export const OPTION_TABLE: readonly OptionSpec<OptionKey>[] = OPTION_ROWS.map(
  ([key, short, long, value, , , full]) => ({
    key,
    long,
    value,
    shortened: full === undefined,
    ...(short === "" ? {} : { short }),
  }),
);

/** Where the explanations of `--help` begin. */
const HELP_COLUMN = 36;

/** The lines of `--help` about the options. */
export function optionHelp(): string[] {
  return OPTION_ROWS.map(([, short, long, value, name, what]) => {
    const letter = short === "" ? "    " : `-${short}, `;
    const argument = name === "" ? "" : value === "optional" ? `[=${name}]` : `=${name}`;
    const left = `  ${letter}--${long}${argument}`;
    return `${left.padEnd(HELP_COLUMN - 1)} ${what}`;
  });
}
