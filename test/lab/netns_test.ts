// The lab itself: privacy of the nodes, cables, ends of programs, and that nothing is left behind.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Lab } from "./netns.ts";
import type { LabNode, LabSwitch } from "./netns.ts";
import { DENO, EXAMPLE } from "./path.ts";
import { eventually, run } from "./process.ts";

describe("Lab", () => {
  let lab: Lab;
  let lan: LabSwitch;
  let left: LabNode;
  let right: LabNode;

  beforeAll(async () => {
    lab = await Lab.open("netns");
    lan = await lab.addSwitch("lan");
    left = await lab.addNode("left");
    right = await lab.addNode("right");
    await lan.connect(left, { name: "eno16777736", addresses: ["10.9.0.1/24", "fd00:9::1/64"] });
    await lan.connect(right, { name: "eth0", addresses: ["10.9.0.2/24"] });
  });
  afterAll(() => lab.close());

  it("joins nodes over the switch", async () => {
    await left.exec(["arping", "-c", "1", "-w", "5", "-I", "eno16777736", "10.9.0.2"]);
    expect(await left.addresses("eno16777736")).toContainEqual({
      interface: "eno16777736",
      address: "10.9.0.1",
      prefixLength: 24,
      label: "eno16777736",
      scope: "global",
      validSeconds: null,
    });
    expect(await left.holds("fd00:9::1")).toBe(true);
    expect(await right.holds("10.9.0.1")).toBe(false);
  });

  it("takes a cable out and puts it in", async () => {
    const carrier = async () =>
      (await right.exec(["cat", "/sys/class/net/eth0/carrier"])).stdout.trim();
    expect(await carrier()).toBe("1");
    await lan.setCable(right, "out");
    await eventually("no carrier", async () => (await carrier()) === "0" || null);
    await lan.setCable(right, "in");
    await eventually("a carrier", async () => (await carrier()) === "1" || null);
  });

  it("silences a port while its carrier stays", async () => {
    await lan.setSilent(right, true);
    const ping = ["arping", "-c", "1", "-w", "1", "-I", "eno16777736", "10.9.0.2"];
    expect((await left.exec(ping, { check: false })).code).toBe(1);
    expect((await right.net(["ip", "link", "show", "eth0"])).stdout).toContain("LOWER_UP");
    await lan.setSilent(right, false);
    await left.exec(ping);
  });

  it("gives each node its own /run, /etc/keepalived, host name and processes", async () => {
    await left.configure("marker", "left\n");
    await left.exec(["sh", "-c", "echo 1 >/run/only-left.pid"]);
    expect((await left.exec(["cat", "/etc/keepalived/marker"])).stdout).toBe("left\n");
    expect((await right.exec(["test", "-e", "/run/only-left.pid"], { check: false })).code).toBe(1);
    expect((await right.exec(["test", "-e", "/etc/keepalived/marker"], { check: false })).code)
      .toBe(1);
    expect((await right.exec(["hostname"])).stdout).toBe("right\n");
    await using _httpd = await left.start(["sleep", "1000"]);
    expect((await left.exec(["killall", "-0", "sleep"], { check: false })).code).toBe(0);
    expect((await right.exec(["killall", "-0", "sleep"], { check: false })).code).toBe(1);
  });

  it("signals the program itself and keeps its output", async () => {
    const script = "trap 'echo got it; exit 7' TERM; echo up; while :; do sleep 0.05; done";
    const program = await left.start(["sh", "-c", script]);
    await program.waitForLine(/^up$/);
    expect(await program.stop()).toBe(7);
    expect(program.lines.map((line) => line.text)).toEqual(["up", "got it"]);
    await expect(program.waitForLine(/never/)).rejects.toThrow("it ended with 7");
  });

  it("reports a command that fails, hangs or does not exist", async () => {
    await expect(left.exec(["sh", "-c", "echo why >&2; exit 3"])).rejects.toThrow(/status 3\nwhy/);
    await expect(left.exec(["sleep", "5"], { timeoutMs: 100 })).rejects.toThrow(/hung for 100 ms/);
    const missing = await left.start(["no-such-program"]);
    expect(await missing.ended).toBe(127);
    expect(missing.log).toContain("no-such-program");
  });

  it("reaps orphans, so that no zombie passes for a running daemon", async () => {
    await left.exec(["sh", "-c", "setsid sh -c 'echo $$ >/run/orphan.pid; sleep 0.1' &"]);
    await eventually("the orphan to be gone", async () => {
      const alive = await left.exec(["sh", "-c", 'kill -0 "$(cat /run/orphan.pid)"'], {
        check: false,
      });
      return alive.code !== 0 || null;
    });
  });
});

describe("Lab when the test is killed", () => {
  it("leaves no process behind", async () => {
    const marker = `vipd-lab:killed-${Deno.pid}`;
    const script = `
      import { Lab } from ${JSON.stringify(new URL("netns.ts", import.meta.url).href)};
      const lab = await Lab.open("killed-${Deno.pid}");
      const node = await lab.addNode("node");
      await node.start(["sh", "-c", "trap '' TERM HUP INT; while :; do sleep 1; done", "${marker}"]);
      console.log(lab.folder);
      await new Promise(() => setInterval(() => {}, 1000));
    `;
    const child = new Deno.Command(DENO, {
      args: ["run", "-A", "--no-lock", "--ext=ts", "-"],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(script));
    await writer.close();
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const folder = (await reader.read()).value!.trim();
    const members = async () =>
      (await run(["ps", "-eo", "args"])).stdout.split("\n").filter((line) => line.includes(marker));
    expect((await members()).length).toBeGreaterThanOrEqual(2);
    child.kill("SIGKILL");
    await child.status;
    await reader.cancel();
    await eventually(
      "the node's processes to be gone",
      async () => (await members()).length === 0 || null,
    );
    await Deno.remove(folder, { recursive: true });
  });
});

describe("realserver.sh", () => {
  it("starts, checks and stops, twice as well as once, and finds the published mistake", async () => {
    await using lab = await Lab.open("realserver");
    const node = await lab.addNode("rs1");
    const script = (action: string) =>
      node.exec(["sh", `${EXAMPLE}/realserver.sh`, action], { check: false });
    expect((await script("check")).code).toBe(1);
    for (const action of ["start", "start", "check"]) expect((await script(action)).code).toBe(0);
    expect((await node.addresses("lo")).map((row) => `${row.address}/${row.prefixLength}`)).toEqual(
      expect.arrayContaining(["172.18.200.6/32", "172.18.200.5/32"]),
    );
    await node.exec(["sh", "-c", "echo 0 > /proc/sys/net/ipv4/conf/all/arp_ignore"]);
    await node.exec(["sh", "-c", "echo 1> /proc/sys/net/ipv4/conf/all/arp_ignore"], {
      check: false,
    });
    const wrong = await script("check");
    expect(wrong.code).toBe(1);
    expect(wrong.stdout).toContain("WRONG  net/ipv4/conf/all/arp_ignore is 0, must be 1");
    for (const action of ["stop", "stop"]) expect((await script(action)).code).toBe(0);
    expect(await node.holds("172.18.200.6")).toBe(false);
    expect((await script("check")).stdout).toContain("arp_announce is 0");
  });
});
