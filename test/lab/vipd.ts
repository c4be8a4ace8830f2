// vipd on a node of a lab. Which form of it runs is the environment's choice: VIPD_PROGRAM names a built
// one (npm test sets it to dist/vipd after a build), otherwise the sources through cli/vipd.

import type { LabNode } from "./netns.ts";
import { ROOT } from "./path.ts";
import { eventually } from "./process.ts";
import type { RunningProgram, RunResult } from "./process.ts";

/** The vipd that the tests run. */
export const VIPD = Deno.env.get("VIPD_PROGRAM") ?? `${ROOT}/cli/vipd`;

const PID_FILE = "/run/keepalived.pid";
const START_TIMEOUT_MS = 20_000;

export interface VipdOptions {
  /** Arguments added to `-n -l -D -G`; `-P` for VRRP only, `-C` for checks only. */
  args?: string[];
  env?: Record<string, string>;
  /** Wait until the pid file names the program; true when left out. */
  wait?: boolean;
}

/**
 * Writes keepalived.conf into the node's own /etc/keepalived and starts vipd in the foreground with
 * its log in the program's lines. Pid files and the control socket go to the node's own /run.
 */
export async function startVipd(
  node: LabNode,
  configuration: string,
  options: VipdOptions = {},
): Promise<RunningProgram> {
  await node.configure("keepalived.conf", configuration);
  const argv = [VIPD, "-n", "-l", "-D", "-G", ...(options.args ?? [])];
  const program = await node.start(argv, {
    name: "vipd",
    ...(options.env && { env: options.env }),
  });
  if (options.wait !== false) await untilPidFile(node, program);
  return program;
}

/** The pid in the file is the node's number of the program: the launcher has become it. */
async function untilPidFile(node: LabNode, program: RunningProgram): Promise<void> {
  await eventually(`the pid file of ${program.name}`, async () => {
    if (program.exitStatus !== null) {
      throw new Error(`${program.name} ended with ${program.exitStatus}\n${program.log}`);
    }
    const { stdout } = await node.exec(["cat", PID_FILE], { check: false });
    return Number(stdout) > 0 || null;
  }, START_TIMEOUT_MS);
}

/** Runs a one-shot command of vipd in the node: `vipd(node, ["status", "--json"])`. */
export function vipd(
  node: LabNode,
  args: string[],
  options: { check?: boolean; input?: string } = {},
): Promise<RunResult> {
  return node.exec([VIPD, ...args], options);
}
