import { describe, expect, it } from "vitest";
import { config, group, instance } from "../../engine/test_support.ts";
import {
  compareAddressText,
  leaseUs,
  masterDownUs,
  priorityOf,
  skewTimeUs,
  slackUs,
} from "./arithmetic.ts";
import { router, SECOND } from "./test_world.ts";

describe("arithmetic of the standards", () => {
  it("skew time: a share of a second in version 2, of the interval in version 3", () => {
    expect(skewTimeUs(2, 100, 10 * SECOND)).toBe(609_375);
    expect(skewTimeUs(3, 100, 10 * SECOND)).toBe(6_093_750);
    expect(skewTimeUs(3, 255, 10_000)).toBe(39);
  });

  it("master down interval: three adverts and the skew time, or as many as configured", () => {
    expect(masterDownUs(instance("VI"), 100, SECOND)).toBe(3_609_375);
    expect(masterDownUs(instance("VI", { downTimerAdverts: 1, version: 3 }), 128, 2 * SECOND))
      .toBe(3 * SECOND);
  });

  it("lease: the longest of 3 s, 3 adverts and 3 refreshes, none where none is wanted", () => {
    const lease = (intervalUs: number, on = true) => {
      const one = instance("VI", { advertisementIntervalUs: intervalUs });
      const whole = config({ instances: [one] });
      return leaseUs({ ...whole, vipd: { ...whole.vipd, lease: on } }, one);
    };
    expect(lease(10_000)).toBe(3 * SECOND);
    expect(lease(1_500_000)).toBe(5 * SECOND);
    expect(lease(SECOND, false)).toBe(Infinity);
    const crowd = router("VI", {
      excludedVips: Array.from({ length: 1000 }, () => router("VI").vips[0]!),
    });
    expect(leaseUs(config({ instances: [crowd] }), crowd)).toBe(6 * SECOND);
  });

  it("addresses compare as unsigned numbers", () => {
    expect(compareAddressText("10.0.0.10", "10.0.0.9")).toBeGreaterThan(0);
    expect(compareAddressText("fe80::2", "fe80::a")).toBeLessThan(0);
    expect(compareAddressText("10.0.0.1", "10.0.0.1")).toBe(0);
    expect(() => compareAddressText("10.0.0.1", "fe80::1")).toThrow(RangeError);
  });

  it("a machine may be late by twice its lateness and a little", () => {
    expect(slackUs({ latenessUs: 10_000 })).toBe(22_000);
  });
});

describe("priorityOf()", () => {
  const tracks = (weight: number, reverse = false) => [
    { tracker: "chk", watches: "SCRIPT" as const, weight, reverse },
  ];
  const priority = (weight: number, good: boolean | null, reverse = false, base = 100) => {
    const one = instance("VI", { priority: base, tracks: tracks(weight, reverse) });
    return priorityOf(config({ instances: [one] }), one, () => good);
  };

  it("adds positive weights while good and negative ones while bad, clamped", () => {
    expect(priority(20, true)).toBe(120);
    expect(priority(20, false)).toBe(100);
    expect(priority(-20, false)).toBe(80);
    expect(priority(-20, true)).toBe(100);
    expect(priority(-20, null)).toBe(100);
    expect(priority(-20, true, true)).toBe(80);
    expect(priority(253, true)).toBe(254);
    expect(priority(-253, false)).toBe(1);
    expect(priority(-20, false, false, 255)).toBe(255);
  });

  it("a group counts weights only with sync_group_tracking_weight", () => {
    const one = instance("VI", { tracks: tracks(20), group: "G" });
    const of = (trackingWeight: boolean) =>
      priorityOf(
        config({ instances: [one], groups: [group("G", ["VI"], { trackingWeight })] }),
        one,
        () => true,
      );
    expect([of(true), of(false)]).toEqual([120, 100]);
  });
});
