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

  it("writes every millisecond and microsecond as it is", () => {
    expect(timeText(77_005_000)).toBe("1:17.005");
    expect(timeText(300_589_844)).toBe("5:00.589");
    expect(timeText(63_207_131, 6)).toBe("1:03.207131");
    expect(timeText(999_999_400, 6)).toBe("16:39.999400");
    for (let ms = 0; ms < 4_000_000; ms += 997) {
      const [rest, minutes = 0, hours = 0] = timeText(ms * 1000).replace(" s", "").split(":")
        .reverse().map(Number);
      expect(Math.round(rest! * 1000) + (minutes + 60 * hours) * 60_000).toBe(ms);
    }
  });

  it("writes whole seconds", () => {
    expect(timeText(65_900_000, 0)).toBe("1:05");
    expect(timeText(5_900_000, 0)).toBe("5 s");
  });
});
