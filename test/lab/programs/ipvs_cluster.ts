// Runs inside User-Mode Linux: the whole reference deployment with vipd on both directors, from the files
// as published byte for byte, under load: how requests spread, real servers that die and come back, the
// sorry server, mails, and a director that goes in good order or by kill -9. Prints one JSON object
// (ClusterReport of test/interop/ipvs_cluster_test.ts).
// usage: ipvs_cluster.ts

import { countByServer, failures, type LoadResult, startHttpServer, startLoad } from "../http.ts";
import { ipvsTable, untilIpvsRows } from "../ipvs_table.ts";
import { untilHolds } from "../keepalived.ts";
import { MailRelay } from "../mail_relay.ts";
import type { LabNode } from "../netns.ts";
import { EXAMPLE } from "../path.ts";
import { delay, eventually, run, type RunningProgram } from "../process.ts";
import { openReferenceLab, VIP1, VIP2 } from "../topology.ts";
import { startVipd, vipd } from "../vipd.ts";

const START_MS = 60_000;
/** How long a table may take to become what it should be, milliseconds. */
const SETTLE_MS = 40_000;
/** New connections a second while a director goes: the guest's one processor starts a daemon beside it. */
const FAILOVER_PER_SECOND = 25;
/** Where the published files' smtp_server listens. */
const SMTP_PORT = 25;
/** A request that took longer than this had to send something again. */
const SLOW_MS = 500;
const RS1 = "-> 172.18.200.100:80 Route 1";
const RS2 = "-> 172.18.200.110:80 Route 2";
const SORRY = "-> 127.0.0.1:80 Route 1";
const NOTIFY = `#!/bin/sh
echo "$VIPD_TO $1" >>/etc/keepalived/notify.log
`;

/** What became of the requests of a time. */
export interface Phase {
  requests: number;
  failed: number;
  /** Texts of the failures with their numbers. */
  errors: Record<string, number>;
  /** Answered, but not before something was sent again. */
  slow: number;
  slowestMs: number;
  /** Longest time without an answered request, milliseconds. */
  gapMs: number;
  byServer: Record<string, number>;
}

/** What the requests saw that began between two moments. */
function phaseOf(all: LoadResult[], fromMs: number, toMs: number): Phase {
  const results = all.filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
  const failed = new Set(failures(results));
  const answered = results.filter((result) => !failed.has(result));
  const ends = answered.map(({ atMs, tookMs }) => atMs + tookMs).sort((a, b) => a - b);
  const gaps = ends.map((at, index) => at - (ends[index - 1] ?? at));
  const errors: Record<string, number> = {};
  for (const { error, status } of failed) {
    const text = error ?? `status ${status}`;
    errors[text] = (errors[text] ?? 0) + 1;
  }
  return {
    requests: results.length,
    failed: failed.size,
    errors,
    slow: answered.filter(({ tookMs }) => tookMs > SLOW_MS).length,
    slowestMs: Math.round(Math.max(0, ...answered.map(({ tookMs }) => tookMs))),
    gapMs: Math.round(Math.max(0, ...gaps)),
    byServer: countByServer(results),
  };
}

const now = () => performance.timeOrigin + performance.now();
const begunMs = now();
/** How far the guest was when, for people who wonder where the time goes. */
const marks: string[] = [];
const mark = (what: string) => marks.push(`${((now() - begunMs) / 1000).toFixed(1)} ${what}`);

await using reference = await openReferenceLab("ipvs-cluster");
const [client, node1, node2, rs1, rs2] = (["client", "node1", "node2", "rs1", "rs2"] as const)
  .map(reference.machine) as [LabNode, LabNode, LabNode, LabNode, LabNode];
const directors = [node1, node2];
mark("lab");

async function prepareDirector(node: LabNode) {
  await node.configure("notify.sh", NOTIFY, 0o755);
  // Without it packets for a server that left the table vanish until their connection times out.
  await node.sysctl({ "net.ipv4.vs.expire_nodest_conn": 1 });
  await startHttpServer(node, `sorry ${node.name}`);
  return await MailRelay.start(node, "answers", SMTP_PORT);
}

async function startDirector(node: LabNode): Promise<RunningProgram> {
  return await startVipd(node, await Deno.readTextFile(`${EXAMPLE}/${node.name}.verbatim.conf`));
}

const [relays, ...servers] = await Promise.all([
  Promise.all(directors.map(prepareDirector)),
  startHttpServer(rs1),
  startHttpServer(rs2),
]);
let [web1, web2] = servers;
mark("servers");
let [daemon1, daemon2] = await Promise.all([startDirector(node1), startDirector(node2)]);
await untilHolds(node1, VIP1, true, START_MS);
await untilHolds(node2, VIP2, true, START_MS);
await untilHolds(node1, VIP2, false, START_MS);
mark("both VIPs");

/** Waits until both services of both directors have these servers; milliseconds since `fromMs`. */
async function untilServers(rows: string[], fromMs: number): Promise<number[]> {
  const wanted = [VIP2, VIP1].flatMap((vip) => [`TCP ${vip}:80 wlc`, ...rows]);
  return await Promise.all(directors.map(async (node) => {
    const { reached, table } = await untilIpvsRows(node, wanted, SETTLE_MS);
    if (!reached) throw new Error(`${node.name} does not come to have ${rows}:\n${table}`);
    return Math.round(now() - fromMs);
  }));
}

await untilServers([RS1, RS2], now());
const tables = await Promise.all(directors.map(ipvsTable));
mark("tables");

/** Policy and priority of each thread, by chrt(1). */
async function threadsOf(program: RunningProgram): Promise<string[]> {
  const threads: string[] = [];
  for (const { name } of Deno.readDirSync(`/proc/${program.pid}/task`)) {
    const { stdout } = await run(["chrt", "-p", name], { check: false });
    const [policy, priority] = [...stdout.matchAll(/: (\S+)$/gm)].map((match) => match[1]!);
    if (policy !== undefined) threads.push(`${policy} ${priority}`);
  }
  return threads;
}

const threads = await threadsOf(daemon1);
const status = JSON.parse((await vipd(node1, ["status", "--json"])).stdout);
mark("threads and status");

// Distribution: 60 new connections a second.
const spread: Record<string, Phase> = {};
for (const [host, durationMs] of [[VIP1, 10_000], [VIP2, 5000]] as const) {
  const load = await startLoad(client, { host, perSecond: 60, durationMs });
  spread[host] = phaseOf(await load.finish(), 0, Infinity);
}
mark("spread");

// Health: one server dies, then the other one too, then both come back.
const load = await startLoad(client, { host: VIP1, perSecond: 20 });
await load.client.waitForLine(/./);
const firstDeadMs = now();
await web1!.stop();
const firstOut = await untilServers([RS2], firstDeadMs);
const firstOutMs = now();
await delay(2000);
const secondDeadMs = now();
await web2!.stop();
const sorryIn = await untilServers([SORRY], secondDeadMs);
const sorryInMs = now();
await delay(2000);
const startedMs = now();
[web1, web2] = await Promise.all([startHttpServer(rs1), startHttpServer(rs2)]);
const returnedMs = now();
const back = await untilServers([RS1, RS2], returnedMs);
const backMs = now();
await delay(3000);
const all = await load.stop();
const health = {
  firstOut,
  sorryIn,
  back,
  firstDead: phaseOf(all, firstDeadMs, firstOutMs),
  onlySecond: phaseOf(all, firstOutMs + 500, secondDeadMs - 500),
  bothDead: phaseOf(all, secondDeadMs, sorryInMs),
  sorry: phaseOf(all, sorryInMs + 500, startedMs),
  returning: phaseOf(all, startedMs, backMs),
  bothBack: phaseOf(all, backMs + 500, Infinity),
};
mark("health");
// Two servers of two services, each down and up, to each director's relay.
await eventually(
  "eight mails on each director",
  () => relays.every(({ mails }) => mails.length >= 8) || null,
  START_MS,
);
const mails = relays.map((relay) => relay.mails);

/** One failover of VIP1 under load: node1 goes, node2 takes over, node1 returns. */
async function failover(end: () => Promise<void>) {
  const load = await startLoad(client, { host: VIP1, perSecond: FAILOVER_PER_SECOND });
  await load.client.waitForLine(/./);
  await delay(2000);
  const goneMs = now();
  await end();
  await untilHolds(node2, VIP1, true, START_MS);
  const takenMs = now();
  const left = await ipvsTable(node1);
  await delay(3000);
  const againMs = now();
  daemon1 = await startDirector(node1);
  await untilHolds(node1, VIP1, true, START_MS);
  await untilHolds(node2, VIP1, false, START_MS);
  const returnMs = now();
  await delay(2500);
  const results = await load.stop();
  return {
    takenMs: Math.round(takenMs - goneMs),
    returnMs: Math.round(returnMs - againMs),
    gone: phaseOf(results, goneMs - 100, againMs),
    again: phaseOf(results, againMs, Infinity),
    left,
  };
}

const graceful = await failover(async () => {
  await daemon1.stop();
});
mark("graceful");
const killed = await failover(async () => {
  daemon1.kill("SIGKILL");
  await daemon1.ended;
});
mark("killed");

const notified = await Promise.all(
  directors.map((node) => Deno.readTextFile(`${node.configFolder}/notify.log`)),
);
const logs = [daemon1.log, daemon2.log];
const stopped = [await daemon1.stop(), await daemon2.stop()];
const left = await Promise.all(directors.map(ipvsTable));
mark("stopped");
console.log(JSON.stringify({
  tables,
  threads,
  scheduling: status.wire.scheduling,
  ipvs: status.ipvs,
  spread,
  health,
  mails,
  graceful,
  killed,
  notified,
  stopped,
  left,
  marks,
  logs,
}));
