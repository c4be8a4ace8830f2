import { describe, expect, it } from "vitest";
import { ID_NONE, type Input, readInput, TRACKER_MAX, writeInput } from "../core/abi.gen.ts";
import { buildCoreConfig } from "./core_config.ts";
import type { CoreIndex } from "./core_index.ts";
import { namesOf, RecordNamer } from "./names.ts";
import { config, group, instance, trackedScript, transition } from "./test_support.ts";

const INTERFACES = new Map([["eth0", 2], ["eth1", 3]]);
const script = (tracker: string, weight: number) => ({
  tracker,
  watches: "SCRIPT" as const,
  weight,
  reverse: weight < 0,
});
const vip = (address: string, device: string, label: string | null) => ({
  family: "INET" as const,
  address,
  prefixLength: 32,
  device,
  label,
  scope: 0,
});

const TWO = config({
  scripts: [trackedScript("a"), trackedScript("b")],
  instances: [
    instance("VI_1", {
      group: "G1",
      nopreempt: true,
      stateMaster: true,
      auth: { type: "PASS", data: new Uint8Array([112, 98, 0, 0, 0, 0, 0, 0]) },
      vips: [vip("172.18.200.6", "eth0", "eth0:0")],
      excludedVips: [vip("172.18.200.7", "eth1", null)],
      tracks: [script("b", 5), {
        tracker: "eth1",
        watches: "INTERFACE",
        weight: 0,
        reverse: false,
      }],
    }),
    instance("VI_2", { vrid: 60, source: "172.18.0.1", tracks: [script("b", -5)] }),
  ],
  groups: [group("G1", ["VI_1"], { trackingWeight: true })],
});

function build(from: typeof TWO, previous: CoreIndex | null = null, generation = 1) {
  return buildCoreConfig(from, { generation, interfaces: INTERFACES, previous });
}

function ofKind<K extends Input["kind"]>(records: Input[], kind: K) {
  return records.filter((record): record is Extract<Input, { kind: K }> => record.kind === kind);
}

describe("buildCoreConfig()", () => {
  it("gives the records in the core's order", () => {
    expect(build(TWO).records.map((record) => record.kind)).toEqual([
      "configBegin",
      "configTracker",
      "configTracker",
      "configGroup",
      "configInstance",
      "configInstance",
      "configVip",
      "configVip",
      "configTrack",
      "configTrack",
      "configTrack",
      "configCommit",
    ]);
  });

  it("fills them", () => {
    const { records } = build(TWO);
    expect(ofKind(records, "configTracker")).toEqual([
      { kind: "configTracker", tracker: 0, watches: "SCRIPT", ifindex: 0 },
      { kind: "configTracker", tracker: 1, watches: "INTERFACE", ifindex: 3 },
    ]);
    expect(ofKind(records, "configInstance")[0]).toMatchObject({
      instance: 0,
      ifindex: 2,
      vrid: 51,
      flags: 0x0041,
      group: 0,
      authType: "PASS",
      source: "",
      garpDelayUs: 5_000_000,
    });
    expect(ofKind(records, "configInstance")[1]).toMatchObject({
      group: ID_NONE,
      authType: "NONE",
      source: "172.18.0.1",
    });
    expect(ofKind(records, "configVip")).toMatchObject([
      { vip: 0, instance: 0, ifindex: 2, advertised: 1 },
      { vip: 1, instance: 0, ifindex: 3, advertised: 0 },
    ]);
    expect(ofKind(records, "configTrack")).toEqual([
      { kind: "configTrack", instance: 0, tracker: 0, weight: 5, reverse: 0 },
      { kind: "configTrack", instance: 0, tracker: 1, weight: 0, reverse: 0 },
      { kind: "configTrack", instance: 1, tracker: 0, weight: -5, reverse: 1 },
    ]);
  });

  it("writes what the core can read back", () => {
    const view = new DataView(new ArrayBuffer(4096));
    for (const record of build(TWO).records) {
      writeInput(view, 0, record);
      const want = record.kind === "configInstance" && record.source === ""
        ? { ...record, source: "0.0.0.0" }
        : record;
      expect(readInput(view, 0)).toEqual(want);
    }
  });

  it("keeps a tracker's number over reloads and fills holes, but none that was another's", () => {
    const tracked = (...names: string[]) => ({
      ...TWO,
      instances: [instance("VI_2", { tracks: names.map((name) => script(name, 1)) })],
    });
    const namesOf = ({ trackers }: CoreIndex) => trackers.map((row) => row?.name ?? "");
    const first = build(TWO).index;
    expect(namesOf(first)).toEqual(["b", "eth1"]);
    const { index } = build(tracked("a", "c"), first, 2);
    expect(namesOf(index)).toEqual(["", "", "a", "c"]);
    const again = build(tracked("c", "b"), index, 3).index;
    expect(namesOf(again)).toEqual(["b", "", "", "c"]);
    const kept = build({ ...TWO, instances: [TWO.instances[0]!] }, first, 4).index;
    expect(kept.trackers).toEqual(first.trackers);
  });

  it("takes the number of another where there are no more", () => {
    const many = (prefix: string) => ({
      ...TWO,
      instances: [instance("VI_1", {
        tracks: Array.from({ length: TRACKER_MAX }, (_, i) => script(`${prefix}${i}`, 1)),
      })],
    });
    const { index } = build(many("y"), build(many("x")).index, 2);
    expect(index.trackers.map((row) => row?.name).slice(0, 2)).toEqual(["y0", "y1"]);
    expect(index.trackers).toHaveLength(TRACKER_MAX);
  });

  it("turns leases off for all instances", () => {
    const { records } = build({ ...TWO, vipd: { ...TWO.vipd, lease: false } });
    for (const record of ofKind(records, "configInstance")) expect(record.flags & 0x20).toBe(0x20);
  });

  it("names the interfaces that are missing, once each", () => {
    const instances = ["a", "b"].map((name) => instance(name, { interface: "eth9" }));
    const { missingInterfaces, records } = build({ ...TWO, instances });
    expect(missingInterfaces).toEqual(["eth9"]);
    expect(ofKind(records, "configInstance")[0]?.ifindex).toBe(0);
  });
});

describe("RecordNamer", () => {
  it("changes over at the notice of the commit", () => {
    const namer = new RecordNamer();
    const first = build(TWO).index;
    namer.stage(first);
    const committed = {
      kind: "notice" as const,
      instance: ID_NONE,
      notice: "CONFIG_COMMITTED" as const,
      a: 0,
      b: 0,
      c: 0,
      family: "NONE" as const,
      peer: "",
    };
    namer.name(committed);
    const second = build({ ...TWO, instances: [instance("other")] }, first, 2).index;
    namer.stage(second);
    const { instanceName: _, ...record } = transition("", "STOP", { instance: 0 });
    expect(namer.name(record)).toMatchObject({ instanceName: "VI_1" });
    namer.name(committed);
    expect(namer.name(record)).toMatchObject({ instanceName: "other" });
  });

  it("forgets a configuration that the core refused", () => {
    const namer = new RecordNamer();
    const first = build(TWO).index;
    namer.stage(first);
    namer.discard(1);
    namer.stage({ ...first, generation: 2, instances: ["x"] });
    namer.discard(2);
    expect(namer.current).toBe(first);
  });

  it("leaves out what has no name", () => {
    expect(namesOf({ instance: 9, tracker: ID_NONE, ifindex: 77 }, build(TWO).index)).toEqual({});
    expect(namesOf({ instance: 0 }, build(TWO).index)).toEqual({
      instanceName: "VI_1",
      instanceVersion: 2,
      interfaceName: "eth0",
    });
  });

  it("names no interface for a group: its record carries its first member, not the one that decided", () => {
    const { index } = build(TWO);
    const interfaceOf = (subject: "GROUP" | "INSTANCE") =>
      namesOf({ subject, instance: 0, group: 0 }, index).interfaceName;
    expect(interfaceOf("INSTANCE")).toBe("eth0");
    expect(interfaceOf("GROUP")).toBe(undefined);
  });
});
