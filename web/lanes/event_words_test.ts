import { describe, expect, it } from "vitest";
import type { RecordedEvent } from "../story/recording.ts";
import { language, LANGUAGES } from "../text/text.ts";
import { eventWords, isBadEvent } from "./event_words.ts";
import { exactText } from "./exact.ts";
import { tourPlay } from "../../test/page_play.ts";

const { events } = tourPlay();
const OTHERS: RecordedEvent[] = [
  { atUs: 0, node: "a", kind: "connection", isUp: false, text: "closed" },
  { atUs: 0, node: "a", kind: "connection", isUp: true, text: "" },
  { atUs: 0, node: "a", kind: "tracker", tracker: "chk", state: "BAD" },
  {
    ...{ atUs: 0, node: "a", service: "v", server: "r", weight: 3 },
    kind: "server",
    state: "up",
  },
  { atUs: 0, node: null, kind: "remark", text: "two masters", isBad: true },
  {
    ...{ atUs: 0, node: "a", instance: "VI", text: "" },
    kind: "state",
    state: "MASTER",
    inferred: true,
  },
];

describe("eventWords()", () => {
  it("has words for every event in every language, and leaves no value out", () => {
    for (const one of LANGUAGES) {
      language.value = one;
      for (const event of [...events, ...OTHERS]) {
        const words = eventWords(event);
        expect(words, event.kind).not.toBe("");
        expect(words, event.kind).not.toMatch(/\{\w+\}|undefined|NaN|[:：]$/);
      }
    }
    language.value = "en";
  });

  it("says what a record says", () => {
    const event = events.find((event) =>
      event.kind === "record" && event.record.kind === "transition" && event.record.to === "MASTER"
    )!;
    expect(eventWords(event)).toMatch(/^\(VI_\d\) Entering MASTER STATE: no advert from anybody/);
    expect(eventWords(OTHERS[0]!)).toBe("not known any more: closed");
    expect(eventWords(OTHERS[1]!)).toBe("connected");
  });
});

describe("isBadEvent()", () => {
  it("knows faults, failures and lost connections", () => {
    const bad = events.filter(isBadEvent);
    const kinds = new Set(bad.map(({ kind }) => kind));
    expect(kinds.has("record") && kinds.has("event") && kinds.has("link")).toBe(true);
    expect(bad.length).toBeLessThan(events.length / 4);
    expect(OTHERS.map(isBadEvent)).toEqual([true, false, false, false, true, false]);
  });
});

describe("exactText()", () => {
  it.each([
    [0, "0"],
    [350, "350 µs"],
    [1000, "1 ms"],
    [597_656, "597.656 ms"],
    [1_000_000, "1 s"],
    [3_597_656, "3.597656 s"],
    [-1500, "-1.5 ms"],
  ])("writes %d microseconds", (us, text) => expect(exactText(us)).toBe(text));
});
