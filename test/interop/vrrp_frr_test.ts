// vipd beside FRR's vrrpd (version 3, group 224.0.0.18): each takes over from the other when it is
// killed and when it stops in order, and yields when the other returns.

import { describe, expect, it } from "vitest";
import { Capture } from "../lab/capture.ts";
import { Director } from "../lab/director.ts";
import { Frr, FRR_GROUP } from "../lab/frr.ts";
import type { AdvertEvent } from "../lab/frames.ts";
import { ADDRESS, openReferenceLab, type ReferenceLab } from "../lab/topology.ts";
import { tsharkComplaints } from "../lab/tshark.ts";
import { masterDownMs, skewMs, vrrpConf } from "../lab/vrrp_conf.ts";

const VRID = 51;
const VIP = "172.18.200.6";
const INTERVAL_S = 0.5;
const MARGIN_MS = 250;
/** FRR rounds its timers to whole hundredths of a second or worse. */
const FRR_EARLY_MS = 20;

const conf = (priority: number) =>
  vrrpConf({
    group: FRR_GROUP,
    instances: [{ vrid: VRID, priority, version: 3, intervalS: INTERVAL_S, vips: [`${VIP}/16`] }],
  });

interface Pair extends AsyncDisposable {
  reference: ReferenceLab;
  capture: Capture;
  ours: Director;
  frr: Frr;
}

/** vipd on node1 and FRR on node2. */
async function open(priority: number, frrPriority: number): Promise<Pair> {
  const reference = await openReferenceLab("vi-frr", ["node1", "node2"]);
  try {
    const capture = await Capture.start(reference.lan);
    const [ours, frr] = await Promise.all([
      Director.start("vipd", reference.machine("node1"), conf(priority)),
      Frr.start(reference.machine("node2"), {
        ...{ vrid: VRID, priority: frrPriority, intervalMs: INTERVAL_S * 1000, vip: `${VIP}/16` },
      }),
    ]);
    const close = () => reference[Symbol.asyncDispose]();
    return { reference, capture, ours, frr, [Symbol.asyncDispose]: close };
  } catch (error) {
    await reference[Symbol.asyncDispose]();
    throw error;
  }
}

/** Time from the last advert of one to the first of the other, after event `from`. */
async function takeoverMs(
  { capture }: Pair,
  by: "node1" | "node2",
  from: number,
): Promise<{ tookMs: number; last: AdvertEvent }> {
  const [source, old] = by === "node1"
    ? [ADDRESS.node1, ADDRESS.node2]
    : [ADDRESS.node2, ADDRESS.node1];
  const first = await capture.advert({ vrid: VRID, source }, { from });
  const last = capture.adverts({ vrid: VRID, source: old })
    .filter(({ atMs }) => atMs < first.atMs).at(-1)!;
  return { tookMs: first.atMs - last.atMs, last };
}

async function expectClean(pair: Pair): Promise<void> {
  expect(pair.ours.complaints()).toEqual([]);
  expect(pair.frr.program.log).not.toMatch(/invalid|bad checksum|malformed/i);
  const path = `${pair.reference.lab.folder}/frr.pcap`;
  await pair.capture.save(path);
  expect(await tsharkComplaints(path, `ip.src == ${ADDRESS.node1}`)).toEqual([]);
}

describe.concurrent("vipd and FRR", () => {
  it("FRR is backup of a vipd: kill -9, return, graceful stop", async () => {
    await using pair = await open(100, 98);
    const { ours, frr, capture } = pair;
    await ours.untilHolds(VIP);
    await frr.untilState("Backup");
    const killed = capture.position;
    await ours.crash();
    const kill = await takeoverMs(pair, "node2", killed);
    const killFloor = masterDownMs(98, INTERVAL_S);
    await frr.untilState("Master");
    // The lease has ended: FRR's node has the address to itself.
    await ours.untilHolds(VIP, false);
    await ours.restart(conf(100));
    await ours.untilHolds(VIP);
    await frr.untilState("Backup");
    const stopped = capture.position;
    await ours.stop();
    const stop = await takeoverMs(pair, "node2", stopped);
    const stopFloor = skewMs(98, INTERVAL_S);
    console.log(
      `FRR takes over: kill ${kill.tookMs.toFixed(1)} ms (floor ${killFloor.toFixed(1)}), stop ${
        stop.tookMs.toFixed(1)
      } ms (floor ${stopFloor.toFixed(1)})`,
    );
    expect(kill.tookMs).toBeGreaterThan(killFloor - FRR_EARLY_MS);
    expect(kill.tookMs).toBeLessThan(killFloor + MARGIN_MS);
    expect(stop.last.priority).toBe(0);
    expect(stop.tookMs).toBeGreaterThan(stopFloor - FRR_EARLY_MS);
    expect(stop.tookMs).toBeLessThan(stopFloor + MARGIN_MS);
    await expectClean(pair);
  });

  it("vipd is backup of an FRR: kill -9, return, graceful stop", async () => {
    await using pair = await open(98, 150);
    const { ours, frr, capture } = pair;
    await frr.untilState("Master");
    await ours.untilHolds(VIP, false);
    const killed = capture.position;
    frr.program.kill("SIGKILL");
    const kill = await takeoverMs(pair, "node1", killed);
    const killFloor = masterDownMs(98, INTERVAL_S);
    await ours.untilHolds(VIP);
    await frr.restart();
    await frr.untilState("Master");
    await ours.untilHolds(VIP, false);
    const stopped = capture.position;
    frr.program.kill("SIGTERM");
    const stop = await takeoverMs(pair, "node1", stopped);
    const stopFloor = skewMs(98, INTERVAL_S);
    console.log(
      `vipd takes over: kill ${kill.tookMs.toFixed(1)} ms (floor ${killFloor.toFixed(1)}), stop ${
        stop.tookMs.toFixed(1)
      } ms (floor ${stopFloor.toFixed(1)})`,
    );
    expect(kill.tookMs).toBeGreaterThan(killFloor - 2);
    expect(kill.tookMs).toBeLessThan(killFloor + MARGIN_MS);
    expect(stop.last.priority).toBe(0);
    expect(stop.tookMs).toBeGreaterThan(stopFloor - 2);
    expect(stop.tookMs).toBeLessThan(stopFloor + MARGIN_MS);
    await ours.untilHolds(VIP);
    await expectClean(pair);
  });
});
