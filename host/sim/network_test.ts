import { describe, expect, it } from "vitest";
import { Network, type Port } from "./network.ts";
import { Random } from "./random.ts";
import { GOOD_WIRE, type WireQuality } from "./scenario/scenario.ts";

function port(node: number, quality: Partial<WireQuality> = {}): Port {
  return {
    node,
    segment: 0,
    mac: `02:00:00:00:00:0${node + 1}`,
    in: { ...GOOD_WIRE, ...quality },
    out: { ...GOOD_WIRE },
    up: true,
    heardUs: -Infinity,
    lastUs: 0,
  };
}

function networkOf(...ports: Port[]): Network {
  const network = new Network(1, new Random(1));
  for (const one of ports) network.connect(one);
  return network;
}

/** Who gets a frame that one port sends to all at the time 0, and when. */
function heardBy(network: Network, from: Port): [number, number][] {
  const heard: [number, number][] = [];
  network.broadcast(0, from, (to, atUs) => heard.push([to.node, atUs]));
  return heard;
}

describe("Network", () => {
  it("carries a frame to every other port, by two wires", () => {
    const [a, b, c] = [port(0), port(1), port(2)];
    const network = networkOf(a!, b!, c!);
    expect(heardBy(network, a!)).toEqual([[1, 100], [2, 100]]);
    b!.up = false;
    expect(heardBy(network, a!)).toEqual([[2, 100]]);
    a!.up = false;
    expect(heardBy(network, a!)).toEqual([]);
  });

  it("cuts one way, splits into sets, and heals", () => {
    const [a, b, c] = [port(0), port(1), port(2)];
    const client = port(-1);
    const network = networkOf(a!, b!, c!, client);
    network.cut(0, 1);
    expect([heardBy(network, a!).map(([to]) => to), heardBy(network, b!).map(([to]) => to)])
      .toEqual([[2, -1], [0, 2, -1]]);
    network.heal();
    network.partition([[1], [0]], 3);
    expect(heardBy(network, b!).map(([to]) => to)).toEqual([-1]);
    expect(heardBy(network, c!)).toEqual([]);
    network.heal();
    expect(heardBy(network, c!)).toHaveLength(3);
  });

  it("loses and doubles by chance, and only there", () => {
    const [a, b] = [port(0), port(1, { loss: 0.3, duplicate: 0.1 })];
    const network = networkOf(a!, b!);
    let copies = 0;
    for (let i = 0; i < 10_000; i++) copies += heardBy(network, a!).length;
    expect(copies / 10_000).toBeGreaterThan(0.7 * 1.1 - 0.03);
    expect(copies / 10_000).toBeLessThan(0.7 * 1.1 + 0.03);
    expect(network.isLossy(0)).toBe(true);
    b!.in = GOOD_WIRE;
    expect(network.isLossy(0)).toBe(false);
  });

  it("keeps the order of frames under jitter, unless the wire reorders", () => {
    const times = (quality: Partial<WireQuality>) => {
      const [a, b] = [port(0), port(1, quality)];
      const network = networkOf(a!, b!);
      return Array.from({ length: 200 }, (_, i) => {
        let at = 0;
        network.broadcast(i, a!, (_, atUs) => at = atUs);
        return at;
      });
    };
    const sorted = (list: number[]) => [...list].sort((a, b) => a - b);
    const jittered = times({ jitterUs: 500 });
    expect(jittered).toEqual(sorted(jittered));
    const mixed = times({ reorder: 0.5 });
    expect(mixed).not.toEqual(sorted(mixed));
  });

  it("sends a unicast frame where the switch heard its MAC, and floods what it never heard", () => {
    const [a, b] = [port(0), port(1)];
    const network = networkOf(a!, b!);
    const got: number[] = [];
    network.unicast(0, a!, b!.mac, (to) => got.push(to.node));
    network.unicast(0, a!, "02:00:00:00:00:77", (to) => got.push(to.node));
    expect(got).toEqual([1]);
    network.unicast(0, b!, a!.mac, (to) => got.push(to.node));
    expect(got).toEqual([1, 0]);
  });
});
