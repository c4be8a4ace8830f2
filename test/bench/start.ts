// Start: from the daemon's exec to its first advert on the wire.

import { Capture } from "../lab/capture.ts";
import type { DaemonKind } from "../lab/director.ts";
import { openReferenceLab, type ReferenceLab, VIP1 } from "../lab/topology.ts";
import { masterDownMs, vrrpConf } from "../lab/vrrp_conf.ts";
import { startAt } from "./daemon.ts";
import { alternate, type BenchRow, measurementOf, type Pairwise } from "./row.ts";

const VRID = 51;
const OWNER = 255;
const ORDINARY = 100;

function conf(priority: number): string {
  const common = { state: "MASTER", vrid: VRID, version: 2, intervalS: 1 } as const;
  return vrrpConf({ instances: [{ ...common, priority, vips: [`${VIP1}/16`] }] });
}

/** Starts it, waits for the first advert, stops it: milliseconds from exec to advert. */
async function once(
  kind: DaemonKind,
  reference: ReferenceLab,
  capture: Capture,
  priority: number,
): Promise<number> {
  const from = capture.position;
  const { program, atMs } = await startAt(kind, reference.machine("node1"), conf(priority));
  const first = await capture.advert({ vrid: VRID, priority }, { from }).catch((error: Error) => {
    throw new Error(`${error.message}\n${program.log}`);
  });
  await program.stop();
  return first.atMs - atMs;
}

async function inLab<T>(act: (reference: ReferenceLab, capture: Capture) => Promise<T>) {
  await using reference = await openReferenceLab("vb-start", ["node1"]);
  return await act(reference, await Capture.start(reference.lan));
}

/** The wait is most of it: both daemons at the same time, each on its own machine. */
async function ordinary(runs: number): Promise<Pairwise<number>> {
  const all = (kind: DaemonKind) =>
    inLab(async (reference, capture) => {
      const found: number[] = [];
      for (let run = 0; run < runs; run++) {
        found.push(await once(kind, reference, capture, ORDINARY));
      }
      return found;
    });
  const [vipd, keepalived] = await Promise.all([all("vipd"), all("keepalived")]);
  return { vipd, keepalived };
}

export const START_ROW: BenchRow = {
  name: "start",
  title: "Start: exec to first advert",
  notes: [
    "One instance, state MASTER, version 2, adverts of 1 s. Priority 255 need not wait for anybody; " +
    "from priority 100 the master down interval of 3.609 s is taken off.",
  ],
  async measure({ quick, progress }) {
    progress("priority 255");
    const owner = await inLab((reference, capture) =>
      alternate(quick ? 2 : 11, (kind) => once(kind, reference, capture, OWNER))
    );
    progress("priority 100");
    const waited = await ordinary(quick ? 1 : 5);
    const floor = masterDownMs(ORDINARY, 1);
    return [
      measurementOf("priority 255", "ms", owner, (ms) => ms),
      measurementOf("priority 100, beyond the floor", "ms", waited, (ms) => ms - floor),
    ];
  },
};
