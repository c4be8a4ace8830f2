// Lateness of adverts: how much longer than its interval the time between two adverts of a master is,
// idle and with busy processes beside it.

import { Capture } from "../lab/capture.ts";
import { type DaemonKind, Director } from "../lab/director.ts";
import type { LabNode } from "../lab/netns.ts";
import { delay } from "../lab/process.ts";
import { ADDRESS, openReferenceLab, VIP1, VIP2 } from "../lab/topology.ts";
import { vrrpConf } from "../lab/vrrp_conf.ts";
import { alternate, type BenchRow, type Measurement, measurementOf } from "./row.ts";
import { percentile } from "./statistics.ts";

/** Both intervals run in the same daemon at the same time. */
const INSTANCES = [
  { name: "VI_1", vrid: 51, intervalMs: 10, vip: VIP1 },
  { name: "VI_2", vrid: 52, intervalMs: 100, vip: VIP2 },
];
const BUSY_COUNT = 4;
/** After the takeover at the start, before it is measured, milliseconds. */
const SETTLE_MS = 1000;

/** What one run found for one interval; lateness in whole microseconds, the captures' resolution. */
interface Lateness {
  p50: number;
  p99: number;
  max: number;
  /** Times the backup became master although the master was alive. */
  takeovers: number;
}

function conf(priority: number): string {
  return vrrpConf({
    instances: INSTANCES.map(({ name, vrid, intervalMs, vip }) => ({
      name,
      vrid,
      priority,
      version: 3,
      intervalS: intervalMs / 1000,
      vips: [`${vip}/16`],
    })),
  });
}

/** Burns processor time in the node until it is stopped, however this ends. */
async function burn(node: LabNode, count: number): Promise<AsyncDisposable> {
  const started = Array.from(
    { length: count },
    () => node.start(["sh", "-c", "while :; do :; done"]),
  );
  const programs = await Promise.all(started);
  return {
    [Symbol.asyncDispose]: async () => {
      await Promise.all(programs.map((program) => program.stop()));
    },
  };
}

/** One run of a pair of one daemon; a figure for each of INSTANCES. */
async function once(kind: DaemonKind, busy: number, durationMs: number): Promise<Lateness[]> {
  await using reference = await openReferenceLab("vb-lateness", ["node1", "node2"]);
  const capture = await Capture.start(reference.lan);
  await Director.start(kind, reference.machine("node1"), conf(100));
  await Director.start(kind, reference.machine("node2"), conf(98));
  await capture.advert({ vrid: INSTANCES[1]!.vrid, source: ADDRESS.node1 });
  await delay(SETTLE_MS);
  await using _load = await burn(reference.machine("node1"), busy);
  const from = capture.position;
  await delay(durationMs);
  return INSTANCES.map(({ vrid, intervalMs }) => {
    const adverts = capture.adverts({ vrid }, { from });
    const ours = adverts.filter(({ source }) => source === ADDRESS.node1);
    const late = ours.slice(1).map(({ atMs }, i) =>
      Math.round((atMs - ours[i]!.atMs - intervalMs) * 1000)
    );
    const changes = adverts.filter(({ source }, i) =>
      source === ADDRESS.node2 && (i === 0 || adverts[i - 1]!.source !== ADDRESS.node2)
    );
    return {
      p50: percentile(late, 50),
      p99: percentile(late, 99),
      max: Math.max(...late),
      takeovers: changes.length,
    };
  });
}

export const LATENESS_ROW: BenchRow = {
  name: "lateness",
  title: "Lateness of adverts",
  notes: [
    "Time between two adverts on the wire, less the interval. Both daemons as they come: vipd's " +
    "wire worker is under SCHED_FIFO, keepalived under SCHED_OTHER.",
    "A false takeover: the backup became master while the master was alive.",
  ],
  async measure({ quick, progress }) {
    const found: Measurement[] = [];
    for (const busy of [0, BUSY_COUNT]) {
      progress(busy === 0 ? "idle" : `${busy} busy processes beside it`);
      const results = await alternate(
        quick ? 1 : 3,
        (kind) => once(kind, busy, quick ? 2000 : 10_000),
      );
      INSTANCES.forEach(({ intervalMs }, which) => {
        const name = `${intervalMs} ms, ${busy === 0 ? "idle" : `${busy} busy processes`}`;
        const figure = (key: keyof Lateness, unit: Measurement["unit"], label: string) =>
          measurementOf(`${name}: ${label}`, unit, results, (runs) => runs[which]![key]);
        found.push(
          figure("p50", "us", "p50"),
          figure("p99", "us", "p99"),
          figure("max", "us", "largest"),
          figure("takeovers", "count", "false takeovers"),
        );
      });
    }
    return found;
  },
};
