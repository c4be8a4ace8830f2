// Tracked scripts in a running daemon: when they run, as whom, what their results do to priority and
// state, and that none of them, however it behaves, delays an advert.

import { describe, expect, it } from "vitest";
import type { EventRecord } from "../../host/control/client.ts";
import {
  eventsOf,
  instanceIn,
  startReadyVipd,
  statusOf,
  untilInstance,
  untilStatus,
} from "../lab/asking.ts";
import { Capture } from "../lab/capture.ts";
import type { LabNode } from "../lab/netns.ts";
import { eventually } from "../lab/process.ts";
import { onNode, onPair } from "../lab/solo.ts";
import { type InstanceConf, vrrpConf } from "../lab/vrrp_conf.ts";

const INTERVAL_S = 0.1;
/** An advert may come so late at the most: half its interval. */
const LATE_MS_MAX = (INTERVAL_S * 1000) / 2;
const VIP = "172.18.200.6";

/** Writes one line for each run and ends as the file NAME.exit says. */
const JUDGE = `#!/bin/sh
read -r status <"/etc/keepalived/$1.exit"
echo "$(date +%s%3N) $(id -u) $status" >>"/etc/keepalived/$1.runs"
exit "$status"
`;

interface Run {
  atMs: number;
  uid: number;
  status: number;
}

/** What the judge of that name wrote. */
async function runsOf(node: LabNode, name: string): Promise<Run[]> {
  const text = await Deno.readTextFile(`${node.configFolder}/${name}.runs`).catch(() => "");
  return text.split("\n").filter((line) => line !== "").map((line) => {
    const [atMs = 0, uid = -1, status = -1] = line.split(" ").map(Number);
    return { atMs, uid, status };
  });
}

/** From the next run on the judge ends with that status. In one step: a run never reads half of it. */
async function setExit(node: LabNode, name: string, status: number): Promise<void> {
  await Deno.writeTextFile(`${node.configFolder}/${name}.new`, `${status}\n`, { mode: 0o644 });
  await Deno.rename(`${node.configFolder}/${name}.new`, `${node.configFolder}/${name}.exit`);
}

function judge(name: string, lines: string[]): string {
  const script = [
    `script "/etc/keepalived/judge.sh ${name}"`,
    "interval 0.1",
    "timeout 5",
    ...lines,
  ];
  return `vrrp_script ${name} {\n${script.map((line) => `    ${line}\n`).join("")}}`;
}

function instance(vrid: number, name: string, track: string): InstanceConf {
  const lines = ["track_script {", `    ${track}`, "}"];
  const vips = [`172.18.200.${vrid}/16`];
  return { name, vrid, priority: 100, version: 3, intervalS: INTERVAL_S, vips, lines };
}

/** Largest gap between the node's adverts of an instance, milliseconds beyond the interval. */
function latest(capture: Capture, vrid: number, from: number): number {
  const times = capture.adverts({ vrid }, { from }).map(({ atMs }) => atMs);
  const gaps = times.slice(1).map((atMs, i) => atMs - times[i]! - INTERVAL_S * 1000);
  return Math.max(...gaps);
}

/** The changes of a tracker's state that were told, oldest first. */
function statesOf(events: EventRecord[], tracker: string) {
  return events.map(({ record }) => record as Record<string, unknown>)
    .filter((record) => record["event"] === "TRACKER_STATE" && record["tracker"] === tracker);
}

/** True while a process of that command line lives in the node. */
async function lives(node: LabNode, pattern: string): Promise<boolean> {
  return (await node.exec(["pgrep", "-f", pattern], { check: false })).code === 0;
}

describe.concurrent("tracked scripts", () => {
  it("move the priority by weight, count rise and fall, run as their user, and force FAULT", async () => {
    await onNode("judged", async (node) => {
      const names = ["plus", "minus", "turned", "slow", "fault"];
      await node.configure("judge.sh", JUDGE, 0o755);
      for (const name of names) {
        await setExit(node, name, 0);
        await node.configure(`${name}.runs`, "", 0o666);
      }
      // shows: ROOT vrrp_script
      // shows: vrrp_script script interval weight rise fall user
      // shows: vrrp_instance track_script
      // shows: vrrp_instance.track_script <NAME> weight
      const conf = vrrpConf({
        before: [
          judge("plus", ["weight 20"]),
          judge("minus", ["weight 0"]),
          judge("turned", ["weight 5 reverse"]),
          judge("slow", ["weight -30", "rise 3", "fall 4", "user nobody"]),
          judge("fault", []),
        ],
        instances: [
          instance(1, "PLUS", "plus"),
          instance(2, "MINUS", "minus weight -20"),
          instance(3, "TURNED", "turned"),
          instance(4, "SLOW", "slow"),
          instance(5, "FAULTS", "fault"),
        ],
      });
      await startReadyVipd(node, conf, { args: ["-P"] });
      const priorities = (wanted: Record<string, number>) =>
        untilStatus(
          node,
          `priorities ${JSON.stringify(wanted)}`,
          (status) =>
            Object.entries(wanted).every(([name, priority]) =>
              instanceIn(status, name)?.priority.effective === priority
            ),
        );
      await priorities({ PLUS: 120, MINUS: 100, TURNED: 100, SLOW: 100 });
      await untilInstance(node, "FAULTS", "MASTER");
      for (const name of names) await setExit(node, name, 1);
      await priorities({ PLUS: 100, MINUS: 80, TURNED: 105, SLOW: 70 });
      await untilInstance(node, "FAULTS", "FAULT");
      expect(await node.holds("172.18.200.5")).toBe(false);
      for (const name of names) await setExit(node, name, 0);
      await priorities({ PLUS: 120, MINUS: 100, TURNED: 100, SLOW: 100 });
      await untilInstance(node, "FAULTS", "MASTER");

      const slow = statesOf(await eventsOf(node), "slow");
      expect(slow.map(({ to, streak }) => [to, streak])).toEqual([
        ["GOOD", 1], // the first result decides at once
        ["BAD", 4],
        ["GOOD", 3],
      ]);
      const runs = await runsOf(node, "slow");
      const { stdout } = await node.exec(["id", "-u", "nobody"]);
      expect(new Set(runs.map(({ uid }) => uid))).toEqual(new Set([Number(stdout)]));
      expect((await runsOf(node, "plus"))[0]?.uid).toBe(0);
      // From run to run the period may shift, over many it does not drift.
      const [first, last] = [runs[0]!, runs.at(-1)!];
      const meanMs = (last.atMs - first.atMs) / (runs.length - 1);
      expect(meanMs).toBeGreaterThan(95);
      expect(meanMs).toBeLessThan(160);
    });
  });

  it("end at their timeout with all their children: TERM, then KILL, a failure", async () => {
    await onNode("endless", async (node, lan) => {
      const capture = await Capture.start(lan);
      // The one obeys TERM and its child tells of it; the other and its child ignore it.
      await node.configure(
        "obeys.sh",
        `#!/bin/sh\nsh -c 'trap "echo TERM >>/etc/keepalived/told; exit" TERM; ` +
          `while :; do sleep 0.05; done' obeyer &\nwait\n`,
        0o755,
      );
      await node.configure(
        "ignores.sh",
        `#!/bin/sh\ntrap "" TERM\nsleep 7001 &\nwhile :; do sleep 7002; done\n`,
        0o755,
      );
      // shows: vrrp_script timeout
      const conf = vrrpConf({
        before: ["obeys", "ignores"].map((name) =>
          `vrrp_script ${name} {\n    script /etc/keepalived/${name}.sh\n` +
          "    interval 60\n    timeout 0.5\n    weight -10\n}"
        ),
        instances: [instance(1, "OBEYS", "obeys"), instance(2, "IGNORES", "ignores")],
      });
      await startReadyVipd(node, conf, { args: ["-P"] });
      await untilInstance(node, "IGNORES", "MASTER");
      const from = capture.position;
      expect(await lives(node, "sleep 700")).toBe(true);
      await untilInstance(node, "OBEYS", ({ priority }) => priority.effective === 90);
      // TERM came to the child too, and nothing of the group is left.
      expect(await Deno.readTextFile(`${node.configFolder}/told`)).toBe("TERM\n");
      expect(await lives(node, "obeyer")).toBe(false);
      await untilInstance(node, "IGNORES", ({ priority }) => priority.effective === 90);
      expect(await lives(node, "sleep 700|ignores.sh")).toBe(false);
      const outcomes = (await statusOf(node)).trackers.map(({ lastOutcome }) => lastOutcome);
      expect(outcomes).toEqual([expect.stringMatching(/time/), expect.stringMatching(/time/)]);
      expect(latest(capture, 2, from)).toBeLessThan(LATE_MS_MAX);
    });
  });

  it("that leave a child behind with their output open are done when they end", async () => {
    await onNode("leaves", async (node) => {
      await node.configure(
        "leaves.sh",
        "#!/bin/sh\necho run >>/etc/keepalived/runs\nsleep 7 &\necho done\nexit 0\n",
        0o755,
      );
      const before = [
        "vrrp_script leaves {\n    script /etc/keepalived/leaves.sh\n    interval 0.3\n" +
        "    weight 10\n}",
      ];
      const conf = vrrpConf({ before, instances: [instance(1, "VI_1", "leaves")] });
      await startReadyVipd(node, conf, { args: ["-P"] });
      await untilInstance(node, "VI_1", ({ priority }) => priority.effective === 110);
      // The runs go on at their interval, long before the first child has ended.
      await eventually("4 runs", async () => {
        const text = await Deno.readTextFile(`${node.configFolder}/runs`);
        return text.split("\n").length > 4 || null;
      }, 5000);
      expect(await lives(node, "^sleep 7$")).toBe(true);
      const skipped = (await eventsOf(node)).filter(({ text }) => /skipping run/.test(text));
      expect(skipped).toEqual([]);
    });
  });

  it("may be fifty every 100 ms: no advert is late, and the control socket answers", async () => {
    await onNode("crowd", async (node, lan) => {
      const capture = await Capture.start(lan);
      const names = Array.from({ length: 50 }, (_, i) => `s${i}`);
      const before = names.map((name) =>
        `vrrp_script ${name} {\n    script /bin/true\n    interval 0.1\n    timeout 5\n}`
      );
      const lines = ["track_script {", ...names.map((name) => `    ${name}`), "}"];
      const vips = [`${VIP}/16`];
      const conf = vrrpConf({
        before,
        instances: [{ vrid: 1, priority: 100, version: 3, intervalS: INTERVAL_S, vips, lines }],
      });
      await startReadyVipd(node, conf, { args: ["-P"] });
      await untilInstance(node, "VI_1", "MASTER");
      const from = capture.position;
      await eventually(
        "30 adverts",
        () => capture.adverts({ vrid: 1 }, { from }).length >= 30 || null,
      );
      const askedMs = performance.now();
      const status = await statusOf(node);
      expect(performance.now() - askedMs).toBeLessThan(1000);
      expect(status.trackers.map(({ state }) => state)).toEqual(names.map(() => "GOOD"));
      expect(latest(capture, 1, from)).toBeLessThan(LATE_MS_MAX);
    });
  });

  it("in shell syntax, as published: a file named down moves the VIP and gives it back", async () => {
    await onPair("seed", async (node1, node2) => {
      const chkDown = "vrrp_script chk_down {\n" +
        '    script "[[ -f /etc/keepalived/down ]] && exit 1 || exit 0"\n' +
        "    interval 0.2\n    weight -5\n}";
      const conf = (priority: number) =>
        vrrpConf({
          before: [chkDown],
          instances: [{ ...instance(6, "VI_1", "chk_down"), priority }],
        });
      await Promise.all([
        startReadyVipd(node1, conf(100), { args: ["-P"] }),
        startReadyVipd(node2, conf(98), { args: ["-P"] }),
      ]);
      await untilInstance(node1, "VI_1", "MASTER");
      await untilInstance(node2, "VI_1", ({ master }) => master?.priority === 100);
      await node1.configure("down", "");
      await untilInstance(node2, "VI_1", "MASTER");
      await untilInstance(node1, "VI_1", "BACKUP");
      expect([await node1.holds(VIP), await node2.holds(VIP)]).toEqual([false, true]);
      await Deno.remove(`${node1.configFolder}/down`);
      await untilInstance(node1, "VI_1", "MASTER");
      await untilInstance(node2, "VI_1", "BACKUP");
      expect([await node1.holds(VIP), await node2.holds(VIP)]).toEqual([true, false]);
    });
  });
});
