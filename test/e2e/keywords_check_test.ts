// The everyday keywords of real servers and their checks, each by what it does against a server that
// answers as the test wants: what was asked and when, the verdict in the status. What reaches the kernel's
// table is test/interop/ipvs_table_test.ts's. One daemon; each check has a service and a port of its own.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RealServerStatus } from "../../host/control/client.ts";
import { eventsOf, startReadyVipd, statusOf, untilStatus } from "../lab/asking.ts";
import type { LabNode } from "../lab/netns.ts";
import { DENO, ROOT } from "../lab/path.ts";
import { eventually } from "../lab/process.ts";
import type { RunningProgram } from "../lab/process.ts";
import type { CheckRequest } from "../lab/programs/check_target.ts";
import { openReferenceLab, type ReferenceLab } from "../lab/topology.ts";

const SERVER = "172.18.200.100";
/** Answers ARP and nothing else: its packets are dropped. */
const BLACK_HOLE = "172.18.200.110";
/** MD5 of "hello". */
const HELLO = "5d41402abc4b2a76b9719d911017c592";
/** Timers of the machine and of its other tests shift what is measured by so much, milliseconds. */
const MARGIN_MS = 250;

/** One virtual server with one real server, both at that port. */
function service(port: number, check: string[], more: { vs?: string[]; rs?: string[] } = {}) {
  const address = more.rs?.[0]?.startsWith("address ") ? more.rs[0].slice(8) : SERVER;
  const lines = (more.rs ?? []).filter((line) => !line.startsWith("address "));
  return `virtual_server 172.18.200.6 ${port} {
    delay_loop 0.3
    lb_algo rr
    lb_kind DR
    protocol TCP
    ${(more.vs ?? []).join("\n    ")}
    real_server ${address} ${port} {
        ${lines.join("\n        ")}
        ${check.join("\n            ")}
        }
    }
}
`;
}

const url = (path: string, lines: string[]) => ["url {", `    path ${path}`, ...lines, "}"];

let reference: ReferenceLab;
let node: LabNode;
let target: RunningProgram;

/** What the server at a port answers from now on. In one step: no check reads half of it. */
async function setAnswer(port: number, status: number, body: string): Promise<void> {
  const rs1 = reference.machine("rs1");
  await Deno.writeTextFile(`${rs1.configFolder}/new${port}`, `${status}\n${body}`);
  await Deno.rename(`${rs1.configFolder}/new${port}`, `${rs1.configFolder}/${port}`);
}

/** Visits of a port so far, or since a moment. */
function visits(port: number, sinceMs = 0): CheckRequest[] {
  return target.lines.filter(({ text }) => text.startsWith("{"))
    .map(({ text }) => JSON.parse(text) as CheckRequest)
    .filter((visit) => visit.port === port && visit.atMs >= sinceMs);
}

function untilServer(port: number, state: RealServerStatus["state"]): Promise<RealServerStatus> {
  return untilStatus(node, `the server at ${port} to be ${state}`, ({ virtualServers }) => {
    const found = virtualServers.flatMap(({ realServers }) => realServers)
      .find(({ address }) => address.endsWith(`:${port}`));
    return found?.state === state ? found : null;
  });
}

const HTTP = [8101, 8102, 8103, 8104, 8105];
const HTTPS = [8201, 8202, 8203];

// shows: ROOT virtual_server
// shows: virtual_server delay_loop
// shows: virtual_server.real_server HTTP_GET SSL_GET TCP_CHECK MISC_CHECK
const CONF = "global_defs {\n    script_user root\n}\n" +
  service(8101, ["HTTP_GET {", ...url("/a?b=c", ["status_code 204 300-302"])]) +
  service(8102, ["HTTP_GET {", ...url("/d", [`digest ${HELLO}`])]) +
  service(18103, [
    ...["HTTP_GET {", "connect_port 8103", "retry 2", "delay_before_retry 0.6"],
    ...url("/", []),
  ]) +
  service(8104, ["HTTP_GET {", "nb_get_retry 1", "delay_before_retry 0.6", ...url("/", [])]) +
  service(8106, ["HTTP_GET {", "connect_timeout 0.7", "retry 0", ...url("/", [])]) +
  service(8201, [
    ...["SSL_GET {", "retry 0", "connect_timeout 2"],
    ...url("/s", [`digest ${HELLO}`, "status_code 200"]),
  ]) +
  service(18202, [
    ...["SSL_GET {", "connect_port 8202", "retry 2", "delay_before_retry 0.6"],
    ...url("/", ["status_code 204"]),
  ]) +
  service(8203, ["SSL_GET {", "nb_get_retry 1", "delay_before_retry 0.6", ...url("/", [])]) +
  service(8204, ["SSL_GET {", "connect_timeout 0.7", "retry 0", ...url("/", [])]) +
  service(18301, ["TCP_CHECK {", "connect_port 8301", "retry 2", "delay_before_retry 0.6"]) +
  service(8302, ["TCP_CHECK {", "connect_timeout 0.7", "retry 0"], {
    rs: [`address ${BLACK_HOLE}`],
  }) +
  service(8401, ["MISC_CHECK {", "misc_path /etc/keepalived/misc.sh"]) +
  service(8402, [
    ...["MISC_CHECK {", "misc_path /etc/keepalived/endless.sh", "misc_timeout 1"],
  ]) +
  service(8105, ["HTTP_GET {", "retry 0", ...url("/", [])], {
    vs: ["sorry_server 127.0.0.1 8105"],
    rs: ["inhibit_on_failure", "weight 5"],
  });

beforeAll(async () => {
  reference = await openReferenceLab("ve-checks", ["node1", "rs1", "rs2"]);
  node = reference.machine("node1");
  const rs1 = reference.machine("rs1");
  await reference.machine("rs2").exec(["nft", "add table ip hole"]);
  await reference.machine("rs2").exec([
    ...["nft", "add chain ip hole in { type filter hook input priority 0; policy drop; }"],
  ]);
  for (const port of [...HTTP, ...HTTPS]) await setAnswer(port, 200, "hello");
  await setAnswer(8101, 204, "");
  await setAnswer(8202, 204, "");
  await node.configure("misc.sh", "#!/bin/sh\nexit 0\n", 0o755);
  await node.configure("endless.sh", "#!/bin/sh\nexec sleep 7004\n", 0o755);
  const ports = [
    ...HTTP.map((port) => `http:${port}`),
    ...HTTPS.map((port) => `https:${port}`),
    ...["silent:8106", "silent:8204", "tcp:8301"],
  ];
  const program = `${ROOT}/test/lab/programs/check_target.ts`;
  const argv = [DENO, "run", "-A", "--no-lock", program, rs1.configFolder, ...ports];
  target = await rs1.start(argv, { name: "check target" });
  await target.waitForLine(/^listening$/);
  await startReadyVipd(node, CONF, { args: ["-C"] });
});
afterAll(() => reference?.[Symbol.asyncDispose]());

/** Times from one visit to the next, milliseconds. */
const gapsOf = (list: CheckRequest[]) => list.slice(1).map(({ atMs }, i) => atMs - list[i]!.atMs);

/**
 * Makes a server fail and returns its visits from the first failure to the verdict; then makes it well
 * again and waits for that.
 */
async function failAndHeal(port: number, shown: number, good: number): Promise<CheckRequest[]> {
  await untilServer(shown, "up");
  const sinceMs = Date.now();
  await setAnswer(port, 500, "");
  await untilServer(shown, "down");
  const seen = visits(port, sinceMs);
  await setAnswer(port, good, "hello");
  await untilServer(shown, "up");
  return seen;
}

describe.concurrent("HTTP_GET and SSL_GET", () => {
  // shows: virtual_server.real_server.HTTP_GET url
  // shows: virtual_server.real_server.HTTP_GET.url path status_code
  it("asks for the path every delay_loop and wants one of the status codes", async () => {
    await untilServer(8101, "up");
    const sinceMs = Date.now();
    await eventually("5 visits", () => visits(8101, sinceMs).length >= 5 || null);
    const seen = visits(8101, sinceMs);
    expect(new Set(seen.map(({ path }) => path))).toEqual(new Set(["/a?b=c"]));
    const gaps = gapsOf(seen);
    expect(gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length).toBeGreaterThan(280);
    expect(gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length).toBeLessThan(300 + MARGIN_MS);
    await setAnswer(8101, 302, "");
    await eventually(
      "an answer in the other range",
      async () =>
        (await untilServer(8101, "up")).checkers[0]?.lastOutcome.includes("status 302") || null,
    );
    await setAnswer(8101, 200, "");
    const { checkers } = await untilServer(8101, "down");
    expect(checkers[0]).toMatchObject({ kind: "HTTP_GET", lastOutcome: /status 200/ });
  });

  // shows: virtual_server.real_server.HTTP_GET.url digest
  it("compares the digest of the body", async () => {
    await untilServer(8102, "up");
    await setAnswer(8102, 200, "hello!");
    await untilServer(8102, "down");
    await setAnswer(8102, 200, "hello");
    await untilServer(8102, "up");
  });

  // shows: virtual_server.real_server.HTTP_GET connect_port retry delay_before_retry nb_get_retry
  // shows: virtual_server.real_server.SSL_GET connect_port retry delay_before_retry nb_get_retry
  // shows: virtual_server.real_server.SSL_GET.url status_code
  it.each([
    ["HTTP_GET retry", 8103, 18103, 200, 2],
    ["HTTP_GET nb_get_retry", 8104, 8104, 200, 1],
    ["SSL_GET retry", 8202, 18202, 204, 2],
    ["SSL_GET nb_get_retry", 8203, 8203, 200, 1],
  ])(
    "%s tries again so often, with the pause between",
    async (_name, port, shown, good, retries) => {
      const seen = await failAndHeal(port, shown, good);
      // The last good answer may have been given when the answer changed.
      const tries = seen.slice(-(retries + 1));
      expect(seen.length - tries.length).toBeLessThanOrEqual(1);
      for (const gap of gapsOf(tries)) {
        expect(gap).toBeGreaterThan(580);
        expect(gap).toBeLessThan(600 + MARGIN_MS);
      }
    },
  );

  // shows: virtual_server.real_server.SSL_GET url
  // shows: virtual_server.real_server.SSL_GET.url path digest
  it("SSL_GET asks over TLS, whoever signed the certificate", async () => {
    await untilServer(8201, "up");
    expect(visits(8201).at(-1)?.path).toBe("/s");
    await setAnswer(8201, 200, "other");
    await untilServer(8201, "down");
  });

  // shows: virtual_server.real_server.HTTP_GET connect_timeout
  // shows: virtual_server.real_server.SSL_GET connect_timeout
  it.each([[8106, "HTTP_GET"], [8204, "SSL_GET"]])(
    "gives up after connect_timeout at %i (%s), and asks again after delay_loop",
    async (port) => {
      const { checkers } = await untilServer(port, "down");
      expect(checkers[0]?.lastOutcome).toMatch(/time/);
      await eventually("4 visits", () => visits(port).length >= 4 || null);
      // One visit takes connect_timeout; HTTP waits the longer of delay_loop and the default of
      // delay_before_retry (3 s) after a failure.
      for (const gap of gapsOf(visits(port)).slice(1)) {
        expect(gap).toBeGreaterThan(3650);
        expect(gap).toBeLessThan(3700 + MARGIN_MS);
      }
    },
  );
});

describe.concurrent("other checks and what they lead to", () => {
  // shows: virtual_server.real_server.TCP_CHECK connect_port retry delay_before_retry
  it("TCP_CHECK connects, tries again, and comes back", async () => {
    await untilServer(18301, "up");
    expect(visits(8301).length).toBeGreaterThan(0);
    const rs1 = reference.machine("rs1");
    await rs1.exec(["nft", "add table ip refuse"]);
    await rs1.exec([
      ...["nft", "add chain ip refuse in { type filter hook input priority 0; }"],
    ]);
    const startMs = performance.now();
    await rs1.exec(["nft", "add rule ip refuse in tcp dport 8301 reject with tcp reset"]);
    const { checkers } = await untilServer(18301, "down");
    const tookMs = performance.now() - startMs;
    expect(checkers[0]).toMatchObject({ kind: "TCP_CHECK", lastOutcome: /refused/ });
    // Two retries, 600 ms before each, and up to one delay_loop before the first failure.
    expect(tookMs).toBeGreaterThan(1150);
    expect(tookMs).toBeLessThan(1500 + 2 * MARGIN_MS);
    await rs1.exec(["nft", "delete table ip refuse"]);
    await untilServer(18301, "up");
  });

  // shows: virtual_server.real_server.TCP_CHECK connect_timeout
  it("TCP_CHECK to a black hole ends after connect_timeout", async () => {
    const { checkers } = await untilServer(8302, "down");
    expect(checkers[0]?.lastOutcome).toMatch(/time/);
    const down = (await eventsOf(node)).find(({ text }) =>
      /TCP_CHECK on .*:8302 failed/.test(text)
    );
    const started = (await statusOf(node)).since;
    // One second before the first check, at random up to delay_loop more, then the timeout.
    const tookMs = Date.parse(down!.time) - Date.parse(started);
    expect(tookMs).toBeGreaterThan(1650);
  });

  // shows: virtual_server.real_server.MISC_CHECK misc_path misc_timeout
  it("MISC_CHECK runs the script; one that does not end counts as failure and is ended", async () => {
    await untilServer(8401, "up");
    await node.configure("misc.sh", "#!/bin/sh\nexit 3\n", 0o755);
    expect((await untilServer(8401, "down")).checkers[0]?.lastOutcome).toContain("3");
    const { checkers } = await untilServer(8402, "down");
    expect(checkers[0]).toMatchObject({ kind: "MISC_CHECK", lastOutcome: /time/ });
    const { stdout } = await node.exec(["pgrep", "-fc", "sleep 7004"], { check: false });
    expect(Number(stdout)).toBeLessThanOrEqual(1);
  });

  // shows: virtual_server sorry_server real_server
  // shows: virtual_server.real_server weight inhibit_on_failure
  it("a server that fails gets weight 0 and stays, the sorry server takes over and gives back", async () => {
    const service = async () =>
      (await statusOf(node)).virtualServers.find(({ key }) => key.includes("8105"))!;
    expect((await untilServer(8105, "up")).weight).toBe(5);
    expect((await service()).sorryServer?.active).toBe(false);
    await setAnswer(8105, 500, "");
    expect(await untilServer(8105, "down")).toMatchObject({ weight: 0, weightConfigured: 5 });
    expect(await service()).toMatchObject({
      quorum: { state: "down" },
      sorryServer: { active: true },
    });
    await setAnswer(8105, 200, "hello");
    expect((await untilServer(8105, "up")).weight).toBe(5);
    expect(await service()).toMatchObject({
      quorum: { state: "up" },
      sorryServer: { active: false },
    });
    const texts = (await eventsOf(node)).map(({ text }) => text)
      .filter((text) => text.includes(":8105"));
    expect(texts).toContainEqual(expect.stringMatching(/^Disabling service .*:8105 of VS/));
    expect(texts).toContainEqual(expect.stringMatching(/^Enabling service .*:8105 of VS/));
  });
});
