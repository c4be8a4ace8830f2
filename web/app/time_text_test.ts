import { describe, expect, it } from "vitest";
import { timeText } from "./time_text.ts";

describe("timeText()", () => {
  it.each([
    [0, "0.000 s"],
    [3_609_375, "3.609 s"],
    [59_999_999, "59.999 s"],
    [60_000_000, "1:00.000"],
    [125_250_000, "2:05.250"],
    [3_725_250_000, "1:02:05.250"],
    [-5, "0.000 s"],
  ])("writes %d us", (us, text) => expect(timeText(us)).toBe(text));

  it("writes whole seconds", () => {
    expect(timeText(65_900_000, 0)).toBe("1:05");
    expect(timeText(5_900_000, 0)).toBe("5 s");
  });
});
