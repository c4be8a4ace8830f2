// Where and under what a table was measured.

import { VIPD } from "../lab/vipd.ts";
import { run } from "../lab/process.ts";
import { significant } from "./statistics.ts";

/** The conditions of a run of the bench. */
export interface Conditions {
  /** ISO 8601, UTC. */
  begun: string;
  cores: number;
  processor: string;
  kernel: string;
  /** Load averages over 1, 5 and 15 minutes, before the first row. */
  load: number[];
  vipd: string;
  /** The form that was measured: source, bundle, compiled. */
  build: string;
  keepalived: string;
}

/** Looks at the machine as it is now. */
export async function conditions(): Promise<Conditions> {
  const cpu = await Deno.readTextFile("/proc/cpuinfo");
  const vipd = await run([VIPD, "--version"]);
  const keepalived = await run(["keepalived", "--version"]);
  return {
    begun: new Date().toISOString(),
    cores: navigator.hardwareConcurrency,
    processor: cpu.match(/^model name\s*:\s*(.*)$/m)?.[1] ?? Deno.build.arch,
    kernel: Deno.osRelease(),
    load: Deno.loadavg(),
    vipd: (vipd.stdout + vipd.stderr).match(/vipd v[0-9.]+/)?.[0] ?? "?",
    build: (vipd.stdout + vipd.stderr).match(/^Build:\s+(.*)$/m)?.[1] ?? "?",
    keepalived: (keepalived.stdout + keepalived.stderr).match(/Keepalived v[0-9.]+/)?.[0] ?? "?",
  };
}

/** One line about it. */
export function conditionsLine(at: Conditions, loadAfter: readonly number[]): string {
  const load = (averages: readonly number[]) => averages.map(significant).join(" ");
  return `${at.begun.slice(0, 16)}Z, ${at.cores} cores (${at.processor}), Linux ${at.kernel}, ` +
    `load average ${load(at.load)} before, ${load(loadAfter)} after; ` +
    `${at.vipd} (${at.build}), ${at.keepalived}`;
}
