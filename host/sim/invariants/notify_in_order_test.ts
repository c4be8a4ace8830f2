import { describe, expect, it } from "vitest";
import { ALL_NOTIFY } from "../../engine/test_support.ts";
import { notifyInOrder } from "./notify_in_order.ts";
import { type FakeInstance, router, Story } from "./test_world.ts";

/** An instance with all scripts that became BACKUP (transition 1) and MASTER (transition 2). */
function master(): { story: Story; vi: FakeInstance } {
  const story = new Story(notifyInOrder);
  const vi = story.node("a", [router("VI_1", { notify: ALL_NOTIFY })]).instances[0]!;
  vi.state = "INIT";
  story.enter(vi, "BACKUP", "START").at(1).enter(vi, "MASTER", "MASTER_DOWN");
  return { story, vi };
}

const ANY = { args: ["INSTANCE", "VI_1"] };

describe("notify_in_order", () => {
  it("is silent when they run one after the other, in order", () => {
    const { story, vi } = master();
    let id = story.notify(vi, "BACKUP", { sequence: 1 });
    story.at(2).notifyDone(vi.node, id);
    id = story.notify(vi, "BACKUP", { sequence: 1, ...ANY });
    story.rest().at(3).notifyDone(vi.node, id);
    id = story.notify(vi, "MASTER");
    story.notifyDone(vi.node, id);
    story.notifyDone(vi.node, story.notify(vi, "MASTER", ANY));
    expect(story.rest().violations).toEqual([]);
  });

  it("sees one that starts while another runs, before its time is over", () => {
    const { story, vi } = master();
    story.notify(vi, "BACKUP", { sequence: 1 });
    story.at(5).notify(vi, "MASTER");
    expect(story.violations).toEqual([
      "/n of VI_1 on a for MASTER started while the one before had been running for 4 s",
    ]);
    const slow = master();
    slow.story.notify(slow.vi, "BACKUP", { sequence: 1 });
    slow.story.at(11).notify(slow.vi, "MASTER");
    expect(slow.story.violations).toEqual([]);
  });

  it("sees the wrong order", () => {
    const { story, vi } = master();
    story.notifyDone(vi.node, story.notify(vi, "MASTER"));
    story.notify(vi, "BACKUP", { sequence: 1 });
    expect(story.violations).toEqual([
      "/n of VI_1 on a for BACKUP (transition 1) started after that of 2",
    ]);
  });

  it("sees a state that was not entered", () => {
    const { story, vi } = master();
    story.notify(vi, "FAULT");
    expect(story.violations).toEqual([
      "/n of VI_1 on a for FAULT tells a state that transition 2 did not enter: MASTER",
    ]);
  });

  it("sees that the last state is not told in the end", () => {
    const { story, vi } = master();
    const id = story.notify(vi, "BACKUP", { sequence: 1 });
    story.rest().notifyDone(vi.node, id).rest();
    expect(story.violations).toEqual(["no script told that INSTANCE VI_1 on a is MASTER"]);
  });

  it("is silent without a script for it, while messages wait, and while the daemon stops", () => {
    const none = new Story(notifyInOrder);
    const quiet = none.node("a", [router("VI_1")]).instances[0]!;
    expect(none.enter(quiet, "MASTER", "MASTER_DOWN").rest().violations).toEqual([]);
    const waiting = master();
    waiting.vi.node.queued = 1;
    expect(waiting.story.rest().violations).toEqual([]);
    const stopping = master();
    stopping.story.enter(stopping.vi, "STOP", "STOP").rest();
    stopping.story.notify(stopping.vi, "MASTER", { sequence: 2 });
    stopping.story.notify(stopping.vi, "STOP");
    expect(stopping.story.violations).toEqual([]);
  });

  it("the wait for a script's first result is not told", () => {
    const story = new Story(notifyInOrder);
    const vi = story.node("a", [router("VI_1", { notify: ALL_NOTIFY })]).instances[0]!;
    expect(story.enter(vi, "FAULT", "TRACKER_UNKNOWN").rest().violations).toEqual([]);
  });
});
