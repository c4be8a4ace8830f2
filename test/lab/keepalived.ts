// The real keepalived on a node of a lab: the other side of the interop tests.

import type { LabNode } from "./netns.ts";
import { eventually } from "./process.ts";
import type { RunningProgram } from "./process.ts";

export interface KeepalivedOptions {
  /** Arguments added to the foreground ones; `-P` for VRRP only, `-C` for checks only. */
  args?: string[];
  /** Wait until the VRRP child has read its configuration; true when left out. */
  wait?: boolean;
}

/**
 * Writes keepalived.conf into the node's own /etc/keepalived and starts keepalived in the
 * foreground with its log in the program's lines. Pid files go to the node's own /run.
 */
export async function startKeepalived(
  node: LabNode,
  configuration: string,
  options: KeepalivedOptions = {},
): Promise<RunningProgram> {
  await node.configure("keepalived.conf", configuration);
  // 2.2.7 refuses to start while a pid file names a process that lives; a crash test leaves one.
  await node.exec(["sh", "-c", "rm -f /run/keepalived.pid /run/vrrp.pid /run/checkers.pid"]);
  const argv = ["keepalived", "-n", "-l", "-D", "-G", ...(options.args ?? [])];
  const program = await node.start(argv);
  if (options.wait !== false) await program.waitForLine(/Startup complete|Entering|Started /i);
  return program;
}

/**
 * Kills all of the node's keepalived processes at once, as a power cut does. Children first: one that
 * outlives its parent by a moment ends in order, with a priority 0 advert.
 */
export async function killKeepalived(node: LabNode): Promise<void> {
  await node.exec(["sh", "-c", "kill -KILL $(pgrep -x keepalived | sort -rn)"]);
}

/** Sends a signal to all of the node's keepalived processes. */
export async function signalKeepalived(node: LabNode, signal: string): Promise<void> {
  await node.exec(["killall", `-${signal}`, "keepalived"]);
}

/** Waits until the node holds the address, or does not. */
export async function untilHolds(
  node: LabNode,
  address: string,
  holds = true,
  timeoutMs = 15_000,
): Promise<void> {
  const what = `${node.name} ${holds ? "to hold" : "to give up"} ${address}`;
  await eventually(what, async () => (await node.holds(address)) === holds || null, timeoutMs);
}
