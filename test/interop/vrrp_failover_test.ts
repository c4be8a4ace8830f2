// vipd and keepalived as each other's peer: every way in which a master can go away, for both versions
// and both ways round. Times are taken from one capture of the segment and compared with what
// RFC 3768 6.1 and RFC 9568 6.1 say; the floor is exact, above it stands what a loaded machine needs.
//
// Each pair of daemons has a lab of its own and plays its events one after another; the pairs play at
// the same time.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DaemonKind } from "../lab/director.ts";
import { type AdvertEvent, describeEvent } from "../lab/frames.ts";
import { Story } from "../lab/story.ts";
import { ADDRESS, MULTICAST_GROUP } from "../lab/topology.ts";
import { tsharkComplaints } from "../lab/tshark.ts";
import { type InstanceConf, masterDownMs, skewMs, vrrpConf } from "../lab/vrrp_conf.ts";
import { VrrpPair } from "../lab/vrrp_pair.ts";

const VRID = 51;
const VIP = "172.18.200.6";
const TOP_PRIORITY = 100;
const BOTTOM_PRIORITY = 98;
/** Above the protocol's floor: two shared cores, six pairs at once. Quiet machines need 1 ms. */
const MARGIN_MS = 250;
/** The protocol's floor counts from the sending of an advert, the capture sees it so much later. */
const CAPTURE_MS = 2;
/** A loser may have sent its advert at the very moment when it lost. */
const YIELD_MS = 50;

interface PairCase {
  version: 2 | 3;
  intervalS: number;
  top: DaemonKind;
}

const CASES: PairCase[] = [
  { version: 2, intervalS: 1, top: "vipd" },
  { version: 2, intervalS: 1, top: "keepalived" },
  { version: 3, intervalS: 1, top: "vipd" },
  { version: 3, intervalS: 1, top: "keepalived" },
  { version: 3, intervalS: 0.1, top: "vipd" },
  { version: 3, intervalS: 0.1, top: "keepalived" },
];

/** One change of the master, measured. */
interface Takeover {
  /** Last advert of the old master that kept the new one quiet. */
  last: AdvertEvent;
  /** First advert of the new one. */
  first: AdvertEvent;
  /** From `last` to the new one's first gratuitous ARP, milliseconds. */
  tookMs: number;
  /** Who holds the VIP when it is over. */
  holders: string[];
}

/** Waits for the new master and measures; `isLast` picks the advert to count from. */
async function takeover(
  pair: VrrpPair,
  by: "top" | "bottom",
  from: number,
  isLast: (advert: AdvertEvent) => boolean,
): Promise<Takeover> {
  const { first, last } = await pair.takeover(by, VRID, from, isLast);
  const fields = { sourceMac: first.sourceMac };
  const garp = await pair.capture.gratuitousArp(VIP, { from, fields });
  await pair.untilAllWith(by, [VIP]);
  return { last, first, tookMs: garp.atMs - last.atMs, holders: await holders(pair) };
}

async function holders({ top, bottom }: VrrpPair): Promise<string[]> {
  const found: string[] = [];
  for (const { node } of [top, bottom]) if (await node.holds(VIP)) found.push(node.name);
  return found;
}

function instance(what: PairCase, priority: number): InstanceConf {
  const pass = what.version === 2 ? { pass: "pBkfC1ax" } : {};
  const lines = ["garp_master_delay 1", "track_script {", "    chk_down", "}"];
  return { ...what, ...pass, vrid: VRID, priority, vips: [`${VIP}/16`], lines };
}

const SCRIPT = [
  "vrrp_script chk_down {",
  '    script "/usr/bin/test ! -e /etc/keepalived/down"',
  "    interval 1",
  "    weight -5",
  "}",
];

const conf = (what: PairCase, priority: number) =>
  vrrpConf({ before: SCRIPT, instances: [instance(what, priority)] });

/** All events of a pair, in this order. */
const EVENTS = [
  "start",
  "kill -9",
  "return after kill -9",
  "link down",
  "link up",
  "lower priority by reload",
  "higher priority by reload",
  "script fails",
  "script succeeds",
  "graceful stop",
  "return after a stop",
] as const;
type EventName = typeof EVENTS[number];

function play(
  pair: VrrpPair,
  what: PairCase,
  story: Story,
): Record<EventName, Promise<Takeover>> {
  const { top, reference, capture } = pair;
  const down = `${top.node.configFolder}/down`;
  const cable = (state: "in" | "out") => () => reference.lan.setCable(top.node, state);
  const moves = (
    by: "top" | "bottom",
    act: () => Promise<unknown>,
    isLast: (advert: AdvertEvent) => boolean = () => true,
  ) =>
    story.step(async () => {
      const from = capture.position;
      await act();
      return await takeover(pair, by, from, isLast);
    });
  // A lower priority does not keep the other quiet: it counts from the last of the old one.
  const strong = ({ priority }: AdvertEvent) => priority >= BOTTOM_PRIORITY;
  const zero = ({ priority }: AdvertEvent) => priority === 0;
  return {
    "start": story.step(async () => {
      const first = await capture.advert({ vrid: VRID, source: ADDRESS.node1 });
      await pair.untilAllWith("top", [VIP]);
      return { first, last: first, tookMs: 0, holders: await holders(pair) };
    }),
    "kill -9": moves("bottom", () => top.crash()),
    "return after kill -9": moves("top", () => top.restart(conf(what, TOP_PRIORITY))),
    "link down": moves("bottom", cable("out")),
    "link up": moves("top", cable("in")),
    "lower priority by reload": moves("bottom", () => top.reload(conf(what, 90)), strong),
    "higher priority by reload": moves("top", () => top.reload(conf(what, TOP_PRIORITY))),
    "script fails": moves("bottom", () => Deno.writeTextFile(down, ""), strong),
    "script succeeds": moves("top", () => Deno.remove(down)),
    "graceful stop": moves("bottom", () => top.stop(), zero),
    "return after a stop": moves("top", () => top.restart(conf(what, TOP_PRIORITY))),
  };
}

/** Floor of each event, from the advert that it counts from; null where that advert says nothing. */
function floorMs(event: EventName, { intervalS }: PairCase): number | null {
  if (event === "graceful stop") return skewMs(BOTTOM_PRIORITY, intervalS);
  const goes = /kill -9$|down$|lower|fails/.test(event) && !event.startsWith("return");
  return goes ? masterDownMs(BOTTOM_PRIORITY, intervalS) : null;
}

const titleOf = ({ version, intervalS, top }: PairCase) =>
  `v${version}${version === 2 ? " PASS" : ""}, ${intervalS} s, ${top} is master`;

describe.each(CASES.map((what, index) => ({ title: titleOf(what), what, index })))(
  "$title",
  ({ title, what, index }) => {
    it.each(EVENTS)("%s", async (event) => {
      const { last, first, tookMs, holders } = await played[index]!.events[event];
      const floor = floorMs(event, what);
      if (floor !== null) {
        console.log(`${title}: ${event}: ${tookMs.toFixed(1)} ms, floor ${floor.toFixed(1)} ms`);
        expect(tookMs).toBeGreaterThan(floor - CAPTURE_MS);
        expect(tookMs).toBeLessThan(floor + MARGIN_MS);
      }
      const stays = what.top === "keepalived" && event === "kill -9"; // Its VIP stays for ever.
      const winner = floor === null ? "node1" : "node2";
      expect(holders).toEqual(stays ? ["node1", "node2"] : [winner]);
      expect(first).toMatchObject({
        destination: MULTICAST_GROUP,
        ttl: 255,
        version: what.version,
        intervalMs: what.intervalS * 1000,
        addresses: [VIP],
      });
      if (event === "graceful stop") expect(last.priority).toBe(0);
    });

    it("nobody talks on against the new master", async () => {
      const { pair, events } = played[index]!;
      for (const event of EVENTS.slice(1)) {
        const { first } = await events[event];
        const other = first.source === ADDRESS.node1 ? ADDRESS.node2 : ADDRESS.node1;
        const intervalMs = what.intervalS * 1000;
        const after = pair.capture.adverts({ vrid: VRID }).filter(({ atMs }) =>
          atMs > first.atMs && atMs < first.atMs + intervalMs
        );
        // The next event may follow at once, with a new master of its own.
        const end = after.findIndex(({ priority }) => priority === 0);
        const against = after.slice(0, end < 0 ? undefined : end).filter((advert) =>
          advert.source === other && advert.atMs > first.atMs + YIELD_MS
        );
        expect(against.map(describeEvent), event).toEqual([]);
      }
    });

    it("neither rejects a packet of the other, and tshark finds nothing", async () => {
      const { pair, story } = played[index]!;
      await story.over();
      expect(pair.complaints()).toEqual([]);
      const path = `${pair.reference.lab.folder}/pair.pcap`;
      await pair.capture.save(path);
      expect(await tsharkComplaints(path)).toEqual([]);
    });
  },
);

interface Played {
  pair: VrrpPair;
  story: Story;
  events: Record<EventName, Promise<Takeover>>;
}
let played: Played[] = [];

beforeAll(async () => {
  played = await Promise.all(CASES.map(async (what) => {
    const texts: [string, string] = [conf(what, TOP_PRIORITY), conf(what, BOTTOM_PRIORITY)];
    const [pair, story] = [await VrrpPair.open("vi-failover", what.top, texts), new Story()];
    return { pair, story, events: play(pair, what, story) };
  }));
});

afterAll(async () => {
  await Promise.all(played.map(({ pair }) => pair[Symbol.asyncDispose]()));
});
