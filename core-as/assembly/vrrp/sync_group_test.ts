// Sync groups: all or none is MASTER (keepalived.conf(5) vrrp_sync_group).

import { describe, expect, it } from "vitest";
import {
  type ConfigTrackInput,
  INSTANCE_STATE_MASTER,
  type TrackerName,
} from "../../../host/core/abi.gen.ts";
import {
  instance,
  kinds,
  lines,
  LINK_DOWN,
  only,
  type Parts,
  readAdvert,
  SECOND,
  track,
  tracker,
  vip,
  VirtualNode,
} from "../../../test/virtual_node.ts";

/** Two members, VRID 51 and 52, in group 0. */
function parts(first: Parameters<typeof instance>[0] = {}, second = first): Parts {
  return {
    groups: [{ kind: "configGroup", group: 0, trackingWeight: 0 }],
    instances: [
      instance({ group: 0, ...first }),
      instance({ instance: 1, vrid: 52, group: 0, ...second }),
    ],
    vips: [vip(), vip({ vip: 1, instance: 1, address: "10.9.0.101" })],
  };
}

function group(first: Parameters<typeof instance>[0] = {}, second = first): VirtualNode {
  const node = VirtualNode.ready();
  node.configure(parts(first, second));
  return node;
}

function masters(): VirtualNode {
  const node = group();
  node.advance(5 * SECOND);
  expect([node.status(0).state, node.status(1).state]).toEqual(["MASTER", "MASTER"]);
  return node;
}

describe("sync group", () => {
  it("start: its line comes before its members'", () => {
    const node = VirtualNode.ready();
    expect(lines(node.configure(parts()))).toEqual([
      "G0 INIT BACKUP START",
      "0 INIT BACKUP START",
      "1 INIT BACKUP START",
    ]);
  });

  it("start_owners: MASTER when all are starting owners", () => {
    const owner = { priority: 255, flags: INSTANCE_STATE_MASTER };
    const node = VirtualNode.ready();
    expect(lines(node.configure(parts(owner)))).toEqual([
      "G0 INIT MASTER OWNER",
      "0 INIT MASTER OWNER",
      "1 INIT MASTER OWNER",
    ]);
    const mixed = VirtualNode.ready();
    expect(lines(mixed.configure(parts(owner, { priority: 100 })))[0]).toBe("G0 INIT BACKUP START");
  });

  it("down_timer: MASTER only with the wish of all, then together, members first", () => {
    // Priority 200 fires earlier than 100 and has to wait for it.
    const node = group({ priority: 200 }, { priority: 100 });
    const outputs = node.advance(4 * SECOND);
    expect(lines(outputs)).toEqual([
      "0 BACKUP MASTER GROUP",
      "1 BACKUP MASTER MASTER_DOWN",
      "G0 BACKUP MASTER MASTER_DOWN",
    ]);
    expect(new Set(only(outputs, "transition").map((t) => t.atUs)).size).toBe(1);
  });

  it("advert_higher: one member with a master keeps all BACKUP", () => {
    const node = group();
    for (let i = 0; i < 20; i++) {
      node.advert({ priority: 150 });
      expect(lines(node.advance(SECOND))).toEqual([]);
    }
  });

  it("advert_higher: a wish is withdrawn when a master is heard", () => {
    const node = group({ priority: 200 }, { priority: 100 });
    node.advert({ priority: 150, vrid: 52, addresses: ["10.9.0.101"] });
    node.advance(3_300_000);
    node.advert({ priority: 250 });
    // Member 1 alone is free now; member 0 is not.
    expect(lines(node.advance(1_000_000))).toEqual([]);
  });

  it("advert_higher: one member leaves MASTER, all do", () => {
    const node = masters();
    const outputs = node.advert({ priority: 150 });
    expect(lines(outputs)).toEqual([
      "0 MASTER BACKUP PEER_PRIORITY_HIGHER",
      "1 MASTER BACKUP GROUP",
      "G0 MASTER BACKUP PEER_PRIORITY_HIGHER",
    ]);
    expect(only(outputs, "packet")).toEqual([]);
    expect(only(outputs, "addressRemove")).toHaveLength(2);
  });

  it("link_down: all members FAULT, and back when the last cause is gone", () => {
    const node = VirtualNode.ready();
    node.link({ ifindex: 3 });
    node.input({
      kind: "address",
      ifindex: 3,
      family: "INET",
      present: 1,
      prefixLength: 24,
      address: "10.8.0.1",
    });
    node.configure(parts({}, { ifindex: 3 }));
    node.advance(5 * SECOND);
    const outputs = node.link({ ifindex: 3, flags: LINK_DOWN });
    expect(lines(outputs)).toEqual([
      "0 MASTER FAULT GROUP",
      "1 MASTER FAULT INTERFACE_DOWN",
      "G0 MASTER FAULT INTERFACE_DOWN",
    ]);
    // The member whose link lives says that it goes.
    expect(only(outputs, "packet").map((p) => readAdvert(p).priority)).toEqual([0]);
    expect(lines(node.link({ ifindex: 3 }))).toEqual([
      "0 FAULT BACKUP FAULT_CLEARED",
      "1 FAULT BACKUP FAULT_CLEARED",
      "G0 FAULT BACKUP FAULT_CLEARED",
    ]);
  });

  it("address_lost: all say priority 0 and are MASTER again after the skew time", () => {
    const node = masters();
    const outputs = node.address("10.9.0.100", 0, 32);
    expect(only(outputs, "packet").map((p) => readAdvert(p).priority)).toEqual([0, 0]);
    expect(lines(outputs)[2]).toBe("G0 MASTER BACKUP ADDRESS_LOST");
    expect(lines(node.advance(SECOND))).toHaveLength(3);
    expect(node.status(0).state).toBe("MASTER");
  });

  it("stalled: all go BACKUP", () => {
    const node = masters();
    node.freeze(10 * SECOND);
    expect(lines(node.input({ kind: "timer" }))).toEqual([
      "0 MASTER BACKUP STALLED",
      "1 MASTER BACKUP GROUP",
      "G0 MASTER BACKUP STALLED",
    ]);
  });

  it("stop: instances in the order of the file, then groups", () => {
    const outputs = masters().command("STOP");
    expect(lines(outputs)).toEqual([
      "0 MASTER STOP STOP",
      "1 MASTER STOP STOP",
      "G0 MASTER STOP STOP",
    ]);
    expect(kinds(outputs).slice(0, 3)).toEqual(["packet", "addressRemove", "transition"]);
  });

  it("resign: members first, then the group", () => {
    expect(lines(masters().command("RESIGN"))[2]).toBe("G0 MASTER BACKUP RESIGN");
  });

  it("advert_lower: the other members refresh ARP too", () => {
    const node = group({ garpLowerPrioRepeat: 2 });
    node.advance(5 * SECOND);
    expect(only(node.advert({ priority: 50 }), "frame").map((f) => f.instance)).toEqual([
      0,
      0,
      1,
      1,
    ]);
  });

  it("start_unknown: silent until the last result, also for the member without trackers", () => {
    const node = VirtualNode.ready();
    const outputs = node.configure({ ...parts(), trackers: [tracker()], tracks: [track()] });
    expect(lines(outputs)).toEqual([]);
    expect(lines(node.tracker("GOOD"))).toEqual([
      "G0 INIT BACKUP START",
      "0 INIT BACKUP START",
      "1 INIT BACKUP START",
    ]);
  });
});

describe("weights inside a group without sync_group_tracking_weight", () => {
  function tracking(
    watches: TrackerName,
    weight: number,
    trackingWeight = 0,
  ): VirtualNode {
    const node = VirtualNode.ready();
    const row: ConfigTrackInput = track({ weight });
    const ifindex = watches === "INTERFACE" ? 7 : 0;
    if (ifindex !== 0) node.link({ ifindex });
    node.configure({
      ...parts(),
      groups: [{ kind: "configGroup", group: 0, trackingWeight }],
      trackers: [tracker({ watches, ifindex })],
      tracks: [row],
    });
    return node;
  }

  it("a script with a weight counts nothing", () => {
    const node = tracking("SCRIPT", 20);
    node.tracker("GOOD");
    expect(node.status().priorityEffective).toBe(100);
  });

  it("a process keeps its weight", () => {
    const node = tracking("PROCESS", 20);
    node.tracker("GOOD");
    expect(node.status().priorityEffective).toBe(120);
  });

  it("an interface becomes weight 0", () => {
    const node = tracking("INTERFACE", 20);
    expect(lines(node.link({ ifindex: 7, flags: LINK_DOWN }))).toContain(
      "G0 BACKUP FAULT TRACKED_INTERFACE",
    );
  });

  it("a file of weight 1 becomes weight 0, another counts nothing", () => {
    const one = tracking("FILE", 1);
    one.tracker("GOOD", 0, 5);
    expect(one.status().state).toBe("FAULT");
    const two = tracking("FILE", 2);
    two.tracker("GOOD", 0, 5);
    expect(two.status()).toMatchObject({ state: "BACKUP", priorityEffective: 100 });
  });

  it("sync_group_tracking_weight lets weights count", () => {
    const node = tracking("SCRIPT", 20, 1);
    node.tracker("GOOD");
    expect(node.status().priorityEffective).toBe(120);
  });
});
