// vipd and keepalived as each other's peer: every way in which a master can go away, for both versions
// and both ways round. Times are taken from one capture of the segment and compared with what
// RFC 3768 6.1 and RFC 9568 6.1 say; the floor is exact, above it stands what a loaded machine needs.
//
// Each pair of daemons has a lab of its own and plays its events one after another; the pairs play at
// the same time.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Capture } from "../lab/capture.ts";
import { type DaemonKind, Director } from "../lab/director.ts";
import { type AdvertEvent, describeEvent } from "../lab/frames.ts";
import { Story } from "../lab/story.ts";
import { ADDRESS, MULTICAST_GROUP, openReferenceLab, type ReferenceLab } from "../lab/topology.ts";
import { tsharkComplaints } from "../lab/tshark.ts";
import { type InstanceConf, masterDownMs, skewMs, vrrpConf } from "../lab/vrrp_conf.ts";

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

/** Two nodes, one daemon of each kind; "top" has the higher priority. */
class Pair {
  private constructor(
    readonly what: PairCase,
    readonly reference: ReferenceLab,
    readonly capture: Capture,
    readonly top: Director,
    readonly bottom: Director,
  ) {}

  static async open(what: PairCase): Promise<Pair> {
    const reference = await openReferenceLab("vi-pair", ["node1", "node2"]);
    const capture = await Capture.start(reference.lan);
    const other = what.top === "vipd" ? "keepalived" : "vipd";
    const [top, bottom] = await Promise.all([
      Director.start(what.top, reference.machine("node1"), topConf(what)),
      Director.start(other, reference.machine("node2"), bottomConf(what)),
    ]);
    return new Pair(what, reference, capture, top, bottom);
  }

  /** Waits for the new master and measures; `isLast` picks the advert to count from. */
  async takeover(
    by: "top" | "bottom",
    from: number,
    isLast: (advert: AdvertEvent) => boolean,
  ): Promise<Takeover> {
    const [source, old] = by === "top"
      ? [ADDRESS.node1, ADDRESS.node2]
      : [ADDRESS.node2, ADDRESS.node1];
    const first = await this.capture.advert({ vrid: VRID, source }, { from });
    const fields = { sourceMac: first.sourceMac };
    const garp = await this.capture.gratuitousArp(VIP, { from, fields });
    const last = this.capture.adverts({ vrid: VRID, source: old })
      .filter((advert) => advert.atMs < first.atMs && isLast(advert)).at(-1);
    if (last === undefined) throw new Error(`no advert of ${old}\n${this.capture.tail()}`);
    const [winner, loser] = by === "top" ? [this.top, this.bottom] : [this.bottom, this.top];
    await winner.untilHolds(VIP);
    // A keepalived that was killed leaves the VIP where it is; anybody else gives it up.
    const dead = loser.program.exitStatus !== null;
    if (!(dead && loser.kind === "keepalived")) await loser.untilHolds(VIP, false);
    return { last, first, tookMs: garp.atMs - last.atMs, holders: await this.holders() };
  }

  async holders(): Promise<string[]> {
    const found: string[] = [];
    for (const { node } of [this.top, this.bottom]) {
      if (await node.holds(VIP)) found.push(node.name);
    }
    return found;
  }

  /** The top node comes back into its own. */
  async returns(act: () => Promise<unknown>): Promise<Takeover> {
    const from = this.capture.position;
    await act();
    return await this.takeover("top", from, () => true);
  }

  /** The top node goes away. */
  async goes(
    act: () => Promise<unknown>,
    isLast: (advert: AdvertEvent) => boolean = () => true,
  ): Promise<Takeover> {
    const from = this.capture.position;
    await act();
    return await this.takeover("bottom", from, isLast);
  }
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

const topConf = (what: PairCase, priority = TOP_PRIORITY) =>
  vrrpConf({ before: SCRIPT, instances: [instance(what, priority)] });

const bottomConf = (what: PairCase) =>
  vrrpConf({ before: SCRIPT, instances: [instance(what, BOTTOM_PRIORITY)] });

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

function play(pair: Pair, story: Story): Record<EventName, Promise<Takeover>> {
  const { top, reference, what } = pair;
  const node = top.node;
  const strong = (advert: AdvertEvent) => advert.priority >= BOTTOM_PRIORITY;
  const down = `${node.configFolder}/down`;
  const cable = (state: "in" | "out") => reference.lan.setCable(node, state);
  const step = (body: () => Promise<Takeover>) => story.step(body);
  return {
    "start": step(async () => {
      const first = await pair.capture.advert({ vrid: VRID, source: ADDRESS.node1 });
      await top.untilHolds(VIP);
      await pair.bottom.untilHolds(VIP, false);
      return { first, last: first, tookMs: 0, holders: await pair.holders() };
    }),
    "kill -9": step(() => pair.goes(() => top.crash())),
    "return after kill -9": step(() => pair.returns(() => top.restart(topConf(what)))),
    "link down": step(() => pair.goes(() => cable("out"))),
    "link up": step(() => pair.returns(() => cable("in"))),
    "lower priority by reload": step(() => pair.goes(() => top.reload(topConf(what, 90)), strong)),
    "higher priority by reload": step(() => pair.returns(() => top.reload(topConf(what)))),
    "script fails": step(() => pair.goes(() => Deno.writeTextFile(down, ""), strong)),
    "script succeeds": step(() => pair.returns(() => Deno.remove(down))),
    "graceful stop": step(() => pair.goes(() => top.stop(), (advert) => advert.priority === 0)),
    "return after a stop": step(() => pair.returns(() => top.restart(topConf(what)))),
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
      expect(pair.top.complaints()).toEqual([]);
      expect(pair.bottom.complaints()).toEqual([]);
      const path = `${pair.reference.lab.folder}/pair.pcap`;
      await pair.capture.save(path);
      expect(await tsharkComplaints(path)).toEqual([]);
    });
  },
);

interface Played {
  pair: Pair;
  story: Story;
  events: Record<EventName, Promise<Takeover>>;
}
let played: Played[] = [];

beforeAll(async () => {
  played = await Promise.all(CASES.map(async (what) => {
    const [pair, story] = [await Pair.open(what), new Story()];
    return { pair, story, events: play(pair, story) };
  }));
});

afterAll(async () => {
  await Promise.all(played.map(({ pair }) => pair.reference[Symbol.asyncDispose]()));
});
