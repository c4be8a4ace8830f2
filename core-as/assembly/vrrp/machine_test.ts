// The state machine, state by event (RFC 3768 6.4, RFC 9568 6.4, keepalived's behaviour).

import { describe, expect, it } from "vitest";
import {
  INSTANCE_DONT_TRACK_PRIMARY,
  INSTANCE_HIGHER_PRIO_SEND_ADVERT,
  INSTANCE_LOWER_PRIO_NO_ADVERT,
  INSTANCE_NOPREEMPT,
  INSTANCE_STATE_MASTER,
} from "../../../host/core/abi.gen.ts";
import {
  instance,
  kinds,
  lines,
  LINK_DOWN,
  LINK_GOOD,
  MILLISECOND,
  only,
  readAdvert,
  SECOND,
  vip,
  VirtualNode,
} from "../../../test/virtual_node.ts";

type Fields = Parameters<typeof instance>[0];

/** Skew of version 3 at priority 100 and 1 s: 156/256 s. */
const SKEW_100 = 609_375;

function backup(fields: Fields = {}): VirtualNode {
  const node = VirtualNode.ready();
  node.configure({ instances: [instance(fields)], vips: [vip()] });
  return node;
}

function master(fields: Fields = {}): VirtualNode {
  const node = backup(fields);
  node.advance(5 * SECOND);
  expect(node.status().state).toBe("MASTER");
  return node;
}

describe("start", () => {
  it("init_start: every instance begins BACKUP, also with state MASTER and priority 100", () => {
    const node = VirtualNode.ready();
    const outputs = node.configure({
      instances: [instance({ flags: INSTANCE_STATE_MASTER })],
      vips: [vip()],
    });
    expect(lines(outputs)).toEqual(["0 INIT BACKUP START"]);
    expect(node.core.nextTimeout() - node.nowUs).toBe(3 * SECOND + SKEW_100);
  });

  it("init_start_owner: priority 255 and state MASTER is MASTER at once (RFC 9568 6.4.1)", () => {
    const node = VirtualNode.ready();
    const outputs = node.configure({
      instances: [instance({ priority: 255, flags: INSTANCE_STATE_MASTER })],
      vips: [vip()],
    });
    expect(lines(outputs)).toEqual(["0 INIT MASTER OWNER"]);
    expect(kinds(outputs)).toEqual(["notice", "packet", "addressAdd", "frame", "transition"]);
    expect(readAdvert(outputs[1]!).priority).toBe(255);
  });

  it("init_start_owner: priority 255 with state BACKUP waits", () => {
    const node = backup({ priority: 255 });
    expect(node.status().state).toBe("BACKUP");
    expect(lines(node.advance(4 * SECOND))).toEqual(["0 BACKUP MASTER MASTER_DOWN"]);
  });

  it("init_interface_down: FAULT at once, BACKUP when it comes up", () => {
    const node = VirtualNode.ready();
    node.link({ flags: LINK_DOWN });
    expect(lines(node.configure({ instances: [instance()], vips: [vip()] }))).toEqual([
      "0 INIT FAULT INTERFACE_DOWN",
    ]);
    expect(node.core.nextTimeout()).toBe(Infinity);
    expect(lines(node.link())).toEqual(["0 FAULT BACKUP FAULT_CLEARED"]);
  });

  it("init_no_source: FAULT until an address comes", () => {
    const node = new VirtualNode();
    node.link();
    expect(lines(node.configure({ instances: [instance()] }))).toEqual([
      "0 INIT FAULT NO_SOURCE_ADDRESS",
    ]);
    expect(lines(node.address("10.9.0.1"))).toEqual(["0 FAULT BACKUP FAULT_CLEARED"]);
  });

  it("init_no_source: a configured source needs no address", () => {
    const node = new VirtualNode();
    node.link();
    const outputs = node.configure({ instances: [instance({ source: "10.9.0.7" })] });
    expect(lines(outputs)).toEqual(["0 INIT BACKUP START"]);
    const packet = only(node.advance(4 * SECOND), "packet")[0]!;
    expect(packet.source).toBe("10.9.0.7");
  });
});

describe("timers", () => {
  const cases: [string, Fields, number][] = [
    ["v2 skew is seconds whatever the interval", {
      version: 2,
      advertisementIntervalUs: 10 * SECOND,
    }, 30 * SECOND + 609_375],
    [
      "v3 skew scales with the interval",
      { advertisementIntervalUs: 10 * SECOND },
      30 * SECOND + 6_093_750,
    ],
    ["v3 at 10 ms", { advertisementIntervalUs: 10 * MILLISECOND }, 30 * MILLISECOND + 6_093],
    ["v3 at 40.95 s and priority 1 does not wrap", {
      advertisementIntervalUs: 40_950_000,
      priority: 1,
    }, 3 * 40_950_000 + 40_790_039],
    ["v2 at 255 s and 100 adverts does not wrap", {
      version: 2,
      advertisementIntervalUs: 255 * SECOND,
      downTimerAdverts: 100,
    }, 25_500 * SECOND + 609_375],
    ["down_timer_adverts counts", { downTimerAdverts: 5 }, 5 * SECOND + SKEW_100],
  ];
  for (const [name, fields, downUs] of cases) {
    it(`backup_start: ${name}`, () => {
      const node = backup(fields);
      expect(node.core.nextTimeout() - node.nowUs).toBe(downUs);
    });
  }

  it("master_timer: an interval of 10 ms advertises 100 times a second", () => {
    const node = master({ advertisementIntervalUs: 10 * MILLISECOND });
    expect(only(node.advance(SECOND), "packet")).toHaveLength(100);
  });

  it("master_timer: an interval of 10 cs advertises 10 times a second and says 10 cs", () => {
    const node = master({ advertisementIntervalUs: 100 * MILLISECOND });
    const packets = only(node.advance(SECOND), "packet");
    expect(packets).toHaveLength(10);
    expect(readAdvert(packets[0]!).intervalUs).toBe(100 * MILLISECOND);
  });

  it("master_timer: a late timer keeps the cadence", () => {
    const node = master();
    const due = node.core.nextTimeout();
    node.freeze(due + 300 * MILLISECOND - node.nowUs);
    expect(only(node.input({ kind: "timer" }), "packet")).toHaveLength(1);
    expect(node.core.nextTimeout()).toBe(due + SECOND);
  });

  it("two backups, priority 200 and 100, fire in that order", () => {
    const high = backup({ priority: 200 });
    const low = backup({ priority: 100 });
    expect(high.core.nextTimeout()).toBeLessThan(low.core.nextTimeout());
  });
});

describe("BACKUP", () => {
  it("backup_down_timer: becomes MASTER, in keepalived's order", () => {
    const node = backup();
    const outputs = node.advance(4 * SECOND);
    expect(kinds(outputs)).toEqual(["packet", "addressAdd", "frame", "transition"]);
    const [transition] = only(outputs, "transition");
    expect(transition).toMatchObject({
      from: "BACKUP",
      to: "MASTER",
      reason: "MASTER_DOWN",
      timerUs: 3 * SECOND + SKEW_100,
      timerLateUs: 0,
      stateAgeUs: 3 * SECOND + SKEW_100,
      advertAgeUs: -1,
      peerKnown: 0,
      peer: "",
      sequence: 2,
    });
  });

  it("backup_advert_higher: the timer starts again and the master is known", () => {
    const node = backup();
    node.advance(2 * SECOND);
    expect(node.advert({ priority: 150 })).toEqual([]);
    expect(node.core.nextTimeout() - node.nowUs).toBe(3 * SECOND + SKEW_100);
    expect(node.status()).toMatchObject({
      master: "10.9.0.2",
      masterPriority: 150,
      masterKnown: 1,
      advertReceived: 1,
    });
  });

  it("backup_advert_equal: accepted without comparing addresses", () => {
    const node = backup();
    node.advance(2 * SECOND);
    node.advert({ priority: 100, source: "10.9.0.0" });
    expect(node.core.nextTimeout() - node.nowUs).toBe(3 * SECOND + SKEW_100);
  });

  it("backup_advert_lower: ignored, the running timer decides, and the reason is preemption", () => {
    const node = backup();
    const due = node.core.nextTimeout();
    node.advance(2 * SECOND);
    node.advert({ priority: 50 });
    expect(node.core.nextTimeout()).toBe(due);
    const [transition] = only(node.advance(2 * SECOND), "transition");
    expect(transition).toMatchObject({ reason: "PREEMPT", peerPriority: 50, peer: "10.9.0.2" });
  });

  it("backup_advert_lower_nopreempt: accepted", () => {
    const node = backup({ flags: INSTANCE_NOPREEMPT });
    node.advance(2 * SECOND);
    node.advert({ priority: 50 });
    expect(node.core.nextTimeout() - node.nowUs).toBe(3 * SECOND + SKEW_100);
  });

  it("backup_advert_lower_nopreempt: an owner preempts all the same", () => {
    const node = backup({ flags: INSTANCE_NOPREEMPT, priority: 255 });
    const due = node.core.nextTimeout();
    node.advert({ priority: 254 });
    expect(node.core.nextTimeout()).toBe(due);
  });

  it("backup_advert_zero: the timer is the skew time, and nobody else came", () => {
    const node = backup();
    node.advert({ priority: 150 });
    const outputs = node.advert({ priority: 0 });
    expect(only(outputs, "notice").map((n) => n.notice)).toEqual(["BACKUP_PRIORITY_ZERO"]);
    expect(node.core.nextTimeout() - node.nowUs).toBe(SKEW_100);
    const [transition] = only(node.advance(SECOND), "transition");
    expect(transition).toMatchObject({
      reason: "MASTER_RESIGNED",
      peerPriority: 0,
      peerKnown: 1,
      timerUs: SKEW_100,
      advertAgeUs: SKEW_100,
    });
  });

  it("backup_advert_zero: another master in time keeps it BACKUP", () => {
    const node = backup();
    node.advert({ priority: 0 });
    node.advance(500 * MILLISECOND);
    node.advert({ priority: 120, source: "10.9.0.3" });
    expect(lines(node.advance(3 * SECOND))).toEqual([]);
  });

  it("backup_advert_interval: version 3 learns it, skew included (RFC 9568 6.4.2)", () => {
    const node = backup();
    const outputs = node.advert({ priority: 150, intervalUs: 4 * SECOND });
    expect(only(outputs, "notice")[0]).toMatchObject({
      notice: "INTERVAL_LEARNED",
      a: SECOND,
      b: 4 * SECOND,
      peer: "10.9.0.2",
    });
    expect(node.core.nextTimeout() - node.nowUs).toBe(12 * SECOND + 4 * SKEW_100);
    expect(only(node.advance(15 * SECOND), "packet").map((p) => readAdvert(p).intervalUs)[0])
      .toBe(SECOND);
  });

  it("backup_link_down: FAULT without a word, and back", () => {
    const node = backup();
    const outputs = node.link({ flags: LINK_DOWN });
    expect(kinds(outputs)).toEqual(["transition"]);
    expect(lines(outputs)).toEqual(["0 BACKUP FAULT INTERFACE_DOWN"]);
    expect(node.advance(60 * SECOND)).toEqual([]);
    expect(lines(node.link())).toEqual(["0 FAULT BACKUP FAULT_CLEARED"]);
    expect(lines(node.advance(4 * SECOND))).toEqual(["0 BACKUP MASTER MASTER_DOWN"]);
  });

  it("backup_interface_deleted: FAULT, its addresses are forgotten", () => {
    const node = backup();
    expect(lines(node.link({ present: 0 }))).toEqual(["0 BACKUP FAULT INTERFACE_DOWN"]);
    expect(lines(node.link())).toEqual([]);
    expect(lines(node.address("10.9.0.1"))).toEqual(["0 FAULT BACKUP FAULT_CLEARED"]);
  });
});

describe("preempt_delay", () => {
  it("backup_advert_lower: accepted while it runs, ignored after it, then the down timer", () => {
    const node = backup({ priority: 150, preemptDelayUs: 3 * SECOND });
    const start = node.nowUs;
    let outputs = node.advert({ priority: 100 });
    expect(only(outputs, "notice")[0]).toMatchObject({ notice: "PREEMPT_DELAY", a: 3 * SECOND });
    for (let i = 0; i < 12 && node.status().state === "BACKUP"; i++) {
      outputs = node.advance(SECOND);
      if (node.status().state === "BACKUP") node.advert({ priority: 100 });
    }
    const [transition] = only(outputs, "transition");
    expect(transition).toMatchObject({ to: "MASTER", reason: "PREEMPT" });
    const took = transition!.atUs - start;
    // The delay and up to one master down time (3.41 s at 150).
    expect(took).toBeGreaterThan(3 * SECOND);
    expect(took).toBeLessThanOrEqual(3 * SECOND + 3_414_063);
  });

  it("backup_advert_equal: cancels it", () => {
    const node = backup({ priority: 150, preemptDelayUs: 3 * SECOND });
    node.advert({ priority: 100 });
    const outputs = node.advert({ priority: 150, source: "10.9.0.3" });
    expect(only(outputs, "notice")[0]).toMatchObject({ notice: "PREEMPT_CANCELLED", a: 150 });
    const again = node.advert({ priority: 100 });
    expect(only(again, "notice")[0]).toMatchObject({ notice: "PREEMPT_DELAY" });
  });

  it("backup_down_timer: a master that vanishes is replaced before the delay ends", () => {
    const node = backup({ priority: 150, preemptDelayUs: 1000 * SECOND });
    node.advert({ priority: 100 });
    expect(lines(node.advance(4 * SECOND))).toEqual(["0 BACKUP MASTER MASTER_DOWN"]);
  });
});

describe("MASTER", () => {
  it("master_advert_higher: BACKUP without priority 0, addresses removed before the record", () => {
    const node = master();
    const outputs = node.advert({ priority: 150, intervalUs: 2 * SECOND });
    expect(kinds(outputs)).toEqual(["notice", "addressRemove", "transition"]);
    expect(only(outputs, "transition")[0]).toMatchObject({
      reason: "PEER_PRIORITY_HIGHER",
      peer: "10.9.0.2",
      peerPriority: 150,
      advertAgeUs: 0,
      advertisementIntervalUs: 2 * SECOND,
    });
    expect(node.core.nextTimeout() - node.nowUs).toBe(6 * SECOND + 2 * SKEW_100);
    expect(node.status()).toMatchObject({ masterPriority: 150, vipsHeld: 0, releaseMaster: 1 });
  });

  it("master_advert_higher: a last advert with higher_prio_send_advert", () => {
    const node = master({ flags: INSTANCE_HIGHER_PRIO_SEND_ADVERT });
    const [packet] = only(node.advert({ priority: 150 }), "packet");
    expect(readAdvert(packet!).priority).toBe(100);
  });

  it("master_advert_equal: the larger address wins, once", () => {
    const low = master();
    expect(lines(low.advert({ priority: 100, source: "10.9.0.2" }))).toEqual([
      "0 MASTER BACKUP PEER_ADDRESS_HIGHER",
    ]);
    expect(lines(low.advert({ priority: 100, source: "10.9.0.2" }))).toEqual([]);
    const high = VirtualNode.ready("10.9.0.200");
    high.configure({ instances: [instance()], vips: [vip()] });
    high.advance(5 * SECOND);
    const outputs = high.advert({ priority: 100, source: "10.9.0.2" });
    expect(lines(outputs)).toEqual([]);
    expect(only(outputs, "packet")).toHaveLength(1);
  });

  it("master_advert_equal: addresses compare as unsigned numbers, not as signed bytes", () => {
    const node = VirtualNode.ready("127.0.0.9");
    node.configure({ instances: [instance()], vips: [vip()] });
    node.advance(5 * SECOND);
    expect(lines(node.advert({ priority: 100, source: "200.0.0.1" }))).toEqual([
      "0 MASTER BACKUP PEER_ADDRESS_HIGHER",
    ]);
  });

  it("master_advert_lower: our advert at once, the timer unmoved, a notice", () => {
    const node = master();
    const due = node.core.nextTimeout();
    const outputs = node.advert({ priority: 50 });
    expect(kinds(outputs)).toEqual(["notice", "packet"]);
    expect(only(outputs, "notice")[0]).toMatchObject({ notice: "LOWER_PRIORITY", a: 50, b: 100 });
    expect(node.core.nextTimeout()).toBe(due);
  });

  it("master_advert_lower: silent with lower_prio_no_advert", () => {
    const node = master({ flags: INSTANCE_LOWER_PRIO_NO_ADVERT });
    expect(only(node.advert({ priority: 50 }), "packet")).toEqual([]);
  });

  it("master_advert_zero: our advert at once and the timer restarted (RFC 9568 6.4.3)", () => {
    const node = master();
    node.advance(300 * MILLISECOND);
    const outputs = node.advert({ priority: 0 });
    expect(only(outputs, "packet")).toHaveLength(1);
    expect(node.core.nextTimeout() - node.nowUs).toBe(SECOND);
    expect(node.status()).toMatchObject({ state: "MASTER", priorityZeroReceived: 1 });
  });

  it("master_link_down: FAULT; nothing is sent through a dead link", () => {
    const node = master();
    const outputs = node.link({ flags: LINK_DOWN });
    expect(kinds(outputs)).toEqual(["addressRemove", "transition"]);
    expect(lines(outputs)).toEqual(["0 MASTER FAULT INTERFACE_DOWN"]);
  });

  it("master_source_lost: FAULT until an address returns", () => {
    const node = master();
    expect(lines(node.address("10.9.0.1", 0))).toEqual(["0 MASTER FAULT NO_SOURCE_ADDRESS"]);
    expect(lines(node.address("10.9.0.5"))).toEqual(["0 FAULT BACKUP FAULT_CLEARED"]);
    const [packet] = only(node.advance(4 * SECOND), "packet");
    expect(packet!.source).toBe("10.9.0.5");
  });

  it("master_source_lost: the next address of the interface takes over without a word", () => {
    const node = VirtualNode.ready();
    node.address("10.9.0.9");
    node.configure({ instances: [instance()], vips: [vip()] });
    node.advance(5 * SECOND);
    expect(node.address("10.9.0.1", 0)).toEqual([]);
    expect(only(node.advance(SECOND), "packet")[0]!.source).toBe("10.9.0.9");
    expect(node.status().master).toBe("10.9.0.9");
  });

  it("master_address_lost: priority 0, BACKUP, MASTER again after the skew time alone", () => {
    const node = VirtualNode.ready();
    node.configure({
      instances: [instance()],
      vips: [vip(), vip({ vip: 1, address: "10.9.0.101" })],
    });
    node.advance(5 * SECOND);
    const outputs = node.address("10.9.0.100", 0, 32);
    expect(kinds(outputs)).toEqual(["packet", "addressRemove", "transition"]);
    expect(readAdvert(outputs[0]!).priority).toBe(0);
    // The lost one too: a lease renewed before we heard of the loss has put it back.
    expect(only(outputs, "addressRemove").map((a) => a.address)).toEqual([
      "10.9.0.100",
      "10.9.0.101",
    ]);
    expect(lines(outputs)).toEqual(["0 MASTER BACKUP ADDRESS_LOST"]);
    const again = node.advance(SKEW_100);
    expect(lines(again)).toEqual(["0 BACKUP MASTER MASTER_DOWN"]);
    expect(only(again, "addressAdd").map((a) => a.address)).toEqual(["10.9.0.100", "10.9.0.101"]);
  });

  it("master_address_lost: what a renewed lease has put back is removed", () => {
    const node = VirtualNode.ready();
    node.configure({
      instances: [instance()],
      vips: [vip(), vip({ vip: 1, address: "10.9.0.101" })],
    });
    node.advance(5 * SECOND);
    // The leases ended while the process was stopped; the kernel's words of that wait in its socket.
    node.freeze(2_500_000);
    expect(only(node.input({ kind: "timer" }), "addressRefresh")).toHaveLength(2);
    const outputs = node.address("10.9.0.100", 0, 32);
    expect(only(outputs, "addressRemove")).toHaveLength(2);
    expect(only(node.address("10.9.0.101", 0, 32), "addressRemove")).toEqual([]);
  });

  it("master_address_lost: another prefix length is another address", () => {
    const node = master();
    expect(node.address("10.9.0.100", 0, 24)).toEqual([]);
    expect(node.status().state).toBe("MASTER");
  });

  it("backup_address_lost: nothing, it was not ours", () => {
    const node = backup();
    node.address("10.9.0.100", 1, 32);
    expect(node.address("10.9.0.100", 0, 32)).toEqual([]);
  });
});

describe("a process that was stopped", () => {
  it("hears all that its kernel has to say before a timer that ended meanwhile fires", () => {
    const node = VirtualNode.ready();
    const flags = INSTANCE_DONT_TRACK_PRIMARY;
    node.configure({ instances: [instance({ flags })], vips: [vip()] });
    node.freeze(4 * SECOND);
    // The cable was out for a moment: a burst sent between the two would reach nobody.
    expect(node.link({ flags: LINK_DOWN })).toEqual([]);
    expect(node.link({ flags: LINK_GOOD })).toEqual([]);
    expect(node.address("10.9.0.7")).toEqual([]);
    const outputs = node.input({ kind: "timer" });
    expect(lines(outputs)).toEqual(["0 BACKUP MASTER MASTER_DOWN"]);
    expect(only(outputs, "frame")).toHaveLength(1);
  });
});

describe("two owners", () => {
  const owner = { priority: 255, flags: INSTANCE_STATE_MASTER };

  it("master_advert_owner: the smaller address yields", () => {
    const node = VirtualNode.ready();
    node.configure({ instances: [instance(owner)], vips: [vip()] });
    const outputs = node.advert({ priority: 255, source: "10.9.0.2" });
    expect(only(outputs, "notice")[0]).toMatchObject({ notice: "OWNER_CONFLICT", a: 1 });
    expect(lines(outputs)).toEqual(["0 MASTER BACKUP OWNER_CONFLICT"]);
  });

  it("master_advert_owner: the larger one sends two adverts, and drops to 254 if the rival stays", () => {
    const node = VirtualNode.ready("10.9.0.200");
    node.configure({ instances: [instance(owner)], vips: [vip()] });
    expect(only(node.advert({ priority: 255 }), "packet")).toHaveLength(2);
    node.advance(SECOND);
    expect(only(node.advert({ priority: 255 }), "packet")).toHaveLength(2);
    node.advance(SECOND);
    const outputs = node.advert({ priority: 255 });
    expect(only(outputs, "priority")[0]).toMatchObject({ from: 255, to: 254 });
    expect(lines(outputs)).toEqual(["0 MASTER BACKUP OWNER_CONFLICT"]);
  });

  it("master_advert_owner: two conflicts far apart are not one that lasts", () => {
    const node = VirtualNode.ready("10.9.0.200");
    node.configure({ instances: [instance(owner)], vips: [vip()] });
    node.advert({ priority: 255 });
    node.advance(60 * SECOND);
    expect(lines(node.advert({ priority: 255 }))).toEqual([]);
  });
});

describe("commands", () => {
  it("master_stop: priority 0, addresses removed, STOP, and silence for ever", () => {
    const node = master();
    const outputs = node.command("STOP");
    expect(kinds(outputs)).toEqual(["packet", "addressRemove", "transition"]);
    expect(readAdvert(outputs[0]!).priority).toBe(0);
    expect(lines(outputs)).toEqual(["0 MASTER STOP STOP"]);
    expect(node.core.nextTimeout()).toBe(Infinity);
    expect(node.advert({ priority: 0 })).toEqual([]);
    expect(node.link({ flags: LINK_DOWN })).toEqual([]);
    expect(node.command("STOP")).toEqual([]);
    expect(node.tryConfigure({ instances: [instance()] })).toBe("CONFIG_ORDER");
  });

  it("backup_stop: nothing is sent", () => {
    expect(kinds(backup().command("STOP"))).toEqual(["transition"]);
  });

  it("master_resign: priority 0 and BACKUP for a whole down interval", () => {
    const node = master();
    const outputs = node.command("RESIGN");
    expect(readAdvert(outputs[0]!).priority).toBe(0);
    expect(lines(outputs)).toEqual(["0 MASTER BACKUP RESIGN"]);
    expect(node.core.nextTimeout() - node.nowUs).toBe(3 * SECOND + SKEW_100);
  });

  it("clear_statistics: the counters are zero, the state stays", () => {
    const node = master();
    node.command("CLEAR_STATISTICS");
    expect(node.status()).toMatchObject({ state: "MASTER", advertSent: 0, becomeMaster: 0 });
  });
});

describe("a node that did not run (a frozen guest, SIGSTOP)", () => {
  it("master_stalled: gives up without a word and listens a whole down interval", () => {
    const node = master();
    node.freeze(10 * SECOND);
    const outputs = node.input({ kind: "timer" });
    expect(kinds(outputs)).toEqual(["addressRemove", "transition"]);
    const [transition] = only(outputs, "transition");
    expect(transition).toMatchObject({ from: "MASTER", to: "BACKUP", reason: "STALLED" });
    expect(transition!.timerLateUs).toBeGreaterThan(3 * SECOND);
    expect(node.core.nextTimeout() - node.nowUs).toBe(3 * SECOND + SKEW_100);
  });

  it("master_stalled: also when the first thing it hears is an advert", () => {
    const node = master();
    node.freeze(10 * SECOND);
    const outputs = node.advert({ priority: 50 });
    expect(lines(outputs)).toEqual(["0 MASTER BACKUP STALLED"]);
    expect(only(outputs, "packet")).toEqual([]);
  });

  it("master_late: shorter than the down interval it goes on, and says it was late", () => {
    const node = master();
    node.freeze(3 * SECOND);
    const outputs = node.input({ kind: "timer" });
    expect(only(outputs, "notice").map((n) => n.notice)).toEqual(["TIMER_LATE"]);
    expect(only(outputs, "packet")).toHaveLength(1);
    expect(node.status().state).toBe("MASTER");
  });

  it("backup_stalled: does not take over on adverts it could not hear", () => {
    const node = backup();
    node.advert({ priority: 150 });
    node.freeze(30 * SECOND);
    const outputs = node.input({ kind: "timer" });
    expect(lines(outputs)).toEqual([]);
    expect(only(outputs, "notice").map((n) => n.notice)).toEqual(["TIMER_LATE"]);
    expect(node.core.nextTimeout() - node.nowUs).toBe(3 * SECOND + SKEW_100);
  });

  it("backup_late: a packet that waited in the socket comes before the timer", () => {
    const node = backup();
    node.advert({ priority: 150 });
    node.freeze(4 * SECOND);
    expect(lines(node.advert({ priority: 150 }))).toEqual([]);
    expect(node.status().state).toBe("BACKUP");
  });

  it("backup_late: the packet of another instance does not let a timer pass it", () => {
    const node = VirtualNode.ready();
    node.configure({ instances: [instance({ vrid: 60 }), instance({ instance: 1, vrid: 61 })] });
    for (const vrid of [60, 61]) node.advert({ priority: 150, vrid });
    node.freeze(4 * SECOND);
    expect(lines([60, 61].flatMap((vrid) => node.advert({ priority: 150, vrid })))).toEqual([]);
    expect(lines(node.input({ kind: "timer" }))).toEqual([]);
  });
});
