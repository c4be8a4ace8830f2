// Memory and processor time of a master that does nothing but advertise.

import type { DaemonKind } from "../lab/director.ts";
import { delay } from "../lab/process.ts";
import { cpuBetween, cpuOfThreads, familyOf, type Memory, memoryOf, startAt } from "./daemon.ts";
import { captureAll, manyInstances, openAlone } from "./many_instances.ts";
import { type BenchRow, type Measurement, measurementOf, type Pairwise } from "./row.ts";

/** An owner is master at once; its gratuitous ARPs are over after SETTLE_MS (many_instances.ts). */
const PRIORITY = 255;
const SETTLE_MS = 4000;
/** More instances than this are measured once: that takes long and differs little. */
const INSTANCES_TWICE_MAX = 200;

interface Cost extends Memory {
  /** Seconds of processor time a minute. */
  cpu: number;
  /** Microseconds of processor time for each advert sent. */
  perAdvert: number;
}

async function once(kind: DaemonKind, instances: number, durationMs: number): Promise<Cost> {
  await using alone = await openAlone("vb-memory", instances);
  const captures = await captureAll(alone);
  const { program } = await startAt(kind, alone.node, manyInstances(instances, PRIORITY));
  await Promise.all(captures.map((capture) => capture.advert({}))).catch((error: Error) => {
    throw new Error(`${error.message}\n${program.log}`);
  });
  await delay(SETTLE_MS);
  const pids = familyOf(program.pid);
  const before = await cpuOfThreads(pids);
  const begunMs = performance.now();
  const sentBefore = captures.map((capture) => capture.adverts().length);
  await delay(durationMs);
  const spent = cpuBetween(before, await cpuOfThreads(pids));
  const minutes = (performance.now() - begunMs) / 60_000;
  const sent = captures.reduce((sum, c, i) => sum + c.adverts().length - sentBefore[i]!, 0);
  return { ...await memoryOf(pids), cpu: spent / minutes, perAdvert: spent / sent * 1e6 };
}

/** Both at the same time: they share no page but libc's, which everybody has. */
async function both(runs: number, instances: number, ms: number): Promise<Pairwise<Cost>> {
  const found: Pairwise<Cost> = { vipd: [], keepalived: [] };
  for (let run = 0; run < runs; run++) {
    const kinds: DaemonKind[] = ["vipd", "keepalived"];
    const costs = await Promise.all(kinds.map((kind) => once(kind, instances, ms)));
    found.vipd.push(costs[0]!);
    found.keepalived.push(costs[1]!);
  }
  return found;
}

export const MEMORY_ROW: BenchRow = {
  name: "memory",
  title: "Memory and processor time of an idle master",
  notes: [
    "Sums over all processes of a daemon (vipd 1, keepalived 2). No other copy of the same file runs, " +
    "so PSS is what the daemon costs a machine that runs nothing else of its kind.",
    "Up to 45 MiB of it are pages of Deno's own program file; how many count depends on how the page " +
    "cache holds that file (18 have been seen).",
    "One VIP an instance, version 2, adverts of 1 s; 1000 instances are spread over 4 interfaces. " +
    "vipd's time includes the refresh of its addresses' leases.",
  ],
  async measure({ quick, progress }) {
    const found: Measurement[] = [];
    for (const instances of quick ? [1, 200] : [1, 50, 200, 1000]) {
      const runs = quick || instances > INSTANCES_TWICE_MAX ? 1 : 2;
      const name = `${instances} instance${instances === 1 ? "" : "s"}`;
      progress(name);
      const results = await both(runs, instances, quick ? 5000 : 15_000);
      const figure = (label: string, unit: Measurement["unit"], pick: (cost: Cost) => number) =>
        measurementOf(`${name}: ${label}`, unit, results, pick);
      found.push(
        figure("PSS", "MiB", (cost) => cost.pss),
        figure("RSS", "MiB", (cost) => cost.rss),
        figure("private", "MiB", (cost) => cost.private),
        figure("CPU a minute", "s", (cost) => cost.cpu),
        figure("CPU an advert", "us", (cost) => cost.perAdvert),
      );
    }
    return found;
  },
};
