// When main is dead (it hangs, and only it): the wire worker goes on for MAIN_SILENT_MAX, then resigns,
// takes its addresses off and ends the process, so that the peer and the service manager can do their
// part. A process that was stopped as a whole is no such case, however long it was.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AddressWatch } from "../lab/address_watch.ts";
import { Capture } from "../lab/capture.ts";
import { Director } from "../lab/director.ts";
import { FrozenThread } from "../lab/frozen_thread.ts";
import { delay, eventually } from "../lab/process.ts";
import { longestGapMs } from "../lab/rhythm.ts";
import { ADDRESS, openReferenceLab, type ReferenceLab } from "../lab/topology.ts";
import { vrrpConf } from "../lab/vrrp_conf.ts";

const VRID = 51;
const VIP = "172.18.200.6";
const INTERVAL_S = 0.2;
/** DESIGN "when a half dies"; the worker looks at least twice a second, and main had just beaten. */
const MAIN_SILENT_MAX_MS = 30_000;
const BEAT_MS = 500;
const MARGIN_MS = 1000;
const EXIT_INTERNAL = 70;

const labs: ReferenceLab[] = [];

/** vipd with priority 100 on node1, master; keepalived with 98 on node2. */
async function open(tag: string) {
  const reference = await openReferenceLab(tag, ["node1", "node2"]);
  labs.push(reference);
  const capture = await Capture.start(reference.lan);
  const watch = await AddressWatch.start(reference.machine("node1"));
  const conf = (priority: number) =>
    vrrpConf({
      instances: [{ vrid: VRID, priority, version: 3, intervalS: INTERVAL_S, vips: [`${VIP}/16`] }],
    });
  const [ours, peer] = await Promise.all([
    Director.start("vipd", reference.machine("node1"), conf(100)),
    Director.start("keepalived", reference.machine("node2"), conf(98)),
  ]);
  await ours.untilHolds(VIP);
  await peer.untilHolds(VIP, false);
  await capture.advert({ source: ADDRESS.node1 }, { from: capture.position });
  return { capture, watch, ours, peer };
}

const now = () => performance.timeOrigin + performance.now();

async function playSilentMain() {
  const { capture, watch, ours, peer } = await open("vf-silent");
  const [from, watched] = [capture.position, watch.position];
  const main = FrozenThread.freeze(ours.program.pid);
  const frozenMs = now();
  const resign = await capture.advert(
    { vrid: VRID, source: ADDRESS.node1, priority: 0 },
    { from, timeoutMs: MAIN_SILENT_MAX_MS + 10_000 },
  );
  const goneMs = await watch.gone(VIP, watched);
  await eventually("the end of the process", () => main.hasEnded() || null);
  const status = await ours.program.ended;
  const taken = await capture.advert({ vrid: VRID, source: ADDRESS.node2 }, { from });
  await peer.untilHolds(VIP);
  const gapMs = longestGapMs(capture, { source: ADDRESS.node1 }, from);
  const adverts = capture.adverts({ source: ADDRESS.node1 }, { from });
  return { frozenMs, resign, goneMs, status, taken, gapMs, adverts };
}

/** As long a silence, but of the whole process: both halves' beats are old when it wakes. */
async function playStopped() {
  const { capture, ours, peer } = await open("vf-stopped");
  await ours.signal("STOP");
  await peer.untilHolds(VIP);
  await delay(MAIN_SILENT_MAX_MS + 2 * BEAT_MS);
  const from = capture.position;
  await ours.signal("CONT");
  await Promise.race([capture.advert({ source: ADDRESS.node1 }, { from }), ours.program.ended]);
  await delay(2 * BEAT_MS);
  return { status: ours.program.exitStatus, log: ours.program.log, ours };
}

let played: {
  silent: ReturnType<typeof playSilentMain>;
  stopped: ReturnType<typeof playStopped>;
};

beforeAll(async () => {
  played = { silent: playSilentMain(), stopped: playStopped() };
  await Promise.allSettled(Object.values(played));
});

afterAll(async () => {
  await Promise.all(labs.map((reference) => reference[Symbol.asyncDispose]()));
});

describe("main hangs", () => {
  it("no advert is late because of it", async () => {
    const { gapMs } = await played.silent;
    console.log(`longest time between two adverts: ${gapMs.toFixed(1)} ms`);
    expect(gapMs).toBeLessThan(1.5 * INTERVAL_S * 1000);
  });

  it("after MAIN_SILENT_MAX the worker resigns and takes its address off", async () => {
    const { frozenMs, resign, goneMs, taken, adverts } = await played.silent;
    const silentMs = resign.atMs - frozenMs;
    console.log(
      `priority 0 after ${silentMs.toFixed(0)} ms, VIP gone ${
        (goneMs - resign.atMs).toFixed(1)
      } ms after it, peer master ${(taken.atMs - resign.atMs).toFixed(1)} ms after it`,
    );
    expect(silentMs).toBeGreaterThan(MAIN_SILENT_MAX_MS - BEAT_MS - MARGIN_MS);
    expect(silentMs).toBeLessThan(MAIN_SILENT_MAX_MS + BEAT_MS + MARGIN_MS);
    expect(Math.abs(goneMs - resign.atMs)).toBeLessThan(MARGIN_MS);
    expect(taken.atMs).toBeGreaterThan(resign.atMs);
    expect(taken.atMs - resign.atMs).toBeLessThan(INTERVAL_S * 1000);
    expect(adverts.at(-1)).toEqual(resign);
  });

  it("the process ends with 70", async () => {
    expect((await played.silent).status).toBe(EXIT_INTERNAL);
  });
});

describe("the whole process is stopped for longer than MAIN_SILENT_MAX", () => {
  it("it goes on when it wakes", async () => {
    const { status, log, ours } = await played.stopped;
    expect(status, log).toBeNull();
    expect(await ours.instance()).toMatchObject({ state: "MASTER" });
  });
});
