// Trackers: effective priority, FAULT by weight 0, unknown results, file values, interfaces.

import { describe, expect, it } from "vitest";
import type { TrackerName, TrackerStateName } from "../../../host/core/abi.gen.ts";
import {
  instance,
  lines,
  LINK_DOWN,
  LINK_GOOD,
  only,
  readAdvert,
  SECOND,
  track,
  tracker,
  vip,
  VirtualNode,
} from "../../../test/virtual_node.ts";

function tracking(
  tracks: Parameters<typeof track>[0][],
  options: { watches?: TrackerName; priority?: number } = {},
): VirtualNode {
  const node = VirtualNode.ready();
  const numbers = [...new Set(tracks.map((t) => t?.tracker ?? 0))];
  node.configure({
    trackers: numbers.map((number) =>
      tracker({ tracker: number, watches: options.watches ?? "SCRIPT" })
    ),
    instances: [instance({ priority: options.priority ?? 100 })],
    vips: [vip()],
    tracks: tracks.map((fields) => track(fields)),
  });
  return node;
}

describe("effective priority", () => {
  // weight, reverse, state -> what is added to 100 (keepalived.conf(5) track_script).
  const cases: [number, number, TrackerStateName, number][] = [
    [20, 0, "GOOD", 20],
    [20, 0, "BAD", 0],
    [20, 0, "UNKNOWN", 0],
    [-20, 0, "GOOD", 0],
    [-20, 0, "BAD", -20],
    [-20, 0, "UNKNOWN", 0],
    [20, 1, "GOOD", 0],
    [20, 1, "BAD", 20],
    [-20, 1, "GOOD", -20],
    [-20, 1, "BAD", 0],
    [-20, 1, "UNKNOWN", 0],
  ];
  for (const [weight, reverse, state, added] of cases) {
    it(`weight ${weight}${reverse ? " reverse" : ""} ${state} adds ${added}`, () => {
      const node = tracking([{ weight, reverse }]);
      node.tracker(state === "GOOD" ? "BAD" : "GOOD");
      node.tracker(state);
      expect(node.status()).toMatchObject({
        priorityEffective: 100 + added,
        priorityTracked: added,
        priorityBase: 100,
      });
    });
  }

  it("is clamped to 1..254", () => {
    const node = tracking([{ tracker: 0, weight: 200 }, { tracker: 1, weight: -254 }]);
    node.tracker("GOOD", 0);
    expect(node.status()).toMatchObject({ priorityEffective: 254, priorityTracked: 200 });
    node.tracker("BAD", 0);
    node.tracker("BAD", 1);
    expect(node.status()).toMatchObject({ priorityEffective: 1, priorityTracked: -254 });
  });

  it("is told in one record for each step", () => {
    const node = tracking([{ tracker: 0, weight: 20 }, { tracker: 1, weight: 5 }]);
    expect(only(node.tracker("GOOD", 0), "priority")[0]).toMatchObject({
      instance: 0,
      tracker: 0,
      from: 100,
      to: 120,
      priorityTracked: 20,
    });
    expect(only(node.tracker("GOOD", 1), "priority")[0]).toMatchObject({ from: 120, to: 125 });
    expect(node.tracker("GOOD", 1)).toEqual([]);
  });

  it("stands in the next advert of a MASTER and shortens the skew of a BACKUP", () => {
    const node = tracking([{ weight: 50 }]);
    node.advance(5 * SECOND);
    node.tracker("GOOD");
    expect(only(node.advance(SECOND), "packet").map((p) => readAdvert(p).priority)).toEqual([150]);
    node.advert({ priority: 200 });
    expect(node.core.nextTimeout() - node.nowUs).toBe(3 * SECOND + 414_062);
  });

  it("of the owner never changes", () => {
    const node = tracking([{ weight: -50 }], { priority: 255 });
    node.tracker("BAD");
    expect(node.status()).toMatchObject({ priorityEffective: 255, priorityTracked: 0 });
  });
});

describe("weight 0", () => {
  it("init_unknown: emits nothing until the first result, then BACKUP", () => {
    const node = VirtualNode.ready();
    const outputs = node.configure({
      trackers: [tracker()],
      instances: [instance()],
      tracks: [track()],
    });
    expect(lines(outputs)).toEqual([]);
    expect(node.status()).toMatchObject({ state: "INIT", faultCount: 1 });
    expect(node.core.nextTimeout()).toBe(Infinity);
    expect(lines(node.tracker("GOOD"))).toEqual(["0 INIT BACKUP START"]);
  });

  it("init_bad: the first result is bad, FAULT", () => {
    const node = tracking([{}]);
    const outputs = node.tracker("BAD");
    expect(lines(outputs)).toEqual(["0 INIT FAULT TRACKED_SCRIPT"]);
    expect(only(outputs, "transition")[0]!.tracker).toBe(0);
  });

  it("master_bad: priority 0 and FAULT; good again passes BACKUP", () => {
    const node = tracking([{}]);
    node.tracker("GOOD");
    node.advance(5 * SECOND);
    const outputs = node.tracker("BAD");
    expect(readAdvert(outputs[0]!).priority).toBe(0);
    expect(lines(outputs)).toEqual(["0 MASTER FAULT TRACKED_SCRIPT"]);
    expect(lines(node.tracker("GOOD"))).toEqual(["0 FAULT BACKUP FAULT_CLEARED"]);
  });

  it("reverse: good is bad", () => {
    const node = tracking([{ reverse: 1 }]);
    expect(lines(node.tracker("BAD"))).toEqual(["0 INIT BACKUP START"]);
    expect(lines(node.tracker("GOOD"))).toEqual(["0 BACKUP FAULT TRACKED_SCRIPT"]);
  });

  it("backup_unknown: a result that is lost is FAULT", () => {
    const node = tracking([{}]);
    node.tracker("GOOD");
    expect(lines(node.tracker("UNKNOWN"))).toEqual(["0 BACKUP FAULT TRACKER_UNKNOWN"]);
  });

  it("two faults: the second is counted, and both must go", () => {
    const node = tracking([{ tracker: 0 }, { tracker: 1 }]);
    node.tracker("GOOD", 0);
    node.tracker("GOOD", 1);
    expect(lines(node.tracker("BAD", 0))).toEqual(["0 BACKUP FAULT TRACKED_SCRIPT"]);
    expect(lines(node.tracker("BAD", 1))).toEqual([]);
    expect(node.status().faultCount).toBe(2);
    expect(lines(node.tracker("GOOD", 0))).toEqual([]);
    expect(lines(node.tracker("GOOD", 1))).toEqual(["0 FAULT BACKUP FAULT_CLEARED"]);
  });

  it("process: FAULT with its own reason", () => {
    const node = tracking([{}], { watches: "PROCESS" });
    expect(lines(node.tracker("BAD"))).toEqual(["0 INIT FAULT TRACKED_OTHER"]);
  });
});

describe("files", () => {
  // weight, reverse, value -> added, or FAULT.
  const cases: [number, number, number, number | "FAULT"][] = [
    [1, 0, 0, 0],
    [1, 0, 30, 30],
    [2, 0, -10, -20],
    [1, 1, 30, -30],
    [1, 0, 300, 253],
    [1, 0, -253, -253],
    [1, 0, -254, "FAULT"],
    [254, 0, -2_147_483_648, "FAULT"],
    [-254, 0, -2_147_483_648, 253],
    [0, 0, 0, 0],
    [0, 0, 1, "FAULT"],
    [0, 1, 1, 0],
    [0, 1, 0, "FAULT"],
  ];
  for (const [weight, reverse, value, result] of cases) {
    it(`weight ${weight}${reverse ? " reverse" : ""} value ${value} gives ${result}`, () => {
      const node = tracking([{ weight, reverse }], { watches: "FILE" });
      node.tracker("GOOD", 0, value);
      const { state, priorityTracked } = node.status();
      expect(state).toBe(result === "FAULT" ? "FAULT" : "BACKUP");
      if (result !== "FAULT") expect(priorityTracked).toBe(result);
    });
  }

  it("100 base, value 300, weight 1 reports 254", () => {
    const node = tracking([{ weight: 1 }], { watches: "FILE" });
    node.tracker("GOOD", 0, 300);
    expect(node.status().priorityEffective).toBe(254);
  });
});

describe("interfaces", () => {
  const watched = { watches: "INTERFACE" as const, ifindex: 7 };
  function watching(weight: number): VirtualNode {
    const node = VirtualNode.ready();
    node.link({ ifindex: 7 });
    node.configure({
      trackers: [tracker(watched)],
      instances: [instance()],
      tracks: [track({ weight })],
    });
    return node;
  }

  it("weight 0: FAULT while it is down or not running", () => {
    const node = watching(0);
    expect(node.status().state).toBe("BACKUP");
    expect(lines(node.link({ ifindex: 7, flags: 0x1 }))).toEqual([
      "0 BACKUP FAULT TRACKED_INTERFACE",
    ]);
    expect(lines(node.link({ ifindex: 7, flags: LINK_GOOD }))).toEqual([
      "0 FAULT BACKUP FAULT_CLEARED",
    ]);
  });

  it("with a weight: counts while it is good", () => {
    const node = watching(30);
    expect(node.status().priorityEffective).toBe(130);
    expect(only(node.link({ ifindex: 7, flags: LINK_DOWN }), "priority")).toHaveLength(1);
    expect(node.status().priorityEffective).toBe(100);
  });

  it("one that nobody reported is bad", () => {
    const node = VirtualNode.ready();
    const outputs = node.configure({
      trackers: [tracker(watched)],
      instances: [instance()],
      tracks: [track()],
    });
    expect(lines(outputs)).toEqual(["0 INIT FAULT TRACKED_INTERFACE"]);
  });

  it("is not fed by tracker records", () => {
    expect(watching(0).tell({ kind: "tracker", tracker: 0, state: "BAD", value: 0 })).toBe(
      "RECORD_REFERENCE",
    );
  });
});
