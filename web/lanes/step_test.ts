import { describe, expect, it } from "vitest";
import type { RecordedEvent } from "../story/recording.ts";
import { nextStep, placeBeside, previousStep } from "./step.ts";
import { tourPlay } from "../../test/page_play.ts";

const remark = (atUs: number): RecordedEvent => ({
  ...{ atUs, node: null, text: "" },
  kind: "remark",
  isBad: false,
});
const moment = (atUs: number): RecordedEvent => ({
  ...{ atUs, node: "a" },
  kind: "scriptRun",
  script: "chk",
  outcome: null,
});
const EVENTS = [remark(5), moment(6), remark(8), remark(8), remark(8), moment(8), remark(11)];

describe("nextStep(), previousStep()", () => {
  it("stop at each event of a moment, and not at what is no news", () => {
    expect(nextStep(EVENTS, { us: 0, picked: -1 })).toBe(0);
    expect(nextStep(EVENTS, { us: 5, picked: 0 })).toBe(2);
    expect(nextStep(EVENTS, { us: 8, picked: 2 })).toBe(3);
    expect(nextStep(EVENTS, { us: 8, picked: 4 })).toBe(6);
    expect(nextStep(EVENTS, { us: 11, picked: 6 })).toBe(-1);
    expect(previousStep(EVENTS, { us: 11, picked: 6 })).toBe(4);
    expect(previousStep(EVENTS, { us: 8, picked: 2 })).toBe(0);
    expect(previousStep(EVENTS, { us: 5, picked: 0 })).toBe(-1);
  });

  it("go by the time when what is picked is of another moment", () => {
    expect(nextStep(EVENTS, { us: 7, picked: 6 })).toBe(2);
    expect(previousStep(EVENTS, { us: 9, picked: 0 })).toBe(4);
  });

  it("pass every event once, there and back", () => {
    const { events } = tourPlay();
    const seen: number[] = [];
    for (let at = nextStep(events, { us: -1, picked: -1 }); at >= 0;) {
      seen.push(at);
      at = nextStep(events, { us: events[at]!.atUs, picked: at });
    }
    expect(seen.length).toBeGreaterThan(500);
    const back: number[] = [];
    for (let at = seen.at(-1)!; at >= 0;) {
      back.push(at);
      at = previousStep(events, { us: events[at]!.atUs, picked: at });
    }
    expect(back.reverse()).toEqual(seen);
  });
});

describe("placeBeside()", () => {
  it("finds the neighbours", () => {
    expect([placeBeside([2, 5, 9], 5, 1), placeBeside([2, 5, 9], 5, -1)]).toEqual([9, 2]);
    expect([placeBeside([2, 5, 9], 9, 1), placeBeside([2, 5, 9], 2, -1)]).toEqual([-1, -1]);
  });
});
