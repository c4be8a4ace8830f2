// Skew time and master down interval over their whole ranges, against the formulas in BigInt.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadTestCore } from "../../testing.ts";

const core = loadTestCore();

describe("skewTimeUs()", () => {
  it("is (256 - priority) / 256 s in version 2, whatever the interval (RFC 3768 6.1)", () => {
    for (let priority = 1; priority <= 255; priority++) {
      const skew = BigInt(256 - priority) * 1_000_000n / 256n;
      for (const intervalUs of [1_000_000, 10_000_000, 255_000_000]) {
        expect(core.u64("skewTimeUs", 2, priority, intervalUs)).toBe(skew);
      }
    }
  });

  it("scales with the interval in version 3 and is never lost (RFC 9568 6.1)", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 254 }),
        fc.integer({ min: 1, max: 4095 }),
        (priority, intervalCs) => {
          const intervalUs = intervalCs * 10_000;
          const skew = core.u64("skewTimeUs", 3, priority, intervalUs);
          expect(skew).toBe(BigInt(256 - priority) * BigInt(intervalUs) / 256n);
          expect(skew).toBeGreaterThan(core.u64("skewTimeUs", 3, priority + 1, intervalUs));
          expect(skew).toBeLessThan(BigInt(intervalUs));
        },
      ),
    );
  });
});

describe("masterDownUs()", () => {
  it("is so many intervals and the skew time, without wrapping", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(2, 3),
        fc.integer({ min: 1, max: 255 }),
        fc.integer({ min: 1, max: 4095 }),
        fc.integer({ min: 1, max: 100 }),
        (version, priority, steps, adverts) => {
          const intervalUs = version === 2 ? (steps % 255 + 1) * 1_000_000 : steps * 10_000;
          expect(core.u64("masterDownUs", version, priority, intervalUs, adverts)).toBe(
            BigInt(adverts) * BigInt(intervalUs) +
              core.u64("skewTimeUs", version, priority, intervalUs),
          );
        },
      ),
    );
  });
});
