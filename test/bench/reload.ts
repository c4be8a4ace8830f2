// A reload of an unchanged configuration of many instances: how late the latest advert is.

import { Capture } from "../lab/capture.ts";
import type { DaemonKind } from "../lab/director.ts";
import { delay } from "../lab/process.ts";
import { startAt } from "./daemon.ts";
import { captureAll, manyInstances, openAlone } from "./many_instances.ts";
import { alternate, type BenchRow, measurementOf } from "./row.ts";

const INSTANCES = 200;
const PRIORITY = 255;
const INTERVAL_MS = 1000;
const SETTLE_MS = 2000;
/** Long enough for an advert of each instance. */
const ROUND_MS = 1100;

interface Reload {
  /** Longest gap between two adverts of an instance beyond the interval, milliseconds. */
  before: number;
  after: number;
  /** From SIGHUP until the daemon says that it is over, milliseconds. */
  took: number;
}

/** The longest gap of any instance among the adverts from number `from` on, beyond the interval. */
function longestGapMs(capture: Capture, from: number): number {
  const last = new Map<number, number>();
  let longest = 0;
  for (const { vrid, atMs } of capture.adverts({}, { from })) {
    const before = last.get(vrid);
    if (before !== undefined) longest = Math.max(longest, atMs - before - INTERVAL_MS);
    last.set(vrid, atMs);
  }
  if (last.size !== INSTANCES) throw new Error(`adverts of ${last.size} of ${INSTANCES} instances`);
  return longest;
}

async function once(kind: DaemonKind): Promise<Reload> {
  await using alone = await openAlone("vb-reload", INSTANCES);
  const [capture] = await captureAll(alone);
  const { program } = await startAt(kind, alone.node, manyInstances(INSTANCES, PRIORITY));
  await capture!.advert({ vrid: INSTANCES });
  await delay(SETTLE_MS);
  let from = capture!.position;
  await delay(2 * ROUND_MS);
  const before = longestGapMs(capture!, from);
  from = capture!.position;
  await delay(ROUND_MS);
  const line = program.lines.length;
  const hupMs = performance.timeOrigin + performance.now();
  program.kill("SIGHUP");
  const done = await program.waitForLine(/Reload (finished|refused|complete)/, undefined, line);
  if (done.text.includes("refused")) throw new Error(done.text);
  await delay(2 * ROUND_MS);
  return { before, after: longestGapMs(capture!, from), took: done.atMs - hupMs };
}

export const RELOAD_ROW: BenchRow = {
  name: "reload",
  title: `Reload of an unchanged configuration of ${INSTANCES} instances`,
  notes: ["SIGHUP while master of all, version 2, adverts of 1 s; the worst of all instances."],
  async measure({ quick, progress }) {
    progress(`${INSTANCES} instances`);
    const results = await alternate(quick ? 1 : 3, once);
    return [
      measurementOf("longest gap beyond the interval, no reload", "ms", results, (r) => r.before),
      measurementOf("the same over a reload", "ms", results, (r) => r.after),
      measurementOf("SIGHUP to its end", "ms", results, (r) => r.took),
    ];
  },
};
