// Runs inside User-Mode Linux, for keepalived's checker does not start without IPVS: the mails that each
// daemon sends about real servers and services from the same file and the same events. Prints one
// JSON object, daemon -> mails.
// usage: checker_mails.ts

import { startHttpServer } from "../http.ts";
import { startKeepalived } from "../keepalived.ts";
import type { LabNode } from "../netns.ts";
import { eventually } from "../process.ts";
import type { RunningProgram } from "../process.ts";
import { MailRelay, RELAY_PORT, type RelayedMail } from "../mail_relay.ts";
import { openReferenceLab, VIP1 } from "../topology.ts";
import { startVipd } from "../vipd.ts";

/** Alerts of real servers are on by default, those of services are not: one has them. */
const CONF = `
global_defs {
    router_id director-a
    notification_email { ops@example.org }
    notification_email_from checks@example.org
    smtp_server 127.0.0.1 ${RELAY_PORT}
    smtp_helo_name director-a.example.org
    script_user root
}
virtual_server ${VIP1} 80 {
    delay_loop 1
    lb_algo rr
    lb_kind DR
    protocol TCP
    smtp_alert
    real_server 172.18.200.100 80 {
        HTTP_GET {
            url { path / status_code 200 }
            connect_timeout 3
            retry 0
        }
    }
    real_server 127.0.0.1 8081 {
        MISC_CHECK { misc_path "/bin/sh /etc/keepalived/good.sh" }
    }
}
virtual_server ${VIP1} 8080 {
    delay_loop 1
    lb_algo rr
    lb_kind DR
    protocol TCP
    real_server 172.18.200.100 8080 {
        TCP_CHECK { connect_timeout 3 retry 0 }
    }
}
`.replace("127.0.0.1 8081", "127.0.0.1 80");

/** All three checks have had their first verdict: both daemons say so. */
const VERDICTS = [
  /TCP connection to \[172\.18\.200\.100\]:tcp:8080 success/,
  /Misc check .*succeed/i,
  /Remote Web server \[172\.18\.200\.100\]:tcp:80 succeed/,
];
const GUEST_MS = 60_000;

type Start = (node: LabNode) => Promise<RunningProgram>;

async function play(name: string, start: Start): Promise<RelayedMail[]> {
  await using reference = await openReferenceLab(`ve-checks-${name}`, ["node1", "rs1"]);
  const [node1, rs1] = [reference.machine("node1"), reference.machine("rs1")];
  await node1.configure("good.sh", "exit 0\n", 0o755);
  const [relay, ...servers] = await Promise.all([
    MailRelay.start(node1),
    ...[80, 8080].map((port) => startHttpServer(rs1, "rs1", { port })),
  ]);
  const daemon = await start(node1);
  for (const line of VERDICTS) await daemon.waitForLine(line, GUEST_MS);
  await rs1.ip("link set eno16777736 down");
  await relay.until("[172.18.200.100]:tcp:80 of virtual", "[172.18.200.100]:tcp:8080 of virtual");
  await rs1.ip("link set eno16777736 up");
  await relay.until(
    "[172.18.200.100]:tcp:80 of virtual server [172.18.200.6]:tcp:80 - UP",
    "[172.18.200.100]:tcp:8080 of virtual server [172.18.200.6]:tcp:8080 - UP",
  );
  await node1.configure("good.sh", "exit 1\n", 0o755);
  await relay.until("[127.0.0.1]:tcp:80 of virtual server [172.18.200.6]:tcp:80 - DOWN");
  await servers[0]!.stop();
  await relay.until("Virtualserver [172.18.200.6]:tcp:80 - DOWN");
  const isHttpDown = (text: string) =>
    /^\[director-a\] Realserver .*100\]:tcp:80 .*DOWN/.test(text);
  await eventually(
    "the second mail about the web server",
    () => relay.subjects.filter(isHttpDown).length === 2 || null,
    GUEST_MS,
  );
  await daemon.stop();
  return relay.mails;
}

// Both at once: most of their time goes by in waiting.
const [keepalived, vipd] = await Promise.all([
  play("keepalived", (node) => startKeepalived(node, CONF, { args: ["-C"] })),
  play("vipd", (node) => startVipd(node, CONF, { args: ["-C"] })),
]);
console.log(JSON.stringify({ keepalived, vipd }));
