// Runs inside User-Mode Linux: vipd on node1 and keepalived on node2, checkers only, with one
// configuration after the other: every way to forward, persistence, families, every scheduler of the
// kernel, and a server behind each kind of check that goes out and comes back. Prints both kernels' tables
// as `ipvsadm -Sn` writes them, as one JSON object (FormsReport of test/interop/ipvs_table_test.ts).
// usage: ipvs_forms.ts

import { startHttpServer } from "../http.ts";
import { startKeepalived } from "../keepalived.ts";
import type { LabNode } from "../netns.ts";
import { delay } from "../process.ts";
import { openReferenceLab } from "../topology.ts";
import { startVipd } from "../vipd.ts";

/** How long a table may take to become what it should be, milliseconds. */
const SETTLE_MS = 25_000;
const LOOK_MS = 200;
const SERVER = "172.18.200.100";
/** Schedulers that the guest's kernel has. */
const SCHEDULERS = [
  ...["rr", "wrr", "lc", "wlc", "lblc", "lblcr", "sh", "mh", "dh", "fo", "ovf", "sed", "nq"],
];

export interface FormsState {
  name: string;
  reached: boolean;
  wanted: string[];
  /** Lines of `ipvsadm -Sn`, sorted. */
  vipd: string[];
  keepalived: string[];
}

interface ServiceText {
  address: string;
  /** Lines of the virtual_server. */
  lines: string[];
  /** Lines of its only real server. */
  server?: string[];
  serverAddress?: string;
}

function service({ address, lines, server, serverAddress }: ServiceText): string {
  return `virtual_server ${address} {
    delay_loop 1
    ${lines.join("\n    ")}
    real_server ${serverAddress ?? SERVER} ${address.split(" ")[1]} {
        ${(server ?? ["weight 3"]).join("\n        ")}
    }
}
`;
}

const HEAD = "global_defs {\n    router_id forms\n}\n";
const DR = ["lvs_sched rr", "lvs_method DR", "protocol TCP"];
const EDGE = `-a -t 172.18.200.10:80 -r ${SERVER}:80 -g -w 3`;

const methods = HEAD +
  service({ address: "172.18.200.10 80", lines: DR }) +
  service({
    address: "172.18.200.11 80",
    lines: ["lvs_sched rr", "lvs_method NAT", "protocol TCP"],
  }) +
  service({
    address: "172.18.200.12 80",
    lines: ["lvs_sched rr", "lvs_method TUN", "protocol TCP"],
  }) +
  service({
    address: "172.18.200.13 80",
    lines: ["lvs_sched rr", "lvs_method TUN type gue port 6080 csum", "protocol TCP"],
  }) +
  service({
    address: "172.18.200.14 80",
    lines: ["lvs_sched rr", "lvs_method TUN type gre", "protocol TCP"],
  }) +
  service({
    address: "172.18.200.15 53",
    lines: ["lvs_sched rr", "lvs_method DR", "protocol UDP"],
  }) +
  service({
    address: "172.18.200.16 80",
    lines: [...DR, "persistence_timeout 120", "persistence_granularity 255.255.255.0"],
  }) +
  service({ address: "172.18.200.17 80", lines: [...DR, "persistence_timeout 360"] }) +
  service({ address: "fd00:18::6 80", lines: DR, serverAddress: "fd00:18::100" }) +
  // A server of NAT may have a port of its own.
  service({
    address: "172.18.200.18 80",
    lines: ["lvs_sched rr", "lvs_method NAT", "protocol TCP"],
  }).replace(`real_server ${SERVER} 80`, `real_server ${SERVER} 8080`) +
  `virtual_server fwmark 7 {
    delay_loop 1
    lvs_sched rr
    lvs_method DR
    real_server ${SERVER} {
        weight 3
    }
}
`;
const methodRows = [
  "-A -f 7 -s rr",
  "-A -t 172.18.200.10:80 -s rr",
  "-A -t 172.18.200.11:80 -s rr",
  "-A -t 172.18.200.12:80 -s rr",
  "-A -t 172.18.200.13:80 -s rr",
  "-A -t 172.18.200.14:80 -s rr",
  "-A -t 172.18.200.16:80 -s rr -p 120 -M 255.255.255.0",
  "-A -t 172.18.200.17:80 -s rr -p 360",
  "-A -t 172.18.200.18:80 -s rr",
  "-A -t [fd00:18::6]:80 -s rr",
  "-A -u 172.18.200.15:53 -s rr",
  `-a -f 7 -r ${SERVER}:0 -g -w 3`,
  EDGE,
  `-a -t 172.18.200.11:80 -r ${SERVER}:80 -m -w 3`,
  `-a -t 172.18.200.12:80 -r ${SERVER}:80 -i -w 3 --tun-type ipip`,
  `-a -t 172.18.200.13:80 -r ${SERVER}:80 -i -w 3 --tun-type gue --tun-port 6080 --tun-csum`,
  `-a -t 172.18.200.14:80 -r ${SERVER}:80 -i -w 3 --tun-type gre --tun-nocsum`,
  `-a -t 172.18.200.16:80 -r ${SERVER}:80 -g -w 3`,
  `-a -t 172.18.200.17:80 -r ${SERVER}:80 -g -w 3`,
  `-a -t 172.18.200.18:80 -r ${SERVER}:8080 -m -w 3`,
  "-a -t [fd00:18::6]:80 -r [fd00:18::100]:80 -g -w 3",
  `-a -u 172.18.200.15:53 -r ${SERVER}:53 -g -w 3`,
];

const schedulerAddress = (index: number) => `172.18.200.${20 + index}`;
const schedulers = HEAD + SCHEDULERS.map((name, index) =>
  service({
    address: `${schedulerAddress(index)} 80`,
    lines: [`lvs_sched ${name}`, "lvs_method DR", "protocol TCP"],
  })
).join("");
const schedulerRows = SCHEDULERS.flatMap((name, index) => [
  `-A -t ${schedulerAddress(index)}:80 -s ${name}`,
  `-a -t ${schedulerAddress(index)}:80 -r ${SERVER}:80 -g -w 3`,
]);

const TRY = ["retry 1", "delay_before_retry 1"];
const HTTPS = ["SSL_GET {", "url {", "path /", "status_code 200", "}", "connect_timeout 2"];
const checks = HEAD +
  service({ address: "172.18.200.40 443", lines: DR, server: [...HTTPS, ...TRY, "}"] }) +
  service({
    address: "172.18.200.41 81",
    lines: DR,
    server: ["TCP_CHECK {", "connect_timeout 2", ...TRY, "}"],
  }) +
  service({
    address: "172.18.200.42 82",
    lines: DR,
    server: ["MISC_CHECK {", 'misc_path "/etc/keepalived/misc.sh 82"', "misc_timeout 5", "}"],
  }) +
  service({
    address: "172.18.200.43 83",
    lines: DR,
    server: ["MISC_CHECK {", "misc_path /etc/keepalived/misc.sh", "misc_dynamic", "}"],
  });
const CHECKED = ["172.18.200.40:443", "172.18.200.41:81", "172.18.200.42:82", "172.18.200.43:83"];
const checkServices = CHECKED.map((address) => `-A -t ${address} -s rr`);
function checkRows(weights: (number | null)[]): string[] {
  return weights.flatMap((weight, index) => {
    const address = CHECKED[index]!;
    return weight === null
      ? []
      : [`-a -t ${address} -r ${SERVER}:${address.split(":")[1]} -g -w ${weight}`];
  });
}
/** Fails while /etc/keepalived/fail is there; says 9 (weight 7) while /etc/keepalived/nine is. */
const MISC = `#!/bin/sh
[ -e /etc/keepalived/fail ] && exit 1
[ -e /etc/keepalived/nine ] && [ "$1" != 82 ] && exit 9
exit 0
`;

await using reference = await openReferenceLab("ipvs-forms", ["node1", "node2", "rs1"]);
const [node1, node2, rs1] = (["node1", "node2", "rs1"] as const).map(reference.machine);
const nodes = [node1!, node2!];
const states: FormsState[] = [];

async function saved(node: LabNode): Promise<string[]> {
  const { stdout } = await node.net(["ipvsadm", "-Sn"]);
  return stdout.split("\n").map((line) => line.trim()).filter((line) => line !== "").sort();
}

async function expectBoth(name: string, rows: string[]): Promise<void> {
  const wanted = [...rows].sort();
  const deadline = performance.now() + SETTLE_MS;
  while (true) {
    const [vipd, keepalived] = await Promise.all(nodes.map(saved)) as [string[], string[]];
    const reached = [vipd, keepalived].every((lines) => lines.join("\n") === wanted.join("\n"));
    if (reached || performance.now() > deadline) {
      states.push({ name, reached, wanted, vipd, keepalived });
      return;
    }
    await delay(LOOK_MS);
  }
}

async function reload(configuration: string): Promise<void> {
  for (const node of nodes) await node.configure("keepalived.conf", configuration);
  for (const daemon of [vipd, keepalived]) daemon.kill("SIGHUP");
}

async function touch(file: string): Promise<void> {
  for (const node of nodes) await node.configure(file, "");
}

async function removeFile(file: string): Promise<void> {
  for (const node of nodes) await Deno.remove(`${node.configFolder}/${file}`);
}

for (const node of nodes) await node.configure("misc.sh", MISC, 0o755);
const [vipd, keepalived] = await Promise.all([
  startVipd(node1!, methods, { args: ["-C"] }),
  startKeepalived(node2!, methods, { args: ["-C"] }),
]);
await expectBoth("methods, families, persistence", methodRows);
await reload(
  methods.replaceAll("lvs_method NAT", "lvs_method DR").replaceAll("weight 3", "weight 4"),
);
await expectBoth(
  "another method and weight by reload",
  methodRows.map((row) =>
    row.replace("-m -w", "-g -w").replace("-w 3", "-w 4").replace(":8080", ":80")
  ),
);
await reload(schedulers);
await expectBoth("every scheduler of the kernel", schedulerRows);

const servers = () =>
  Promise.all([
    startHttpServer(rs1!, "rs1", { port: 443, mode: "tls" }),
    startHttpServer(rs1!, "rs1", { port: 81 }),
  ]);
let running = await servers();
await reload(checks);
await expectBoth("checked servers are in", [...checkServices, ...checkRows([1, 1, 1, 1])]);
await touch("fail");
await Promise.all(running.map((server) => server.stop()));
await expectBoth("each kind of check takes its server out", checkServices);
await removeFile("fail");
running = await servers();
await expectBoth("and lets it back in", [...checkServices, ...checkRows([1, 1, 1, 1])]);
await touch("nine");
await expectBoth("misc_dynamic sets the weight", [...checkServices, ...checkRows([1, 1, 1, 7])]);
await removeFile("nine");
await expectBoth("and its end the configured one", [...checkServices, ...checkRows([1, 1, 1, 1])]);

// A scheduler that is no word of the language: refused, nothing changes. One that the kernel lacks
// (twos): the service fails and says why, the others are done.
const refusedFrom = vipd.lines.length;
await node1!.configure("keepalived.conf", checks.replace("lvs_sched rr", "lvs_sched wrrr"));
vipd.kill("SIGHUP");
await vipd.waitForLine(/Reload refused/, SETTLE_MS, refusedFrom);
const refusal = vipd.lines.slice(refusedFrom).map((line) => line.text);
const afterRefusal = await saved(node1!);
const lackingFrom = vipd.lines.length;
const lacking = HEAD +
  service({
    address: "172.18.200.50 80",
    lines: ["lvs_sched twos", "lvs_method DR", "protocol TCP"],
  }) +
  service({ address: "172.18.200.10 80", lines: DR });
await node1!.configure("keepalived.conf", lacking);
vipd.kill("SIGHUP");
const lackingLine = await vipd.waitForLine(/no scheduler/, SETTLE_MS, lackingFrom);
const afterLacking = await saved(node1!);
const log = vipd.log;
const stopped = await Promise.all([vipd.stop(), keepalived.stop()]);
const left = (await Promise.all(nodes.map(saved))).flat();
console.log(JSON.stringify({
  states,
  refusal,
  afterRefusal,
  lacking: lackingLine.text,
  afterLacking,
  stopped,
  left,
  log,
}));
