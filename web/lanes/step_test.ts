import { describe, expect, it } from "vitest";
import { tourPlay } from "../../test/page_play.ts";
import type { RecordedEvent } from "../story/recording.ts";
import { nextStep, placeBeside, previousStep, rankOf } from "./step.ts";

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

describe("placeBeside()", () => {
  it("finds the neighbours", () => {
    expect([placeBeside([2, 5, 9], 5, 1), placeBeside([2, 5, 9], 5, -1)]).toEqual([9, 2]);
    expect([placeBeside([2, 5, 9], 9, 1), placeBeside([2, 5, 9], 2, -1)]).toEqual([-1, -1]);
  });
});
