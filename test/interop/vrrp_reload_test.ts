// Reload by difference while vipd is master: what does not change is not touched, what does changes one
// by one, and a broken file changes nothing. The peer is a keepalived that would notice a pause.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AddressWatch } from "../lab/address_watch.ts";
import { Capture } from "../lab/capture.ts";
import { Director } from "../lab/director.ts";
import { delay, eventually } from "../lab/process.ts";
import { longestGapMs } from "../lab/rhythm.ts";
import { ADDRESS, openReferenceLab, type ReferenceLab } from "../lab/topology.ts";
import { type InstanceConf, masterDownMs, vrrpConf } from "../lab/vrrp_conf.ts";

const INTERVAL_S = 0.2;
/** An advert is never missed: what no reload, however often, may exceed. */
const GAP_MS_MAX = 1.05 * INTERVAL_S * 1000;
const HUP_COUNT = 20;
const HUP_STORM_MS = 1000;
const VIP = "172.18.200.6";
const SECOND_VIP = "172.18.200.7";
const OTHER_VIP = "172.18.200.8";

let reference: ReferenceLab;
let capture: Capture;
let watch: AddressWatch;
let ours: Director;
let peer: Director;

const first = (vips = [VIP]): InstanceConf => ({
  ...{ name: "VI_1", vrid: 51, priority: 100, version: 3, intervalS: INTERVAL_S },
  vips: vips.map((vip) => `${vip}/16`),
});
const second: InstanceConf = { ...first([OTHER_VIP]), name: "VI_2", vrid: 52 };

const conf = (...instances: InstanceConf[]) => vrrpConf({ instances });
const OWN = { vrid: 51, source: ADDRESS.node1 };

beforeAll(async () => {
  reference = await openReferenceLab("vi-reload", ["node1", "node2"]);
  capture = await Capture.start(reference.lan);
  watch = await AddressWatch.start(reference.machine("node1"));
  // 2.2.7 would drop adverts whose addresses are not its own, and take over when a VIP is added.
  const low = { ...first(), priority: 50, lines: ["skip_check_adv_addr"] };
  [ours, peer] = await Promise.all([
    Director.start("vipd", reference.machine("node1"), conf(first())),
    Director.start("keepalived", reference.machine("node2"), conf(low)),
  ]);
  await ours.untilHolds(VIP);
  await peer.untilHolds(VIP, false);
});
afterAll(() => reference[Symbol.asyncDispose]());

/** VI_1 has kept its rhythm since event `from`; five more adverts are awaited. */
async function expectRhythm(what: string, from: number): Promise<void> {
  for (let adverts = 0; adverts < 5; adverts++) {
    await capture.advert(OWN, { from: capture.position });
  }
  const gap = longestGapMs(capture, OWN, from);
  console.log(`${what}: longest gap between adverts ${gap.toFixed(1)} ms`);
  expect(gap).toBeLessThan(GAP_MS_MAX);
  expect(capture.adverts({ vrid: 51, source: ADDRESS.node2 }, { from })).toEqual([]);
}

describe("a reload", () => {
  it("of the same file changes nothing at all", async () => {
    const [from, watched] = [capture.position, watch.position];
    await ours.reload(conf(first()));
    await expectRhythm("same file", from);
    expect(watch.removals(VIP, watched)).toEqual([]);
    expect(capture.events.slice(from).filter((event) => event.kind === "arp")).toEqual([]);
    expect((await ours.instance()).counters.becomeMaster).toBe(1);
  });

  it("with one VIP more adds and announces that one alone", async () => {
    const [from, watched] = [capture.position, watch.position];
    await ours.reload(conf(first([VIP, SECOND_VIP])));
    await capture.gratuitousArp(SECOND_VIP, { from });
    await ours.untilHolds(SECOND_VIP);
    await expectRhythm("VIP added", from);
    expect(capture.adverts(OWN).at(-1)!.addresses).toEqual([VIP, SECOND_VIP]);
    expect(watch.removals(VIP, watched)).toEqual([]);
    const announced = capture.events.slice(from).filter((event) =>
      event.kind === "arp" && event.gratuitous && event.senderAddress === VIP
    );
    expect(announced).toEqual([]);
  });

  it("with one VIP less removes that one alone", async () => {
    const [from, watched] = [capture.position, watch.position];
    await ours.reload(conf(first()));
    await watch.gone(SECOND_VIP, watched);
    await expectRhythm("VIP removed", from);
    expect(capture.adverts(OWN).at(-1)!.addresses).toEqual([VIP]);
    expect(watch.removals(VIP, watched)).toEqual([]);
    expect(await ours.node.holds(VIP)).toBe(true);
  });

  it("with one instance more starts that one as BACKUP", async () => {
    const from = capture.position;
    await ours.reload(conf(first(), second));
    const atMs = performance.timeOrigin + performance.now();
    const advert = await capture.advert({ vrid: 52, source: ADDRESS.node1 }, { from });
    expect(advert.atMs - atMs).toBeGreaterThan(masterDownMs(100, INTERVAL_S) - 150);
    await ours.untilHolds(OTHER_VIP);
    await expectRhythm("instance added", from);
    expect(ours.program.log).toMatch(/\(VI_2\) Entering BACKUP STATE \(init\)/);
  });

  it("in another order keeps both as they are", async () => {
    const [from, watched] = [capture.position, watch.position];
    await ours.reload(conf(second, first()));
    await expectRhythm("order changed", from);
    expect(longestGapMs(capture, { vrid: 52, source: ADDRESS.node1 }, from))
      .toBeLessThan(GAP_MS_MAX);
    expect([...watch.removals(VIP, watched), ...watch.removals(OTHER_VIP, watched)]).toEqual([]);
    const { instances } = await ours.status();
    expect(instances.map(({ name, state }) => [name, state])).toEqual([
      ["VI_2", "MASTER"],
      ["VI_1", "MASTER"],
    ]);
  });

  it("with another interval and other numbers keeps MASTER", async () => {
    const [from, watched] = [capture.position, watch.position];
    const faster = { ...second, intervalS: 0.1, priority: 120 };
    await ours.reload(conf(first(), faster));
    await capture.advert({ vrid: 52, priority: 120, intervalMs: 100 }, { from });
    await expectRhythm("interval of the other changed", from);
    expect(watch.removals(OTHER_VIP, watched)).toEqual([]);
    expect(capture.adverts({ vrid: 52, priority: 0 }, { from })).toEqual([]);
  });

  it("without an instance resigns it with priority 0 and removes its VIP", async () => {
    const [from, watched] = [capture.position, watch.position];
    await ours.reload(conf(first()));
    await capture.advert({ vrid: 52, priority: 0, source: ADDRESS.node1 }, { from });
    await watch.gone(OTHER_VIP, watched);
    await expectRhythm("instance removed", from);
    expect(capture.adverts({ vrid: 52 }, { from: capture.position - 3 })).toEqual([]);
    expect((await ours.status()).instances).toHaveLength(1);
  });
});

describe("a reload that is refused", () => {
  const BROKEN: { what: string; text: string; message: RegExp }[] = [
    {
      what: "a keyword that nobody knows",
      text: conf(first()).replace("priority 100", "priorty 100"),
      message: /Line \d+\).*priorty/,
    },
    {
      what: "an interface that does not exist",
      text: conf(first()).replace("eno16777736", "eth99"),
      message: /eth99/,
    },
    {
      what: "no virtual_router_id",
      text: conf(first()).replace(/virtual_router_id 51\n/, "\n"),
      message: /virtual_router_id/,
    },
    {
      what: "the same VRID twice",
      text: conf(first(), { ...second, vrid: 51 }),
      message: /51/,
    },
    {
      what: "a brace too few",
      text: conf(first()).replace(/\}\s*$/, ""),
      message: /Line \d+\)/,
    },
  ];

  it.each(BROKEN)("$what changes nothing and is reported", async ({ what, text, message }) => {
    const [from, watched, lines] = [capture.position, watch.position, ours.program.lines.length];
    const before = await ours.status();
    const said = await ours.reload(text);
    expect(said.text).toMatch(/Reload refused, the configuration before stays/);
    expect(ours.program.lines.slice(lines).map((line) => line.text).join("\n")).toMatch(message);
    const { configuration, instances } = await ours.status();
    expect(configuration.refused).not.toBeNull();
    expect(configuration.generation).toBe(before.configuration.generation);
    expect(instances.map(({ state, priority }) => [state, priority.base])).toEqual([
      ["MASTER", 100],
    ]);
    await expectRhythm(what, from);
    expect(watch.removals(VIP, watched)).toEqual([]);
  });

  it("is forgotten with the next good one", async () => {
    expect((await ours.reload(conf(first()))).text).toMatch(/Reload finished/);
    expect((await ours.status()).configuration.refused).toBeNull();
  });
});

describe(`${HUP_COUNT} HUPs in a second`, () => {
  it("end with the last file in force and no advert missed", async () => {
    const [from, watched] = [capture.position, watch.position];
    for (let count = 1; count <= HUP_COUNT; count++) {
      const text = conf({ ...first(), priority: 100 + count });
      await ours.node.configure("keepalived.conf", text);
      ours.program.kill("SIGHUP");
      await delay(HUP_STORM_MS / HUP_COUNT);
    }
    await eventually("the last priority", async () => {
      const { priority } = await ours.instance();
      return priority.base === 100 + HUP_COUNT || null;
    });
    await capture.advert({ ...OWN, priority: 100 + HUP_COUNT }, { from });
    await expectRhythm("HUP storm", from);
    expect(watch.removals(VIP, watched)).toEqual([]);
    expect((await ours.status()).configuration.refused).toBeNull();
  });

  it("the peer has rejected nothing of all this", () => {
    expect(peer.complaints()).toEqual([]);
  });
});
