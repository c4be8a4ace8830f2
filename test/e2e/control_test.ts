// The control socket of a running daemon as its users meet it: vipd status, events and console, their
// shapes, their limits, and a daemon that does not answer.

import { describe, expect, it } from "vitest";
import type { EventRecord, NodeStatus } from "../../host/control/client.ts";
import {
  controlSocketOf,
  startReadyVipd,
  statusOf,
  untilInstance,
  untilStatus,
} from "../lab/asking.ts";
import { Capture } from "../lab/capture.ts";
import { delay, eventually } from "../lab/process.ts";
import { onNode } from "../lab/solo.ts";
import { VIPD, vipd } from "../lab/vipd.ts";
import { type NodeConf, vrrpConf } from "../lab/vrrp_conf.ts";

const INTERVAL_S = 0.1;

const CONF: NodeConf = {
  before: [
    "vrrp_script chk {\n    script /bin/true\n    interval 0.5\n    weight 7\n}",
    'vrrp_script down {\n    script "/usr/bin/test ! -e /etc/keepalived/down"\n    interval 0.2\n}',
  ],
  instances: ["VI_1", "VI_2"].map((name, i) => ({
    name,
    vrid: i + 1,
    priority: 100,
    version: 3,
    intervalS: INTERVAL_S,
    vips: [`172.18.200.${i + 1}/16 label eno16777736:${i}`],
    lines: i === 0 ? ["track_script {", "chk", "down", "}"] : [],
  })),
  after: [
    "vrrp_sync_group G1 {\n    group {\n        VI_2\n    }\n}",
    "virtual_server 172.18.200.1 80 {\n    delay_loop 1\n    lb_algo wlc\n    lb_kind DR\n" +
    "    protocol TCP\n    sorry_server 127.0.0.1 80\n    real_server 172.18.200.100 80 {\n" +
    "        TCP_CHECK {\n            connect_timeout 1\n        }\n    }\n}",
  ],
};

/** The shape of a value: types in the place of values, one element of each list, keys in order. */
function shapeOf(value: unknown): unknown {
  if (value === null) return "null";
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])];
  if (typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, shapeOf(part)]));
  }
  return typeof value;
}

/** Keys of NodeStatus in the order of the protocol: what a program may rely on. */
const STATUS_KEYS = [
  ...["protocol", "version", "abiVersion", "runtime", "build", "pid", "run", "routerId"],
  ...["since", "ageS", "configuration", "logLinesLost", "ipvs", "wire", "instances", "groups"],
  ...["trackers", "virtualServers", "events", "control"],
];

describe.concurrent("vipd status", () => {
  it("follows a tracked interface that goes down and up", async () => {
    await onNode("status-link", async (node) => {
      await node.ip(
        "link add trk0 type veth peer name trk1",
        "link set trk0 up",
        "link set trk1 up",
      );
      const instance = { ...CONF.instances[0]!, lines: ["track_interface {", "trk0", "}"] };
      await startReadyVipd(node, vrrpConf({ instances: [instance] }));
      await untilInstance(node, "VI_1", "MASTER");
      const untilTracker = (state: string) =>
        untilStatus(
          node,
          `trk0 ${state}`,
          ({ instances, trackers }) =>
            trackers.some((tracker) => tracker.name === "trk0" && tracker.state === state) &&
            instances[0]!.priority.parts.every((part) => part.state === state),
          3000,
        );
      await untilTracker("GOOD");
      await node.ip("link set trk1 down");
      await untilTracker("BAD");
      await node.ip("link set trk1 up");
      await untilTracker("GOOD");
    });
  });

  it("tells everything, as text and as JSON of the protocol's shape", async () => {
    await onNode("status", async (node) => {
      await startReadyVipd(node, vrrpConf(CONF));
      await untilInstance(node, "VI_1", "MASTER");
      await untilInstance(node, "VI_2", "MASTER");
      const { stdout } = await vipd(node, ["status", "--json"]);
      const status = JSON.parse(stdout) as NodeStatus;
      expect(Object.keys(status)).toEqual(STATUS_KEYS);
      expect(shapeOf(status.instances[0])).toMatchObject({
        ...{ name: "string", state: "string", reason: "string", since: "string", ageS: "number" },
        transition: { kind: "string", from: "string", to: "string", priorityBase: "number" },
        priority: { base: "number", effective: "number", parts: [{ tracker: "string" }] },
        master: { address: "string", priority: "number" },
        vips: [{ address: "string", held: "boolean", leaseS: "number", label: "string" }],
        counters: { advertSent: "number", checksumErrors: "number" },
      });
      expect(status).toMatchObject({
        groups: [{ name: "G1", state: "MASTER", members: ["VI_2"] }],
        virtualServers: [{ scheduler: "wlc", method: "DR", realServers: [{ method: "DR" }] }],
        configuration: { generation: 1, refused: null, pending: null },
        logLinesLost: 0,
      });
      expect(status.trackers.map(({ name, kind }) => [name, kind])).toEqual([
        ["chk", "SCRIPT"],
        ["down", "SCRIPT"],
      ]);
      const text = (await vipd(node, ["status"])).stdout;
      for (const word of ["VI_1", "MASTER", "this node", "107 = 100", "172.18.200.1/16", "G1"]) {
        expect(text).toContain(word);
      }
      const wide = text.split("\n").filter((line) => line.length > 100);
      expect(wide).toEqual([]);
      // No password is ever told; the socket is root's alone.
      const mode = await node.exec(["stat", "-c", "%a %u", "/run/keepalived.sock"]);
      expect(mode.stdout).toBe("600 0\n");
      const asNobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
      const refused = await node.exec([...asNobody, VIPD, "status"], {
        check: false,
        env: { HOME: "/run" },
      });
      expect([refused.code, refused.stderr]).toEqual([
        1,
        expect.stringContaining("only root may open it"),
      ]);
    });
  });

  it("says what is wrong when no daemon is there, and how to name another one", async () => {
    await onNode("nobody-there", async (node) => {
      for (const args of [["status"], ["events"], ["status", "--socket", "/run/other.sock"]]) {
        const { code, stdout, stderr } = await vipd(node, args, { check: false });
        expect([code, stdout, stderr]).toEqual([1, "", expect.stringMatching(/no vipd answers/)]);
        expect(stderr).toContain("--socket PATH");
      }
    });
  });

  it("does not hang when the daemon is stopped: it says so after a while", async () => {
    await onNode("stopped", async (node) => {
      const program = await startReadyVipd(node, vrrpConf(CONF), { args: ["-P"] });
      program.kill("SIGSTOP");
      const startMs = performance.now();
      const asked = await Promise.all(
        [["status"], ["events"], ["console"]].map((args) =>
          vipd(node, args, { check: false, input: "status\n" })
        ),
      );
      expect(performance.now() - startMs).toBeLessThan(15_000);
      for (const { code, stderr } of asked) {
        expect([code, stderr]).toEqual([1, expect.stringMatching(/does not answer/)]);
      }
      program.kill("SIGCONT");
      await eventually("the daemon to answer again", () => statusOf(node).catch(() => null));
    });
  });

  it("keeps two daemons on one machine apart by their pid files", async () => {
    await onNode("two", async (node) => {
      const second = ["-p", "/run/b.pid", "-r", "/run/b_vrrp.pid", "-c", "/run/b_checkers.pid"];
      await startReadyVipd(node, vrrpConf({ instances: CONF.instances.slice(1) }));
      await node.configure(
        "b.conf",
        vrrpConf({ instances: [{ ...CONF.instances[0]!, lines: [] }] }),
      );
      expect((await vipd(node, [...second, "-G", "-f", "/etc/keepalived/b.conf"])).code).toBe(0);
      const names = async (path?: string) =>
        (await statusOf(node, path)).instances.map(({ name }) => name);
      expect([await names(), await names("/run/b.sock")]).toEqual([["VI_2"], ["VI_1"]]);
      const text = await vipd(node, ["status", "--socket", "/run/b.sock"]);
      expect(text.stdout).toContain("VI_1");
      await node.exec(["sh", "-c", "kill $(cat /run/b.pid)"]);
      await eventually(
        "the second to go",
        async () =>
          (await node.exec(["test", "-e", "/run/b.sock"], { check: false })).code !== 0 || null,
      );
      expect(await names()).toEqual(["VI_2"]);
    });
  });
});

describe.concurrent("vipd events", () => {
  it("--follow tells each transition once and in order, and ends with the daemon", async () => {
    await onNode("events", async (node) => {
      const program = await startReadyVipd(node, vrrpConf(CONF), { args: ["-P"] });
      const follow = ["events", "--follow", "--json", "-n", "0"];
      const follower = await node.start([VIPD, ...follow], { name: "events" });
      const text = await node.start([VIPD, "events", "--follow"], { name: "events text" });
      await eventually(
        "both to listen",
        async () => (await statusOf(node)).control.clients >= 3 || null,
      );
      await untilInstance(node, "VI_1", "MASTER");
      for (let turn = 0; turn < 3; turn++) {
        await node.configure("down", "");
        await untilInstance(node, "VI_1", "FAULT");
        await Deno.remove(`${node.configFolder}/down`);
        await untilInstance(node, "VI_1", "MASTER");
      }
      expect(await program.stop()).toBe(0);
      expect(await follower.ended).toBe(1);
      expect(follower.log).toContain("the daemon closed the connection");
      const events = follower.lines.filter(({ from }) => from === "stdout")
        .map((line) => JSON.parse(line.text) as EventRecord);
      const sequences = events.map(({ sequence }) => sequence);
      expect(sequences).toEqual(sequences.map((_, i) => sequences[0]! + i));
      const states = events.map(({ kind, record }) => ({ kind, ...record }) as TransitionLike)
        .filter((row) => row.kind === "transition" && row.instanceName === "VI_1")
        .map(({ from, to }) => `${from} ${to}`);
      const turn = ["MASTER FAULT", "FAULT BACKUP", "BACKUP MASTER"];
      expect(states.slice(states.indexOf("MASTER FAULT"))).toEqual([
        ...turn,
        ...turn,
        ...turn,
        "MASTER STOP",
      ]);
      expect(text.log).toMatch(/\d{4}-\d\d-\d\d .* transition \(VI_1\) Entering FAULT STATE/);
    });
  });

  it("to a client that does not read disturb nobody", async () => {
    await onNode("deaf", async (node, lan) => {
      const capture = await Capture.start(lan);
      await startReadyVipd(node, vrrpConf(CONF), { args: ["-P"] });
      await untilInstance(node, "VI_1", "MASTER");
      const deaf = await Deno.connect({ transport: "unix", path: controlSocketOf(node) });
      const asked = '{"id":1,"method":"events","follow":true}\n' +
        '{"id":2,"method":"status"}\n'.repeat(100);
      // It asks for ever and never reads.
      const asking = (async () => {
        for (let i = 0; i < 200; i++) await deaf.write(new TextEncoder().encode(asked));
      })().catch(() => {}); // Dropped.
      const from = capture.position;
      await eventually(
        "20 adverts",
        () => capture.adverts({ vrid: 1 }, { from }).length >= 20 || null,
      );
      const times = capture.adverts({ vrid: 1 }, { from }).map(({ atMs }) => atMs);
      const gaps = times.slice(1).map((atMs, i) => atMs - times[i]!);
      expect(Math.max(...gaps)).toBeLessThan(INTERVAL_S * 1500);
      const startMs = performance.now();
      await statusOf(node);
      expect(performance.now() - startMs).toBeLessThan(1000);
      await eventually(
        "the deaf one to be dropped",
        async () => (await statusOf(node)).control.dropped === 1 || null,
        20_000,
        200,
      );
      deaf.close();
      await asking;
    });
  });
});

/** A transition of an instance as `vipd events --json` has it. */
interface TransitionLike {
  kind: string;
  instanceName?: string;
  from: string;
  to: string;
}

describe.concurrent("vipd console", () => {
  it("over a pipe runs every line against the daemon and ends with 1 if one failed", async () => {
    await onNode("console", async (node) => {
      const program = await startReadyVipd(node, vrrpConf(CONF), { args: ["-P"] });
      await untilInstance(node, "VI_1", "MASTER");
      const lines = ["status", "events 3", "check", "reload", "help", ""].join("\n");
      const good = await vipd(node, ["console"], { input: lines });
      for (const word of ["VI_1", "MASTER", "Reload finished: generation 2", "quit"]) {
        expect(good.stdout).toContain(word);
      }
      await program.waitForLine(/Reload finished: generation 2/);
      await node.configure("keepalived.conf", "vrrp_instance VI_1 {\n");
      const bad = await vipd(node, ["console"], { input: "reload\nstatus\n", check: false });
      expect(bad.code).toBe(1);
      expect(bad.stdout).toMatch(/Reload refused/);
      expect(bad.stdout).toMatch(/the last reload was refused/);
    });
  });

  it("in a terminal asks the same daemon, with a prompt", async () => {
    await onNode("console-pty", async (node) => {
      await startReadyVipd(node, vrrpConf(CONF), { args: ["-P"] });
      await untilInstance(node, "VI_1", "MASTER");
      const argv = ["script", "-qefc", `${VIPD} console`, "/dev/null"];
      const terminal = await node.start(argv, { name: "console", input: "piped" });
      const type = (keys: string) => terminal.stdin!.write(new TextEncoder().encode(keys));
      for (
        const [keys, answer] of [
          ["status\r", /VI_1.*MASTER/],
          ["check\r", /no errors|warning/],
          ["reload\r", /Reload finished: generation 2/],
          ["events 2\r", /config +Reload finished/],
        ] as const
      ) {
        const from = terminal.lines.length;
        await delay(from === 0 ? 1000 : 0);
        await type(keys);
        await terminal.waitForLine(answer, 10_000, from);
      }
      await type("quit\r");
      expect(await terminal.ended).toBe(0);
    });
  });
});
