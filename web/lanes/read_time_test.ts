import { describe, expect, it } from "vitest";
import { readTime } from "./read_time.ts";

describe("readTime()", () => {
  it.each([
    ["83.5", 83_500_000],
    [" 83.5 s ", 83_500_000],
    ["1:23.5", 83_500_000],
    ["1:02:03", 3_723_000_000],
    ["0.000001", 1],
  ])("reads %j", (text, us) => expect(readTime(text)).toBe(us));

  it.each(["", "abc", "1:", "-5", "1.2.3", "1:2:3:4"])("refuses %j", (text) => {
    expect(readTime(text)).toBeNull();
  });
});
