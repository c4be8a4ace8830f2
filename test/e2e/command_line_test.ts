// The command line of the daemon on a machine of its own: the configuration test beside keepalived's,
// the start into the background and every way in which it fails, exit statuses, pid files.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { statusOf, untilInstance } from "../lab/asking.ts";
import type { LabNode } from "../lab/netns.ts";
import { eventually } from "../lab/process.ts";
import type { RunResult } from "../lab/process.ts";
import { DENO, ROOT } from "../lab/path.ts";
import { onNode } from "../lab/solo.ts";
import { ADDRESS, INTERFACE, openReferenceLab, type ReferenceLab } from "../lab/topology.ts";
import { VIPD, vipd } from "../lab/vipd.ts";
import { vrrpConf } from "../lab/vrrp_conf.ts";

const PID_FILE = "/run/keepalived.pid";
const VIP = "172.18.200.6";

/** Gives the node a /dev of its own, so that a /dev/log there is nobody else's. */
const OWN_DEV = `
mkdir /run/dev
mount -t tmpfs none /run/dev
for name in null zero full random urandom tty; do
  touch /run/dev/$name
  mount --bind /dev/$name /run/dev/$name
done
mount --rbind /run/dev /dev
`;

const GOOD = vrrpConf({
  instances: [{ vrid: 1, priority: 100, version: 3, intervalS: 0.1, vips: [`${VIP}/16`] }],
});

describe("vipd -t beside keepalived -t", () => {
  let reference: ReferenceLab;
  let node: LabNode;
  beforeAll(async () => {
    reference = await openReferenceLab("ve-test", ["node1"]);
    node = reference.machine("node1");
    await node.configure("open.sh", "#!/bin/sh\n", 0o777);
  });
  afterAll(() => reference[Symbol.asyncDispose]());

  const insecure = 'vrrp_script open {\n    script "/etc/keepalived/open.sh"\n}\n';
  const tracked = GOOD.replace("version 3", "version 3\n    track_script { open }");
  const withoutVrid = GOOD.replace(/virtual_router_id 1/, "");
  const twice = vrrpConf({
    instances: ["A", "B"].map((name) => ({
      ...{ name, vrid: 1, priority: 100, version: 3 as const, intervalS: 1 },
      vips: [`${VIP}/16`],
    })),
  });
  /** Name, file, keepalived's status, ours where it differs, what ours says. */
  const cases: [string, string, number, number | null, RegExp][] = [
    ["clean", GOOD, 0, null, /^$/],
    ["the same VRID twice", twice, 5, 4, /vrid-duplicate/],
    ["no VRID", withoutVrid, 5, 4, /virtual_router_id/],
    ["an insecure script", insecure + tracked, 6, null, /script-insecure/],
    ["an unknown keyword", GOOD.replace("priority", "prority"), 5, 4, /did you mean 'priority'/],
    ["an interface that is missing", GOOD.replaceAll(INTERFACE, "eth77"), 5, null, /eth77/],
    ["a deprecated keyword", deprecated(), 5, null, /nb_get_retry/],
  ];
  it.each(cases)("%s", async (_name, conf, theirs, ours, told) => {
    const name = `t${cases.findIndex(([, text]) => text === conf)}.conf`;
    const path = await node.configure(name, conf);
    const [expected, tested] = await Promise.all([
      node.exec(["keepalived", "-t", "-f", path], { check: false }),
      vipd(node, ["-t", "-f", path], { check: false }),
    ]);
    expect(expected.code, expected.stderr).toBe(theirs);
    expect(tested.code, tested.stderr).toBe(ours ?? theirs);
    expect(tested.stderr).toMatch(told);
    expect(tested.stdout).toBe("");
  });

  it("a file that is missing is 4, where keepalived 2.2.7 says 0", async () => {
    const args = ["-t", "-f", "/etc/keepalived/nowhere.conf"];
    expect((await node.exec(["keepalived", ...args], { check: false })).code).toBe(0);
    const { code, stderr } = await vipd(node, args, { check: false });
    expect([code, stderr]).toEqual([4, expect.stringContaining("nowhere.conf")]);
  });

  it("writes to the file of -t=FILE", async () => {
    const path = await node.configure("bad.conf", GOOD.replace("priority", "prority"));
    const { code, stderr } = await vipd(node, ["-t/run/found", "-f", path], { check: false });
    expect([code, stderr]).toEqual([4, ""]);
    expect((await node.exec(["cat", "/run/found"])).stdout).toMatch(/bad\.conf:\d+:\d+ error/);
  });
});

function deprecated(): string {
  return `virtual_server ${VIP} 80 {
    delay_loop 5
    lb_algo rr
    lb_kind DR
    protocol TCP
    real_server ${ADDRESS.rs1} 80 {
        HTTP_GET {
            url {
                path /
                status_code 200
            }
            nb_get_retry 3
        }
    }
}
`;
}

/** Waits until the pid file is gone. */
function untilStopped(node: LabNode, pidFile = PID_FILE): Promise<unknown> {
  const look = async () =>
    (await node.exec(["test", "-e", pidFile], { check: false })).code !== 0 || null;
  return eventually(`${pidFile} to go`, look);
}

/** Starts in the background as an init script does, with that file. */
async function launch(node: LabNode, conf: string, args: string[] = []): Promise<RunResult> {
  await node.configure("keepalived.conf", conf);
  return await vipd(node, ["-D", "-G", ...args], { check: false });
}

describe.concurrent("the daemon in the background", () => {
  it("stands when its launcher returns 0, has pid files, and removes them at its end", async () => {
    await onNode("background", async (node) => {
      await node.configure(
        "notify.sh",
        "#!/bin/sh\nenv >/etc/keepalived/env\nls -l /proc/self/fd >/etc/keepalived/fds\n",
        0o755,
      );
      const conf = GOOD.replace("version 3", "version 3\n notify_master /etc/keepalived/notify.sh");
      // exec() returns only when nobody holds its pipes any more: the daemon let go of them.
      expect(await launch(node, conf, ["-P"])).toEqual({ code: 0, stdout: "", stderr: "" });
      const pid = (await node.exec(["cat", PID_FILE])).stdout;
      expect(pid).toMatch(/^\d+\n$/);
      expect((await node.exec(["cat", "/run/vrrp.pid"])).stdout).toBe(pid);
      expect((await node.exec(["test", "-e", "/run/checkers.pid"], { check: false })).code).toBe(1);
      expect((await statusOf(node)).pid).toBe(Number(pid));
      const modes = await node.exec(["stat", "-c", "%a", PID_FILE, "/run/keepalived.sock"]);
      expect(modes.stdout).toBe("644\n600\n");
      await untilInstance(node, "VI_1", "MASTER");
      await eventually(
        "the script to have run",
        async () => await Deno.readTextFile(`${node.configFolder}/fds`).catch(() => null),
      );
      const env = await Deno.readTextFile(`${node.configFolder}/env`);
      expect(env).not.toContain("VIPD_READY_FD");
      // Of ours it has nothing: neither the launcher's pipe nor what was led to /dev/null.
      const links = (await Deno.readTextFile(`${node.configFolder}/fds`)).split("\n");
      expect(links.filter((line) => /\/ready|l-wx.* ([3-9]|\d\d+) -> \/dev\/null/.test(line)))
        .toEqual([]);
      await node.exec(["kill", pid.trim()]);
      await untilStopped(node);
      const left = await node.exec(["ls", "/run"]);
      expect(left.stdout.split("\n").filter((name) => /pid|sock|state/.test(name))).toEqual([]);
      expect(await node.holds(VIP)).toBe(false);
    });
  });

  it("has its pid files where -p, -r and -c say", async () => {
    await onNode("pid-files", async (node) => {
      const args = ["-p", "/run/a/main.pid", "-r", "/run/a/v.pid", "-c", "/run/a/c.pid"];
      expect((await launch(node, GOOD, args)).code).toBe(0);
      const files = ["/run/a/main.pid", "/run/a/v.pid", "/run/a/c.pid"];
      const { stdout } = await node.exec(["cat", ...files]);
      const [pid, ...others] = stdout.trim().split("\n");
      expect(others).toEqual([pid, pid]);
      expect((await statusOf(node, "/run/a/main.sock")).pid).toBe(Number(pid));
      await node.exec(["kill", pid!]);
      await untilStopped(node, "/run/a/main.pid");
      expect((await node.exec(["ls", "/run/a"])).stdout).toBe("");
    });
  });

  const bad = GOOD.replace("virtual_router_id 1", "virtual_router_id 256");
  it.each<[string, string, string[], number, RegExp]>([
    ["a bad file", bad, [], 2, /virtual_router_id|configuration cannot be used/],
    ["a missing file", GOOD, ["-f", "/etc/keepalived/no.conf"], 6, /no\.conf|cannot be used/],
    ["a missing interface", GOOD.replaceAll(INTERFACE, "eth77"), [], 2, /eth77 does not exist/],
    ["an unknown option", GOOD, ["--nonsense"], 1, /Unknown option --nonsense/],
    ["a pid file that cannot be", GOOD, ["-p", "/proc/no/a.pid"], 1, /cannot open pid file/],
  ])("is refused with a message for %s", async (_name, conf, args, status, told) => {
    await onNode("refused", async (node) => {
      const ours = await launch(node, conf, ["-P", ...args]);
      expect([ours.code, ours.stderr]).toEqual([status, expect.stringMatching(told)]);
      const left = await node.exec(["ls", "/run"]);
      expect(left.stdout.split("\n").filter((name) => /pid|sock|state/.test(name))).toEqual([]);
    });
  });

  it("is refused beside another one on the same pid file, which goes on", async () => {
    await onNode("second", async (node) => {
      expect((await launch(node, GOOD, ["-P"])).code).toBe(0);
      await untilInstance(node, "VI_1", "MASTER");
      const { pid } = await statusOf(node);
      const second = await launch(node, GOOD, ["-P"]);
      expect([second.code, second.stderr]).toEqual([
        1,
        expect.stringContaining(`daemon is already running, pid ${pid}`),
      ]);
      expect((await untilInstance(node, "VI_1", "MASTER")).counters.becomeMaster).toBe(1);
      expect((await node.exec(["cat", PID_FILE])).stdout).toBe(`${pid}\n`);
    });
  });

  it("is refused to a user who may not open raw sockets", async () => {
    await onNode("nobody", async (node) => {
      await node.configure("keepalived.conf", GOOD);
      await node.exec(["sh", "-c", "mkdir -m 777 /run/open"]);
      const asNobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
      const args = ["-P", "-D", "-G", "-p", "/run/open/a.pid", "-r", "/run/open/b.pid"];
      const env = { HOME: "/run/open", TMPDIR: "/run/open" };
      const ours = await node.exec([...asNobody, VIPD, ...args], { check: false, env });
      expect([ours.code, ours.stderr]).toEqual([
        4,
        expect.stringMatching(/did not start: socket .*operation not permitted.*needs root/),
      ]);
    });
  });
});

describe.concurrent("the daemon's parts and log", () => {
  it("-C makes no VRRP, -P no checks, and each only its own pid file", async () => {
    await onNode("parts", async (node) => {
      await node.configure("keepalived.conf", GOOD + deprecated());
      for (const [part, file] of [["-C", "checkers.pid"], ["-P", "vrrp.pid"]] as const) {
        expect((await vipd(node, [part, "-G"])).code).toBe(0);
        const status = await statusOf(node);
        expect([status.instances.length, status.virtualServers.length]).toEqual(
          part === "-P" ? [1, 0] : [0, 1],
        );
        expect(status.wire === null).toBe(part === "-C");
        const { stdout } = await node.exec(["ls", "/run"]);
        expect(stdout.split("\n").filter((name) => name.endsWith(".pid"))).toEqual(
          [file, "keepalived.pid"].toSorted(),
        );
        await node.exec(["kill", `${status.pid}`]);
        await untilStopped(node);
      }
    });
  });

  it("-S chooses the facility of syslog, -l adds stderr, -G silences syslog", async () => {
    await onNode("syslog", async (node) => {
      await node.exec(["sh", "-euc", OWN_DEV]);
      const program = `${ROOT}/test/lab/programs/syslog_sink.ts`;
      const argv = [DENO, "run", "-A", "--no-lock", "--unstable-net", program, "/dev/log"];
      const syslog = await node.start(argv, { name: "syslog" });
      await syslog.waitForLine(/^listening$/);
      await node.configure("keepalived.conf", GOOD);
      const start = (args: string[]) => node.start([VIPD, "-n", "-P", ...args], { name: "vipd" });

      const quiet = await start(["-D", "-S", "3"]);
      // local3.info: 19 * 8 + 6. The ident is keepalived's, so that filters go on working.
      const line = /^<158>\w{3} [ \d]\d [\d:]{8} Keepalived_vrrp\[\d+\]: \(VI_1\) Entering MASTER/;
      await syslog.waitForLine(line);
      await quiet.stop();
      await syslog.waitForLine(/^<158>.*Keepalived\[\d+\]: Stopped vipd/);
      expect(quiet.lines).toEqual([]);

      const from = syslog.lines.length;
      const loud = await start(["-G", "-l"]);
      await loud.waitForLine(/^\w{3} \w{3} [ \d]\d [\d:]{8} \d{4}: \(VI_1\) Entering MASTER STATE/);
      await loud.stop();
      expect(syslog.lines.slice(from)).toEqual([]);
      expect(loud.lines.every(({ from }) => from === "stderr")).toBe(true);
    });
  });
});
