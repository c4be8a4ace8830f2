// groups_together, garp_on_takeover, stalled_master_leaves and records_in_order: what belongs to
// one moment.

import { describe, expect, it } from "vitest";
import { config, group } from "../../engine/test_support.ts";
import { garpOnTakeover } from "./garp_on_takeover.ts";
import { groupsTogether } from "./groups_together.ts";
import { recordsInOrder } from "./records_in_order.ts";
import { stalledMasterLeaves } from "./stalled_master_leaves.ts";
import { router, Story } from "./test_world.ts";

describe("groups_together", () => {
  function pair() {
    const story = new Story(groupsTogether);
    const members = [router("VI_1", { group: "G" }), router("VI_2", { group: "G", vrid: 52 })];
    const groups = [group("G", ["VI_1", "VI_2"])];
    const node = story.node("a", config({ instances: members, groups }));
    return { story, node, one: node.instances[0]!, two: node.instances[1]! };
  }

  it("is silent when they change within one moment", () => {
    const { story, node, one, two } = pair();
    story.at(1).enter(one, "MASTER", "GROUP").advert(two).enter(two, "MASTER", "MASTER_DOWN");
    story.enterGroup(node, "G", "BACKUP", "MASTER").at(2).advert(one).rest().end();
    expect(story.violations).toEqual([]);
  });

  it("sees one that stays behind", () => {
    const { story, one } = pair();
    story.at(1).enter(one, "FAULT", "INTERFACE_DOWN").at(2).rest();
    expect(story.violations).toEqual([
      "the members of G on a are in different states: VI_1 FAULT, VI_2 BACKUP",
    ]);
  });

  it("sees a group that tells another state", () => {
    const { story, node, one, two } = pair();
    story.at(1).enter(one, "FAULT", "GROUP").enter(two, "FAULT", "INTERFACE_DOWN");
    story.enterGroup(node, "G", "BACKUP", "BACKUP").at(2).rest();
    expect(story.violations).toEqual(["G on a was told to be BACKUP but its members are FAULT"]);
  });

  it("a member that has not started yet is left out", () => {
    const { story, one, two } = pair();
    two.state = "INIT";
    expect(story.at(1).enter(one, "FAULT", "GROUP").at(2).rest().violations).toEqual([]);
  });
});

describe("garp_on_takeover", () => {
  function becoming(rounds: number) {
    const story = new Story(garpOnTakeover);
    const node = story.node("a", [router("VI_1")]);
    const vi = node.instances[0]!;
    story.at(10);
    for (let n = 0; n < rounds; n++) story.garp(node);
    return { story: story.enter(vi, "MASTER", "MASTER_DOWN"), node, vi };
  }

  it("is silent about five at once and again after 5 s", () => {
    const { story, node, vi } = becoming(5);
    expect(story.at(15).garp(node).at(16).advert(vi).rest().violations).toEqual([]);
  });

  it("sees a burst that is short or left out", () => {
    expect(becoming(4).story.violations).toEqual([
      "VI_1 on a became MASTER and announced 192.0.2.100 4 times instead of 5",
    ]);
    expect(becoming(0).story.violations).toHaveLength(1);
  });

  it("sees a second burst that does not come, or too early", () => {
    const { story, node, vi } = becoming(5);
    story.at(13).garp(node).at(16).advert(vi);
    expect(story.violations).toEqual([
      "VI_1 on a did not announce its addresses a second time 5 s after it became MASTER",
    ]);
  });

  it("leaves it open after leaving MASTER, a reload, a pause, and a cable out", () => {
    const open: ((told: ReturnType<typeof becoming>) => void)[] = [
      ({ story, vi }) => story.enter(vi, "BACKUP", "RESIGN"),
      ({ story, node }) => story.reload(node),
      ({ story, node }) => story.become(node, "paused"),
      ({ story, node }) => {
        node.deadLinks.add("eth0");
        story.network();
        node.deadLinks.clear();
      },
    ];
    for (const change of open) {
      const told = becoming(5);
      change(told);
      expect(told.story.at(30).rest().end().violations).toEqual([]);
    }
  });

  it("an address without a link needs none", () => {
    const story = new Story(garpOnTakeover);
    const vi = story.node("a", [router("VI_1")]).instances[0]!;
    vi.node.deadLinks.add("eth0");
    expect(story.enter(vi, "MASTER", "MASTER_DOWN").at(9).rest().violations).toEqual([]);
  });
});

describe("stalled_master_leaves", () => {
  function stopped(forS: number) {
    const story = new Story(stalledMasterLeaves);
    const vi = story.node("a", [router("VI_1")]).instances[0]!;
    vi.state = "MASTER";
    story.at(10).advert(vi).become(vi.node, "paused").at(10 + forS).become(vi.node, "running");
    return { story, vi };
  }

  it("is silent when it leaves, and after a short stop", () => {
    const { story, vi } = stopped(20);
    expect(story.enter(vi, "BACKUP", "STALLED").at(31).rest().violations).toEqual([]);
    const short = stopped(3);
    expect(short.story.advert(short.vi).at(14).rest().violations).toEqual([]);
  });

  it("sees a MASTER that goes on as if nothing had been", () => {
    const { story, vi } = stopped(20);
    expect(story.advert(vi).at(31).advert(vi).violations).toEqual([
      "VI_1 on a is still MASTER after it stood still for 20 s, its down interval is 3.609375 s",
    ]);
  });
});

describe("records_in_order", () => {
  function started() {
    const story = new Story(recordsInOrder);
    const vi = story.node("a", [router("VI_1")]).instances[0]!;
    vi.state = "INIT";
    return { story: story.enter(vi, "BACKUP", "START").at(5), vi };
  }

  it("is silent about a life", () => {
    const { story, vi } = started();
    story.enter(vi, "MASTER", "MASTER_DOWN").at(6).enter(vi, "FAULT", "INTERFACE_DOWN");
    story.at(7).enter(vi, "BACKUP", "FAULT_CLEARED").at(8).enter(vi, "STOP", "STOP");
    expect(story.violations).toEqual([]);
  });

  it("sees a gap, a wrong beginning, a wrong duration, and what does not exist", () => {
    const { story, vi } = started();
    story.enter(vi, "MASTER", "MASTER_DOWN", { sequence: 3 });
    story.at(6).enter(vi, "BACKUP", "RESIGN", { sequence: 4, from: "FAULT" });
    story.at(8).enter(vi, "MASTER", "MASTER_DOWN", { sequence: 5, stateAgeUs: 1 });
    story.enter(vi, "BACKUP", "FAULT_CLEARED", { sequence: 6 });
    expect(story.violations).toEqual([
      "VI_1 on a went from BACKUP to MASTER (MASTER_DOWN) as number 3 instead of 2",
      "VI_1 on a went from FAULT to BACKUP (RESIGN) although it was MASTER",
      "VI_1 on a went from BACKUP to MASTER (MASTER_DOWN) after 2 s, and told 0.000001 s",
      "VI_1 on a went from MASTER to BACKUP (FAULT_CLEARED): there is no such transition",
    ]);
  });
});
