// A daemon that is measured: started at a moment that is known, its processes looked at.

import type { DaemonKind } from "../lab/director.ts";
import type { LabNode } from "../lab/netns.ts";
import { processes, type RunningProgram } from "../lab/process.ts";
import { VIPD } from "../lab/vipd.ts";

/** Arguments that both daemons take: foreground, log to the console. */
const ARGUMENTS = ["-n", "-l", "-D", "-G"];
/** Which half of the daemon runs. */
export const VRRP_ONLY = "-P";
export const CHECKERS_ONLY = "-C";
/** A crash leaves them; keepalived does not start while they name a process that lives. */
const PID_FILES = "/run/keepalived.pid /run/vrrp.pid /run/checkers.pid";

const MIB = 1024;
const NANOSECONDS_PER_SECOND = 1e9;

/** The program of a daemon. */
export function programOf(kind: DaemonKind): string {
  return kind === "vipd" ? VIPD : "keepalived";
}

/** A daemon and when it was started: just before its exec, milliseconds since 1970. */
export interface Started {
  program: RunningProgram;
  atMs: number;
}

/** Starts a daemon with a configuration; does not wait for anything but its exec. */
export async function startAt(
  kind: DaemonKind,
  node: LabNode,
  configuration: string,
  half = VRRP_ONLY,
): Promise<Started> {
  await node.configure("keepalived.conf", configuration);
  await node.exec(["sh", "-c", `rm -f ${PID_FILES}`]);
  const script = 'date +%s%N; exec "$@"';
  const program = await node.start([
    ...["sh", "-c", script, "sh", programOf(kind), ...ARGUMENTS, half],
  ]);
  const { text } = await program.waitForLine(/^\d+$/);
  return { program, atMs: Number(BigInt(text) / 1000n) / 1000 };
}

/** A daemon's processes: the program and what descends from it. */
export function familyOf(pid: number): number[] {
  const all = processes();
  const descend = (parent: number): number[] =>
    all.filter((entry) => entry.parent === parent)
      .flatMap((child) => [child.pid, ...descend(child.pid)]);
  return [pid, ...descend(pid)];
}

/** Memory of processes, summed, MiB. */
export interface Memory {
  rss: number;
  pss: number;
  /** Pages that nobody else has. */
  private: number;
}

/** Reads it (proc(5) smaps_rollup). */
export async function memoryOf(pids: readonly number[]): Promise<Memory> {
  const sum = { rss: 0, pss: 0, private: 0 };
  for (const pid of pids) {
    const text = await Deno.readTextFile(`/proc/${pid}/smaps_rollup`);
    const kib = (name: string) => Number(text.match(new RegExp(`^${name}:\\s+(\\d+)`, "m"))![1]);
    sum.rss += kib("Rss") / MIB;
    sum.pss += kib("Pss") / MIB;
    sum.private += (kib("Private_Clean") + kib("Private_Dirty")) / MIB;
  }
  return sum;
}

/** Processor time that each thread of processes has had, seconds (schedstat: exact, unlike ticks). */
export async function cpuOfThreads(pids: readonly number[]): Promise<Map<string, number>> {
  const seconds = new Map<string, number>();
  for (const pid of pids) {
    for (const { name: thread } of Deno.readDirSync(`/proc/${pid}/task`)) {
      const text = await Deno.readTextFile(`/proc/${pid}/task/${thread}/schedstat`);
      seconds.set(thread, Number(text.split(" ")[0]) / NANOSECONDS_PER_SECOND);
    }
  }
  return seconds;
}

/** Seconds between two readings. A thread that ended in between was idle: Deno lets those go after 10 s. */
export function cpuBetween(before: Map<string, number>, after: Map<string, number>): number {
  return [...after].reduce((sum, [thread, s]) => sum + s - (before.get(thread) ?? 0), 0);
}
