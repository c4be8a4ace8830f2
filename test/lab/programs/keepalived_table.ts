// Runs inside User-Mode Linux: the reference network with the real keepalived on node1, from the
// published file; prints what it has programmed into the kernel (`ipvsadm -Ln`) and, after one
// request to each VIP, who answered, as one JSON object.
// usage: keepalived_table.ts

import { countByServer, startHttpServer, startLoad } from "../http.ts";
import { startKeepalived, untilHolds } from "../keepalived.ts";
import { EXAMPLE } from "../path.ts";
import { eventually } from "../process.ts";
import { openReferenceLab, VIP1, VIP2 } from "../topology.ts";

const START_MS = 60_000;

await using reference = await openReferenceLab("ka-ipvs", ["client", "node1", "rs1", "rs2"]);
const client = reference.machine("client");
const node1 = reference.machine("node1");
await Promise.all([
  startHttpServer(reference.machine("rs1")),
  startHttpServer(reference.machine("rs2")),
]);

await startKeepalived(node1, await Deno.readTextFile(`${EXAMPLE}/node1.conf`));
await Promise.all([VIP1, VIP2].map((vip) => untilHolds(node1, vip, true, START_MS)));
const table = await eventually("both services with both servers", async () => {
  const { stdout } = await node1.exec(["ipvsadm", "-Ln"]);
  return (stdout.match(/Route/g) ?? []).length === 4 ? stdout : null;
}, START_MS);

const answered: Record<string, Record<string, number>> = {};
for (const host of [VIP1, VIP2]) {
  const load = await startLoad(client, { host, perSecond: 5, durationMs: 3000 });
  answered[host] = countByServer(await load.finish());
}
console.log(JSON.stringify({ table, answered }));
