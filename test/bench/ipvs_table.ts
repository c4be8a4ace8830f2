// Runs inside User-Mode Linux: starts each daemon with one virtual server and with many, waits until the
// kernel has all of them, stops the daemon; prints TableReport as one JSON object.
// usage: ipvs_table.ts SERVICES SERVERS RUNS

import { Lab, type LabNode } from "../lab/netns.ts";
import { delay } from "../lab/process.ts";
import { manyServices } from "./configuration.ts";
import { CHECKERS_ONLY, startAt } from "./daemon.ts";
import { alternate, type Pairwise } from "./row.ts";
import type { DaemonKind } from "../lab/director.ts";

/** One run. */
export interface TableRun {
  /** From exec until the table is whole, seconds. */
  wholeS: number;
  /** From SIGTERM until the process is gone, seconds. */
  stopS: number;
  /** Entries that the daemon left behind. */
  left: number;
}

export interface TableReport {
  /** With one virtual server: what the start alone takes. */
  one: Pairwise<TableRun>;
  many: Pairwise<TableRun>;
}

const LOOK_MS = 50;
const WHOLE_MS_MAX = 60_000;

const [many, servers, runs] = Deno.args.map(Number) as [number, number, number];

/** Rows of real servers in the node's table. */
async function serversIn(node: LabNode): Promise<number> {
  const table = await Deno.readTextFile(`/proc/${node.pid}/net/ip_vs`);
  return table.split("\n  -> ").length - 2; // One part before the heading, which is itself such a row.
}

async function once(kind: DaemonKind, services: number): Promise<TableRun> {
  await using lab = await Lab.open("vb-table");
  const node = await lab.addNode("node1");
  const configuration = manyServices(services, servers, false);
  const { program, atMs } = await startAt(kind, node, configuration, CHECKERS_ONLY);
  const now = () => performance.timeOrigin + performance.now();
  while (await serversIn(node) < services * servers) {
    if (program.exitStatus !== null || now() - atMs > WHOLE_MS_MAX) {
      throw new Error(`${await serversIn(node)} of ${services * servers}\n${program.log}`);
    }
    await delay(LOOK_MS);
  }
  const wholeS = (now() - atMs) / 1000;
  const begunMs = now();
  await program.stop();
  return { wholeS, stopS: (now() - begunMs) / 1000, left: await serversIn(node) };
}

const report: TableReport = {
  one: await alternate(runs, (kind) => once(kind, 1)),
  many: await alternate(runs, (kind) => once(kind, many)),
};
console.log(JSON.stringify(report));
