// Dumps of recorded nodes and a captured file, as recordings: who plays, what happens, how it stands in the
// end, and what is answered about a moment.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { configOf, nodeText, RecordedNet, WALL_MS } from "../../../test/recorded_net.ts";
import { coreModule, SECOND } from "../../../test/virtual_node.ts";
import { encodePlain } from "../../../host/core/plain_value.ts";
import { type Dump, encodeDump } from "../../../host/core/record.ts";
import type { RecordedEvent } from "../../story/recording.ts";
import { SceneMaker } from "../../story/scene.ts";
import type { EntryPlace, FileOpening, FileReport, ShownEntry } from "./protocol.ts";
import { failure, FileSession } from "./session.ts";

const CAPTURE = new URL("../../../test/golden/takeovers.pcap", import.meta.url);

interface Told {
  opening: FileOpening;
  events: RecordedEvent[];
  done: FileReport & { kind: "done" };
  session: FileSession;
  reports: FileReport[];
}

/** Opens and plays it to its end; each look at the clock costs `tickMs`. */
function open(bytes: Uint8Array, tickMs = 0): Told {
  const reports: FileReport[] = [];
  let nowMs = 0;
  const session = new FileSession(
    coreModule(),
    bytes,
    (report) => reports.push(structuredClone(report)),
    () => nowMs += tickMs,
  );
  while (!session.isOver) session.slice();
  const [opened] = reports;
  const done = reports.at(-1);
  if (opened?.kind !== "opened" || done?.kind !== "done") throw new Error(JSON.stringify(done));
  const events = reports.flatMap((report) => report.kind === "events" ? report.events : []);
  return { opening: opened.opening, events, done, session, reports };
}

/** Two nodes for 10 s; then the first one falls silent for 10 s and comes back. */
function failover(): { net: RecordedNet; dump: () => Dump } {
  const net = new RecordedNet();
  const first = net.start("one", configOf(nodeText({ priority: 110 })));
  const second = net.start("two", configOf(nodeText({ priority: 100 })));
  net.run(10 * SECOND);
  first.paused = true;
  net.run(10 * SECOND);
  first.resume();
  net.run(5 * SECOND);
  return { net, dump: () => second.dump() };
}

function kinds(events: readonly RecordedEvent[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { kind } of events) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

describe("a dump", () => {
  const { dump } = failover();
  const told = open(encodeDump(dump()));
  const { cast } = told.opening;

  it("has its node and the peers that it heard", () => {
    expect(cast.nodes.map(({ name }) => name)).toEqual(["two", "10.9.0.1"]);
    const [own, peer] = cast.nodes;
    expect(own!.interfaces).toEqual([
      { name: "eth0", segment: 0, mac: "02:00:00:00:00:02", addresses: ["10.9.0.2", "fe80::2"] },
    ]);
    expect(own!.scripts).toEqual(["chk"]);
    expect(peer!.instances).toMatchObject([{ name: "VI_1", vrid: 51, priority: 110, segment: 0 }]);
    expect(cast.routers).toMatchObject([
      {
        name: "VI_1",
        addresses: ["10.9.0.100"],
        members: [{ node: "two", instance: "VI_1" }, { node: "10.9.0.1", instance: "VI_1" }],
      },
    ]);
    expect(told.opening.wallMs).toBeCloseTo(WALL_MS + 100_000, 0);
  });

  it("tells everything in the order of time, in slices of any size", () => {
    const times = told.events.map(({ atUs }) => atUs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    const { opening, events, reports } = open(encodeDump(dump()), 5);
    expect(reports.length).toBeGreaterThan(told.reports.length);
    expect(events).toEqual(told.events);
    expect(opening.endUs).toBe(25 * SECOND);
    const counts = kinds(told.events);
    for (const kind of ["record", "packet", "instance", "address", "scriptRun", "tracker"]) {
      expect(counts.get(kind), kind).toBeGreaterThan(0);
    }
    expect(told.done).toMatchObject({ differences: [], problem: "" });
  });

  it("stands at each moment as the node did, and its peer as it was heard", () => {
    const maker = new SceneMaker(cast, told.events);
    const stateOf = (node: string, atS: number) => {
      const scene = maker.at(atS * SECOND).nodes.get(node)!;
      const { state, inferred, priority } = scene.instances.get("VI_1")!;
      return { state, inferred, priority, known: scene.isKnown, held: [...scene.held] };
    };
    const vip = ["10.9.0.100"];
    expect(stateOf("two", 9)).toEqual({
      ...{ state: "BACKUP", inferred: false, priority: 100, known: true, held: [] },
    });
    expect(stateOf("10.9.0.1", 9)).toEqual({
      ...{ state: "MASTER", inferred: true, priority: 110, known: true, held: vip },
    });
    expect(stateOf("two", 19)).toMatchObject({ state: "MASTER", held: vip });
    expect(stateOf("10.9.0.1", 19)).toMatchObject({ state: "INIT", known: false, held: [] });
    expect(stateOf("two", 24.9)).toMatchObject({ state: "BACKUP", held: [] });
    expect(stateOf("10.9.0.1", 24.9)).toMatchObject({ state: "MASTER", known: true, held: vip });
  });

  it("shows when the timers are due", () => {
    const maker = new SceneMaker(cast, told.events);
    const { protocolUs, protocolSetUs, master } = maker.at(9.5 * SECOND).nodes.get("two")!
      .instances.get("VI_1")!;
    // 3 adverts of 1 s and a skew time of 156/256 s.
    expect(protocolUs! - protocolSetUs).toBe(3_609_375);
    expect(master).toEqual({ address: "10.9.0.1", priority: 110 });
  });

  it("has adverts with all their bytes, sent and heard", () => {
    const packets = told.events.flatMap((event) => event.kind === "packet" ? [event] : []);
    const [heard, sent] = ["10.9.0.1", "two"].map((node) =>
      packets.find((event) => event.node === node && event.packet.carries === "advert")!.packet
    );
    // Ethernet to the group's MAC, IPv4 of protocol 112, VRRP of VRID 51.
    for (const packet of [heard!, sent!]) {
      expect([...packet.frame.subarray(0, 6)]).toEqual([1, 0, 0x5e, 0, 0, 18]);
      expect([packet.frame[14 + 9], packet.frame[14 + 21]]).toEqual([112, 51]);
    }
    expect(heard!.arrivals).toMatchObject([{ node: "two" }]);
    expect([...sent!.frame.subarray(6, 12)]).toEqual([2, 0, 0, 0, 0, 2]);
    const announced = packets.filter(({ packet }) => packet.carries === "announcement");
    expect(announced[0]!.packet.address).toBe("10.9.0.100");
  });

  it("explains its transitions", () => {
    const transitions = told.events.flatMap((event) =>
      event.kind === "record" && event.record.kind === "transition" ? [event.record] : []
    );
    const taken = transitions.find(({ reason }) => reason === "MASTER_DOWN")!;
    told.session.answer({ kind: "explain", ask: 1, sequence: taken.sequence });
    const report = told.reports.at(-1) as FileReport & { kind: "explained" };
    expect(report.explained!.title).toContain("MASTER STATE");
    expect(report.explained!.sentences.join("\n")).toContain("The last advert heard was that of");
    told.session.answer({ kind: "explain", ask: 2, sequence: 999 });
    expect(told.reports.at(-1)).toEqual({ kind: "explained", ask: 2, explained: null });
  });

  it("shows the input of any moment", () => {
    const entry = (place: EntryPlace) => {
      told.session.answer({ kind: "entry", ask: 3, place });
      return (told.reports.at(-1) as { entry: ShownEntry | null }).entry;
    };
    const entryAt = (atUs: number) => entry({ atUs });
    const last = entryAt(told.opening.endUs)!;
    expect(last.position).toBe(last.of);
    const heard = told.events.find((event) =>
      event.kind === "packet" && event.node === "10.9.0.1"
    )!;
    expect(entryAt(heard.atUs)).toMatchObject({ half: "core", same: true, atUs: heard.atUs });
    expect(entryAt(heard.atUs)!.input).toMatch(/^advert of 10\.9\.0\.1 on eth0: VRID 51/);
    expect(entryAt(-1)).toBeNull();
    expect(entry({ position: last.of + 1 })).toBeNull();
    expect(entry({ position: last.of - 1 })!.position).toBe(last.of - 1);
  });

  it("says where the replay gives something else than it holds", () => {
    const changed = dump();
    const at = changed.core!.entries.findIndex(({ input }) => input[0] === 2);
    changed.core!.entries[at]!.outputHash ^= 1;
    const { events, done } = open(encodeDump(changed));
    expect(done.differences).toHaveLength(1);
    const said = events.filter((event) => event.kind === "remark" && event.isBad);
    expect(said).toMatchObject([{ text: expect.stringContaining("differs") }]);
  });

  it("can hold one half only", () => {
    const both = dump();
    const core = open(encodeDump({ ...both, engine: null }));
    expect(core.opening.lines.join()).toContain("no configuration");
    const engine = open(encodeDump({ ...both, core: null }));
    expect(kinds(engine.events).get("scriptRun")).toBeGreaterThan(0);
  });
});

describe("a capture", () => {
  const told = open(Uint8Array.from(readFileSync(CAPTURE)));
  const { cast, source } = told.opening;

  it("has its speakers", () => {
    expect(source).toBe("capture");
    expect(cast.nodes.length).toBeGreaterThan(1);
    for (const { members } of cast.routers) {
      for (const { node, instance } of members) {
        const own = cast.nodes.find(({ name }) => name === node)!;
        expect(own.instances.map(({ name }) => name)).toContain(instance);
      }
    }
  });

  it("tells packets, what they let one infer, and the story", () => {
    const times = told.events.map(({ atUs }) => atUs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    const states = told.events.flatMap((event) => event.kind === "state" ? [event] : []);
    expect(states.every(({ inferred }) => inferred)).toBe(true);
    expect(states.filter(({ state }) => state === "MASTER").length).toBeGreaterThan(1);
    const lines = told.events.flatMap((event) => event.kind === "remark" ? [event.text] : []);
    expect(lines.join("\n")).toMatch(/takes over/);
    expect(kinds(told.events).get("packet")).toBeGreaterThan(10);
    expect(told.opening.limits.join("\n")).toContain("`vipd dump` of a router has that");
  });

  it("has one holder of each address at any time, but where the story says two", () => {
    const maker = new SceneMaker(cast, told.events);
    const overlaps = told.events.some((event) =>
      event.kind === "remark" && event.text.includes("Two masters")
    );
    let most = 0;
    for (let us = 0; us <= told.opening.endUs; us += SECOND / 4) {
      const holders = new Map<string, number>();
      for (const { held } of maker.at(us).nodes.values()) {
        for (const address of held) holders.set(address, (holders.get(address) ?? 0) + 1);
      }
      most = Math.max(most, ...holders.values());
    }
    expect(most > 1).toBe(overlaps);
  });

  it("explains nothing: it holds no inputs", () => {
    told.session.answer({ kind: "explain", ask: 1, sequence: 1 });
    expect(told.reports.at(-1)).toMatchObject({ explained: null });
  });
});

describe("a file that is no good", () => {
  const good = encodeDump(failover().dump());
  const capture = Uint8Array.from(readFileSync(CAPTURE));
  const otherAbi = good.slice();
  new DataView(otherAbi.buffer).setUint32(8, 999, true);
  const otherFormat = good.slice();
  otherFormat[4] = 99;

  it.each<[string, Uint8Array, RegExp]>([
    ["an empty file", new Uint8Array(), /cut off/],
    ["something else", new TextEncoder().encode("vrrp_instance VI_1 {\n}\n "), /no dump of vipd/],
    ["a dump that is cut off", good.subarray(0, good.length - 16), /cut off/],
    ["a damaged dump", good.map((byte, i) => i === 4096 ? byte ^ 1 : byte), /damaged/],
    ["a dump of another ABI", otherAbi, /ABI version 999/],
    ["a dump of another format", otherFormat, /has format 99/],
    ["a capture without packets", capture.subarray(0, 24), /no VRRP advert/],
  ])("%s is refused in words", (_what, bytes, says) => {
    expect(() => open(bytes)).toThrow(says);
  });

  it.each<[string, (dump: Dump) => Dump]>([
    ["an engine that is none", (dump) => ({
      ...dump,
      engine: { ...dump.engine!, checkpoint: encodePlain({ setup: 7 }) },
    })],
    ["an input that is none", (dump) => {
      dump.engine!.entries[5]!.input = encodePlain({ kind: "runScript" });
      return dump;
    }],
    ["a core of another size", (dump) => ({
      ...dump,
      core: { ...dump.core!, checkpoint: dump.core!.checkpoint.slice(0, 1000) },
    })],
    ["time that runs backwards", (dump) => {
      dump.core!.entries[9]!.nowUs -= 5 * SECOND;
      return dump;
    }],
  ])("a dump with %s ends in words, or is told as far as it goes", (_what, spoil) => {
    const bytes = encodeDump(spoil(failover().dump()));
    const reports: FileReport[] = [];
    try {
      const session = new FileSession(coreModule(), bytes, (one) => reports.push(one), () => 0);
      while (!session.isOver) session.slice();
    } catch (thrown) {
      reports.push(failure(thrown));
    }
    const last = reports.at(-1)!;
    expect(["done", "failed"]).toContain(last.kind);
    if (last.kind === "failed") expect(last.text.length).toBeGreaterThan(10);
    const times = reports.flatMap((one) =>
      one.kind === "events" ? one.events.map(({ atUs }) => atUs) : []
    );
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it("a capture that ends within a packet is told up to there", () => {
    const { events, done } = open(capture.subarray(0, capture.length - 5));
    expect(done.problem).toContain("ends within packet");
    expect(events.length).toBeGreaterThan(10);
  });
});
