import { describe, expect, it } from "vitest";
import { tourPlay } from "../../test/page_play.ts";
import type { RecordedEvent } from "../story/recording.ts";
import { LaneIndex } from "./lane_index.ts";
import { markBeside, nextStep, previousStep, rankOf } from "./step.ts";

const remark = (atUs: number): RecordedEvent => ({
  ...{ atUs, node: null, text: "" },
  kind: "remark",
  isBad: false,
});
const run = (atUs: number): RecordedEvent => ({
  ...{ atUs, node: "a" },
  kind: "scriptRun",
  script: "chk",
  outcome: null,
});
const cable = (atUs: number): RecordedEvent => ({
  ...{ atUs, node: "a" },
  kind: "link",
  interface: "eth0",
  up: false,
});
const EVENTS = [remark(5), run(6), remark(8), remark(8), cable(8), run(8), remark(11)];

describe("nextStep(), previousStep()", () => {
  it("go to the most telling event of the next moment, past what is no news", () => {
    expect([0, 5, 7, 8, 11].map((us) => nextStep(EVENTS, us))).toEqual([0, 4, 4, 6, -1]);
    expect([99, 11, 9, 8, 5].map((us) => previousStep(EVENTS, us))).toEqual([6, 4, 4, 0, -1]);
  });

  it("pass every moment of a play once, there and back", () => {
    const { events } = tourPlay();
    const there: number[] = [];
    for (let at = nextStep(events, -1); at >= 0; at = nextStep(events, events[at]!.atUs)) {
      there.push(at);
    }
    const moments = new Set(
      events.filter((event) => rankOf(event) < Infinity).map(({ atUs }) => atUs),
    );
    expect(there.map((at) => events[at]!.atUs)).toEqual([...moments]);
    const back: number[] = [];
    for (let at = there.at(-1)!; at >= 0; at = previousStep(events, events[at]!.atUs)) {
      back.push(at);
    }
    expect(back.reverse()).toEqual(there);
  });

  it("stop at every transition", () => {
    const { events } = tourPlay();
    const stops = new Set<number>();
    for (let at = nextStep(events, -1); at >= 0; at = nextStep(events, events[at]!.atUs)) {
      stops.add(at);
    }
    for (const event of events) {
      if (event.kind !== "record" || event.record.kind !== "transition") continue;
      const stop = [...stops].find((at) => events[at]!.atUs === event.atUs)!;
      expect(rankOf(events[stop]!)).toBeLessThanOrEqual(1);
    }
  });
});

describe("markBeside()", () => {
  it("finds the neighbouring change of any kind, and its most telling event", () => {
    const { events, cast } = tourPlay();
    const { marks } = new LaneIndex(cast);
    const index = new LaneIndex(cast);
    index.extend(events);
    const lists = [index.marks.transition, index.marks.action];
    const seen: number[] = [];
    for (let at = markBeside(events, lists, -1, 1); at >= 0;) {
      seen.push(at);
      at = markBeside(events, lists, events[at]!.atUs, 1);
    }
    const moments = new Set(lists.flat().map(({ atUs }) => atUs));
    expect(seen.map((at) => events[at]!.atUs)).toEqual([...moments].sort((a, b) => a - b));
    for (const at of seen) expect(rankOf(events[at]!)).toBeLessThanOrEqual(2);
    const back: number[] = [];
    for (let at = seen.at(-1)!; at >= 0;) {
      back.push(at);
      at = markBeside(events, lists, events[at]!.atUs, -1);
    }
    expect(back.reverse()).toEqual(seen);
    expect(markBeside(events, [marks.transition], 0, 1)).toBe(-1);
  });
});
