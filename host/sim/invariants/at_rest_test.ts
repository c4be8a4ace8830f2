// fault_has_cause, priority_follows_trackers, arp_points_at_owner and no_growth: what is seen at
// rest.

import { describe, expect, it } from "vitest";
import { config, group } from "../../engine/test_support.ts";
import { arpPointsAtOwner } from "./arp_points_at_owner.ts";
import { faultHasCause } from "./fault_has_cause.ts";
import { NODE_QUEUE_AT_REST_MAX, noGrowth } from "./no_growth.ts";
import { priorityFollowsTrackers } from "./priority_follows_trackers.ts";
import { router, Story, VIP } from "./test_world.ts";

const CHK = { tracker: "chk", watches: "SCRIPT" as const, weight: 0, reverse: false };
const ETH1 = { tracker: "eth1", watches: "INTERFACE" as const, weight: 0, reverse: false };

describe("fault_has_cause", () => {
  it("is silent where state and cause agree", () => {
    const story = new Story(faultHasCause);
    const vi = story.node("a", [router("VI_1", { tracks: [CHK, ETH1] })]).instances[0]!;
    vi.state = "INIT";
    expect(story.rest().violations).toEqual([]); // chk has not ended yet
    vi.node.trackers.set("chk", "GOOD");
    vi.state = "BACKUP";
    expect(story.rest().violations).toEqual([]);
    vi.node.deadLinks.add("eth1");
    vi.state = "FAULT";
    expect(story.rest().violations).toEqual([]);
  });

  it("sees FAULT without a cause, a cause without FAULT, and who does not start", () => {
    const story = new Story(faultHasCause);
    const vi = story.node("a", [router("VI_1", { tracks: [CHK] })]).instances[0]!;
    vi.node.trackers.set("chk", "GOOD");
    vi.state = "FAULT";
    story.rest();
    vi.state = "INIT";
    story.rest();
    vi.state = "MASTER";
    vi.node.trackers.set("chk", "BAD");
    story.rest();
    vi.node.trackers.set("chk", "GOOD");
    vi.node.deadLinks.add("eth0");
    story.rest();
    expect(story.violations).toEqual([
      "VI_1 on a is FAULT although nothing keeps it there",
      "VI_1 on a is INIT although nothing keeps it there",
      "VI_1 on a is MASTER although chk fails",
      "VI_1 on a is MASTER although eth0 is down",
    ]);
  });

  it("a member of a sync group is in FAULT with the others", () => {
    const story = new Story(faultHasCause);
    const node = story.node(
      "a",
      config({
        instances: [
          router("VI_1", { group: "G" }),
          router("VI_2", { group: "G", vrid: 52, interface: "eth1" }),
        ],
        groups: [group("G", ["VI_1", "VI_2"])],
      }),
    );
    node.deadLinks.add("eth1");
    for (const one of node.instances) one.state = "FAULT";
    expect(story.rest().violations).toEqual([]);
    node.instances[0]!.state = "BACKUP";
    expect(story.rest().violations).toEqual(["VI_1 on a is BACKUP although eth1 is down"]);
  });

  it("reverse, dont_track_primary and a missing source address count", () => {
    const story = new Story(faultHasCause);
    const vi = story.node("a", [
      router("VI_1", { dontTrackPrimary: true, tracks: [{ ...CHK, reverse: true }] }),
    ]).instances[0]!;
    vi.node.deadLinks.add("eth0");
    vi.node.trackers.set("chk", "BAD");
    expect(story.rest().violations).toEqual([]);
    vi.address = null;
    expect(story.rest().violations).toHaveLength(1);
  });
});

describe("priority_follows_trackers", () => {
  it("sees a priority that its trackers do not make", () => {
    const story = new Story(priorityFollowsTrackers);
    const tracks = [{ ...CHK, weight: -20 }, { ...ETH1, weight: 10 }];
    const vi = story.node("a", [router("VI_1", { tracks })]).instances[0]!;
    vi.priority = 110;
    expect(story.rest().violations).toEqual([]); // chk has not ended yet
    vi.node.trackers.set("chk", "BAD");
    vi.priority = 90;
    expect(story.rest().violations).toEqual([]);
    vi.priority = 120;
    expect(story.rest().violations).toEqual([
      "VI_1 on a has priority 120, its configuration and trackers make 90",
    ]);
    vi.node.overruns = 1;
    expect(story.rest().violations).toHaveLength(1);
  });

  it("an owner has 255, or 254 after it yielded", () => {
    const story = new Story(priorityFollowsTrackers);
    const vi = story.node("a", [router("VI_1", { priority: 255 })]).instances[0]!;
    story.rest();
    vi.priority = 254;
    story.rest();
    expect(story.violations).toEqual([]);
    vi.priority = 253;
    expect(story.rest().violations).toHaveLength(1);
  });
});

describe("arp_points_at_owner", () => {
  function announced() {
    const story = new Story(arpPointsAtOwner);
    const [a, b] = [story.node("a", [router("VI_1")]), story.node("b", [router("VI_1")])];
    a.held.add(VIP);
    story.at(10).enter(a.instances[0]!, "MASTER", "MASTER_DOWN").at(20);
    return { story, a, b, entries: story.world.client.entries };
  }

  it("is silent while the client has no entry, or the owner's", () => {
    const { story, a, entries } = announced();
    story.rest();
    entries.set(VIP, story.world.macOf(a));
    expect(story.rest().end().violations).toEqual([]);
  });

  it("sees an entry of another machine", () => {
    const { story, b, entries } = announced();
    entries.set(VIP, story.world.macOf(b));
    expect(story.rest().violations).toEqual([
      "the client sends 192.0.2.100 to 02:00:00:00:00:02 although a has it and said that it is " +
      "at 02:00:00:00:00:01",
    ]);
  });

  it("is silent where the client may not have heard it, or heard another since", () => {
    const silent: ((told: ReturnType<typeof announced>) => void)[] = [
      ({ story }) => story.world.sets = null,
      ({ story }) => story.world.deaf = true,
      ({ story, b }) => story.garp(b),
      ({ story, b }) => story.address(b, false),
      ({ b }) => b.held.add(VIP),
      ({ a }) => a.held.delete(VIP),
      ({ a }) => a.process = "paused",
      ({ story }) => story.at(11),
    ];
    for (const change of silent) {
      const told = announced();
      told.entries.set(VIP, told.story.world.macOf(told.b));
      change(told);
      expect(told.story.rest().violations).toEqual([]);
    }
  });
});

describe("no_growth", () => {
  it("is silent while nothing grows", () => {
    const story = new Story(noGrowth);
    const node = story.node("a", [router("VI_1")]);
    node.queued = NODE_QUEUE_AT_REST_MAX;
    expect(story.rest().end().violations).toEqual([]);
  });

  it("sees memory and queues that grow", () => {
    const story = new Story(noGrowth);
    const node = story.node("a", [router("VI_1")]);
    story.rest();
    node.queued = NODE_QUEUE_AT_REST_MAX + 1;
    story.rest();
    node.queued = 0;
    story.world.events = 1_000_000;
    story.rest();
    node.bytes++;
    story.end();
    expect(story.violations).toEqual([
      "513 messages wait in a at rest, 512 may",
      "1000000 events wait in the world at rest, 4352 may",
      "the core of a grew from 1000 to 1001 bytes",
    ]);
  });

  it("another life may have another size", () => {
    const story = new Story(noGrowth);
    const node = story.node("a", [router("VI_1")]);
    story.rest();
    node.life++;
    node.bytes = 2000;
    expect(story.rest().violations).toEqual([]);
  });
});
