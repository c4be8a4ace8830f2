import { describe, expect, it } from "vitest";
import { config, group } from "../../engine/test_support.ts";
import { takeoverOnTime } from "./takeover_on_time.ts";
import { type FakeInstance, router, SECOND, Story } from "./test_world.ts";
import type { VrrpInstance } from "../../conf/model.ts";

/** A BACKUP of priority 100 that started at 0; its skew time is 0.609375 s. */
function backup(change: Partial<VrrpInstance> = {}): { story: Story; vi: FakeInstance } {
  const story = new Story(takeoverOnTime);
  const vi = story.node("a", [router("VI_1", change)]).instances[0]!;
  vi.state = "INIT";
  story.enter(vi, "BACKUP", "START");
  return { story, vi };
}

describe("takeover_on_time", () => {
  it("is silent when the down timer, counted from the last accepted advert, is just over", () => {
    const { story, vi } = backup();
    story.at(1).heard(vi, 150).at(2.5).heard(vi, 100).at(6.109375).enter(
      vi,
      "MASTER",
      "MASTER_DOWN",
    );
    expect(story.violations).toEqual([]);
  });

  it("sees one that is too early, by the skew time left out", () => {
    const { story, vi } = backup();
    story.at(1).heard(vi, 150).at(4).enter(vi, "MASTER", "MASTER_DOWN");
    expect(story.violations).toEqual([
      "VI_1 on a became MASTER (MASTER_DOWN) 0.609375 s too early: " +
      "10.0.0.9 was heard with priority 150, the timer is 3.609375 s",
    ]);
  });

  it("sees one that is too late, also one that never comes", () => {
    const { story, vi } = backup();
    story.at(5).rest();
    expect(story.violations).toEqual([
      "VI_1 on a is BACKUP although its down timer was over 1.390625 s ago: " +
      "it became BACKUP (START), the timer is 3.609375 s",
    ]);
    story.at(6).enter(vi, "MASTER", "MASTER_DOWN");
    expect(story.violations[1]).toMatch(/2\.390625 s too late/);
  });

  it("allows a machine its lateness", () => {
    const { story, vi } = backup();
    vi.node.latenessUs = 0.5 * SECOND;
    expect(story.at(4.6).enter(vi, "MASTER", "MASTER_DOWN").violations).toEqual([]);
  });

  it("a resignation leaves the skew time", () => {
    const { story, vi } = backup();
    story.at(1).heard(vi, 0).at(1.609375).enter(vi, "MASTER", "MASTER_RESIGNED");
    expect(story.violations).toEqual([]);
    const other = backup();
    other.story.at(1).heard(other.vi, 0).at(4.609375).enter(other.vi, "MASTER", "MASTER_RESIGNED");
    expect(other.story.violations).toHaveLength(1);
  });

  it("a lower master is ignored, but for nopreempt", () => {
    const { story, vi } = backup();
    story.at(3).heard(vi, 50).at(3.609375).enter(vi, "MASTER", "PREEMPT");
    expect(story.violations).toEqual([]);
    const other = backup({ nopreempt: true });
    other.story.at(3).heard(other.vi, 50).at(3.609375).enter(other.vi, "MASTER", "PREEMPT");
    expect(other.story.violations).toHaveLength(1);
  });

  it("preempt_delay: lower masters are tolerated until it is over, an equal one cancels it", () => {
    const told = (cancel: boolean, atS: number) => {
      const { story, vi } = backup({ preemptDelayUs: 4 * SECOND });
      for (let s = 1; s <= 8; s++) story.at(s).heard(vi, cancel && s === 3 ? 100 : 50);
      return story.at(atS).enter(vi, "MASTER", "PREEMPT").violations;
    };
    // Over at 5: the advert of 4 is the last that surely counts, that of 5 may.
    expect([told(false, 7.609375), told(false, 8.609375)]).toEqual([[], []]);
    expect(told(false, 7.6)).toHaveLength(1);
    expect(told(false, 8.7)).toHaveLength(1);
    // Begins again at 4, is over at 8.
    expect(told(true, 8.609375)).toHaveLength(1);
    expect(told(true, 10.609375)).toEqual([]);
  });

  it("version 3 learns the interval of the master", () => {
    const { story, vi } = backup({ version: 3 });
    story.at(1).heard(vi, 150, { intervalUs: 2 * SECOND }).at(8.21875).enter(
      vi,
      "MASTER",
      "MASTER_DOWN",
    );
    expect(story.violations).toEqual([]);
    const other = backup({ version: 3 });
    other.story.at(1).heard(other.vi, 150, { intervalUs: 2 * SECOND });
    other.story.at(4.609375).enter(other.vi, "MASTER", "MASTER_DOWN");
    expect(other.story.violations).toHaveLength(1);
  });

  it("an advert that was refused counts nothing", () => {
    const { story, vi } = backup();
    story.at(3).heard(vi, 150, { accepted: false }).at(3.609375).enter(vi, "MASTER", "MASTER_DOWN");
    expect(story.violations).toEqual([]);
  });

  it("the reason must be the timer's", () => {
    const { story, vi } = backup();
    story.at(3.609375).enter(vi, "MASTER", "MASTER_RESIGNED");
    expect(story.violations).toEqual([
      "VI_1 on a became MASTER (MASTER_RESIGNED) for another reason than MASTER_DOWN: " +
      "it became BACKUP (START), the timer is 3.609375 s",
    ]);
  });

  it("who lost an address comes back after the skew time", () => {
    const { story, vi } = backup();
    vi.state = "MASTER";
    story.at(1).enter(vi, "BACKUP", "ADDRESS_LOST").at(1.609375).enter(vi, "MASTER", "MASTER_DOWN");
    expect(story.violations).toEqual([]);
  });

  it("a pause that outlasted the down interval makes a BACKUP listen anew", () => {
    const { story, vi } = backup();
    story.at(1).become(vi.node, "paused").at(20).become(vi.node, "running");
    expect(story.at(20).enter(vi, "MASTER", "MASTER_DOWN").violations).toHaveLength(1);
    const other = backup();
    other.story.at(1).become(other.vi.node, "paused").at(20).become(other.vi.node, "running");
    other.story.at(23.609375).enter(other.vi, "MASTER", "MASTER_DOWN");
    expect(other.story.violations).toEqual([]);
  });

  it("a reload of the interval leaves the timer open until an advert", () => {
    const { story, vi } = backup();
    story.at(1).reload(vi.node, () => {
      vi.config = { ...vi.config, advertisementIntervalUs: 2 * SECOND };
    });
    expect(story.at(2).enter(vi, "MASTER", "MASTER_DOWN").violations).toEqual([]);
  });

  it("members of a group may be late but not early", () => {
    const story = new Story(takeoverOnTime);
    const members = [router("VI_1", { group: "G" }), router("VI_2", { group: "G", vrid: 52 })];
    const node = story.node(
      "a",
      config({ instances: members, groups: [group("G", ["VI_1", "VI_2"])] }),
    );
    for (const one of node.instances) {
      one.state = "INIT";
      story.enter(one, "BACKUP", "START");
    }
    story.at(3).heard(node.instances[0]!, 150);
    story.at(20).rest().enter(node.instances[1]!, "MASTER", "GROUP");
    expect(story.violations).toEqual([]);
    const [first] = node.instances;
    story.enter(first!, "BACKUP", "START").at(21).enter(first!, "MASTER", "GROUP");
    expect(story.violations).toHaveLength(1);
  });
});
