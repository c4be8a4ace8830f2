// The user-space director on the reference deployment: what real IPVS does for it in User-Mode Linux,
// in namespaces of a kernel without IPVS.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Director } from "../lab/director.ts";
import {
  countByServer,
  failures,
  type LoadResult,
  startHttpServer,
  startLoad,
  upload,
} from "../lab/http.ts";
import type { LabNode } from "../lab/netns.ts";
import { EXAMPLE } from "../lab/path.ts";
import { delay, eventually, type RunningProgram } from "../lab/process.ts";
import {
  ADDRESS,
  INTERFACE,
  type MachineName,
  openReferenceLab,
  type ReferenceLab,
  VIP1,
  VIP2,
} from "../lab/topology.ts";
import { startVipd } from "../lab/vipd.ts";

const MEBIBYTE = 1 << 20;

let reference: ReferenceLab;
const servers = new Map<MachineName, RunningProgram>();
const machine = (name: MachineName): LabNode => reference.machine(name);

beforeAll(async () => {
  reference = await openReferenceLab("director");
  for (const name of ["node1", "node2", "rs1", "rs2"] as const) {
    servers.set(name, await startHttpServer(machine(name)));
  }
});
afterAll(() => reference[Symbol.asyncDispose]());

async function stopServer(name: MachineName): Promise<void> {
  await servers.get(name)!.stop();
}

async function startServer(name: MachineName): Promise<void> {
  servers.set(name, await startHttpServer(machine(name)));
}

/** The packet filter's elements on a node, empty when there is no table of ours. */
async function filter(name: MachineName): Promise<string> {
  const { stdout } = await machine(name).exec(["nft", "list", "ruleset"]);
  return stdout.includes("vipd_director") ? stdout : "";
}

async function request(host: string, count: number, path = "/"): Promise<LoadResult[]> {
  const load = await startLoad(machine("client"), {
    host,
    path,
    perSecond: 20,
    durationMs: count * 50,
  });
  return await load.finish();
}

/** Waits until exactly these servers answer requests to a host. */
async function untilServedBy(host: string, names: string[], timeoutMs = 15_000): Promise<void> {
  await eventually(`${names} to serve ${host}`, async () => {
    const results = await request(host, 6);
    const counts = Object.keys(countByServer(results)).sort();
    return failures(results).length === 0 && counts.join() === names.join() || null;
  }, timeoutMs);
}

/** Requests that failed and began so long after a moment, milliseconds. */
function failedAfter(results: LoadResult[], atMs: number): LoadResult[] {
  return failures(results).filter((result) => result.atMs > atMs);
}

describe("with the published files", () => {
  const directors: Director[] = [];

  beforeAll(async () => {
    for (const name of ["node1", "node2"] as const) {
      const node = machine(name);
      await node.configure("notify.sh", "#!/bin/sh\n", 0o755);
      const text = await Deno.readTextFile(`${EXAMPLE}/${name}.verbatim.conf`);
      directors.push(await Director.start("vipd", node, text, { args: [] }));
    }
    await directors[0]!.untilHolds(VIP1);
    await directors[1]!.untilHolds(VIP2);
    await directors[0]!.untilHolds(VIP2, false);
    for (const vip of [VIP1, VIP2]) await untilServedBy(vip, ["rs1", "rs2"]);
  });
  afterAll(() => Promise.all(directors.map((director) => director.stop())));

  it("says at the start that it balances in user space, and status says it", async () => {
    expect(directors[0]!.program.log).toContain("the kernel has no IPVS: balancing in user space");
    expect((await directors[0]!.status()).ipvs).toBe("user");
  });

  it("serves both VIPs, by weight 1:2 under load, and tells the connections", async () => {
    const client = machine("client");
    const loads = await Promise.all(
      [VIP1, VIP2].map((host) => startLoad(client, { host, perSecond: 60, durationMs: 4000 })),
    );
    for (const load of loads) {
      const results = await load.finish();
      expect(failures(results)).toEqual([]);
      const { rs1 = 0, rs2 = 0 } = countByServer(results);
      expect(rs1 + rs2).toBe(240);
      // wlc keeps the loads of all closed connections at the ratio of the weights.
      expect(rs1).toBeGreaterThan(240 / 3 - 8);
      expect(rs1).toBeLessThan(240 / 3 + 8);
    }
    await delay(1000); // Counts are published each half second.
    const [one] = (await directors[0]!.status()).virtualServers;
    const inactive = one!.realServers.map((server) => server.inactiveConnections ?? 0);
    expect(inactive[0]! + inactive[1]!).toBeGreaterThanOrEqual(240);
    expect(inactive[1]! / inactive[0]!).toBeCloseTo(2, 0);
  });

  it("carries bodies of 1 MB down and of 2 MB up, byte by byte", async () => {
    const down = await request(VIP1, 10, `/bytes/${MEBIBYTE}`);
    expect(failures(down)).toEqual([]);
    expect(down.map(({ bytes }) => bytes)).toEqual(Array(10).fill(MEBIBYTE));
    const options = { host: VIP1, bytes: 2 * MEBIBYTE, times: 15 };
    const up = await upload(machine("client"), options);
    expect(up.map(({ status }) => status)).toEqual(Array(15).fill(200));
    expect(new Set(up.map(({ server }) => server))).toEqual(new Set(["rs1", "rs2"]));
    // The uploads came by the director, and in frames larger than the link's MTU or not: whole.
    expect(directors[0]!.program.log).not.toMatch(/sending a frame|dropped frames/);
  });

  it("goes on from the other director when one is killed under load", async () => {
    const load = await startLoad(machine("client"), { host: VIP1, perSecond: 40, timeoutMs: 1000 });
    await delay(1000);
    await directors[0]!.crash();
    const killedMs = Date.now();
    await directors[1]!.untilHolds(VIP1);
    const takenMs = Date.now();
    await delay(2000);
    const results = await load.stop();
    // Down timer 3.6 s, its election, and the time to notice a new MAC.
    expect(takenMs - killedMs).toBeLessThan(5500);
    expect(failedAfter(results, takenMs + 500)).toEqual([]);
    expect(results.filter(({ atMs }) => atMs > takenMs + 500).length).toBeGreaterThan(40);
  });

  it("gives the VIP back without leaving the old filter behind", async () => {
    expect(await filter("node1")).toBe("");
    const text = await Deno.readTextFile(`${EXAMPLE}/node1.verbatim.conf`);
    const load = await startLoad(machine("client"), { host: VIP1, perSecond: 40, timeoutMs: 1000 });
    await directors[0]!.restart(text, { args: [] });
    await directors[0]!.untilHolds(VIP1);
    const backMs = Date.now();
    await delay(1500);
    expect(failedAfter(await load.stop(), backMs + 500)).toEqual([]);
    expect(await filter("node1")).toMatch(/172\.18\.200\.6 \. tcp \. 80/);
  });

  it("leaves nothing in the packet filter when it stops", async () => {
    expect(await Promise.all(directors.map((director) => director.stop()))).toEqual([0, 0]);
    expect([await filter("node1"), await filter("node2")]).toEqual(["", ""]);
  });
});

/**
 * A virtual_server on VIP1 with quick checks. By wrr, since wlc sends all to a server that comes back
 * until its count of connections has caught up.
 */
function virtualServer(options: {
  scheduler?: string;
  method?: string;
  port?: number;
  servers?: [address: string, weight: number][];
  sorry?: boolean;
}): string {
  const { scheduler = "wrr", method = "DR", port = 80, sorry = true } = options;
  const realServers = options.servers ?? [[ADDRESS.rs1, 1], [ADDRESS.rs2, 2]];
  return `virtual_server ${VIP1} ${port} {
    delay_loop 1
    lb_algo ${scheduler}
    lb_kind ${method}
    protocol TCP
    ${sorry ? "sorry_server 127.0.0.1 80" : ""}
    ${
    realServers.map(([address, weight]) =>
      `real_server ${address} 80 {
        weight ${weight}
        TCP_CHECK {
            connect_timeout 1
            retry 0
        }
    }`
    ).join("\n    ")
  }
}
`;
}

/** vipd without VRRP on node1, which holds VIP1 by hand. */
async function balance(
  configuration: string,
  env: Record<string, string> = {},
): Promise<RunningProgram> {
  return await startVipd(machine("node1"), configuration, { args: ["-C"], env });
}

async function reload(program: RunningProgram, configuration: string): Promise<void> {
  await machine("node1").configure("keepalived.conf", configuration);
  const from = program.lines.length;
  program.kill("SIGHUP");
  await program.waitForLine(/Reload finished/, 10_000, from);
}

describe("one director without VRRP", () => {
  beforeAll(async () => {
    await machine("node1").ip(`addr add ${VIP1}/32 dev ${INTERFACE}`);
  });
  afterAll(() => machine("node1").ip(`addr del ${VIP1}/32 dev ${INTERFACE}`));

  describe("real servers that come and go", () => {
    let program: RunningProgram;
    beforeAll(async () => {
      program = await balance(virtualServer({}));
      await untilServedBy(VIP1, ["rs1", "rs2"]);
    });
    afterAll(async () => {
      await program.stop();
    });

    it("takes one out when its check fails, without failures afterwards, and in again", async () => {
      const load = await startLoad(machine("client"), { host: VIP1, perSecond: 40 });
      await stopServer("rs2");
      const out = await program.waitForLine(/Removing service \[172\.18\.200\.110\]/);
      await delay(1500);
      const results = await load.stop();
      expect(failedAfter(results, out.atMs + 100)).toEqual([]);
      const after = results.filter(({ atMs }) => atMs > out.atMs + 100);
      expect(Object.keys(countByServer(after))).toEqual(["rs1"]);
      await startServer("rs2");
      await untilServedBy(VIP1, ["rs1", "rs2"]);
    });

    it("leaves the traffic to the sorry server here when all are down, and takes it back", async () => {
      await Promise.all([stopServer("rs1"), stopServer("rs2")]);
      await untilServedBy(VIP1, ["node1"]);
      expect(await filter("node1")).not.toContain(`${VIP1} . tcp . 80`);
      await Promise.all([startServer("rs1"), startServer("rs2")]);
      await untilServedBy(VIP1, ["rs1", "rs2"]);
      expect(await filter("node1")).toContain(`${VIP1} . tcp . 80`);
    });

    it("keeps connections over a reload that changes weights and adds a service", async () => {
      const client = machine("client");
      const slow = await startLoad(client, {
        host: VIP1,
        path: "/slow/2500",
        perSecond: 10,
        durationMs: 500,
        timeoutMs: 8000,
      });
      await delay(700);
      const servers: [string, number][] = [[ADDRESS.rs1, 3], [ADDRESS.rs2, 0]];
      await reload(
        program,
        virtualServer({ servers }) + virtualServer({ port: 8080, sorry: false }),
      );
      const results = await slow.finish();
      expect(failures(results)).toEqual([]);
      expect(Object.keys(countByServer(results)).sort()).toEqual(["rs1", "rs2"]);
      await untilServedBy(VIP1, ["rs1"]);
      await reload(program, virtualServer({}));
      expect(await filter("node1")).not.toContain("8080");
      await untilServedBy(VIP1, ["rs1", "rs2"]);
    });

    it("goes on when the link was down for a while", async () => {
      await machine("node1").ip(`link set ${INTERFACE} down`);
      await delay(500);
      await machine("node1").ip(`link set ${INTERFACE} up`);
      await untilServedBy(VIP1, ["rs1", "rs2"]);
    });

    it("learns a real server's new MAC", async () => {
      const rs1 = machine("rs1");
      await rs1.ip(`link set ${INTERFACE} address 02:00:00:00:77:01`);
      await rs1.exec(["arping", "-c", "1", "-U", "-I", INTERFACE, ADDRESS.rs1], { check: false });
      await untilServedBy(VIP1, ["rs1", "rs2"]);
    });
  });

  it("serves by a real server that is the director itself, beside another", async () => {
    const servers: [string, number][] = [[ADDRESS.node1, 1], [ADDRESS.rs1, 1]];
    const program = await balance(virtualServer({ scheduler: "rr", servers, sorry: false }));
    await untilServedBy(VIP1, ["node1", "rs1"]);
    const results = await request(VIP1, 20);
    expect(failures(results)).toEqual([]);
    expect(countByServer(results)).toEqual({ node1: 10, rs1: 10 });
    const up = await upload(machine("client"), { host: VIP1, bytes: MEBIBYTE, times: 4 });
    expect(up.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    await program.stop();
  });

  it("refuses a scheduler and a method it does not have, by name and once", async () => {
    const program = await balance(
      virtualServer({ scheduler: "sh" }) + virtualServer({ port: 81, method: "NAT" }) +
        virtualServer({ port: 82 }),
    );
    const line = await program.waitForLine(/has no scheduler/);
    expect(line.text).toContain(
      "[172.18.200.6]:tcp:80: the user-space director has no scheduler 'sh' " +
        "(it has rr, wrr, lc, wlc); its packets are left to the local stack",
    );
    await program.waitForLine(/:81: the user-space director has no forwarding by NAT, only by DR/);
    await eventually("the third service", async () => {
      return (await filter("node1")).includes(`${VIP1} . tcp . 82`) || null;
    });
    await delay(2500); // The engine tries again; it is not told again.
    const told = program.lines.filter(({ text }) => text.includes("has no scheduler"));
    expect(told).toHaveLength(1);
    expect(await filter("node1")).not.toMatch(/tcp \. 8[01]\b/);
    expect(Object.keys(countByServer(await request(VIP1, 4)))).toEqual(["node1"]);
    expect(await program.stop()).toBe(0);
  });

  it("leaves the traffic to the local stack when another program has its filter", async () => {
    const node = machine("node1");
    const first = await balance(virtualServer({}));
    await untilServedBy(VIP1, ["rs1", "rs2"]);
    const other = ["-p", "/run/other.pid", "-c", "/run/other_checkers.pid"];
    const second = await startVipd(node, virtualServer({}), {
      args: ["-C", ...other],
      wait: false,
    });
    const line = await second.waitForLine(/balancing has ended/);
    expect(line.text).toMatch(
      /the director worker did not start: .*EPERM.*stop the other director/,
    );
    expect(second.exitStatus).toBeNull();
    await untilServedBy(VIP1, ["rs1", "rs2"]);
    expect(await second.stop()).toBe(0);
    await untilServedBy(VIP1, ["rs1", "rs2"]);
    expect(await first.stop()).toBe(0);
  });

  it("reports a worker that dies, leaves the traffic to the local stack, and starts it anew", async () => {
    const program = await balance(virtualServer({}), { VIPD_TEST_DIRECTOR_FAIL_AFTER_MS: "3500" });
    await untilServedBy(VIP1, ["rs1", "rs2"], 3000);
    const dead = await program.waitForLine(/the director worker is dead/);
    expect(dead.text).toContain("told to fail by failAfterMs");
    expect(dead.text).toContain("starting it anew (1 of 3)");
    expect(await filter("node1")).toBe("");
    expect(Object.keys(countByServer(await request(VIP1, 4)))).toEqual(["node1"]);
    await program.waitForLine(/the director worker balances again/);
    await untilServedBy(VIP1, ["rs1", "rs2"], 3000);
    await program.waitForLine(/balancing has ended, the local stack has its packets/, 20_000);
    expect(program.lines.filter(({ text }) => /is dead/.test(text))).toHaveLength(3);
    await untilServedBy(VIP1, ["node1"]);
    expect(await filter("node1")).toBe("");
    expect(await program.stop()).toBe(0);
  });
});
