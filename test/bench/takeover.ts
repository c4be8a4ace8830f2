// Takeover: from the last advert of the old master to the first gratuitous ARP of the new one, less
// what the protocol waits. Each pair runs one daemon on both nodes; times come from one capture.

import { Capture } from "../lab/capture.ts";
import { type DaemonKind, Director } from "../lab/director.ts";
import type { LabNode } from "../lab/netns.ts";
import { delay } from "../lab/process.ts";
import { ADDRESS, INTERFACE, openReferenceLab, type ReferenceLab, VIP1 } from "../lab/topology.ts";
import { type InstanceConf, masterDownMs, skewMs, vrrpConf } from "../lab/vrrp_conf.ts";
import { alternate, type BenchRow, measurementOf, type Pairwise } from "./row.ts";

const VRID = 51;
/** An owner is master at once when it starts, so that the next run need not wait for it. */
const TOP_PRIORITY = 255;
const BOTTOM_PRIORITY = 98;
/** After the return of the first master both sides get this to settle, milliseconds. */
const SETTLE_MS = 300;

type Event = "kill -9" | "graceful stop";
const EVENTS: readonly Event[] = ["kill -9", "graceful stop"];

interface Timing {
  version: 2 | 3;
  intervalS: number;
}

/** Two nodes with the same daemon; the top one is master. */
class Pair implements AsyncDisposable {
  private constructor(
    readonly timing: Timing,
    readonly reference: ReferenceLab,
    readonly capture: Capture,
    readonly top: Director,
    readonly backupMac: string,
  ) {}

  static async open(kind: DaemonKind, timing: Timing): Promise<Pair> {
    const reference = await openReferenceLab("vb-takeover", ["node1", "node2"]);
    try {
      const capture = await Capture.start(reference.lan);
      const node2 = reference.machine("node2");
      const top = await Director.start(kind, reference.machine("node1"), topConf(timing));
      await capture.advert({ vrid: VRID, source: ADDRESS.node1 });
      await Director.start(kind, node2, bottomConf(timing));
      return new Pair(timing, reference, capture, top, await macOf(node2));
    } catch (error) {
      await reference[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.reference[Symbol.asyncDispose]();
  }

  /** Lets the master go and come back; the takeover beyond its floor, milliseconds. */
  async takeover(event: Event): Promise<number> {
    const { capture, top, timing } = this;
    // A random moment of the interval.
    await delay(SETTLE_MS + Math.random() * timing.intervalS * 1000);
    const from = capture.position;
    const gone = event === "kill -9" ? top.crash() : top.stop();
    const fields = { sourceMac: this.backupMac };
    const [arp] = await Promise.all([capture.gratuitousArp(VIP1, { from, fields }), gone]);
    const last = capture.adverts({ vrid: VRID, source: ADDRESS.node1 })
      .filter(({ atMs }) => atMs < arp.atMs).at(-1)!;
    const stopped = last.priority === 0;
    if (stopped !== (event === "graceful stop")) {
      throw new Error(`the last advert after ${event} has priority ${last.priority}`);
    }
    const back = capture.position;
    await top.restart(topConf(timing));
    await capture.advert({ vrid: VRID, source: ADDRESS.node1 }, { from: back });
    return arp.atMs - last.atMs - floorMs(event, timing);
  }
}

/** What RFC 3768 6.1 and RFC 9568 6.1 make the backup wait. */
function floorMs(event: Event, { intervalS }: Timing): number {
  return event === "kill -9"
    ? masterDownMs(BOTTOM_PRIORITY, intervalS)
    : skewMs(BOTTOM_PRIORITY, intervalS);
}

function instance(timing: Timing, priority: number): InstanceConf {
  const state = priority === TOP_PRIORITY ? "MASTER" : "BACKUP";
  const pass = timing.version === 2 ? { pass: "pBkfC1ax" } : {};
  return { ...timing, ...pass, state, vrid: VRID, priority, vips: [`${VIP1}/16`] };
}

const topConf = (timing: Timing) => vrrpConf({ instances: [instance(timing, TOP_PRIORITY)] });
const bottomConf = (timing: Timing) => vrrpConf({ instances: [instance(timing, BOTTOM_PRIORITY)] });

async function macOf(node: LabNode): Promise<string> {
  const { stdout } = await node.net(["ip", "-j", "link", "show", "dev", INTERFACE]);
  return (JSON.parse(stdout) as { address: string }[])[0]!.address;
}

/** All runs of one event; `pairs` of each daemon play at the same time. */
async function runsOf(
  event: Event,
  timing: Timing,
  pairs: Pairwise<Pair>,
  runs: number,
): Promise<Pairwise<number>> {
  if (timing.intervalS < 1) {
    // So short that the machine's noise of the moment decides: one after the other.
    return await alternate(runs, (kind) => pairs[kind][0]!.takeover(event));
  }
  const all = async (kind: DaemonKind) => {
    const found = await Promise.all(pairs[kind].map(async (pair) => {
      const each: number[] = [];
      for (let run = 0; run < runs; run++) each.push(await pair.takeover(event));
      return each;
    }));
    return found.flat();
  };
  const [vipd, keepalived] = await Promise.all([all("vipd"), all("keepalived")]);
  return { vipd, keepalived };
}

async function openPairs(count: number, timing: Timing): Promise<Pairwise<Pair>> {
  const open = (kind: DaemonKind) =>
    Promise.all(Array.from({ length: count }, () => Pair.open(kind, timing)));
  const [vipd, keepalived] = await Promise.all([open("vipd"), open("keepalived")]);
  return { vipd, keepalived };
}

export const TAKEOVER_ROW: BenchRow = {
  name: "takeover",
  title: "Takeover beyond the protocol's floor",
  notes: [
    "Last advert of the old master to the new one's first gratuitous ARP, less 3 x interval + skew " +
    "(after a stop less the skew). Both nodes run the same daemon; the new master has priority 98.",
    "At 1 s two pairs of each daemon play at the same time, at 10 ms one after the other. With so few " +
    "runs the 99th percentile is the largest.",
  ],
  async measure({ quick, progress }) {
    const cases = [
      { timing: { version: 2, intervalS: 1 } as const, pairs: 2, runs: quick ? 1 : 6 },
      { timing: { version: 3, intervalS: 0.01 } as const, pairs: 1, runs: quick ? 2 : 20 },
    ];
    const found = [];
    for (const { timing, pairs, runs } of cases) {
      const opened = await openPairs(pairs, timing);
      try {
        for (const event of EVENTS) {
          const name = `${event}, adverts of ${timing.intervalS * 1000} ms (v${timing.version})`;
          progress(name);
          const results = await runsOf(event, timing, opened, runs);
          found.push(measurementOf(name, "ms", results, (beyond) => beyond));
        }
      } finally {
        const all = [...opened.vipd, ...opened.keepalived];
        await Promise.all(all.map((pair) => pair[Symbol.asyncDispose]()));
      }
    }
    return found;
  },
};
