import { describe, expect, it } from "vitest";
import { coreModule } from "../../../test/virtual_node.ts";
import type { IpvsOperation } from "../../engine/contract.ts";
import type { TraceEvent } from "../world_view.ts";
import { Traffic, type TrafficOptions } from "./traffic.ts";
import { type Bin, OUTCOMES, type Request } from "./request.ts";

const SECOND = 1_000_000;
const VIP = "192.0.2.10";
const SERVICE = `[${VIP}]:tcp:80`;
const KEY = { kind: "ADDRESS", family: "INET", address: VIP, port: 80, protocol: "TCP" } as const;

function table(scheduler: string, weights: Record<string, number>): IpvsOperation[] {
  const service = { key: KEY, scheduler, persistenceS: 0, granularity: 32 };
  return [
    { op: "addService", service },
    ...Object.entries(weights).map(([address, weight]): IpvsOperation => ({
      op: "addDestination",
      service,
      destination: {
        family: "INET",
        address,
        port: 80,
        weight,
        forwarding: { method: "DR", tunnel: null },
      },
    })),
  ];
}

/** A director that holds the address and balances, and clients that know it. */
function opening(scheduler = "wrr", weights = { "10.0.0.1": 1, "10.0.0.2": 2 }): TraceEvent[] {
  const head = { atUs: 0, node: "n1" };
  return [
    { ...head, kind: "process", process: "running", was: "down" },
    { ...head, kind: "ipvs", operations: table(scheduler, weights) },
    { ...head, kind: "address", address: VIP, held: true, why: "core" },
    { atUs: 0, node: null, kind: "client", segment: 0, address: VIP, mac: "x", owner: "n1" },
  ];
}

const load = (atUs: number, perSecond: number): TraceEvent => ({
  atUs,
  node: null,
  kind: "action",
  action: { do: "load", perSecond, service: null },
  text: "",
});

function optionsOf(requests: Request[], bins: Bin[]): TrafficOptions {
  return {
    wasm: coreModule(),
    services: [{ name: SERVICE, address: VIP, segment: 0, sorry: "10.0.0.9:80" }],
    nodes: ["n1"],
    segments: new Map([["n1 eth0", 0]]),
    seed: 1,
    request: (request) => requests.push(request),
    bin: (bin) => bins.push(bin),
  };
}

function play(events: readonly TraceEvent[], untilUs: number) {
  const [requests, bins]: [Request[], Bin[]] = [[], []];
  const traffic = new Traffic(optionsOf(requests, bins));
  for (const event of events) traffic.take(event);
  traffic.advance(untilUs);
  return { requests, bins, traffic };
}

const countBy = (requests: readonly Request[], key: (one: Request) => string) => {
  const counts: Record<string, number> = {};
  for (const one of requests) counts[key(one)] = (counts[key(one)] ?? 0) + 1;
  return counts;
};

describe("Traffic", () => {
  it("spreads requests by weight (wrr)", () => {
    const { requests } = play([...opening(), load(0, 300)], 30 * SECOND);
    expect(requests.length).toBeGreaterThan(8_500);
    expect(requests.length).toBeLessThan(9_500);
    const by = countBy(requests, ({ server }) => server ?? "");
    expect(Math.abs(by["10.0.0.2:80"]! - 2 * by["10.0.0.1:80"]!)).toBeLessThanOrEqual(3);
    expect(requests.every(({ outcome }) => outcome === "served")).toBe(true);
  });

  it("gives each request one outcome, and each bin what began in it", () => {
    const events = [
      ...opening(),
      load(0, 200),
      {
        atUs: 5 * SECOND,
        node: null,
        kind: "action",
        text: "",
        action: { do: "server", address: "10.0.0.1", port: null, state: "refuse" },
      },
      {
        atUs: 8 * SECOND,
        node: null,
        kind: "client",
        segment: 0,
        address: VIP,
        mac: null,
        owner: null,
      },
    ] satisfies TraceEvent[];
    const { requests, bins } = play(events, 10 * SECOND);
    const by = countBy(requests, ({ outcome }) => outcome);
    expect(Object.keys(by).every((one) => (OUTCOMES as readonly string[]).includes(one))).toBe(
      true,
    );
    expect(by["served"]).toBeGreaterThan(800);
    expect(by["refused"]).toBeGreaterThan(100);
    expect(by["lost"]).toBeGreaterThan(300);
    const began = bins.reduce(
      (sum, bin) => sum + [...bin.began.values()].reduce((a, b) => a + b, 0),
      0,
    );
    expect(began).toBe(requests.filter(({ atUs }) => atUs < bins.at(-1)!.atUs + 100_000).length);
  });

  it("sends everything to the sorry server when it is alone in the table", () => {
    const { requests } = play([...opening("wrr", { "10.0.0.9": 1 } as never), load(0, 50)], SECOND);
    expect(new Set(requests.map(({ outcome }) => outcome))).toEqual(new Set(["sorry"]));
  });

  it("drains a server of weight 0: no new connections, the old ones end", () => {
    const drain: TraceEvent = {
      atUs: 2 * SECOND,
      node: "n1",
      kind: "ipvs",
      operations: table("wlc", { "10.0.0.1": 0 }).map((one) =>
        one.op === "addDestination" ? { ...one, op: "setDestination" } : one
      ).slice(1) as IpvsOperation[],
    };
    const { requests, bins } = play([...opening("wlc"), load(0, 200), drain], 4 * SECOND);
    const late = requests.filter(({ atUs }) => atUs > 2 * SECOND);
    expect(late.length).toBeGreaterThan(300);
    expect(late.some(({ server }) => server === "10.0.0.1:80")).toBe(false);
    expect(bins.at(-1)!.open.get(`${SERVICE} 10.0.0.1:80`)).toBe(0);
  });

  it("loses requests while nobody answers, and refuses them where no service is", () => {
    const lost = play([load(0, 20)], SECOND).requests;
    expect(new Set(lost.map(({ outcome }) => outcome))).toEqual(new Set(["lost"]));
    const [process, , address, client] = opening();
    const refused = play([process!, address!, client!, load(0, 20)], SECOND).requests;
    expect(new Set(refused.map(({ outcome }) => outcome))).toEqual(new Set(["refused"]));
  });

  it("goes on from a snapshot as if it had never stopped", () => {
    const events = [...opening("wlc"), load(0, 500)];
    const whole = play(events, 6 * SECOND);
    const again = play(events, 3 * SECOND);
    const state = again.traffic.save();
    again.traffic.advance(4 * SECOND);
    again.requests.length = again.requests.findIndex(({ atUs }) => atUs > 3 * SECOND);
    again.traffic.restore(state);
    again.traffic.advance(6 * SECOND);
    expect(again.requests).toEqual(whole.requests);
  });

  it("plays the same for the same seed", () => {
    const events = [...opening("lc"), load(0, 100)];
    expect(play(events, 3 * SECOND).requests).toEqual(play(events, 3 * SECOND).requests);
  });
});
