// What VRRP can be configured to, beside keepalived and each way round: preemption, ties, intervals that
// differ, sync groups, IPv6, and the reference deployment's two masters. Each test has a lab of its own;
// several run at the same time.

import { describe, expect, it } from "vitest";
import type { DaemonKind } from "../lab/director.ts";
import type { AdvertEvent, NeighbourAdvertEvent } from "../lab/frames.ts";
import { delay } from "../lab/process.ts";
import { EXAMPLE } from "../lab/path.ts";
import { ADDRESS, INTERFACE, VIP1, VIP2 } from "../lab/topology.ts";
import { tsharkComplaints } from "../lab/tshark.ts";
import { type InstanceConf, masterDownMs, skewMs, vrrpConf } from "../lab/vrrp_conf.ts";
import { VrrpPair } from "../lab/vrrp_pair.ts";

const VRID = 51;
const VIP = "172.18.200.6";
const SECOND_VIP = "172.18.200.7";
const INTERVAL_S = 0.2;
/** Several labs at once on two shared cores. */
const MARGIN_MS = 250;
const PREEMPT_DELAY_S = 2;

function instance(priority: number, more: Partial<InstanceConf> = {}): InstanceConf {
  return {
    ...{ vrid: VRID, priority, version: 3, intervalS: INTERVAL_S, vips: [`${VIP}/16`] },
    ...more,
  };
}

const conf = (priority: number, more: Partial<InstanceConf> = {}) =>
  vrrpConf({ instances: [instance(priority, more)] });

/** Both configurations of a pair, priority 100 and 98, otherwise the same. */
const confs = (more: Partial<InstanceConf>): [string, string] => [conf(100, more), conf(98, more)];

async function expectClean(pair: VrrpPair): Promise<void> {
  expect(pair.complaints()).toEqual([]);
  const path = `${pair.reference.lab.folder}/all.pcap`;
  await pair.capture.save(path);
  expect(await tsharkComplaints(path)).toEqual([]);
}

describe.concurrent.each<DaemonKind>(["vipd", "keepalived"])("%s on node1", (kind) => {
  it("nopreempt: who returns with a higher priority stays BACKUP", async () => {
    const texts = confs({ lines: ["nopreempt"] });
    await using pair = await VrrpPair.open("vi-nopreempt", kind, texts);
    const { top, bottom, capture } = pair;
    // Whoever was up first is master: the start is no preemption.
    await capture.advert({ vrid: VRID });
    if (!(await top.node.holds(VIP))) await bottom.stop();
    await top.untilHolds(VIP);
    if (bottom.program.exitStatus !== null) await bottom.restart(texts[1]);
    const from = capture.position;
    await top.crash();
    const { tookMs } = await pair.takeover("bottom", VRID, from);
    expect(tookMs).toBeLessThan(masterDownMs(98, INTERVAL_S) + MARGIN_MS);
    await pair.untilAllWith("bottom", [VIP]);
    const back = capture.position;
    await top.restart(texts[0]);
    await delay(3 * masterDownMs(100, INTERVAL_S));
    expect(capture.adverts({ source: ADDRESS.node1 }, { from: back })).toEqual([]);
    expect(await bottom.node.holds(VIP)).toBe(true);
    // A master that resigns is followed in any case.
    await bottom.stop();
    await pair.untilAllWith("top", [VIP]);
    await expectClean(pair);
  });

  it(`preempt_delay ${PREEMPT_DELAY_S}: it returns that much later`, async () => {
    const texts = confs({ lines: [`preempt_delay ${PREEMPT_DELAY_S}`] });
    await using pair = await VrrpPair.open("vi-preempt", kind, texts);
    const { top, capture } = pair;
    await pair.untilAllWith("top", [VIP]);
    await top.crash();
    await pair.untilAllWith("bottom", [VIP]);
    const from = capture.position;
    await top.restart(texts[0]);
    const started = await top.program.waitForLine(/Entering BACKUP STATE/);
    const { first } = await pair.takeover("top", VRID, from);
    const tookMs = first.atMs - started.atMs;
    console.log(`preempt_delay, ${kind}: back after ${tookMs.toFixed(0)} ms`);
    // The delay begins with the first advert that is heard; then the old timer runs out.
    expect(tookMs).toBeGreaterThan(PREEMPT_DELAY_S * 1000 - MARGIN_MS);
    const most = PREEMPT_DELAY_S * 1000 + INTERVAL_S * 1000 + masterDownMs(100, INTERVAL_S);
    expect(tookMs).toBeLessThan(most + MARGIN_MS);
    await pair.untilAllWith("top", [VIP]);
    await expectClean(pair);
  });

  it("equal priorities: of two masters the larger address stays", async () => {
    await using pair = await VrrpPair.open("vi-tie", kind, [conf(100), conf(100)]);
    const { reference, top, bottom, capture } = pair;
    await capture.advert({ vrid: VRID });
    await reference.lan.setSilent(top.node, true);
    await Promise.all([top.untilHolds(VIP), bottom.untilHolds(VIP)]);
    const from = capture.position;
    await reference.lan.setSilent(top.node, false);
    await pair.untilAllWith("bottom", [VIP]);
    const last = capture.adverts({ source: ADDRESS.node1 }, { from }).length;
    expect(last).toBeLessThanOrEqual(2);
    await expectClean(pair);
  });

  it("the backup learns the master's interval (RFC 9568 6.4.2)", async () => {
    const [theirs, ours] = [0.3, 1];
    const texts: [string, string] = [
      conf(100, { intervalS: theirs }),
      conf(98, { intervalS: ours }),
    ];
    await using pair = await VrrpPair.open("vi-learn", kind, texts);
    const { top, bottom, capture } = pair;
    await pair.untilAllWith("top", [VIP]);
    for (let heard = 0; heard < 3; heard++) {
      await capture.advert({ source: ADDRESS.node1 }, { from: capture.position });
    }
    const from = capture.position;
    await top.crash();
    const { tookMs, first } = await pair.takeover("bottom", VRID, from);
    console.log(`learned interval, ${bottom.kind} is backup: ${tookMs.toFixed(1)} ms`);
    expect(tookMs).toBeGreaterThan(masterDownMs(98, theirs) - 2);
    expect(tookMs).toBeLessThan(masterDownMs(98, theirs) + MARGIN_MS);
    expect(first.intervalMs).toBe(ours * 1000);
    expect(bottom.program.log).toMatch(
      /\(VI_1\) advertisement interval updated from 1000ms to 300ms/,
    );
  });

  it("a sync group moves together: FAULT of one member, return, kill", async () => {
    const script = [
      ...["vrrp_script chk {", '    script "/usr/bin/test ! -e /etc/keepalived/down"'],
      ...["    interval 1", "}"],
    ];
    const group = [
      "vrrp_sync_group VG_1 {",
      "    group {",
      "        VI_1",
      "        VI_2",
      "    }",
      "}",
    ];
    const text = (priority: number) =>
      vrrpConf({
        before: script,
        after: group,
        instances: [
          instance(priority, { lines: ["track_script {", "    chk", "}"] }),
          instance(priority, { name: "VI_2", vrid: VRID + 1, vips: [`${SECOND_VIP}/16`] }),
        ],
      });
    await using pair = await VrrpPair.open("vi-group", kind, [text(100), text(98)]);
    const { top, capture } = pair;
    const both = [VIP, SECOND_VIP];
    await pair.untilAllWith("top", both);
    for (const how of ["fault", "kill"] as const) {
      const from = capture.position;
      const down = `${top.node.configFolder}/down`;
      if (how === "fault") await Deno.writeTextFile(down, "");
      else await top.crash();
      const zero = (advert: { priority: number }) => how === "kill" || advert.priority === 0;
      const floor = how === "kill" ? masterDownMs(98, INTERVAL_S) : skewMs(98, INTERVAL_S);
      const took = await Promise.all(
        [VRID, VRID + 1].map((vrid) => pair.takeover("bottom", vrid, from, zero)),
      );
      const latest = Math.max(...took.map(({ tookMs }) => tookMs));
      console.log(`sync group, ${kind}: ${how}: ${latest.toFixed(1)} ms`);
      expect(latest).toBeGreaterThan(floor - 2);
      expect(latest).toBeLessThan(floor + MARGIN_MS);
      await pair.untilAllWith("bottom", both);
      if (how === "fault") await Deno.remove(down);
      else await top.restart(text(100));
      await pair.untilAllWith("top", both);
    }
    // The addresses come before the line that tells of them.
    await top.program.waitForLine(/VRRP_Group\(VG_1\) Syncing instances to MASTER state/);
    await expectClean(pair);
  });

  it("a VIP that somebody else removes: priority 0, and back after the skew time", async () => {
    await using pair = await VrrpPair.open("vi-removed", kind, confs({}));
    const { top, capture } = pair;
    await pair.untilAllWith("top", [VIP]);
    const from = capture.position;
    await top.node.ip(`addr del ${VIP}/16 dev ${INTERFACE}`);
    const zero = await capture.advert({ priority: 0, source: ADDRESS.node1 }, { from });
    const next = await capture.waitFor(
      "a master",
      (event): event is AdvertEvent => event.kind === "advert" && event.atMs > zero.atMs,
      { from },
    );
    expect(next.atMs - zero.atMs).toBeLessThan(skewMs(98, INTERVAL_S) + MARGIN_MS);
    await pair.untilAllWith("top", [VIP]);
    await expectClean(pair);
  });

  it("IPv6: kill and graceful stop, neighbour advertisements, hop limit 255", async () => {
    const vips = ["fe80::51:6/64", "fd00:18::6/64"];
    await using pair = await VrrpPair.open("vi-inet6", kind, confs({ vips }));
    const { top, bottom, capture } = pair;
    const plain = ["fe80::51:6", "fd00:18::6"];
    await pair.untilAllWith("top", plain);
    // Duplicate address detection: neither speaks or listens with its link-local address before.
    await bottom.program.waitForLine(/Entering BACKUP STATE/);
    for (let adverts = 0; adverts < 3; adverts++) {
      await capture.advert({ vrid: VRID, priority: 100 }, { from: capture.position });
    }
    const linkLocal = async (node: typeof top.node) =>
      (await node.addresses()).find((row) =>
        row.scope === "link" && row.address.startsWith("fe80") && !plain.includes(row.address)
      )!.address;
    const [theirs, ours] = [await linkLocal(top.node), await linkLocal(bottom.node)];
    for (const how of ["kill", "stop"] as const) {
      const from = capture.position;
      if (how === "kill") await top.crash();
      else await top.stop();
      const first = await capture.advert({ vrid: VRID, source: ours }, { from });
      const last = capture.adverts({ vrid: VRID, source: theirs })
        .filter(({ atMs }) => atMs < first.atMs).at(-1)!;
      const tookMs = first.atMs - last.atMs;
      const floor = how === "kill" ? masterDownMs(98, INTERVAL_S) : skewMs(98, INTERVAL_S);
      console.log(`IPv6, ${kind}: ${how}: ${tookMs.toFixed(1)} ms, floor ${floor.toFixed(1)} ms`);
      if (how === "stop") expect(last.priority).toBe(0);
      expect(tookMs).toBeGreaterThan(floor - 2);
      expect(tookMs).toBeLessThan(floor + MARGIN_MS);
      expect(first).toMatchObject({ destination: "ff02::12", ttl: 255, version: 3 });
      expect(first.addresses).toEqual(plain);
      const announced = await capture.waitFor(
        "a neighbour advertisement",
        (event): event is NeighbourAdvertEvent =>
          event.kind === "neighbourAdvert" && event.target === plain[1],
        { from },
      );
      expect(announced).toMatchObject({ override: true, solicited: false });
      await pair.untilAllWith("bottom", plain);
      await top.restart(conf(100, { vips }));
      await pair.untilAllWith("top", plain);
    }
    await expectClean(pair);
  });

  it("the reference deployment: each its own VIP, then both, then each again", async () => {
    const text = async (name: string) =>
      // A shell expression needs a shell: 2.2.7 drops the published line, and with it 5 of priority.
      (await Deno.readTextFile(`${EXAMPLE}/${name}.conf`)).replace(
        /script "(\[\[.*)"/,
        `script "/bin/bash -c '$1'"`,
      );
    const texts: [string, string] = [await text("node1"), await text("node2")];
    await using pair = await VrrpPair.open("vi-dual", kind, texts);
    const { top, bottom, capture } = pair;
    const layout = async () => {
      await Promise.all([top.untilHolds(VIP1), bottom.untilHolds(VIP2)]);
      await Promise.all([top.untilHolds(VIP2, false), bottom.untilHolds(VIP1, false)]);
    };
    await layout();
    const from = capture.position;
    await top.crash();
    const { tookMs } = await pair.takeover("bottom", 51, from);
    // 98 and 5 of the script that succeeds.
    expect(tookMs).toBeGreaterThan(masterDownMs(103, 1) - 2);
    expect(tookMs).toBeLessThan(masterDownMs(103, 1) + MARGIN_MS);
    await pair.untilAllWith("bottom", [VIP1, VIP2]);
    await top.restart(texts[0]);
    await layout();
    const stopped = capture.position;
    await bottom.stop();
    await pair.takeover("top", 60, stopped);
    await pair.untilAllWith("top", [VIP1, VIP2]);
    await bottom.restart(texts[1]);
    await layout();
    const failed = capture.position;
    await Deno.writeTextFile(`${top.node.configFolder}/down`, "");
    await pair.takeover("bottom", 51, failed, ({ priority }) => priority > 103);
    await pair.untilAllWith("bottom", [VIP1, VIP2]);
    await expectClean(pair);
  });
});
