// Reload by difference and signals: what a HUP changes and what it leaves alone, and that no signal at
// any time, nor a storm of them, costs an advert or the daemon.

import { describe, expect, it } from "vitest";
import { instanceIn, startReadyVipd, statusOf, untilInstance, untilStatus } from "../lab/asking.ts";
import { Capture } from "../lab/capture.ts";
import type { LabNode } from "../lab/netns.ts";
import { delay, eventually, killIfThere } from "../lab/process.ts";
import type { RunningProgram } from "../lab/process.ts";
import { onNode } from "../lab/solo.ts";
import { VIPD } from "../lab/vipd.ts";
import { type InstanceConf, type NodeConf, vrrpConf } from "../lab/vrrp_conf.ts";

const INTERVAL_S = 0.1;
/** An advert may come so late at the most: half its interval. */
const GAP_MS_MAX = INTERVAL_S * 1500;

function instance(vrid: number, change: Partial<InstanceConf> = {}): InstanceConf {
  const vips = [`172.18.200.${vrid}/16`];
  const name = `VI_${vrid}`;
  return { name, vrid, priority: 100, version: 3, intervalS: INTERVAL_S, vips, ...change };
}

function service(port: number, weight = 1): string {
  return `virtual_server 172.18.200.1 ${port} {
    delay_loop 1
    lb_algo rr
    lb_kind DR
    protocol TCP
    real_server 172.18.200.100 80 {
        weight ${weight}
        TCP_CHECK { connect_timeout 1 }
    }
}`.replace("100 80", `100 ${port}`);
}

function script(name: string): string {
  return `vrrp_script ${name} {\n    script /bin/true\n    interval 0.2\n    weight 10\n}`;
}

const tracks = (...names: string[]) => ({ lines: ["track_script {", ...names, "}"] });

/** A daemon whose file changes. */
class Reloading {
  private constructor(
    readonly node: LabNode,
    readonly program: RunningProgram,
    readonly capture: Capture,
  ) {}

  static async start(node: LabNode, capture: Capture, conf: NodeConf): Promise<Reloading> {
    return new Reloading(node, await startReadyVipd(node, vrrpConf(conf)), capture);
  }

  /** Writes the file, sends HUP, waits for the end of the reload; its generation or the refusal. */
  async reload(conf: NodeConf | string): Promise<number | string> {
    const text = typeof conf === "string" ? conf : vrrpConf(conf);
    await this.node.configure("keepalived.conf", text);
    const from = this.program.lines.length;
    this.program.kill("SIGHUP");
    const line = await this.program.waitForLine(/Reload (finished|refused)/, 10_000, from);
    const generation = /generation (\d+)/.exec(line.text)?.[1];
    return generation === undefined ? line.text : Number(generation);
  }

  /** Longest time between two adverts of a router since event `from`, milliseconds. */
  longestGap(vrid: number, from: number): number {
    const times = this.capture.adverts({ vrid }, { from }).map(({ atMs }) => atMs);
    return Math.max(...times.slice(1).map((atMs, i) => atMs - times[i]!));
  }
}

describe.concurrent("a reload", () => {
  it("changes what the file changes; an unchanged instance misses no advert", async () => {
    await onNode("reload", async (node, lan) => {
      const capture = await Capture.start(lan);
      const daemon = await Reloading.start(node, capture, {
        before: [script("one")],
        instances: [instance(1), instance(2), instance(3, tracks("one"))],
        after: [service(81)],
      });
      for (const name of ["VI_1", "VI_2", "VI_3"]) await untilInstance(node, name, "MASTER");
      await untilInstance(node, "VI_3", ({ priority }) => priority.effective === 110);
      const from = capture.position;
      const before = await statusOf(node);

      // Nothing changed: nothing happens but that the file was read.
      const same: NodeConf = {
        before: [script("one")],
        instances: [instance(1), instance(2), instance(3, tracks("one"))],
        after: [service(81)],
      };
      expect(await daemon.reload(same)).toBe(2);
      // Priority and interval of VI_2, an address more and one less of VI_3, another script.
      const vips = ["172.18.200.31/16", "172.18.200.32/32"];
      const changed: NodeConf = {
        before: [script("two")],
        instances: [
          instance(1),
          instance(2, { priority: 90, intervalS: 0.2 }),
          instance(3, { vips, ...tracks("two") }),
        ],
        after: [service(82, 7), service(81)],
      };
      expect(await daemon.reload(changed)).toBe(3);
      await capture.advert({ vrid: 2, priority: 90, intervalMs: 200 }, { from });
      await eventually("the addresses to be the new ones", async () => {
        const held = (await node.addresses("eno16777736")).map(({ address }) => address);
        return (held.includes("172.18.200.31") && held.includes("172.18.200.32") &&
          !held.includes("172.18.200.3")) || null;
      });
      await capture.gratuitousArp("172.18.200.31", { from });
      const status = await untilInstance(
        node,
        "VI_3",
        ({ priority }) => priority.parts[0]?.tracker === "two" && priority.effective === 110,
      );
      expect(status.vips.map(({ address, held }) => [address, held])).toEqual(
        vips.map((address) => [address, true]),
      );
      const { trackers, virtualServers } = await statusOf(node);
      expect(trackers.map(({ name }) => name)).toEqual(["two"]);
      expect(virtualServers.map(({ key }) => key).toSorted()).toEqual(
        ["[172.18.200.1]:tcp:81", "[172.18.200.1]:tcp:82"],
      );
      // VI_3 goes, VI_4 comes; the service goes.
      expect(await daemon.reload({ instances: [instance(1), instance(2), instance(4)] })).toBe(4);
      await capture.advert({ vrid: 3, priority: 0 }, { from });
      await untilInstance(node, "VI_4", "MASTER");
      await eventually(
        "VI_3's addresses to go",
        async () => !(await node.holds("172.18.200.31")) || null,
      );
      const after = await statusOf(node);
      expect(after.instances.map(({ name }) => name)).toEqual(["VI_1", "VI_2", "VI_4"]);
      expect(after.virtualServers).toEqual([]);
      expect(after.trackers).toEqual([]);
      // VI_1 was never touched.
      expect(instanceIn(after, "VI_1")?.counters.becomeMaster).toBe(1);
      expect(instanceIn(after, "VI_1")?.transition).toEqual(
        instanceIn(before, "VI_1")?.transition,
      );
      expect(daemon.longestGap(1, from)).toBeLessThan(GAP_MS_MAX);
      expect(daemon.capture.adverts({ vrid: 1, priority: 0 }, { from })).toEqual([]);
      expect(await daemon.program.stop()).toBe(0);
      await capture.advert({ vrid: 1, priority: 0 }, { from });
    });
  });

  it("has its own notification scripts run for what the commit itself brings about", async () => {
    await onNode("reload-notify", async (node, lan) => {
      const capture = await Capture.start(lan);
      const conf = (vrid: number, file: string): NodeConf => {
        const lines = [`notify_backup "/usr/bin/touch /run/${file}"`];
        return { instances: [instance(vrid, { name: "VI", lines })] };
      };
      const daemon = await Reloading.start(node, capture, conf(51, "old"));
      await untilInstance(node, "VI", ({ state }) => state === "MASTER");
      await node.exec(["rm", "/run/old"]);
      // Another VRID is another instance: under its old name it begins as BACKUP with the commit.
      expect(await daemon.reload(conf(52, "new"))).toBe(2);
      const ran = await eventually("a notification", async () => {
        const { stdout } = await node.exec(["ls", "/run"]);
        return stdout.split("\n").filter((name) => name === "old" || name === "new")[0] ?? null;
      }, 5_000);
      expect(ran).toBe("new");
    });
  });

  it("of a broken or missing file changes nothing, says where it is broken, and can be mended", async () => {
    await onNode("broken", async (node, lan) => {
      const capture = await Capture.start(lan);
      const good: NodeConf = { instances: [instance(1)] };
      const daemon = await Reloading.start(node, capture, good);
      await untilInstance(node, "VI_1", "MASTER");
      const from = capture.position;
      expect(await daemon.reload("vrrp_instance VI_1 {\n  interfase eth0\n")).toMatch(/refused/);
      await daemon.program.waitForLine(/keepalived\.conf: Line 2.*'interface'/);
      const refused = await statusOf(node);
      expect(refused.configuration).toMatchObject({ generation: 1, refused: expect.any(String) });
      expect(refused.instances.map(({ state }) => state)).toEqual(["MASTER"]);
      // A file that is just being written anew is empty for a moment.
      expect(await daemon.reload(" \n")).toMatch(/refused.*is empty/);
      // An interface that is missing is found only when it is applied.
      const elsewhere = vrrpConf(good).replaceAll("eno16777736", "eth77");
      expect(await daemon.reload(elsewhere)).toMatch(/refused.*eth77/);
      await Deno.remove(`${node.configFolder}/keepalived.conf`);
      const lines = daemon.program.lines.length;
      daemon.program.kill("SIGHUP");
      await daemon.program.waitForLine(/Reload refused/, 10_000, lines);
      const more: NodeConf = { instances: [instance(1), instance(2)] };
      expect(await daemon.reload(more)).toBe(2);
      const mended = await untilInstance(node, "VI_2", "MASTER").then(() => statusOf(node));
      expect(mended.configuration.refused).toBe(null);
      expect(daemon.longestGap(1, from)).toBeLessThan(GAP_MS_MAX);
    });
  });

  it("storm ends with the last file in force and no late advert", async () => {
    await onNode("storm", async (node, lan) => {
      const capture = await Capture.start(lan);
      const daemon = await Reloading.start(node, capture, { instances: [instance(1)] });
      await untilInstance(node, "VI_1", "MASTER");
      const from = capture.position;
      for (let turn = 1; turn <= 60; turn++) {
        const conf = vrrpConf({ instances: [instance(1), instance(2, { priority: turn })] });
        await node.configure("keepalived.conf", conf);
        daemon.program.kill("SIGHUP");
        if (turn % 10 === 0) await capture.advert({ vrid: 1 }, { from: capture.position });
      }
      await untilInstance(node, "VI_2", ({ priority }) => priority.base === 60);
      await untilInstance(node, "VI_2", "MASTER");
      expect(daemon.longestGap(1, from)).toBeLessThan(GAP_MS_MAX);
      // Many signals, but not one reload for each.
      const { configuration } = await statusOf(node);
      expect(configuration.generation).toBeGreaterThan(1);
      expect(configuration.generation).toBeLessThanOrEqual(61);
      expect(await daemon.program.stop()).toBe(0);
    });
  });
});

/** Starts vipd and waits for nothing but that it is the launcher, no more what starts it. */
async function startBare(node: LabNode): Promise<RunningProgram> {
  const program = await node.start([VIPD, "-n", "-l", "-D", "-G", "-P"], { name: "vipd" });
  await eventually(
    "the launcher to run",
    () => {
      const [first] = Deno.readTextFileSync(`/proc/${program.pid}/cmdline`).split("\0");
      return first !== "nsenter" || null;
    },
    5000,
    1,
  );
  return program;
}

describe.concurrent("signals", () => {
  it("USR1 and USR2 are told, not obeyed; INT stops as TERM does", async () => {
    await onNode("signals", async (node, lan) => {
      const capture = await Capture.start(lan);
      const daemon = await Reloading.start(node, capture, { instances: [instance(1)] });
      await untilInstance(node, "VI_1", "MASTER");
      for (const signal of ["SIGUSR1", "SIGUSR2"] as const) {
        daemon.program.kill(signal);
        await daemon.program.waitForLine(new RegExp(`${signal}.*not supported`));
      }
      await untilInstance(node, "VI_1", "MASTER");
      const from = capture.position;
      daemon.program.kill("SIGINT");
      await capture.advert({ vrid: 1, priority: 0 }, { from });
      expect(await daemon.program.ended).toBe(0);
      expect(await node.holds("172.18.200.1")).toBe(false);
    });
  });

  it("TERM again and again while it stops: its last line is written, its exit status is 0", async () => {
    await onNode("term-storm", async (node) => {
      const program = await startReadyVipd(node, vrrpConf({ instances: [instance(1)] }));
      await untilInstance(node, "VI_1", "MASTER");
      while (program.exitStatus === null) {
        killIfThere(program.pid, "SIGTERM");
        await delay(1);
      }
      expect(program.exitStatus, program.log).toBe(0);
      expect(program.log).toMatch(/Stopped vipd/);
      expect(await node.holds("172.18.200.1")).toBe(false);
    });
  });

  /** Moments of a start: the shell, Deno's, ours, and after. */
  const MOMENTS_MS = [10, 60, 150, 250, 400, 700];

  it("HUP, USR1 and USR2 while it starts do not end it", async () => {
    await onNode("early-hup", async (node) => {
      for (const ms of MOMENTS_MS) {
        await node.configure("keepalived.conf", vrrpConf({ instances: [instance(1)] }));
        const program = await startBare(node);
        await delay(ms);
        for (const signal of ["SIGHUP", "SIGUSR1", "SIGUSR2"] as const) program.kill(signal);
        await untilStatus(
          node,
          `an answer after signals at ${ms} ms`,
          (status) => status.instances.length === 1,
        );
        expect(await program.stop()).toBe(0);
      }
    });
  });

  it("TERM while it starts ends it and leaves nothing behind", async () => {
    await onNode("early-term", async (node) => {
      for (const ms of MOMENTS_MS) {
        await node.configure("keepalived.conf", vrrpConf({ instances: [instance(1)] }));
        const program = await startBare(node);
        await delay(ms);
        program.kill("SIGTERM");
        // 128 + 15 as long as it is only a runtime that loads a program.
        expect([0, 143]).toContain(await program.ended);
        expect(await node.holds("172.18.200.1")).toBe(false);
        const { stdout } = await node.exec(["ls", "/run"]);
        expect(stdout.split("\n").filter((name) => /pid|sock/.test(name))).toEqual([]);
      }
    });
  });
});
