import { describe, expect, it } from "vitest";
import { LaneIndex } from "./lane_index.ts";
import { eventNear, factsOf, markNear } from "./lane_pick.ts";
import { priorityText } from "./priority_text.ts";
import { nodeGroup, routerGroup, type Row, rowAt, rowsOf } from "./rows.ts";
import { ViolationWatch } from "./stop_at_violation.ts";
import { tourPlay } from "../../test/page_play.ts";

const { cast, events, scenario } = tourPlay();
const index = new LaneIndex(cast);
index.extend(events);
const { rows, height } = rowsOf(cast, new Set());

function rowOf(fits: (row: Row) => boolean): Row {
  const row = rows.find(fits);
  if (row === undefined) throw new Error("there is no such row");
  return row;
}

describe("rowsOf()", () => {
  it("has a row for each instance, cable, script and check of each node", () => {
    const count = (kind: Row["kind"]) => rows.filter((row) => row.kind === kind).length;
    expect(count("router")).toBe(2);
    expect(count("instance")).toBe(4);
    expect(count("node")).toBe(2);
    expect(count("link")).toBe(2);
    expect(count("script")).toBe(2);
    expect(count("check")).toBe(8);
    expect(count("service")).toBe(4);
    expect(count("notifications")).toBe(2);
  });

  it("puts one below the other, and finds each by its place", () => {
    let bottom = 0;
    for (const row of rows) {
      expect(row.top).toBeGreaterThanOrEqual(bottom);
      bottom = row.top + row.height;
      expect(rowAt(rows, row.top)).toBe(row);
      expect(rowAt(rows, bottom - 1)).toBe(row);
    }
    expect(bottom).toBeLessThanOrEqual(height);
    expect(rowAt(rows, height + 1)).toBeNull();
    expect(rowAt(rows, -1)).toBeNull();
  });

  it("leaves the heads of folded groups", () => {
    const folded = new Set([routerGroup(cast.routers[0]!), nodeGroup(cast.nodes[1]!.name)]);
    const few = rowsOf(cast, folded).rows;
    expect(few.filter(({ kind }) => kind === "instance")).toHaveLength(2);
    expect(few.filter(({ kind }) => kind === "router" || kind === "node")).toHaveLength(4);
    expect(few.filter(({ kind }) => kind === "check")).toHaveLength(4);
  });
});

describe("eventNear()", () => {
  const row = rowOf((row) => row.kind === "instance" && row.node === "node2");

  it("means the change of state rather than one of the adverts beside it", () => {
    const place = events.findIndex((event) =>
      event.kind === "record" && event.record.kind === "transition" && event.node === "node2" &&
      event.record.instanceName === "VI_1" && event.record.to === "MASTER"
    );
    const { atUs } = events[place]!;
    expect(eventNear(row, atUs + 900, 1000, index)).toBe(place);
    expect(eventNear(row, atUs - 900, 1000, index)).toBe(place);
  });

  it("means an advert where nothing else is near, and nothing where nothing is", () => {
    const lane = index.of("node1", "VI_1")!;
    const own = rowOf((row) => row.kind === "instance" && row.node === "node1");
    const advert = lane.sent[3]!;
    expect(eventNear(own, advert.atUs + 50, 100, index)).toBe(advert.event);
    expect(eventNear(own, advert.atUs + 300_000, 100, index)).toBe(-1);
    expect(eventNear(null, advert.atUs, 100, index)).toBe(-1);
    expect(eventNear(rows[0]!, advert.atUs, 100, index)).toBe(-1);
  });

  it("finds events in every kind of row", () => {
    for (const kind of ["node", "link", "script", "check", "notifications"]) {
      const found = rows.filter((row) => row.kind === kind).some((row) =>
        eventNear(row, scenario.durationUs / 2, scenario.durationUs, index) >= 0
      );
      expect(found, kind).toBe(true);
    }
  });
});

describe("markNear()", () => {
  it("finds the step whose flag is pointed at", () => {
    const mark = index.marks.action.find(({ atUs }) => atUs > 5_000_000)!;
    expect(events[markNear(mark.atUs + 10, 100, index)]!.kind).toBe("action");
    expect(markNear(mark.atUs + 500_000, 100, index)).toBe(-1);
  });
});

describe("factsOf()", () => {
  it("tells the state, the sum of the priority and the timer of an instance", () => {
    const row = rowOf((row) => row.kind === "instance" && row.node === "node2");
    const facts = factsOf(row, 8_000_000, 1, index, events);
    expect(facts.band).toMatchObject({ state: "BACKUP", isStill: false });
    expect(priorityText(facts.priority!)).toBe("103 = 98 + 5 (chk_down)");
    expect(facts.timer!.dueUs! - facts.timer!.atUs).toBe(3_597_656);
    expect(facts.preempt).toBeNull();
  });

  it("tells nothing of the timers and the priority of a process that is gone", () => {
    const row = rowOf((row) => row.kind === "instance" && row.node === "node1");
    const facts = factsOf(row, 12_000_000, 1, index, events);
    expect(facts.band).toMatchObject({ state: "DOWN" });
    expect([facts.priority, facts.timer]).toEqual([null, null]);
  });

  it("tells whether a script or server is good, and how a run ended", () => {
    const row = rowOf((row) => row.kind === "script" && row.node === "node1");
    const watch = index.nodes.get("node1")!.scripts.get("chk_down")!;
    const run = watch.runs[1]!;
    const facts = factsOf(row, run.endUs!, 10, index, events);
    expect(facts.verdict).toMatchObject({ isGood: true });
    expect(facts.run).toBe(run);
  });
});

describe("priorityText()", () => {
  const point = { atUs: 0, event: 0 };

  it.each([
    [{ ...point, value: 100, base: null, parts: [] }, "100"],
    [{ ...point, value: 100, base: 100, parts: [] }, "100"],
    [
      { ...point, value: 95, base: 100, parts: [{ tracker: "chk", weight: -5 }] },
      "95 = 100 − 5 (chk)",
    ],
    [
      { ...point, value: 254, base: 250, parts: [{ tracker: "chk", weight: 20 }] },
      "254 ← 250 + 20 (chk)",
    ],
  ])("writes %j", (priority, text) => expect(priorityText(priority)).toBe(text));
});

describe("ViolationWatch", () => {
  const own = new LaneIndex(cast);
  const violation = { invariant: "one_master", atUs: 5, text: "" };
  const violated = (atUs: number) =>
    ({ atUs, node: null, kind: "violation", violation: { ...violation, atUs } }) as const;
  own.extend([violated(5), violated(9)]);

  it("finds each one that the playhead passes while playing, and none twice", () => {
    const watch = new ViolationWatch();
    expect([0, 4, 5, 5, 8, 100, 101].map((us) => watch.look(own, us, true)))
      .toEqual([-1, -1, 0, -1, -1, 1, -1]);
  });

  it("stops at the first of several that a fast clock passes", () => {
    const watch = new ViolationWatch();
    expect(watch.look(own, 100, true)).toBe(0);
    // The clock is put back to it, and goes on.
    expect(watch.look(own, 5, false)).toBe(-1);
    expect(watch.look(own, 100, true)).toBe(1);
  });

  it("finds none by jumping, and those again that one jumped back before", () => {
    const watch = new ViolationWatch();
    expect(watch.look(own, 100, false)).toBe(-1);
    expect(watch.look(own, 101, true)).toBe(-1);
    expect(watch.look(own, 2, false)).toBe(-1);
    expect(watch.look(own, 6, true)).toBe(0);
  });

  it("finds one that is told only when the playhead is there", () => {
    const growing = new LaneIndex(cast);
    const watch = new ViolationWatch();
    const rows = [violated(5)];
    growing.extend(rows);
    watch.look(growing, 9, false);
    rows.push(violated(9));
    growing.extend(rows);
    expect(watch.look(growing, 9, true)).toBe(1);
  });
});
