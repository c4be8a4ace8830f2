import { describe, expect, it } from "vitest";
import { config } from "../../engine/test_support.ts";
import { type FakeNode, router, SECOND, Story, VIP } from "./test_world.ts";
import { vipOnMaster } from "./vip_on_master.ts";

/** A node that became MASTER with its address at 10 s, and advertises each second until 20 s. */
function master(lease = true): { story: Story; node: FakeNode } {
  const story = new Story(vipOnMaster);
  const whole = config({ instances: [router("VI_1")] });
  const node = story.node("a", { ...whole, vipd: { ...whole.vipd, lease } });
  const vi = node.instances[0]!;
  story.at(10).advert(vi).address(node, true).enter(vi, "MASTER", "MASTER_DOWN");
  for (let s = 11; s <= 20; s++) story.at(s).advert(vi);
  return { story, node };
}

describe("vip_on_master", () => {
  it("is silent about a MASTER that has its address and gives it back", () => {
    const { story, node } = master();
    const vi = node.instances[0]!;
    story.rest().address(node, false).enter(vi, "BACKUP", "PEER_PRIORITY_HIGHER").at(21).rest();
    expect(story.violations).toEqual([]);
  });

  it("sees a new MASTER without an address, and one at rest", () => {
    const story = new Story(vipOnMaster);
    const vi = story.node("a", [
      router("VI_1", { excludedVips: [{ ...router("").vips[0]!, address: "192.0.2.7" }] }),
    ])
      .instances[0]!;
    story.address(vi.node, true).enter(vi, "MASTER", "MASTER_DOWN").rest();
    expect(story.violations).toEqual([
      "VI_1 on a became MASTER without the address 192.0.2.7",
      "VI_1 on a is MASTER without 192.0.2.7",
    ]);
  });

  it("sees an address on a BACKUP, once the moment is over", () => {
    const { story, node } = master();
    story.enter(node.instances[0]!, "BACKUP", "PEER_PRIORITY_HIGHER");
    expect(story.violations).toEqual([]);
    expect(story.at(21).rest().violations).toEqual([
      `VI_1 on a is BACKUP but still has the address ${VIP}`,
    ]);
  });

  it("sees an address that a reload took out of the configuration", () => {
    const { story, node } = master();
    const vi = node.instances[0]!;
    story.reload(node, () => vi.config = { ...vi.config, vips: [] });
    expect(story.at(21).advert(vi).violations).toEqual([`a still has ${VIP}, which a reload took`]);
  });

  it("an address that another MASTER of the node has may stay", () => {
    const story = new Story(vipOnMaster);
    const node = story.node("a", [router("VI_1"), router("VI_2", { vrid: 52 })]);
    story.address(node, true);
    for (const one of node.instances) story.enter(one, "MASTER", "MASTER_DOWN");
    story.enter(node.instances[0]!, "BACKUP", "PEER_PRIORITY_HIGHER").at(1).rest();
    expect(story.violations).toEqual([]);
  });

  it("after a kill the address goes with its lease", () => {
    const { story, node } = master();
    story.become(node, "down").at(22.5).rest().address(node, false, "lease").rest();
    expect(story.violations).toEqual([]);
  });

  it("sees a lease that is too long, also while it goes on", () => {
    for (const state of ["down", "paused"] as const) {
      const { story, node } = master();
      story.become(node, state).at(30).rest();
      expect(story.violations.join()).toMatch(
        new RegExp(`a still has ${VIP} [3-6](\\.\\d+)? s after its lease, its process is ${state}`),
      );
      expect(story.address(node, false, "lease").violations).toHaveLength(2);
    }
  });

  it("sees a lease that was not renewed in time", () => {
    const { story, node } = master();
    // Later than it can be: interval and refresh of a second each, 3 s of lease.
    story.at(20.1).advert(node.instances[0]!).become(node, "down").at(20.05);
    expect(story.address(node, false, "lease").violations.join()).toMatch(/before a lease/);
    const running = master();
    running.story.address(running.node, false, "lease");
    expect(running.story.violations).toEqual([
      `the lease of ${VIP} ended although VI_1 on a is MASTER and runs`,
    ]);
  });

  it("after a pause the lease may have ended", () => {
    const { story, node } = master();
    story.become(node, "paused").at(22.9).become(node, "running").at(23);
    expect(story.address(node, false, "lease").violations).toEqual([]);
  });

  it("without leases, between a reload and an advert, and of a dark machine nothing is said", () => {
    const off = master(false);
    expect(off.story.become(off.node, "down").at(90).rest().violations).toEqual([]);
    const fresh = master();
    fresh.story.reload(fresh.node).become(fresh.node, "down").at(90).rest();
    expect(fresh.story.violations).toEqual([]);
    const dark = master();
    dark.story.become(dark.node, "off").at(90).rest();
    expect(dark.story.violations).toEqual([]);
  });

  it("a longer interval has a longer lease", () => {
    const { story, node } = master();
    const vi = node.instances[0]!;
    const slow = { ...vi.config, advertisementIntervalUs: 4 * SECOND };
    story.reload(node, () => node.config = config({ instances: [slow] }));
    story.at(21).advert(vi).become(node, "down").at(32).rest();
    expect(story.violations).toEqual([]);
    expect(story.at(40).rest().violations).toHaveLength(1);
  });
});
