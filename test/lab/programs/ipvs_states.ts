// Runs inside User-Mode Linux: vipd on node1 and keepalived on node2, checkers only, led through the same
// configurations and the same failures of the real servers; then vipd alone through crashes. Prints, as one
// JSON object, both kernels' tables in every state (StatesReport of test/interop/ipvs_table_test.ts).
// usage: ipvs_states.ts

import type { LabNode } from "../netns.ts";
import { ipvsTable, untilIpvsRows } from "../ipvs_table.ts";
import { startHttpServer } from "../http.ts";
import { startKeepalived } from "../keepalived.ts";
import { EXAMPLE } from "../path.ts";
import type { RunningProgram } from "../process.ts";
import { openReferenceLab, VIP1, VIP2 } from "../topology.ts";
import { startVipd } from "../vipd.ts";

/** How long a table may take to become what it should be, milliseconds. */
const SETTLE_MS = 25_000;
const RS1 = "172.18.200.100:80";
const RS2 = "172.18.200.110:80";
/** A service of somebody else, which stands in both kernels from before the daemons' start. */
const FOREIGN = ["TCP 172.18.200.99:8080 rr", "-> 172.18.200.98:8080 Route 7"];

export interface ReachedState {
  name: string;
  /** Both tables, or vipd's alone, came to have `wanted`. */
  reached: boolean;
  wanted: string[];
  /** `ipvsadm -Ln`; null where keepalived is not in it. */
  vipd: string;
  keepalived: string | null;
}

const published = (form: string) => Deno.readTextFile(`${EXAMPLE}/node1${form}.conf`);
const plain = await published("");
const quick = plain
  .replaceAll("delay_loop 6", "delay_loop 1")
  .replaceAll("connect_timeout 3", "connect_timeout 1")
  .replaceAll("nb_get_retry 3", "nb_get_retry 1")
  .replaceAll("delay_before_retry 3", "delay_before_retry 1")
  .replaceAll("weight 2", "weight 5")
  .replaceAll("weight 1", "weight 3");
/** The part of a configuration before its first virtual server. */
const head = quick.slice(0, quick.indexOf("virtual_server "));

function service(vip: string, scheduler: string, weight: number): string {
  return `virtual_server ${vip} 80 {
    delay_loop 1
    lb_algo ${scheduler}
    lb_kind DR
    protocol TCP
    real_server 172.18.200.110 80 {
        weight ${weight}
    }
}
`;
}

/** Rows of one service on port 80, in the order of ipvsadm. */
function rows(vip: string, scheduler: string, servers: [endpoint: string, weight: number][]) {
  const destinations = servers.map(([endpoint, weight]) => `-> ${endpoint} Route ${weight}`);
  return [`TCP ${vip}:80 ${scheduler}`, ...destinations];
}

function both(servers: [endpoint: string, weight: number][]): string[] {
  return [...rows(VIP2, "wlc", servers), ...rows(VIP1, "wlc", servers), ...FOREIGN];
}

await using reference = await openReferenceLab("ipvs-states", ["node1", "node2", "rs1", "rs2"]);
const node1 = reference.machine("node1");
const node2 = reference.machine("node2");
const states: ReachedState[] = [];

async function addForeign(node: LabNode): Promise<void> {
  const input = `-A -t 172.18.200.99:8080 -s rr
-a -t 172.18.200.99:8080 -r 172.18.200.98:8080 -g -w 7
`;
  await node.net(["ipvsadm", "-R"], { input });
}

/** Waits for the state on both and keeps what there is. */
async function expectBoth(name: string, wanted: string[]): Promise<void> {
  const [ours, theirs] = await Promise.all(
    [node1, node2].map((node) => untilIpvsRows(node, wanted, SETTLE_MS)),
  );
  const reached = ours!.reached && theirs!.reached;
  states.push({ name, reached, wanted, vipd: ours!.table, keepalived: theirs!.table });
}

/** The same of vipd alone. */
async function expectVipd(name: string, wanted: string[]): Promise<void> {
  const { reached, table } = await untilIpvsRows(node1, wanted, SETTLE_MS);
  states.push({ name, reached, wanted, vipd: table, keepalived: null });
}

/** Gives both daemons another configuration. */
async function reloadBoth(configuration: string): Promise<void> {
  for (const [node, daemon] of [[node1, vipd], [node2, keepalived]] as const) {
    await node.configure("keepalived.conf", configuration);
    daemon.kill("SIGHUP");
  }
}

async function kill(program: RunningProgram): Promise<void> {
  program.kill("SIGKILL");
  await program.ended;
}

const web = {
  rs1: await startHttpServer(reference.machine("rs1")),
  rs2: await startHttpServer(reference.machine("rs2")),
};
await Promise.all([node1, node2].map(addForeign));
let [vipd, keepalived] = await Promise.all([
  startVipd(node1, await published(".verbatim"), { args: ["-C"] }),
  startKeepalived(node2, plain, { args: ["-C"] }),
]);

await expectBoth("the published file", both([[RS1, 1], [RS2, 2]]));
await reloadBoth(quick);
await expectBoth("other weights after a reload", both([[RS1, 3], [RS2, 5]]));
await web.rs1.stop();
await expectBoth("a server fell out", both([[RS2, 5]]));
await web.rs2.stop();
await expectBoth("all servers are out: the sorry server", both([["127.0.0.1:80", 1]]));
web.rs1 = await startHttpServer(reference.machine("rs1"));
await expectBoth("one server came back", both([[RS1, 3]]));
web.rs2 = await startHttpServer(reference.machine("rs2"));
await expectBoth("the other one too", both([[RS1, 3], [RS2, 5]]));

const inhibited = quick.replaceAll("HTTP_GET {", "inhibit_on_failure\n        HTTP_GET {");
await reloadBoth(inhibited);
await web.rs2.stop();
await expectBoth("a dead server with inhibit_on_failure", both([[RS1, 3], [RS2, 0]]));
await reloadBoth(head + service(VIP1, "rr", 9) + service("172.18.200.7", "sh", 4));
await expectBoth("services removed, added and changed by a reload", [
  ...rows(VIP1, "rr", [[RS2, 9]]),
  ...rows("172.18.200.7", "sh", [[RS2, 4]]),
  ...FOREIGN,
]);

// Crashes, of vipd alone. Services that the dead daemon left are ours; what others changed is repaired.
await kill(vipd);
const left = await ipvsTable(node1);
await node1.net(["ipvsadm", "-R"], {
  input: `-E -t ${VIP1}:80 -s lc
-a -t ${VIP1}:80 -r 172.18.200.55:80 -g -w 3
-d -t 172.18.200.7:80 -r ${RS2}
`,
});
const one = service(VIP1, "rr", 9);
vipd = await startVipd(node1, head + one + service("172.18.200.7", "sh", 4), { args: ["-C"] });
await expectVipd("killed, its table changed by others, started again", [
  ...rows(VIP1, "rr", [[RS2, 9]]),
  ...rows("172.18.200.7", "sh", [[RS2, 4]]),
  ...FOREIGN,
]);
await kill(vipd);
vipd = await startVipd(node1, head + one, { args: ["-C"] });
await expectVipd("killed, started with one service less", [
  ...rows(VIP1, "rr", [[RS2, 9]]),
  ...FOREIGN,
]);
await kill(vipd);
vipd = await startVipd(node1, head + service("172.18.200.8", "wrr", 2), { args: ["-C"] });
await expectVipd("killed, started with another service", [
  ...rows("172.18.200.8", "wrr", [[RS2, 2]]),
  ...FOREIGN,
]);
await kill(vipd);
vipd = await startVipd(node1, head, { args: ["-C"] });
await expectVipd("killed, started with no service", FOREIGN);

await reloadBoth(quick);
await web.rs2.stop();
web.rs2 = await startHttpServer(reference.machine("rs2"));
await expectBoth("all services again", both([[RS1, 3], [RS2, 5]]));
const stopped = await Promise.all([vipd.stop(), keepalived.stop()]);
await expectBoth("stopped", FOREIGN);
console.log(JSON.stringify({ states, left, stopped, log: vipd.log }));
