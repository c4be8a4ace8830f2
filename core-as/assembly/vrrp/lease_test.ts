// Address leases and gratuitous ARP: what is sent when, and how long an address lives.

import { describe, expect, it } from "vitest";
import { INSTANCE_LEASE_OFF } from "../../../host/core/abi.gen.ts";
import { Core, CORE_COUNTS_MAX } from "../../../host/core/core.ts";
import {
  coreModule,
  instance,
  MAC,
  MILLISECOND,
  only,
  SECOND,
  vip,
  VirtualNode,
} from "../../../test/virtual_node.ts";

type Fields = Parameters<typeof instance>[0];

function master(fields: Fields = {}): VirtualNode {
  const node = VirtualNode.ready();
  const owner = { priority: 255, flags: 0x40 | (fields?.flags ?? 0) };
  node.configure({ instances: [instance({ ...fields, ...owner })], vips: [vip()] });
  return node;
}

describe("lease", () => {
  const cases: [string, Fields, number][] = [
    ["3 s at 1 s", {}, 3],
    ["3 s at 10 ms", { advertisementIntervalUs: 10 * MILLISECOND }, 3],
    ["rounded up", { advertisementIntervalUs: 1_110 * MILLISECOND }, 4],
    ["three intervals", { advertisementIntervalUs: 10 * SECOND }, 30],
    ["for ever with lease off", { flags: INSTANCE_LEASE_OFF }, 0],
  ];
  for (const [name, fields, lifetimeS] of cases) {
    it(`is ${name}`, () => {
      const node = VirtualNode.ready();
      const outputs = node.configure({
        instances: [instance({ priority: 255, ...fields, flags: 0x40 | (fields?.flags ?? 0) })],
        vips: [vip()],
      });
      expect(only(outputs, "addressAdd")[0]!.lifetimeS).toBe(lifetimeS);
      expect(node.status().leaseS).toBe(lifetimeS);
    });
  }

  it("is renewed with each advert of a second or more", () => {
    const outputs = master().advance(10 * SECOND);
    const refreshes = only(outputs, "addressRefresh");
    expect(refreshes.map((r) => r.atUs)).toEqual(only(outputs, "packet").map((p) => p.atUs));
    expect(refreshes).toHaveLength(10);
  });

  it("is renewed once a second with adverts of 100 ms", () => {
    const outputs = master({ advertisementIntervalUs: 100 * MILLISECOND }).advance(10 * SECOND);
    const times = only(outputs, "addressRefresh").map((r) => r.atUs);
    expect(times).toHaveLength(10);
    times.forEach((time, i) => {
      if (i > 0) expect(time - times[i - 1]!).toBe(SECOND);
    });
  });

  it("is renewed with every advert although one of them was late", () => {
    const node = master();
    node.freeze(1_300 * MILLISECOND);
    expect(only(node.input({ kind: "timer" }), "addressRefresh")).toHaveLength(1);
    const next = node.advance(700 * MILLISECOND);
    expect([only(next, "packet").length, only(next, "addressRefresh").length]).toEqual([1, 1]);
  });

  it("is never renewed with lease off", () => {
    const outputs = master({ flags: INSTANCE_LEASE_OFF }).advance(10 * SECOND);
    expect(only(outputs, "addressRefresh")).toEqual([]);
  });

  it("is renewed at once when a reload makes it longer", () => {
    const node = master();
    const outputs = node.configure({
      instances: [instance({ priority: 255, flags: 0x40, advertisementIntervalUs: 10 * SECOND })],
      vips: [vip()],
    });
    expect(only(outputs, "addressRefresh")[0]!.lifetimeS).toBe(30);
  });

  it("grows with the number of addresses, and no second sees more than the limit", () => {
    const node = new VirtualNode({ core: Core.create(coreModule(), { counts: CORE_COUNTS_MAX }) });
    node.link();
    node.address("10.9.0.1");
    const instances = Array.from(
      { length: 40 },
      (_, i) => instance({ instance: i, vrid: i + 1, priority: 255, flags: 0x40 }),
    );
    const vips = Array.from(
      { length: 8000 },
      (_, i) =>
        vip({
          vip: i,
          instance: i % 40,
          address: `10.${10 + (i >> 14)}.${(i >> 8) & 63}.${i & 255}`,
        }),
    );
    const added = only(node.configure({ instances, vips }), "addressAdd");
    expect(added).toHaveLength(8000);
    // 8,000 addresses at 1,000 a second: a period of 8 s, a lease of 24 s.
    expect(added[0]!.lifetimeS).toBe(24);
    const lastUs = new Map<number, number>(added.map((a) => [a.vip, a.atUs]));
    let gapUs = 0;
    for (let second = 0; second < 60; second++) {
      const refreshes = only(node.advance(SECOND), "addressRefresh");
      expect(refreshes.length).toBeLessThanOrEqual(1000);
      for (const { vip, atUs } of refreshes) {
        gapUs = Math.max(gapUs, atUs - lastUs.get(vip)!);
        lastUs.set(vip, atUs);
      }
    }
    expect(gapUs).toBeGreaterThanOrEqual(8 * SECOND);
    expect(gapUs).toBeLessThan(24 * SECOND);
  });
});

describe("gratuitous ARP", () => {
  it("goes over all addresses in rounds, and again after the delay", () => {
    const node = VirtualNode.ready();
    const second = vip({ vip: 1, address: "10.9.0.101", advertised: 0 });
    node.configure({
      instances: [instance({ garpRepeat: 3, garpDelayUs: 5 * SECOND })],
      vips: [vip(), second],
    });
    const outputs = node.advance(20 * SECOND);
    const last = (payload: Uint8Array) => payload[31]!;
    const frames = only(outputs, "frame");
    expect(frames.map((f) => last(f.payload))).toEqual(Array(6).fill([100, 101]).flat());
    expect(frames[6]!.atUs - frames[0]!.atUs).toBe(5 * SECOND);
  });

  it("is repeated with garp_master_refresh while MASTER", () => {
    const node = VirtualNode.ready();
    node.configure({
      instances: [instance({ garpRefreshUs: 10 * SECOND, garpRefreshRepeat: 2 })],
      vips: [vip()],
    });
    const outputs = node.advance(3_700 * MILLISECOND + 30 * SECOND);
    expect(only(outputs, "frame")).toHaveLength(1 + 2 * 3);
    node.advert({ priority: 200 });
    expect(only(node.advance(2 * SECOND), "frame")).toEqual([]);
  });

  it("follows a lower priority: now and after its delay", () => {
    const node = master({ garpLowerPrioRepeat: 2, garpLowerPrioDelayUs: 3 * SECOND });
    const now = only(node.advert({ priority: 50 }), "frame");
    const later = only(node.advance(4 * SECOND), "frame");
    expect([now.length, later.length]).toEqual([2, 2]);
  });

  it("is a neighbour advertisement for IPv6, with the Router flag where the link forwards", () => {
    const node = VirtualNode.ready();
    node.link({ forwarding: 1 });
    node.configure({
      instances: [instance({ family: "INET6" })],
      vips: [vip({ family: "INET6" })],
    });
    const [frame] = only(node.advance(4 * SECOND), "frame");
    expect(frame!.payload).toHaveLength(86);
    // ICMPv6 type and flags: Router and Override.
    expect([frame!.payload[54], frame!.payload[58]]).toEqual([136, 0xa0]);
  });

  it("is sent with the MAC of the interface that holds the address", () => {
    const node = VirtualNode.ready();
    node.link({ ifindex: 3, mac: "02:00:00:00:00:33" });
    node.configure({
      instances: [instance()],
      vips: [vip(), vip({ vip: 1, ifindex: 3, address: "10.8.0.9" })],
    });
    const frames = only(node.advance(4 * SECOND), "frame");
    expect(frames.map((f) => [f.ifindex, f.payload[11]])).toEqual([[2, 0x02], [3, 0x33]]);
    expect(MAC.endsWith("02")).toBe(true);
  });

  it("is left out on loopback and NOARP links", () => {
    const node = VirtualNode.ready();
    node.link({ ifindex: 1, flags: 0x49 });
    node.configure({
      instances: [instance({ garpRepeat: 5 })],
      vips: [vip({ ifindex: 1 })],
    });
    const outputs = node.advance(4 * SECOND);
    expect(only(outputs, "frame")).toEqual([]);
    expect(only(outputs, "addressAdd")).toHaveLength(1);
  });
});
