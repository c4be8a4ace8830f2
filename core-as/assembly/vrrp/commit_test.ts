// Reload by difference, start with leftovers, and what a configuration is refused for.

import { describe, expect, it } from "vitest";
import { type Input, INSTANCE_STATE_MASTER } from "../../../host/core/abi.gen.ts";
import {
  advertInput,
  instance,
  kinds,
  lines,
  LINK_DOWN,
  LINK_GOOD,
  MILLISECOND,
  only,
  type Parts,
  readAdvert,
  SECOND,
  track,
  tracker,
  vip,
  VirtualNode,
} from "../../../test/virtual_node.ts";

const one: Parts = { instances: [instance()], vips: [vip()] };

function master(parts: Parts = one): VirtualNode {
  const node = VirtualNode.ready();
  node.configure(parts);
  node.advance(5 * SECOND);
  expect(node.status().state).toBe("MASTER");
  return node;
}

describe("start", () => {
  it("removes addresses of the configuration that stand on their interface", () => {
    const node = VirtualNode.ready();
    node.address("10.9.0.100", 1, 32);
    node.address("10.9.0.101", 1, 24);
    const outputs = node.configure({
      instances: [instance()],
      vips: [vip(), vip({ vip: 1, address: "10.9.0.101" })],
    });
    // The second stands there with another prefix: that is not ours.
    expect(only(outputs, "addressRemove").map((a) => a.address)).toEqual(["10.9.0.100"]);
    expect(lines(outputs)).toEqual(["0 INIT BACKUP START"]);
  });

  it("does not take a virtual address as source, whoever put it there", () => {
    const node = new VirtualNode();
    node.link();
    node.address("10.9.0.100", 1, 32);
    expect(lines(node.configure(one))).toEqual(["0 INIT FAULT NO_SOURCE_ADDRESS"]);
  });

  it("nor one that somebody puts there later", () => {
    const node = new VirtualNode();
    node.link();
    node.configure(one);
    expect(lines(node.address("10.9.0.100", 1, 32))).toEqual([]);
    expect(node.status()).toMatchObject({ state: "FAULT", reason: "NO_SOURCE_ADDRESS" });
  });

  it("removes before it adds: a starting owner takes leftovers over without a gap", () => {
    const node = VirtualNode.ready();
    node.address("10.9.0.100", 1, 32);
    const outputs = node.configure({
      instances: [instance({ priority: 255, flags: INSTANCE_STATE_MASTER })],
      vips: [vip()],
    });
    expect(kinds(outputs)).toEqual([
      "notice",
      "addressRemove",
      "packet",
      "addressAdd",
      "frame",
      "transition",
    ]);
  });
});

describe("reload", () => {
  it("an unchanged instance emits nothing and misses no advert", () => {
    const node = master();
    const due = node.core.nextTimeout();
    const before = node.status();
    const outputs = node.configure(one);
    expect(kinds(outputs)).toEqual(["notice"]);
    expect(only(outputs, "notice")[0]).toMatchObject({
      notice: "CONFIG_COMMITTED",
      a: 0,
      b: 0,
      c: 0,
    });
    expect(node.core.nextTimeout()).toBe(due);
    expect(node.status()).toEqual(before);
  });

  it("a BACKUP keeps its master, its learnt interval and its timer", () => {
    const node = VirtualNode.ready();
    node.configure(one);
    node.advert({ priority: 150, intervalUs: 3 * SECOND });
    const due = node.core.nextTimeout();
    node.configure(one);
    expect(node.core.nextTimeout()).toBe(due);
    expect(node.status()).toMatchObject({
      masterPriority: 150,
      advertisementIntervalUs: 3 * SECOND,
    });
  });

  it("takes over the state whatever the instance's number was", () => {
    const node = master();
    const outputs = node.configure({
      instances: [instance({ vrid: 60 }), instance({ instance: 1 })],
      vips: [vip({ vip: 7, instance: 1 })],
    });
    expect(lines(outputs)).toEqual(["0 INIT BACKUP START"]);
    expect(only(outputs, "notice")[0]).toMatchObject({ a: 1, b: 0, c: 0 });
    expect(node.status(1)).toMatchObject({
      state: "MASTER",
      vrid: 51,
      becomeMaster: 1,
      vipsHeld: 1,
    });
    const refresh = only(node.advance(SECOND), "addressRefresh");
    expect(refresh[0]).toMatchObject({ instance: 1, vip: 7 });
  });

  it("addresses are added and removed one by one, with ARP for new ones only", () => {
    const node = master({
      instances: [instance()],
      vips: [vip(), vip({ vip: 1, address: "10.9.0.101" })],
    });
    const outputs = node.configure({
      instances: [instance()],
      vips: [vip(), vip({ vip: 1, address: "10.9.0.102" })],
    });
    expect(kinds(outputs)).toEqual(["addressRemove", "notice", "addressAdd", "frame"]);
    expect(only(outputs, "addressRemove").map((a) => a.address)).toEqual(["10.9.0.101"]);
    // Number 1 means another address by now.
    expect(only(outputs, "addressRemove")[0]!.vip).toBe(0xffff_ffff);
    expect(only(outputs, "addressAdd").map((a) => a.address)).toEqual(["10.9.0.102"]);
    expect(only(outputs, "frame")).toHaveLength(1);
    expect(node.status()).toMatchObject({ state: "MASTER", vipsHeld: 2 });
  });

  it("another label makes it another address", () => {
    const node = master();
    const labelled = node.configure({ ...one, vips: [vip({ label: 7 })] });
    expect(kinds(labelled)).toEqual(["addressRemove", "notice", "addressAdd", "frame"]);
    expect(kinds(node.configure({ ...one, vips: [vip({ label: 7 })] }))).toEqual(["notice"]);
  });

  it("another prefix or scope is another address", () => {
    const node = master();
    const outputs = node.configure({ instances: [instance()], vips: [vip({ prefixLength: 24 })] });
    expect(only(outputs, "addressRemove")[0]!.prefixLength).toBe(32);
    expect(only(outputs, "addressAdd")[0]!.prefixLength).toBe(24);
    const scoped = node.configure({
      instances: [instance()],
      vips: [vip({ prefixLength: 24, scope: 253 })],
    });
    expect(kinds(scoped)).toEqual(["addressRemove", "notice", "addressAdd", "frame"]);
  });

  it("a BACKUP gets new addresses without a word", () => {
    const node = VirtualNode.ready();
    node.configure(one);
    const outputs = node.configure({
      instances: [instance()],
      vips: [vip(), vip({ vip: 1, address: "10.9.0.101" })],
    });
    expect(kinds(outputs)).toEqual(["notice"]);
    expect(node.status()).toMatchObject({ vipCount: 2, vipsHeld: 0 });
  });

  it("a removed MASTER says priority 0 and gives its addresses back", () => {
    const node = master();
    const outputs = node.configure({ instances: [instance({ vrid: 60 })] });
    expect(kinds(outputs)).toEqual([
      "packet",
      "addressRemove",
      "transition",
      "notice",
      "transition",
    ]);
    expect(readAdvert(outputs[0]!)).toMatchObject({ priority: 0, vrid: 51, count: 1 });
    expect(lines(outputs)).toEqual(["0 MASTER STOP REMOVED", "0 INIT BACKUP START"]);
  });

  it("all instances removed: an empty configuration is one", () => {
    const node = master();
    expect(lines(node.configure({}))).toEqual(["0 MASTER STOP REMOVED"]);
    expect(node.core.nextTimeout()).toBe(Infinity);
    expect(node.core.instanceStatus(0)).toBeNull();
  });

  it("an address that moves from one MASTER to another is removed before it is added", () => {
    const two = (first: number): Parts => ({
      instances: [instance(), instance({ instance: 1, vrid: 52 })],
      vips: [vip({ instance: first })],
    });
    const node = master(two(0));
    const outputs = node.configure(two(1));
    const moves = outputs.filter((o) => o.kind === "addressRemove" || o.kind === "addressAdd");
    expect(moves.map((o) => [o.kind, o.instance])).toEqual([["addressRemove", 0], [
      "addressAdd",
      1,
    ]]);
  });

  it("a priority changes silently but for its record", () => {
    const node = master();
    const outputs = node.configure({ instances: [instance({ priority: 50 })], vips: [vip()] });
    expect(lines(outputs)).toEqual([]);
    expect(only(outputs, "priority")[0]).toMatchObject({ from: 100, to: 50, tracker: 0xffff_ffff });
    expect(readAdvert(only(node.advance(SECOND), "packet")[0]!).priority).toBe(50);
  });

  it("a shorter interval comes into force at once, a longer one after the advert that is due", () => {
    const node = master();
    const due = node.core.nextTimeout();
    node.configure({
      instances: [instance({ advertisementIntervalUs: 100 * MILLISECOND })],
      vips: [vip()],
    });
    expect(node.core.nextTimeout()).toBe(Math.min(due, node.nowUs + 100 * MILLISECOND));
    const soon = node.core.nextTimeout();
    node.configure({
      instances: [instance({ advertisementIntervalUs: 10 * SECOND })],
      vips: [vip()],
    });
    expect(node.core.nextTimeout()).toBe(soon);
    node.advance(SECOND);
    expect(node.core.nextTimeout()).toBe(soon + 10 * SECOND);
  });

  it("an instance in FAULT waits with its new interval when it comes back", () => {
    const node = VirtualNode.ready();
    node.configure(one);
    node.link({ flags: LINK_DOWN });
    const parts = {
      instances: [instance({ advertisementIntervalUs: 10 * SECOND })],
      vips: [vip()],
    };
    node.configure(parts);
    node.link({ flags: LINK_GOOD });
    const { state, advertisementIntervalUs, skewTimeUs } = node.status();
    expect({ state, advertisementIntervalUs }).toEqual({
      state: "BACKUP",
      advertisementIntervalUs: 10 * SECOND,
    });
    expect(node.core.nextTimeout()).toBe(node.nowUs + 30 * SECOND + skewTimeUs);
  });

  it("another refresh period of ARP comes into force, none stops it", () => {
    const node = master({ instances: [instance({ garpRefreshUs: 10 * SECOND })], vips: [vip()] });
    node.configure({ instances: [instance({ garpRefreshUs: 2 * SECOND })], vips: [vip()] });
    expect(only(node.advance(4 * SECOND), "frame")).toHaveLength(2);
    node.configure(one);
    expect(only(node.advance(20 * SECOND), "frame")).toEqual([]);
  });

  it("a tracker keeps its result; a new one does not stop a running MASTER", () => {
    const tracked = (tracks: Parts["tracks"]): Parts => ({
      ...one,
      trackers: [tracker(), tracker({ tracker: 1 })],
      tracks: tracks ?? [],
    });
    const node = VirtualNode.ready();
    node.configure(tracked([track()]));
    node.tracker("GOOD");
    node.advance(5 * SECOND);
    expect(lines(node.configure(tracked([track(), track({ tracker: 1 })])))).toEqual([]);
    expect(node.status().state).toBe("MASTER");
    expect(lines(node.tracker("BAD", 1))).toEqual(["0 MASTER FAULT TRACKED_SCRIPT"]);
  });

  it("a tracker that is gone takes its FAULT along", () => {
    const node = VirtualNode.ready();
    node.configure({ ...one, trackers: [tracker()], tracks: [track()] });
    node.tracker("BAD");
    expect(lines(node.configure(one))).toEqual(["0 FAULT BACKUP FAULT_CLEARED"]);
  });

  it("a MASTER that joins a group with a new member goes BACKUP", () => {
    const node = master();
    const outputs = node.configure({
      groups: [{ kind: "configGroup", group: 0, trackingWeight: 0 }],
      instances: [instance({ group: 0 }), instance({ instance: 1, vrid: 52, group: 0 })],
      vips: [vip()],
    });
    expect(lines(outputs)).toContain("0 MASTER BACKUP GROUP");
    expect(node.status(1).state).toBe("BACKUP");
  });

  it("a group goes on without a line when nothing changed", () => {
    const grouped: Parts = {
      groups: [{ kind: "configGroup", group: 0, trackingWeight: 0 }],
      instances: [instance({ group: 0 }), instance({ instance: 1, vrid: 52, group: 0 })],
      vips: [vip()],
    };
    const node = master(grouped);
    expect(lines(node.configure(grouped))).toEqual([]);
    expect(lines(node.command("STOP"))).toContain("G0 MASTER STOP STOP");
  });

  it("two MASTERs and a BACKUP put into one group all go BACKUP", () => {
    const three = (group: number): Parts => ({
      groups: [{ kind: "configGroup", group: 0, trackingWeight: 0 }],
      instances: [51, 52, 53].map((vrid, i) => instance({ instance: i, vrid, group })),
    });
    const node = VirtualNode.ready();
    node.configure(three(0xffff_ffff));
    for (let i = 0; i < 5; i++) {
      node.advert({ priority: 200, vrid: 53 });
      node.advance(SECOND);
    }
    expect([0, 1, 2].map((n) => node.status(n).state)).toEqual(["MASTER", "MASTER", "BACKUP"]);
    const outputs = node.configure(three(0));
    expect(lines(outputs)).toEqual([
      "0 MASTER BACKUP GROUP",
      "1 MASTER BACKUP GROUP",
      "G0 INIT BACKUP GROUP",
    ]);
  });

  it("version 3 after version 2 keeps the state and speaks the new one", () => {
    const node = master({ instances: [instance({ version: 2 })], vips: [vip()] });
    expect(lines(node.configure(one))).toEqual([]);
    expect(only(node.advance(SECOND), "packet")[0]!.payload[20]).toBe(0x31);
  });
});

describe("configuration records", () => {
  const bad = (fields: Parameters<typeof instance>[0]): Parts => ({
    instances: [instance(fields)],
  });
  const cases: [string, Parts, string][] = [
    ["VRID 0", bad({ vrid: 0 }), "RECORD_VALUE"],
    ["VRID 256", bad({ vrid: 256 }), "RECORD_VALUE"],
    ["priority 0", bad({ priority: 0 }), "RECORD_VALUE"],
    ["priority 256", bad({ priority: 256 }), "RECORD_VALUE"],
    ["version 4", bad({ version: 4 }), "RECORD_VALUE"],
    ["version 2 over IPv6", bad({ version: 2, family: "INET6" }), "RECORD_VALUE"],
    ["no interface", bad({ ifindex: 0 }), "RECORD_VALUE"],
    [
      "half a second in version 2",
      bad({ version: 2, advertisementIntervalUs: 500_000 }),
      "RECORD_VALUE",
    ],
    [
      "256 s in version 2",
      bad({ version: 2, advertisementIntervalUs: 256 * SECOND }),
      "RECORD_VALUE",
    ],
    ["5 ms in version 3", bad({ advertisementIntervalUs: 5000 }), "RECORD_VALUE"],
    ["40.96 s in version 3", bad({ advertisementIntervalUs: 40_960_000 }), "RECORD_VALUE"],
    ["interval 0", bad({ advertisementIntervalUs: 0 }), "RECORD_VALUE"],
    ["0 adverts to miss", bad({ downTimerAdverts: 0 }), "RECORD_VALUE"],
    ["101 adverts to miss", bad({ downTimerAdverts: 101 }), "RECORD_VALUE"],
    ["a password in version 3", bad({ authType: "PASS" }), "RECORD_VALUE"],
    ["a unicast group", bad({ multicastGroup: "10.0.0.1" }), "RECORD_VALUE"],
    ["a group of the other family", bad({ multicastGroup: "ff02::12" }), "RECORD_VALUE"],
    ["a multicast source", bad({ source: "224.0.0.1" }), "RECORD_VALUE"],
    ["a refresh period that is no number", bad({ garpRefreshUs: NaN }), "RECORD_VALUE"],
    ["a negative refresh period", bad({ garpRefreshUs: -1 }), "RECORD_VALUE"],
    ["an endless burst", bad({ garpRepeat: 1001 }), "RECORD_VALUE"],
    ["an unknown group", bad({ group: 0 }), "RECORD_REFERENCE"],
    ["a number that is not the next", bad({ instance: 1 }), "RECORD_VALUE"],
    ["a number beyond the node's", { instances: [instance({ instance: 8 })] }, "LIMIT"],
    [
      "one VRID twice",
      { instances: [instance(), instance({ instance: 1 })] },
      "VRID_DUPLICATE",
    ],
    ["an address of no instance", { vips: [vip()] }, "RECORD_REFERENCE"],
    ["an unspecified address", { ...one, vips: [vip({ address: "0.0.0.0" })] }, "RECORD_VALUE"],
    ["a multicast address", { ...one, vips: [vip({ address: "224.1.1.1" })] }, "RECORD_VALUE"],
    ["a prefix of 33", { ...one, vips: [vip({ prefixLength: 33 })] }, "RECORD_VALUE"],
    [
      "an advertised address of the other family",
      { ...one, vips: [vip({ family: "INET6" })] },
      "RECORD_VALUE",
    ],
    ["one address twice", { ...one, vips: [vip(), vip({ vip: 1 })] }, "RECORD_VALUE"],
    [
      "too many addresses",
      {
        ...one,
        vips: Array.from({ length: 33 }, (_, i) => vip({ vip: i, address: `10.1.0.${i + 1}` })),
      },
      "LIMIT",
    ],
    ["a track of no tracker", { ...one, tracks: [track()] }, "RECORD_REFERENCE"],
    [
      "a weight of 255",
      { ...one, trackers: [tracker()], tracks: [track({ weight: 255 })] },
      "RECORD_VALUE",
    ],
    ["a tracker number beyond the node's", { trackers: [tracker({ tracker: 16 })] }, "LIMIT"],
    ["a tracker given twice", { trackers: [tracker(), tracker()] }, "RECORD_VALUE"],
    [
      "an interface tracker without interface",
      { trackers: [tracker({ watches: "INTERFACE" })] },
      "RECORD_VALUE",
    ],
    [
      "a group given twice",
      { groups: [0, 0].map((group) => ({ kind: "configGroup", group, trackingWeight: 0 })) },
      "RECORD_VALUE",
    ],
  ];
  for (const [name, parts, status] of cases) {
    it(`${status}: ${name}, and nothing changes`, () => {
      const node = master();
      const before = node.status();
      const due = node.core.nextTimeout();
      expect(node.tryConfigure(parts)).toBe(status);
      expect(node.tell({ kind: "configCommit", generation: 2 })).toBe(status);
      expect(node.drain()).toEqual([]);
      expect(node.status()).toEqual(before);
      expect(node.core.nextTimeout()).toBe(due);
      // And the next one is taken as if nothing had been.
      expect(kinds(node.configure(one))).toEqual(["notice"]);
    });
  }

  it("an excluded address may be of the other family", () => {
    const node = VirtualNode.ready();
    node.configure({ ...one, vips: [vip(), vip({ vip: 1, family: "INET6", advertised: 0 })] });
    const outputs = node.advance(4 * SECOND);
    expect(only(outputs, "addressAdd").map((a) => a.family)).toEqual(["INET", "INET6"]);
    expect(readAdvert(only(outputs, "packet")[0]!).count).toBe(1);
  });

  it("CONFIG_ORDER: records and commits outside begin and commit", () => {
    const node = VirtualNode.ready();
    expect(node.tell(instance())).toBe("CONFIG_ORDER");
    expect(node.tell({ kind: "configCommit", generation: 1 })).toBe("CONFIG_ORDER");
    node.input({ kind: "configBegin", generation: 5 });
    expect(node.tell({ kind: "configCommit", generation: 6 })).toBe("CONFIG_ORDER");
    expect(node.tell({ kind: "configCommit", generation: 5 })).toBe("OK");
    node.drain();
    expect(node.tell({ kind: "configBegin", generation: 5 })).toBe("RECORD_VALUE");
  });

  it("a second begin starts anew", () => {
    const node = VirtualNode.ready();
    node.input({ kind: "configBegin", generation: 1 });
    node.input(instance({ vrid: 9 }));
    node.configure(one);
    expect(node.status().vrid).toBe(51);
    expect(node.core.instanceStatus(1)).toBeNull();
  });

  it("CONFIG_ORDER: a begin while outputs wait", () => {
    const node = VirtualNode.ready();
    node.tryConfigure(one);
    expect(node.tell({ kind: "configBegin", generation: 9 })).toBe("CONFIG_ORDER");
  });
});

describe("input records", () => {
  const node = () => VirtualNode.ready();

  it("LIMIT: outputs that nobody drains stop the inputs, and nothing is lost", () => {
    const self = VirtualNode.ready();
    const told: string[] = [];
    self.configure(one);
    let status = self.tell(advertInput({ priority: 50 }));
    while (status === "OK") {
      self.nowUs += SECOND;
      status = self.tell({ kind: "timer" });
      told.push(status);
    }
    expect(status).toBe("LIMIT");
    const outputs = self.drain();
    const adverts = only(outputs, "packet").length;
    expect(adverts).toBe(self.status().advertSent);
    expect(self.tell({ kind: "timer" })).toBe("OK");
  });

  it("LIMIT: more interfaces and addresses than the node has room for", () => {
    const self = node();
    const statuses = [3, 4, 5, 6].map((ifindex) =>
      self.tell({
        kind: "link",
        ifindex,
        present: 1,
        flags: 0x41,
        mtu: 1500,
        forwarding: 0,
        mac: "",
      })
    );
    expect(statuses).toEqual(["OK", "OK", "OK", "LIMIT"]);
    const addresses = Array.from({ length: 16 }, (_, i): Input => ({
      kind: "address",
      ifindex: 2,
      family: "INET",
      present: 1,
      prefixLength: 24,
      address: `10.7.0.${i + 1}`,
    }));
    expect(addresses.map((a) => self.tell(a)).filter((s) => s === "LIMIT")).toHaveLength(2);
  });

  it("an interface that is gone leaves its slot to another", () => {
    const self = node();
    for (let ifindex = 10; ifindex < 60; ifindex++) {
      self.link({ ifindex });
      self.link({ ifindex, present: 0 });
    }
  });

  it("TIME: time that runs backwards is answered and the record is taken", () => {
    const self = node();
    self.configure(one);
    self.nowUs -= SECOND;
    expect(self.tell(advertInput({ priority: 150 }))).toBe("TIME");
    expect(self.status().advertReceived).toBe(1);
    for (const now of [NaN, -1, Infinity, 1e300]) {
      expect(self.core.handleInput(now, { kind: "timer" })).toBe(71);
    }
  });

  it("RECORD_REFERENCE and RECORD_VALUE: trackers and families that are none", () => {
    const self = node();
    expect(self.tell({ kind: "tracker", tracker: 0, state: "GOOD", value: 0 })).toBe(
      "RECORD_REFERENCE",
    );
    expect(self.tell({ kind: "tracker", tracker: 99, state: "GOOD", value: 0 })).toBe(
      "RECORD_REFERENCE",
    );
    const none = { ...advertInput({ priority: 1 }), family: "NONE" } as Input;
    expect(self.tell(none)).toBe("RECORD_VALUE");
  });
});
