import { describe, expect, it } from "vitest";
import { coreModule } from "../../../test/virtual_node.ts";
import { type Comparison, playScheduler } from "./compare.ts";

const COMPARISON: Comparison = {
  family: "INET",
  servers: [
    { address: "10.0.0.1", port: 80, weight: 1, slowness: 1 },
    { address: "10.0.0.2", port: 80, weight: 3, slowness: 1 },
  ],
  perSecond: 500,
  durationUs: 10_000_000,
  seed: 3,
};
const play = (scheduler: string, other: Partial<Comparison> = {}) =>
  playScheduler(coreModule(), scheduler, { ...COMPARISON, ...other });
const requests = (scheduler: string, other: Partial<Comparison> = {}) =>
  [...play(scheduler, other).servers.values()].map((one) => one.requests);

describe("playScheduler()", () => {
  it("gives all schedulers the same arrivals", () => {
    const totals = ["rr", "wrr", "lc", "wlc"].map((one) =>
      requests(one).reduce((sum, part) => sum + part, 0)
    );
    expect(new Set(totals).size).toBe(1);
  });

  it("follows weights with wrr and not with rr", () => {
    const [a, b] = requests("wrr") as [number, number];
    expect(Math.abs(b - 3 * a)).toBeLessThanOrEqual(4);
    const [c, d] = requests("rr") as [number, number];
    expect(Math.abs(c - d)).toBeLessThanOrEqual(1);
  });

  it("shows that lc spares a slow server and rr does not", () => {
    const servers = COMPARISON.servers.map((one, i) => ({
      ...one,
      weight: 1,
      slowness: i === 0 ? 10 : 1,
    }));
    const slow = play("rr", { servers }).servers.get("10.0.0.1:80")!;
    const spared = play("lc", { servers }).servers.get("10.0.0.1:80")!;
    expect(spared.requests).toBeLessThan(slow.requests / 2);
    expect(spared.openMax).toBeLessThan(slow.openMax);
    expect(play("lc", { servers }).meanUs).toBeLessThan(play("rr", { servers }).meanUs);
  });

  it("balances IPv6 too", () => {
    const servers = [{ address: "2001:db8::11", port: 80, weight: 1, slowness: 1 }];
    expect(requests("wlc", { family: "INET6", servers })[0]).toBeGreaterThan(4_000);
  });
});
