import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeTimeline } from "../../host/sim/timeline/timeline.ts";
import type { RecordedEvent, SourceKind } from "../story/recording.ts";
import { placeAtOrBelow, wantedLines, WHOLE_STORY } from "./story_filter.ts";
import { StoryLines } from "./story_lines.ts";
import { tourPlay } from "../../test/page_play.ts";

const { nodes, scenario, cast, events } = tourPlay();

function linesOf(rows: readonly RecordedEvent[], source: SourceKind = "simulation"): StoryLines {
  const lines = new StoryLines(cast, source);
  lines.extend(rows);
  return lines;
}

const whole = linesOf(events);

function all(lines: StoryLines) {
  return Array.from({ length: lines.length }, (_, number) => lines.line(number));
}

describe("StoryLines", () => {
  it("tells of a simulation what vipd simulate tells", () => {
    const { lines } = makeTimeline({ nodes, scenario, events, endUs: scenario.durationUs });
    expect(all(whole)).toEqual(
      lines.map((line) => ({ ...line, isBad: line.kind === "violation" })),
    );
    expect(whole.length).toBeGreaterThan(40);
  });

  it("is the same however the recording grew, moment by moment", () => {
    const cuts = events.flatMap(({ atUs }, i) => i > 0 && events[i - 1]!.atUs < atUs ? [i] : []);
    fc.assert(
      fc.property(fc.subarray(cuts, { maxLength: 6 }), (places) => {
        const lines = new StoryLines(cast, "simulation");
        for (const place of places) lines.extend(events.slice(0, place));
        lines.extend(events);
        expect(all(lines)).toEqual(all(whole));
      }),
      { numRuns: 10 },
    );
  });

  it("knows the event of each line, and the line of that event", () => {
    for (let number = 0; number < whole.length; number++) {
      const place = whole.eventOf(number, events);
      expect(place).toBeGreaterThanOrEqual(0);
      expect(events[place]!.atUs).toBe(whole.line(number).atUs);
      expect(whole.lineOf(events[place]!)).toBe(number);
    }
    expect(whole.lastAt(-1)).toBe(-1);
    expect(whole.lastAt(Infinity)).toBe(whole.length - 1);
  });

  it("has lines for what only directors, dumps and captures tell", () => {
    const told: RecordedEvent[] = [
      { atUs: 0, node: "node1", kind: "connection", isUp: true, text: "" },
      { atUs: 0, node: "node1", kind: "process", process: "running", was: "down" },
      {
        ...{ atUs: 1, node: "node1", instance: "VI_1", inferred: false, text: "start" },
        kind: "state",
        state: "BACKUP",
      },
      { atUs: 2, node: null, kind: "remark", text: "two masters", isBad: true },
      { atUs: 9, node: "node1", kind: "connection", isUp: false, text: "closed" },
    ];
    const lines = all(linesOf(told, "live"));
    expect(lines.map(({ kind }) => kind)).toEqual([
      ...["connection", "process", "state", "remark", "connection"],
    ]);
    expect(lines.map(({ isBad }) => isBad)).toEqual([false, false, false, true, true]);
    expect(lines[2]!.text).toBe("(VI_1) BACKUP: start");
    expect(all(linesOf(told, "capture")).filter(({ isDetail }) => !isDetail)).toHaveLength(1);
  });
});

describe("wantedLines()", () => {
  it("leaves the details out unless they are asked for", () => {
    const few = wantedLines(whole, WHOLE_STORY);
    const more = wantedLines(whole, { ...WHOLE_STORY, withDetails: true });
    expect(more).toHaveLength(whole.length);
    expect(few.length).toBeLessThan(more.length);
    expect(few.every((number) => !whole.line(number).isDetail)).toBe(true);
  });

  it("takes one node, one kind, some words", () => {
    const ofNode = wantedLines(whole, { ...WHOLE_STORY, node: "node1" });
    expect(ofNode.length).toBeGreaterThan(0);
    expect(ofNode.every((number) => whole.line(number).who === "node1")).toBe(true);
    const faults = wantedLines(whole, { ...WHOLE_STORY, group: "faults" });
    expect(faults.length).toBeGreaterThan(3);
    const words = wantedLines(whole, { ...WHOLE_STORY, words: "master ENTERING vi_1" });
    expect(words.length).toBeGreaterThan(0);
    for (const number of words) expect(whole.line(number).text).toMatch(/VI_1.*MASTER/);
    expect(wantedLines(whole, { ...WHOLE_STORY, words: "no such words" })).toEqual([]);
  });
});

describe("placeAtOrBelow()", () => {
  it("finds the last number that is not above", () => {
    expect([1, 2, 5, 8, 9].map((n) => placeAtOrBelow([2, 5, 8], n))).toEqual([-1, 0, 1, 2, 2]);
  });
});
