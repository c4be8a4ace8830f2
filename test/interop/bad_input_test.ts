// Configurations, files and programs that are not as they should be, while vipd is master: a clear
// message each, nothing lost, no advert later than half its interval, and the peer never takes over.
// Broken packets are bad_packets_test.ts's.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Capture } from "../lab/capture.ts";
import { Director, type DirectorOptions } from "../lab/director.ts";
import type { LabNode } from "../lab/netns.ts";
import { delay, eventually } from "../lab/process.ts";
import { longestGapMs } from "../lab/rhythm.ts";
import { ADDRESS, openReferenceLab, type ReferenceLab } from "../lab/topology.ts";
import { vipd } from "../lab/vipd.ts";
import { vrrpConf } from "../lab/vrrp_conf.ts";

const VRID = 51;
const VIP = "172.18.200.6";
const INTERVAL_S = 0.5;
/** No advert may be later than half its interval. */
const GAP_MS_MAX = 1.5 * INTERVAL_S * 1000;
const MEGABYTE = 1024 * 1024;
/** What one bad file may leave in the log: the kept diagnostics of two severities and some words. */
const LINES_MAX = 420;

/** vipd master on node1, vipd backup on node2. */
class Pair {
  private constructor(
    readonly reference: ReferenceLab,
    readonly capture: Capture,
    readonly master: Director,
    readonly backup: Director,
  ) {}

  static async open(options: DirectorOptions = {}): Promise<Pair> {
    const reference = await openReferenceLab("vi-input", ["client", "node1", "node2"]);
    const capture = await Capture.start(reference.lan);
    const [master, backup] = await Promise.all([
      Director.start("vipd", reference.machine("node1"), conf(100), options),
      Director.start("vipd", reference.machine("node2"), conf(98)),
    ]);
    await master.untilHolds(VIP);
    await backup.untilHolds(VIP, false);
    return new Pair(reference, capture, master, backup);
  }

  /** Waits for two more adverts; the master has kept its rhythm since event `from`, alone. */
  async expectUndisturbed(what: string, from: number): Promise<void> {
    const { capture } = this;
    const fields = { vrid: VRID, source: ADDRESS.node1 };
    for (let adverts = 0; adverts < 2; adverts++) {
      await capture.advert(fields, { from: capture.position });
    }
    const gap = longestGapMs(capture, fields, from);
    console.log(`${what}: longest gap between adverts ${gap.toFixed(1)} ms`);
    expect(gap).toBeLessThan(GAP_MS_MAX);
    expect(capture.adverts({ source: ADDRESS.node2 }, { from })).toEqual([]);
    expect(await this.master.node.holds(VIP)).toBe(true);
    expect((await this.master.instance()).state).toBe("MASTER");
  }
}

function conf(
  priority: number,
  extra: { before?: string[]; after?: string[] } = {},
  lines: string[] = [],
): string {
  const instance = { vrid: VRID, priority, version: 3, intervalS: INTERVAL_S } as const;
  return vrrpConf({ ...extra, instances: [{ ...instance, vips: [`${VIP}/16`], lines }] });
}

let pair: Pair;
let fullDisk: Promise<void>;
beforeAll(async () => {
  pair = await Pair.open();
  fullDisk = playFullDisk();
  fullDisk.catch(() => undefined); // Its own test tells.
});
afterAll(() => pair.reference[Symbol.asyncDispose]());

describe("a reload of something that is no configuration", () => {
  const service = (index: number) =>
    `virtual_server 10.${index >> 16}.${(index >> 8) & 255}.${index & 255} 80 {\n` +
    "    lb_algo wlc\n    lb_kind DR\n    protocol TCP\n" +
    "    real_server 172.18.200.100 80 {\n        weight 1\n    }\n}\n";
  const upTo = (size: number, line: (index: number) => string) => {
    const lines: string[] = [];
    for (let total = 0, index = 0; total < size; index++) {
      lines.push(line(index));
      total += lines.at(-1)!.length;
    }
    return lines.join("");
  };

  const TEXTS: { what: string; text: () => string; message: RegExp }[] = [
    {
      what: "10 MB of services",
      text: () => conf(100) + upTo(10 * MEGABYTE, service),
      message: /has 1\d{7} bytes, more than 8388608/,
    },
    {
      what: "7 MB of services",
      text: () => conf(100) + upTo(7 * MEGABYTE, service),
      message: /Reload (refused|finished)/,
    },
    {
      what: "7 MB of words",
      text: () => conf(100) + upTo(7 * MEGABYTE, (index) => `nonsense${index} a b c\n`),
      message: /more than 1000000 words and braces/,
    },
    {
      what: "1 MB of words that nobody knows",
      text: () => conf(100) + upTo(MEGABYTE, (index) => `nonsense${index} a b c\n`),
      message: /nonsense0.*\[/,
    },
    {
      what: "7 MB of opening braces",
      text: () => conf(100) + upTo(7 * MEGABYTE, () => "block {\n"),
      message: /Reload refused/,
    },
    {
      what: "1 MB of random bytes",
      text: () =>
        upTo(MEGABYTE, () => String.fromCharCode(...crypto.getRandomValues(new Uint8Array(512)))),
      message: /Reload refused/,
    },
    {
      what: "a line of 7 MB",
      text: () => conf(100) + "#" + "x".repeat(7 * MEGABYTE) + "\n" + "y".repeat(MEGABYTE / 2),
      message: /Reload refused/,
    },
    { what: "an empty file", text: () => "", message: /keepalived\.conf is empty/ },
    {
      what: "an include of itself",
      text: () => conf(100) + "include keepalived.conf\n",
      message: /include.*(loop|itself|already)/i,
    },
  ];

  it.each(TEXTS)("$what", async ({ what, text, message }) => {
    const { master, capture } = pair;
    await master.reload(conf(100));
    const [from, lines] = [capture.position, master.program.lines.length];
    const before = await master.status();
    const result = await master.reload(text());
    const said = master.program.lines.slice(lines).map((line) => line.text);
    expect(said.join("\n")).toMatch(message);
    expect(said.length).toBeLessThan(LINES_MAX);
    if (/refused/.test(result.text)) {
      const { configuration } = await master.status();
      expect(configuration.refused).not.toBeNull();
      expect(configuration.generation).toBe(before.configuration.generation);
    }
    await pair.expectUndisturbed(what, from);
  });
});

describe("a reload of a file that cannot be read", () => {
  const path = (node: LabNode) => `${node.configFolder}/keepalived.conf`;
  const CASES: { what: string; spoil: (node: LabNode) => Promise<unknown>; message: RegExp }[] = [
    {
      what: "it is gone",
      spoil: (node) => Deno.remove(path(node)),
      message: /no such file/,
    },
    {
      what: "a directory stands there",
      spoil: async (node) => {
        await Deno.remove(path(node));
        await Deno.mkdir(path(node));
      },
      message: /no plain file/,
    },
    {
      what: "it is executable",
      spoil: (node) => Deno.chmod(path(node), 0o755),
      message: /it is executable/,
    },
    {
      what: "a FIFO that nobody writes",
      spoil: async (node) => {
        await Deno.remove(path(node));
        await node.exec(["mkfifo", "/etc/keepalived/keepalived.conf"]);
      },
      message: /no plain file/,
    },
    {
      what: "a loop of links",
      spoil: async (node) => {
        await Deno.remove(path(node));
        await Deno.symlink("keepalived.conf", path(node));
      },
      message: /keepalived\.conf/,
    },
  ];

  it.each(CASES)("$what", async ({ what, spoil, message }) => {
    const { master, capture } = pair;
    await master.reload(conf(100));
    const [from, lines] = [capture.position, master.program.lines.length];
    await spoil(master.node);
    master.program.kill("SIGHUP");
    try {
      await master.program.waitForLine(/Reload refused/, undefined, lines);
      expect(master.program.log.split("\n").slice(lines).join("\n")).toMatch(message);
      expect((await master.status()).configuration.refused).not.toBeNull();
      await pair.expectUndisturbed(what, from);
    } finally {
      await Deno.remove(path(master.node), { recursive: true }).catch(() => undefined);
    }
    await master.reload(conf(100));
    expect((await master.status()).configuration.refused).toBeNull();
  });
});

describe("a tracked script that never ends", () => {
  it("is ended after its timeout, never doubled, and delays nothing", async () => {
    const { master, capture } = pair;
    const from = capture.position;
    await master.node.configure("endless.sh", "#!/bin/sh\ntrap '' TERM\nsleep 98765\n", 0o755);
    const script = [
      ...["vrrp_script endless {", '    script "/etc/keepalived/endless.sh"', "    interval 1"],
      ...["    timeout 1", "    weight -1", "}"],
    ];
    const lines = ["track_script {", "    endless", "}"];
    await master.reload(conf(100, { before: script }, lines));
    await eventually("the script to be given up", async () => {
      const tracker = (await master.status()).trackers.find(({ name }) => name === "endless");
      return tracker?.state === "BAD" && /timed out/.test(tracker.lastOutcome) || null;
    });
    let most = 0;
    for (let look = 0; look < 10; look++) {
      const { stdout } = await master.node.exec(["pgrep", "-fc", "endless.sh"], { check: false });
      most = Math.max(most, Number(stdout));
      await delay(200);
    }
    expect(most).toBeLessThanOrEqual(1);
    // 99 is still more than the backup's 98.
    expect((await master.instance()).priority).toMatchObject({ effective: 99, tracked: -1 });
    await pair.expectUndisturbed("endless script", from);
    await master.reload(conf(100));
    await eventually("the script to be gone", async () => {
      const { stdout } = await master.node.exec(["pgrep", "-fc", "endless|98765"], {
        check: false,
      });
      return Number(stdout) === 0 || null;
    });
  });
});

describe("pid files", () => {
  it("a second vipd on the same pid file says so and ends; the first is undisturbed", async () => {
    const { master, capture } = pair;
    const from = capture.position;
    const pidOf = async () => (await master.node.exec(["cat", "/run/keepalived.pid"])).stdout;
    const before = await pidOf();
    const second = await vipd(master.node, ["-n", "-l", "-G", "-P"], { check: false });
    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(/daemon is already running, pid \d+ \(\/run\/keepalived\.pid\)/);
    expect(await pidOf()).toBe(before);
    await pair.expectUndisturbed("second vipd", from);
  });

  const STALE: { what: string; text: string }[] = [
    { what: "of a process that is gone", text: "4194000\n" },
    { what: "of a process that is no vipd", text: "1\n" },
    { what: "with something that is no number", text: "\u0000\u0001nonsense" },
    { what: "that is empty", text: "" },
  ];
  it.each(STALE)("a stale pid file $what does not stop a start", async ({ text }) => {
    const client = pair.reference.machine("client");
    await client.exec(["sh", "-c", "cat >/run/keepalived.pid"], { input: text });
    const third = await Director.start("vipd", client, conf(50));
    expect((await third.instance()).state).toBe("BACKUP");
    const { stdout } = await client.exec(["cat", "/run/keepalived.pid"]);
    expect(stdout).toMatch(/^[1-9]\d*\n$/);
    expect(await third.stop()).toBe(0);
    expect((await client.exec(["ls", "/run"])).stdout).not.toMatch(/keepalived\.(pid|sock)/);
  });

  it("a vipd that was killed starts again over its own files", async () => {
    const client = pair.reference.machine("client");
    const third = await Director.start("vipd", client, conf(50));
    await third.crash();
    expect((await client.exec(["ls", "/run"])).stdout).toMatch(/keepalived\.pid/);
    await third.restart(conf(50));
    expect((await third.instance()).state).toBe("BACKUP");
    expect(await third.stop()).toBe(0);
  });

  it("a pid file that cannot be written stops the start with a reason", async () => {
    const client = pair.reference.machine("client");
    await client.exec(["mkdir", "/run/full"]);
    await client.exec(["mount", "-t", "tmpfs", "-o", "size=4k", "tmpfs", "/run/full"]);
    await client.exec(["sh", "-c", "cat /dev/zero >/run/full/zero"], { check: false });
    const files = ["-p", "/run/full/a.pid", "-r", "/run/full/v.pid", "-c", "/run/full/c.pid"];
    const result = await vipd(client, ["-n", "-l", "-G", "-P", ...files], { check: false });
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/cannot (open|write) pid file \/run\/full\/a\.pid: .*space/);
  });
});

describe("a full disk for state files", () => {
  it("is said, and changes nothing for VRRP", () => fullDisk);
});

/** A pair of its own, with virtual servers, whose state file finds no room. */
async function playFullDisk(): Promise<void> {
  const full = await Pair.open({ args: [] });
  try {
    const { master, capture } = full;
    await master.node.exec(["mount", "-o", "remount,size=64k", "/run"]);
    await master.node.exec(["sh", "-c", "cat /dev/zero >/run/zero"], { check: false });
    const [from, lines] = [capture.position, master.program.lines.length];
    const service = [
      ...[`virtual_server ${VIP} 80 {`, "    lb_algo rr", "    lb_kind DR", "    protocol TCP"],
      ...["    real_server 172.18.200.100 80 {", "        weight 1", "    }", "}"],
    ];
    await master.reload(conf(100, { after: service }));
    await master.program.waitForLine(/cannot write \/run\/keepalived\.state: .*space/, 5000, lines);
    await full.expectUndisturbed("full disk", from);
  } finally {
    await full.reference[Symbol.asyncDispose]();
  }
}
