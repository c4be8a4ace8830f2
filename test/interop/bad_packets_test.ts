// Packets that nobody should send, thrown at a vipd that is master and at its vipd backup: each is
// dropped, counted under its name and told once, no advert is late and the backup never takes over.
// What keepalived 2.2.7 did with the same packets was measured before; its phrases are expected here.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { InstanceCounters } from "../../host/control/protocol.ts";
import { Capture } from "../lab/capture.ts";
import { Director } from "../lab/director.ts";
import { forgedAdvert, type Forgery, inIpv4 } from "../lab/forged_advert.ts";
import { eventually } from "../lab/process.ts";
import { longestGapMs } from "../lab/rhythm.ts";
import { sendFrames } from "../lab/send_frames.ts";
import { ADDRESS, INTERFACE, openReferenceLab, type ReferenceLab } from "../lab/topology.ts";
import { skewMs, vrrpConf } from "../lab/vrrp_conf.ts";

const VRID = 51;
const VIP = "172.18.200.6";
const PASS = "pBkfC1ax";
const INTERVAL_MS = 1000;
/** No advert may be later than half its interval. */
const GAP_MS_MAX = 1.5 * INTERVAL_MS;
const FLOOD_PER_SECOND = 4000;
const FLOOD_MS = 3000;
/** Lines that a flood may leave in the log: one for each sender, reason and minute. */
const FLOOD_LINES_MAX = 40;
const SEED = Number(Deno.env.get("VIPD_SEED") ?? (Date.now() % 1_000_000));

let reference: ReferenceLab;
let capture: Capture;
let master: Director;
let backup: Director;
let macOfMaster: string;

const conf = (priority: number) =>
  vrrpConf({
    instances: [
      { vrid: VRID, priority, version: 2, intervalS: 1, pass: PASS, vips: [`${VIP}/16`] },
    ],
  });

beforeAll(async () => {
  reference = await openReferenceLab("vi-bad", ["client", "node1", "node2"]);
  capture = await Capture.start(reference.lan);
  [master, backup] = await Promise.all([
    Director.start("vipd", reference.machine("node1"), conf(100)),
    Director.start("vipd", reference.machine("node2"), conf(98)),
  ]);
  await master.untilHolds(VIP);
  // Both may speak at first, since their timers differ by 8 ms; a second later only one does, and is counted.
  await hearMaster(2);
  const links = await master.node.net(["ip", "-j", "link", "show", INTERFACE]);
  macOfMaster = JSON.parse(links.stdout)[0].address;
});
afterAll(() => reference[Symbol.asyncDispose]());

/** Waits for so many further adverts of the master. */
async function hearMaster(count: number): Promise<void> {
  for (let adverts = 0; adverts < count; adverts++) {
    await capture.advert({ vrid: VRID, source: ADDRESS.node1 }, { from: capture.position });
  }
}

/** The master has gone on in its rhythm since event `from` and nobody else has spoken. */
async function expectUndisturbed(from: number): Promise<void> {
  await hearMaster(2);
  expect(longestGapMs(capture, { vrid: VRID, source: ADDRESS.node1 }, from))
    .toBeLessThan(GAP_MS_MAX);
  expect(capture.adverts({ source: ADDRESS.node2 }, { from })).toEqual([]);
  expect(await master.instance()).toMatchObject({ state: "MASTER" });
  expect(await backup.instance()).toMatchObject({ state: "BACKUP" });
}

/** One forged advert of the table. */
interface Case {
  what: string;
  forge: Partial<Forgery>;
  /** Counter of both directors that grows; none for a packet that is not for this instance. */
  counter: keyof InstanceCounters | null;
  /** Phrase in both logs; null for none. */
  phrase: RegExp | null;
}

const CASES: Case[] = [
  {
    what: "bad checksum",
    forge: { checksumError: 1 },
    counter: "checksumErrors",
    phrase: /\(VI_1\) Invalid VRRP(v2)? checksum/,
  },
  {
    what: "TTL 254",
    forge: { ttl: 254 },
    counter: "ttlErrors",
    phrase: /\(VI_1\) invalid TTL\/HL. Received 254 and expect 255/,
  },
  { what: "unknown VRID", forge: { vrid: 99 }, counter: null, phrase: null },
  {
    what: "wrong password",
    forge: { pass: "pBkfC1aX" },
    counter: "authDataErrors",
    phrase: /\(VI_1\) received an invalid passwd!/,
  },
  {
    what: "authentication type 0",
    forge: { authType: 0 },
    counter: "authTypeErrors",
    phrase: /\(VI_1\) received a 0 auth, expecting 1!/,
  },
  {
    what: "authentication type 2",
    forge: { authType: 2 },
    counter: "authTypeErrors",
    phrase: /\(VI_1\) received a 2 auth, expecting 1!/,
  },
  {
    what: "version 3",
    forge: { version: 3, interval: 100 },
    counter: "versionErrors",
    phrase: /\(VI_1\) wrong version. Received 3 and expect 2/,
  },
  {
    what: "version 4",
    forge: { version: 4 },
    counter: "versionErrors",
    phrase: /\(VI_1\) wrong version. Received 4 and expect 2/,
  },
  {
    what: "type 2",
    forge: { type: 2 },
    counter: "invalidTypeReceived",
    phrase: /\(VI_1\) Invalid packet type. 2 and expect 1/,
  },
  {
    what: "interval 5 s",
    forge: { interval: 5 },
    counter: "intervalErrors",
    phrase: /\(VI_1\) advertisement interval mismatch mine=1 sec rcv'd=5 sec/,
  },
  {
    what: "count 5, one address",
    forge: { count: 5 },
    counter: "packetLengthErrors",
    phrase: /\(VI_1\) vrrp packet too short, length \d+ and expect \d+/,
  },
  {
    what: "8 bytes only",
    forge: { size: 8 },
    counter: "packetLengthErrors",
    phrase: /\(VI_1\) vrrp packet too short, length \d+ and expect \d+/,
  },
  {
    what: "200 bytes too long",
    forge: { size: 220 },
    counter: "packetLengthErrors",
    phrase: /\(VI_1\) vrrp packet too long, length \d+ and expect \d+/,
  },
];

/** Senders that differ, so that each case has its own line in the log. */
const senderOf = (index: number) => `172.18.0.${130 + index}`;

function forged(forgery: Partial<Forgery>): Uint8Array {
  return forgedAdvert({
    ...{ source: ADDRESS.client, vrid: VRID, priority: 250, pass: PASS, addresses: [VIP] },
    ...forgery,
  });
}

const send = (frames: Uint8Array[]) => sendFrames(reference.machine("client"), frames);

async function countersOf(director: Director): Promise<InstanceCounters> {
  return (await director.instance()).counters;
}

describe("forged adverts of priority 250", () => {
  const before = new Map<Director, InstanceCounters>();
  const after = new Map<Director, InstanceCounters>();
  let from: number;

  beforeAll(async () => {
    from = capture.position;
    for (const director of [master, backup]) before.set(director, await countersOf(director));
    // Each twice: the second is counted and not told.
    const frames = CASES.map(({ forge }, index) => forged({ source: senderOf(index), ...forge }));
    await send([...frames, ...frames]);
    await expectUndisturbed(from);
    for (const director of [master, backup]) after.set(director, await countersOf(director));
  });

  it.each(CASES.map((one, index) => ({ ...one, index })))(
    "$what: dropped, counted, told once",
    ({ counter, phrase, index }) => {
      for (const director of [master, backup]) {
        const lines = director.program.lines.map(({ text }) => text)
          .filter((text) => new RegExp(`${senderOf(index)}\\b`).test(text));
        expect(lines.length, lines.join("\n")).toBe(phrase === null ? 0 : 1);
        if (phrase !== null) expect(lines[0]).toMatch(phrase);
        if (counter === null) continue;
        const packets = 2 * CASES.filter((one) => one.counter === counter).length;
        expect(after.get(director)![counter] - before.get(director)![counter]).toBe(packets);
      }
    },
  );

  it("none was taken for an advert, and no other counter has moved", () => {
    const named = new Set(CASES.map(({ counter }) => counter));
    for (const director of [master, backup]) {
      const [was, is] = [before.get(director)!, after.get(director)!];
      const moved = (Object.keys(is) as (keyof InstanceCounters)[]).filter((key) =>
        is[key] !== was[key] && !named.has(key)
      );
      expect(moved).toEqual([director === master ? "advertSent" : "advertReceived"]);
    }
    expect(longestGapMs(capture, { vrid: VRID, source: ADDRESS.node1 }, from))
      .toBeLessThan(GAP_MS_MAX);
  });
});

describe("packets that look like our own side", () => {
  it("the master's own address as source changes nothing", async () => {
    const from = capture.position;
    await send([forged({ source: ADDRESS.node1 })]);
    // The forged one is in the capture too: the rhythm is the true one's.
    await eventually(
      "three adverts",
      () => capture.adverts({ source: ADDRESS.node1, priority: 100 }, { from })[3],
    );
    expect((await master.instance()).state).toBe("MASTER");
    const own = { source: ADDRESS.node1, priority: 100 };
    expect(longestGapMs(capture, own, from)).toBeLessThan(GAP_MS_MAX);
  });

  it("one sent to the master's unicast address does not reach it: nothing is told", async () => {
    const [from, before] = [capture.position, await countersOf(master)];
    const lines = master.program.lines.length;
    await send([forged({ destination: ADDRESS.node1, destinationMac: macOfMaster })]);
    await expectUndisturbed(from);
    const { advertSent: _, ...after } = await countersOf(master);
    expect(before).toMatchObject(after);
    expect(master.program.lines.slice(lines)).toEqual([]);
  });

  it("priority 0 of a stranger: the master answers with an advert, nobody takes over", async () => {
    const from = capture.position;
    await send([forged({ priority: 0 })]);
    const zero = await capture.advert({ priority: 0 }, { from });
    const answer = await capture.advert({ source: ADDRESS.node1 }, {
      from: capture.events.indexOf(zero),
    });
    expect(answer.atMs - zero.atMs).toBeLessThan(skewMs(98, 1) / 2);
    await expectUndisturbed(from);
    expect(master.program.log).toMatch(/\(VI_1\) Master received priority 0 message/);
    expect(backup.program.log).toMatch(/\(VI_1\) Backup received priority 0 advertisement/);
  });
});

describe("garbage at rate", () => {
  it("thousands of broken packets a second: no advert is late, nothing is taken over", async () => {
    console.log(`garbage: VIPD_SEED=${SEED}`);
    const [from, lines] = [capture.position, master.program.lines.length];
    const sent = await sendFrames(reference.machine("client"), garbage(SEED), {
      perSecond: FLOOD_PER_SECOND,
      durationMs: FLOOD_MS,
    });
    expect(sent).toBeGreaterThan(FLOOD_PER_SECOND * FLOOD_MS / 1000 / 2);
    await expectUndisturbed(from);
    const gap = longestGapMs(capture, { vrid: VRID, source: ADDRESS.node1 }, from);
    const said = master.program.lines.slice(lines);
    console.log(`garbage: ${sent} packets, longest gap ${gap.toFixed(1)} ms, ${said.length} lines`);
    expect(said.length, said.map(({ text }) => text).join("\n")).toBeLessThan(FLOOD_LINES_MAX);
    const wire = (await master.status()).wire!;
    expect(wire.ringOverruns).toBe(0);
  });
});

/** Noise, and a proper advert cut off at every length and with every single bit turned. */
function garbage(seed: number): Uint8Array[] {
  const random = mulberry32(seed);
  const good = forged({ source: ADDRESS.client, pass: "wrong" });
  const payload = good.subarray(34);
  const from = (index: number) => ({ source: `172.18.7.${index % 7 + 1}` });
  const noise = Array.from({ length: 400 }, (_, index) => {
    const bytes = Uint8Array.from({ length: random() % 400 }, () => random());
    return inIpv4(from(index), bytes);
  });
  const cut = Array.from(payload, (_, size) => inIpv4(from(size), payload.slice(0, size)));
  const turned = Array.from({ length: payload.length * 8 }, (_, bit) => {
    const bytes = payload.slice();
    bytes[bit >> 3]! ^= 1 << (bit & 7);
    return inIpv4(from(bit), bytes);
  });
  return [...noise, ...cut, ...turned];
}

/** 32 random bits a call. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

describe("adverts that are in order", () => {
  it("a higher priority makes the master leave, as keepalived; it returns by its own timer", async () => {
    const from = capture.position;
    await send([forged({})]);
    await master.untilHolds(VIP, false);
    const back = await capture.advert({ vrid: VRID, source: ADDRESS.node1 }, {
      from: capture.events.indexOf(await capture.advert({ priority: 250 }, { from })),
    });
    await master.untilHolds(VIP);
    expect(master.program.log).toMatch(
      /\(VI_1\) Master received advert from 172\.18\.0\.100 with higher priority 250, ours 100/,
    );
    const forgedMs = capture.adverts({ priority: 250 }, { from })[0]!.atMs;
    expect(back.atMs - forgedMs).toBeGreaterThan(3 * INTERVAL_MS);
  });

  it.each([
    { what: "another address", addresses: ["172.18.200.99"], sender: "172.18.0.150" },
    { what: "no address", addresses: [], sender: "172.18.0.151" },
  ])("$what in the list is accepted, counted and told once", async ({ addresses, sender }) => {
    // keepalived 2.2.7 drops these; its later versions and RFC 9568 7.1 accept them.
    await master.untilHolds(VIP);
    const [from, before] = [capture.position, await countersOf(backup)];
    await send([forged({ addresses, priority: 99, source: sender })]);
    await capture.advert({ vrid: VRID, source: ADDRESS.node1 }, { from });
    await expectUndisturbed(from);
    const after = await countersOf(backup);
    expect(after.addressListErrors).toBe(before.addressListErrors + 1);
    const told = backup.program.lines.filter(({ text }) =>
      /unexpected ip number count/.test(text) && text.includes(sender)
    );
    expect(told).toHaveLength(1);
  });
});
