// The heartbeat words and the times in a word.

import { describe, expect, it } from "vitest";
import { durationWord, heartbeatAge, heartbeatOf } from "./control_words.ts";

const WRAP_US = 0x7fff_ffff * 1000;

describe("heartbeatAge()", () => {
  it("is the time since the beat, in whole milliseconds", () => {
    expect(heartbeatAge(5_000_000, heartbeatOf(2_000_000))).toBe(3000);
  });

  it("goes on when the word wraps after 24 days of uptime", () => {
    expect(heartbeatAge(WRAP_US + 1_000_000, heartbeatOf(WRAP_US - 1_000_000))).toBe(2000);
  });

  it("is 0 for a beat that came after the reader took its time", () => {
    // The reader took 1000.999 ms, was interrupted, and the other thread beat at 1001.001 ms.
    expect(heartbeatAge(1_000_999, heartbeatOf(1_001_001))).toBe(0);
    expect(heartbeatAge(WRAP_US - 1000, heartbeatOf(WRAP_US + 5000))).toBe(0);
  });
});

describe("durationWord()", () => {
  const HOUR_US = 3_600_000_000;

  it("stays in the word that it is written to, also after an hour", () => {
    const words = new Int32Array(new SharedArrayBuffer(4));
    Atomics.store(words, 0, durationWord(HOUR_US));
    expect(Atomics.load(words, 0)).toBe(0x7fff_ffff);
    expect(durationWord(1234.6)).toBe(1235);
  });
});
