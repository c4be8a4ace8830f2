// only_master_speaks, silent_after_stop, priority_range and yields_to_better: what single adverts
// say.

import { describe, expect, it } from "vitest";
import type { VrrpInstance } from "../../conf/model.ts";
import type { Invariant } from "../world_view.ts";
import { onlyMasterSpeaks } from "./only_master_speaks.ts";
import { priorityRange } from "./priority_range.ts";
import { silentAfterStop } from "./silent_after_stop.ts";
import { type FakeInstance, router, Story } from "./test_world.ts";
import { yieldsToBetter } from "./yields_to_better.ts";

function one(
  make: () => Invariant,
  change: Partial<VrrpInstance> = {},
): { story: Story; vi: FakeInstance } {
  const story = new Story(make);
  return { story, vi: story.node("a", [router("VI_1", change)]).instances[0]! };
}

describe("only_master_speaks", () => {
  it("is silent about a BACKUP that becomes MASTER with its first advert and ARP", () => {
    const { story, vi } = one(onlyMasterSpeaks);
    story.at(3).advert(vi).garp(vi.node).enter(vi, "MASTER", "MASTER_DOWN").at(4).advert(vi);
    story.at(5).garp(vi.node).enter(vi, "BACKUP", "RESIGN").advert(vi, 0).end();
    expect(story.violations).toEqual([]);
  });

  it("sees a BACKUP that advertises", () => {
    const { story, vi } = one(onlyMasterSpeaks);
    story.at(3).advert(vi);
    expect(story.violations).toEqual([]);
    story.end();
    expect(story.violations).toEqual(["VI_1 on a sent an advert with priority 100 in BACKUP"]);
  });

  it("sees a BACKUP that announces an address", () => {
    const { story, vi } = one(onlyMasterSpeaks);
    story.at(3).garp(vi.node).at(4).rest();
    expect(story.violations).toEqual(["VI_1 on a announced 192.0.2.100 in BACKUP"]);
  });
});

describe("silent_after_stop", () => {
  it("is silent about a MASTER that says priority 0 and stops", () => {
    const { story, vi } = one(silentAfterStop);
    vi.state = "MASTER";
    story.at(3).advert(vi).at(4).advert(vi, 0).enter(vi, "STOP", "STOP").advert(vi, 0);
    expect(story.violations).toEqual([]);
  });

  it("sees an advert behind STOP, and of a process that is gone", () => {
    const { story, vi } = one(silentAfterStop);
    story.enter(vi, "STOP", "STOP").at(1).advert(vi);
    expect(story.violations).toEqual(["VI_1 on a sent an advert with priority 100 in STOP"]);
    vi.node.process = "down";
    expect(story.advert(vi, 0).violations[1]).toBe(
      "a sent an advert of VRID 51 although its process is down",
    );
  });

  it("sees a MASTER that leaves without priority 0", () => {
    for (const reason of ["STOP", "ADDRESS_LOST", "TRACKED_SCRIPT", "RESIGN"] as const) {
      const { story, vi } = one(silentAfterStop);
      vi.state = "MASTER";
      story.at(3).advert(vi, 0).at(4).enter(vi, reason === "STOP" ? "STOP" : "BACKUP", reason);
      expect(story.violations).toHaveLength(1);
    }
  });

  it("a better master, a dead link and a stall need none", () => {
    for (const reason of ["PEER_PRIORITY_HIGHER", "STALLED", "INTERFACE_DOWN"] as const) {
      const { story, vi } = one(silentAfterStop);
      vi.state = "MASTER";
      expect(story.enter(vi, "BACKUP", reason).violations).toEqual([]);
    }
    const { story, vi } = one(silentAfterStop);
    vi.state = "MASTER";
    vi.node.deadLinks.add("eth0");
    expect(story.enter(vi, "STOP", "STOP").violations).toEqual([]);
  });

  it("an instance that a reload removes says it too", () => {
    const { story, vi } = one(silentAfterStop);
    vi.state = "MASTER";
    vi.node.instances = [];
    story.enter(vi, "STOP", "REMOVED");
    expect(story.violations).toEqual([
      "VI_1 on a was removed as MASTER without saying priority 0",
    ]);
  });
});

describe("priority_range", () => {
  it("is silent about 1 to 254, a resigning MASTER, and the owner's 255", () => {
    const { story, vi } = one(priorityRange);
    vi.state = "MASTER";
    story.advert(vi, 1).advert(vi, 254).advert(vi, 0);
    vi.config = { ...vi.config, priority: 255 };
    expect(story.advert(vi, 255).violations).toEqual([]);
  });

  it("sees 255 of no owner, 0 of no MASTER, and what is no byte", () => {
    const { story, vi } = one(priorityRange);
    story.advert(vi, 255).advert(vi, 0).advert(vi, 256);
    expect(story.violations).toEqual([
      "VI_1 on a sent priority 255 although it is no owner",
      "VI_1 on a sent priority 0 in BACKUP",
      "a sent priority 256 for VRID 51",
    ]);
  });
});

describe("yields_to_better", () => {
  const heard = (priority: number, source: string, yields: boolean) => {
    const { story, vi } = one(yieldsToBetter);
    vi.state = "MASTER";
    story.at(3).heard(vi, priority, { source });
    if (yields) story.enter(vi, "BACKUP", "PEER_PRIORITY_HIGHER");
    return story.at(4).rest().violations;
  };

  it("is silent when the better one wins", () => {
    expect(heard(101, "10.0.0.0", true)).toEqual([]);
    expect(heard(100, "10.0.0.2", true)).toEqual([]);
    expect(heard(100, "10.0.0.0", false)).toEqual([]);
    expect(heard(99, "10.0.0.9", false)).toEqual([]);
  });

  it("sees a MASTER that stays", () => {
    expect(heard(100, "10.0.0.2", false)).toEqual([
      "VI_1 on a stayed MASTER with priority 100 of 10.0.0.1 when it heard 100 of 10.0.0.2",
    ]);
    expect(heard(101, "10.0.0.0", false)).toHaveLength(1);
  });

  it("of two owners the lower address yields", () => {
    const owners = (source: string, yields: boolean) => {
      const { story, vi } = one(yieldsToBetter, { priority: 255 });
      vi.state = "MASTER";
      story.at(3).heard(vi, 255, { source });
      if (yields) story.enter(vi, "BACKUP", "OWNER_CONFLICT");
      return story.at(4).rest().violations.length;
    };
    expect([owners("10.0.0.2", true), owners("10.0.0.0", false)]).toEqual([0, 0]);
    expect(owners("10.0.0.2", false)).toBe(1);
  });

  it("sees one that yields to a worse one, or to nobody", () => {
    expect(heard(100, "10.0.0.0", true)).toEqual([
      "VI_1 on a yielded (PEER_PRIORITY_HIGHER) with priority 100 of 10.0.0.1 although it " +
      "only heard 100 of 10.0.0.0",
    ]);
    const { story, vi } = one(yieldsToBetter);
    vi.state = "MASTER";
    expect(story.at(3).enter(vi, "BACKUP", "PEER_ADDRESS_HIGHER").violations).toHaveLength(1);
  });
});
