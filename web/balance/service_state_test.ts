import { describe, expect, it } from "vitest";
import type { Cast } from "../story/cast.ts";
import { openingScene } from "../story/scene.ts";
import { loadOfSlider, serviceState, sliderOfLoad } from "./service_state.ts";

const SERVICE = {
  name: "[192.0.2.10]:tcp:80",
  key: { kind: "ADDRESS", family: "INET", address: "192.0.2.10", port: 80, protocol: "TCP" },
  scheduler: "wrr",
  method: "DR",
  quorum: 2,
  hysteresis: 0,
  persistenceS: null,
  nodes: ["n1"],
  servers: [
    { name: "[10.0.0.1]:tcp:80", address: "10.0.0.1", port: 80, weight: 1 },
    { name: "[10.0.0.2]:tcp:80", address: "10.0.0.2", port: 80, weight: 3 },
  ],
  sorry: { name: "[127.0.0.1]:tcp:80", address: "127.0.0.1", port: 80 },
} as const;
const CAST: Cast = {
  nodes: [{ name: "n1", interfaces: [], instances: [], scripts: [] }],
  segments: [{ name: "eth0", clientMac: "" }],
  routers: [{
    name: "VI_1",
    segment: 0,
    family: "INET",
    vrid: 1,
    addresses: ["192.0.2.10"],
    members: [],
  }],
  services: [SERVICE],
  servers: [],
};

describe("serviceState()", () => {
  it("tells who balances, the shares and the quorum", () => {
    const scene = openingScene(CAST);
    scene.caches.set("0 192.0.2.10", { segment: 0, address: "192.0.2.10", mac: "m", owner: "n1" });
    const node = scene.nodes.get("n1")!;
    node.process = "running";
    node.held.add("192.0.2.10");
    node.services.set(SERVICE.name, {
      scheduler: "wlc",
      destinations: new Map([["10.0.0.2:80", { address: "10.0.0.2", port: 80, weight: 3 }]]),
    });
    const counts = new Map([
      [`${SERVICE.name} 10.0.0.2:80`, {
        began: Array(20).fill(4),
        failed: [],
        open: Array(20).fill(7),
      }],
      [`${SERVICE.name} `, { began: Array(20).fill(1), failed: Array(20).fill(1), open: [] }],
    ]);
    const state = serviceState(CAST, scene, SERVICE, counts, 15);
    expect(state).toMatchObject({
      director: "n1",
      scheduler: "wlc",
      aliveWeight: 3,
      hasQuorum: true,
      sorryIn: false,
      unservedPerSecond: 10,
    });
    expect(state.rows.map(({ weight, open, perSecond, share }) => [weight, open, perSecond, share]))
      .toEqual([[null, 0, 0, 0], [3, 7, 40, 1], [null, 0, 0, 0]]);
  });

  it("has nobody where the clients send to a machine without power", () => {
    const scene = openingScene(CAST);
    scene.caches.set("0 192.0.2.10", { segment: 0, address: "192.0.2.10", mac: "m", owner: "n1" });
    const node = scene.nodes.get("n1")!;
    node.held.add("192.0.2.10");
    node.process = "off";
    expect(serviceState(CAST, scene, SERVICE, new Map(), 0).director).toBeNull();
  });

  it("has nobody where no client has an entry and no node the address", () => {
    const state = serviceState(CAST, openingScene(CAST), SERVICE, new Map(), 0);
    expect(state).toMatchObject({ director: null, aliveWeight: 0, hasQuorum: false });
  });
});

describe("loadOfSlider()", () => {
  it("goes from 1 to 10,000, and back to its place", () => {
    expect(loadOfSlider(0)).toBe(1);
    expect(loadOfSlider(1)).toBe(10_000);
    for (const load of [1, 10, 100, 1000, 10_000]) {
      expect(loadOfSlider(sliderOfLoad(load))).toBe(load);
    }
  });
});
