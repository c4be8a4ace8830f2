// Where the control socket of a daemon stands: beside its pid file, so that several daemons on one
// machine, who must have different pid files anyway, have different sockets.
// This module is browser safe.

/** keepalived's pid file, which vipd keeps (behaviour of both: one such daemon a machine). */
export const DEFAULT_PID_FILE = "/run/keepalived.pid";

/** The control socket that belongs to a pid file: `.pid` becomes `.sock`. */
export function controlSocketPath(pidFile: string = DEFAULT_PID_FILE): string {
  return (pidFile.endsWith(".pid") ? pidFile.slice(0, -".pid".length) : pidFile) + ".sock";
}
