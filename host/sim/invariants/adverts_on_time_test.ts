import { describe, expect, it } from "vitest";
import { advertsOnTime } from "./adverts_on_time.ts";
import { type FakeInstance, router, SECOND, Story } from "./test_world.ts";

/** An instance that became MASTER at 10 s. */
function master(): { story: Story; vi: FakeInstance } {
  const story = new Story(advertsOnTime);
  const vi = story.node("a", [router("VI_1")]).instances[0]!;
  story.at(10).advert(vi).enter(vi, "MASTER", "MASTER_DOWN");
  return { story, vi };
}

describe("adverts_on_time", () => {
  it("is silent about one advert each interval, and about BACKUPs", () => {
    const { story, vi } = master();
    for (let s = 11; s < 20; s++) story.at(s).advert(vi);
    story.at(19.5).heard(vi, 200).enter(vi, "BACKUP", "PEER_PRIORITY_HIGHER").at(90).rest().end();
    expect(story.violations).toEqual([]);
  });

  it("sees a gap, at the next advert and at rest", () => {
    const late = "VI_1 on a was MASTER without an advert for 2 s, the interval is 1 s";
    const { story, vi } = master();
    expect(story.at(12).advert(vi).violations).toEqual([late]);
    expect(story.at(14).rest().violations).toEqual([late, late]);
  });

  it("sees adverts that come too fast", () => {
    const { story, vi } = master();
    expect(story.at(10.5).advert(vi).violations).toEqual([
      "VI_1 on a sent an advert 0.498 s before its interval of 1 s was over, and nothing to answer",
    ]);
  });

  it("wants answers to resignations and lower priorities at once, and allows them", () => {
    const { story, vi } = master();
    story.at(10.3).heard(vi, 0).advert(vi).at(10.6).heard(vi, 50).advert(vi).at(11).advert(vi);
    expect(story.violations).toEqual([]);
    story.at(11.5).heard(vi, 50).at(12).advert(vi);
    expect(story.violations).toEqual(["VI_1 on a did not answer priority 50 of 10.0.0.9"]);
  });

  it("an equal priority is answered when its address is lower", () => {
    const { story, vi } = master();
    story.at(10.5).heard(vi, 100, { source: "10.0.0.0" }).at(11).advert(vi);
    expect(story.violations).toHaveLength(1);
    story.at(11.5).heard(vi, 100, { source: "10.0.0.2" }).at(12).advert(vi);
    expect(story.violations).toHaveLength(1);
  });

  it("lower_prio_no_advert: none is wanted", () => {
    const { story, vi } = master();
    vi.config = { ...vi.config, lowerPrioNoAdvert: true };
    expect(story.at(10.5).heard(vi, 50).at(11).advert(vi).violations).toEqual([]);
  });

  it("a new MASTER speaks at once", () => {
    const { story, vi } = master();
    story.at(11).enter(vi, "BACKUP", "RESIGN").at(15).enter(vi, "MASTER", "MASTER_DOWN");
    expect(story.violations).toEqual(["VI_1 on a became MASTER without a word"]);
  });

  it("counts from the end of a pause", () => {
    const { story, vi } = master();
    story.at(10.5).become(vi.node, "paused").at(12.5).become(vi.node, "running");
    story.at(12.5).advert(vi).at(13).advert(vi).at(14).advert(vi);
    expect(story.violations).toEqual([]);
    expect(story.at(14.2).advert(vi).violations).toHaveLength(1);
  });

  it("after a reload of the interval both hold for one advert", () => {
    const { story, vi } = master();
    story.reload(vi.node, () => {
      vi.config = { ...vi.config, advertisementIntervalUs: 3 * SECOND };
    });
    story.at(11).advert(vi).at(14).advert(vi).at(17).advert(vi);
    expect(story.violations).toEqual([]);
    expect(story.at(21).advert(vi).violations).toHaveLength(1);
  });

  it("two reloads in one moment may leave an interval that nobody saw", () => {
    const { story, vi } = master();
    story.at(10.2).reload(vi.node).reload(vi.node).at(10.5).advert(vi).at(11.5).advert(vi);
    expect(story.violations).toEqual([]);
    const once = master();
    once.story.at(10.2).reload(once.vi.node).at(10.5).advert(once.vi);
    expect(once.story.violations).toHaveLength(1);
  });
});
