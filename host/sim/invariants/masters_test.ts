// one_master, some_master and best_master: the same small elections.

import { describe, expect, it } from "vitest";
import { config, group } from "../../engine/test_support.ts";
import { bestMaster } from "./best_master.ts";
import { oneMaster } from "./one_master.ts";
import { someMaster } from "./some_master.ts";
import { type FakeNode, router, SECOND, Story } from "./test_world.ts";
import type { Invariant } from "../world_view.ts";
import type { VrrpInstance } from "../../conf/model.ts";

type Change = Partial<VrrpInstance>;

/** Two nodes of one instance each. */
function pair(make: () => Invariant, a: Change, b: Change) {
  const story = new Story(make);
  const [left, right] = [a, b].map((change, i) => story.node("ab"[i]!, [router("VI_1", change)]));
  return { story, a: left!.instances[0]!, b: right!.instances[0]! };
}

/** Two nodes of one sync group of two instances each; the priorities of both. */
function groups(make: () => Invariant, a: [number, number], b: [number, number]) {
  const story = new Story(make);
  const node = (name: string, [first, second]: [number, number]): FakeNode =>
    story.node(
      name,
      config({
        instances: [
          router("VI_1", { priority: first, group: "G" }),
          router("VI_2", { priority: second, group: "G", vrid: 52 }),
        ],
        groups: [group("G", ["VI_1", "VI_2"])],
      }),
    );
  return { story, a: node("a", a), b: node("b", b) };
}

describe("one_master", () => {
  it("is silent while one is MASTER", () => {
    const { story, a } = pair(oneMaster, { priority: 150 }, {});
    a.state = "MASTER";
    expect(story.rest().violations).toEqual([]);
  });

  it("sees two", () => {
    const { story, a, b } = pair(oneMaster, { priority: 150 }, {});
    a.state = b.state = "MASTER";
    expect(story.rest().violations).toEqual([
      "VI_1 on a and VI_1 on b are MASTER of VRID 51 INET although they hear each other",
    ]);
  });

  it("is silent where they do not hear or understand each other, or only now and then", () => {
    const silent: ((told: ReturnType<typeof pair>) => void)[] = [
      ({ story }) => story.world.sets = story.world.nodes.map((node) => [node]),
      ({ story }) => story.world.sets = null,
      ({ b }) => b.config = { ...b.config, version: 3 },
      ({ b }) => b.config = { ...b.config, advertisementIntervalUs: 2 * SECOND },
      ({ b }) => b.config = { ...b.config, vrid: 52 },
      ({ b }) => b.node.process = "paused",
      ({ a, b }) => b.address = a.address,
      ({ story }) => story.world.jitter = 3 * SECOND,
      ({ a }) => a.node.latenessUs = 3 * SECOND,
    ];
    for (const change of silent) {
      const told = pair(oneMaster, {}, {});
      told.a.state = told.b.state = "MASTER";
      change(told);
      expect(told.story.rest().violations).toEqual([]);
    }
  });

  it("is silent where groups rank differently, not where they rank alike", () => {
    const both = (a: [number, number], b: [number, number]) => {
      const told = groups(oneMaster, a, b);
      for (const { instances } of [told.a, told.b]) {
        for (const one of instances) one.state = "MASTER";
      }
      return told.story.rest().violations;
    };
    expect(both([150, 100], [100, 150])).toEqual([]);
    expect(both([150, 150], [100, 100])).toHaveLength(1);
  });
  it("is silent about a group of which one member cannot hold its own election", () => {
    const { story, a, b } = groups(oneMaster, [150, 150], [100, 100]);
    for (const one of [...a.instances, ...b.instances]) one.state = "MASTER";
    const [, second] = b.instances;
    second!.config = { ...second!.config, downTimerAdverts: 1 };
    expect(story.rest().violations).toHaveLength(1);
    // Later than the skew time of its down interval of one advert.
    b.latenessUs = SECOND;
    expect(story.rest().violations).toHaveLength(1);
  });
});

describe("some_master", () => {
  it("sees that nobody is, and names one that could be", () => {
    const { story, a } = pair(someMaster, {}, {});
    expect(story.rest().violations).toEqual([
      "nobody is MASTER of VRID 51 INET although VI_1 on a could be; it is BACKUP",
    ]);
    a.state = "MASTER";
    expect(story.rest().violations).toHaveLength(1);
  });

  it("is silent where all have a reason for FAULT", () => {
    const chk = [{ tracker: "chk", watches: "SCRIPT" as const, weight: 0, reverse: false }];
    const { story, a, b } = pair(someMaster, { tracks: chk }, {});
    b.node.deadLinks.add("eth0");
    expect(story.rest().violations).toEqual([]); // chk has not ended yet
    a.node.trackers.set("chk", "BAD");
    expect(story.rest().violations).toEqual([]);
    a.node.trackers.set("chk", "GOOD");
    expect(story.rest().violations).toHaveLength(1);
  });

  it("does not expect a group to be MASTER of one router beside another MASTER of the second", () => {
    const { story, a, b } = groups(someMaster, [150, 150], [100, 100]);
    b.instances[1]!.state = "MASTER";
    expect(story.rest().violations).toEqual([]);
    b.instances[1]!.state = "BACKUP";
    expect(story.rest().violations).toHaveLength(1);
    for (const one of a.instances) one.state = "MASTER";
    expect(story.rest().violations).toHaveLength(1);
  });

  it("leaves instances out that stop", () => {
    const { story, a, b } = pair(someMaster, {}, {});
    a.state = b.state = "STOP";
    expect(story.rest().violations).toEqual([]);
  });
});

describe("best_master", () => {
  it("is silent under the best, sees a better one", () => {
    const { story, a, b } = pair(bestMaster, { priority: 150 }, {});
    a.state = "MASTER";
    expect(story.rest().violations).toEqual([]);
    [a.state, b.state] = ["BACKUP", "MASTER"];
    expect(story.rest().violations).toEqual([
      "VI_1 on b is MASTER of VRID 51 INET with priority 100 although VI_1 on a hears it and has 150",
    ]);
  });

  it("says nothing of equal priorities, nopreempt, owners, and those in FAULT", () => {
    const silent: ((told: ReturnType<typeof pair>) => void)[] = [
      ({ a }) => a.priority = 100,
      ({ a }) => a.config = { ...a.config, nopreempt: true },
      ({ a }) => a.node.deadLinks.add("eth0"),
      ({ b }) => b.config = { ...b.config, priority: 255 },
    ];
    for (const change of silent) {
      const told = pair(bestMaster, { priority: 150 }, {});
      told.b.state = "MASTER";
      change(told);
      expect(told.story.rest().violations).toEqual([]);
    }
  });

  it("a group is better only when all of its members are", () => {
    const under = (a: [number, number]) => {
      const told = groups(bestMaster, a, [100, 100]);
      for (const one of told.b.instances) one.state = "MASTER";
      return told.story.rest().violations.length;
    };
    expect([under([150, 150]), under([150, 100]), under([150, 90])]).toEqual([1, 0, 0]);
  });
});
