// What the command line asks of the daemon, already read and checked: keepalived's options with
// keepalived's defaults. cli/daemon_options.ts makes it, main.ts of this folder obeys it.

/** Facilities that -S knows. */
export type SyslogFacility =
  | "daemon"
  | "user"
  | "local0"
  | "local1"
  | "local2"
  | "local3"
  | "local4"
  | "local5"
  | "local6"
  | "local7";

/** keepalived's configuration file. */
export const DEFAULT_CONFIG_FILE = "/etc/keepalived/keepalived.conf";
/** keepalived's pid files: the daemon's, and those it writes for the VRRP and the checker part. */
export const DEFAULT_PID_FILES = {
  daemon: "/run/keepalived.pid",
  vrrp: "/run/vrrp.pid",
  checkers: "/run/checkers.pid",
} as const;

/** How logs leave the process. */
export interface LogOptions {
  /** -l: to stderr as well. */
  console: boolean;
  /** Times -D was given: 0 = no detail. */
  detail: number;
  /** False with -G. */
  syslog: boolean;
  /** -S. */
  facility: SyslogFacility;
}

/** keepalived's names of signals and their numbers on Linux with glibc (x86-64 and arm64). */
export const SIGNAL_NUMBERS = {
  STOP: 15,
  RELOAD: 1,
  DATA: 10,
  STATS: 12,
  STATS_CLEAR: 63,
  JSON: 36,
} as const;

/** Everything runDaemon() needs. */
export interface DaemonOptions {
  /** URL of the module that workers re-enter, with their role as `name`: the program itself. */
  entry: string;
  /** -f. */
  configFile: string;
  /** -e: a pattern of `include` that matches nothing is an error. */
  includeErrors: boolean;
  /** What -P and -C leave: -P no checkers, -C no VRRP, both nothing at all; --all everything. */
  vrrp: boolean;
  checkers: boolean;
  /** -n. The process stays in the foreground in any case; the launcher makes the session. */
  foreground: boolean;
  log: LogOptions;
  /** -d: the model is logged at start. */
  dumpConfig: boolean;
  /** -u; null = the default, 0o177. */
  umask: number | null;
  /** -I: IPVS services stay at exit. */
  keepIpvs: boolean;
  /** --ignore-sigint. */
  ignoreSigint: boolean;
  /** -p, -r, -c. */
  pidFiles: { daemon: string; vrrp: string; checkers: string };
  /** --socket; by default beside the daemon's pid file (control/socket_path.ts). */
  controlSocket: string;
}
