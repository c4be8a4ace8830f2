// Properties of two to four VRRP cores on one segment: whatever happened before, once the network is
// whole there is exactly one MASTER and it alone holds the addresses; a master that vanishes is
// replaced within the down interval; every life replays byte for byte. fast-check prints seed and
// path of a failure.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { INSTANCE_NOPREEMPT } from "../../host/core/abi.gen.ts";
import { Core, CORE_COUNTS_SMALL } from "../../host/core/core.ts";
import {
  coreModule,
  instance,
  LINK_DOWN,
  LINK_GOOD,
  type Parts,
  SECOND,
  track,
  tracker,
  vip,
} from "../virtual_node.ts";
import { callCore, Network } from "./vrrp_network.ts";

interface Router {
  priority: number;
  nopreempt: boolean;
  preemptDelayUs: number;
  intervalUs: number;
}

interface Segment {
  version: number;
  routers: Router[];
  delayUs: number;
}

type Event =
  | { kind: "wait"; us: number }
  | { kind: "link"; node: number; up: boolean }
  | { kind: "freeze"; node: number; us: number }
  | { kind: "resign"; node: number }
  | { kind: "weight"; node: number; good: boolean }
  | { kind: "steal"; node: number }
  | { kind: "split"; left: number }
  | { kind: "heal" };

const router: fc.Arbitrary<Router> = fc.record({
  priority: fc.integer({ min: 1, max: 254 }),
  nopreempt: fc.boolean(),
  preemptDelayUs: fc.constantFrom(0, 0, 2 * SECOND),
  intervalUs: fc.constantFrom(SECOND, 100_000, 3 * SECOND),
});

const segment: fc.Arbitrary<Segment> = fc.record({
  version: fc.constantFrom(2, 3),
  routers: fc.array(router, { minLength: 2, maxLength: 4 }),
  delayUs: fc.constantFrom(50, 2_000),
}).map((s) =>
  s.version === 3 ? s : {
    ...s,
    // Version 2 demands one interval, in whole seconds.
    routers: s.routers.map((r) => ({ ...r, intervalUs: SECOND })),
  }
);

const node = fc.nat({ max: 3 });
const event: fc.Arbitrary<Event> = fc.oneof(
  fc.record({ kind: fc.constant("wait" as const), us: fc.integer({ min: 1, max: 5 * SECOND }) }),
  fc.record({ kind: fc.constant("link" as const), node, up: fc.boolean() }),
  fc.record({
    kind: fc.constant("freeze" as const),
    node,
    us: fc.integer({ min: 1, max: 20 * SECOND }),
  }),
  fc.record({ kind: fc.constant("resign" as const), node }),
  fc.record({ kind: fc.constant("weight" as const), node, good: fc.boolean() }),
  fc.record({ kind: fc.constant("steal" as const), node }),
  fc.record({ kind: fc.constant("split" as const), left: fc.nat({ max: 15 }) }),
  fc.record({ kind: fc.constant("heal" as const) }),
);

function partsOf(version: number, one: Router): Parts {
  return {
    trackers: [tracker()],
    instances: [instance({
      version,
      priority: one.priority,
      flags: one.nopreempt ? INSTANCE_NOPREEMPT : 0,
      preemptDelayUs: one.preemptDelayUs,
      advertisementIntervalUs: one.intervalUs,
    })],
    vips: [vip(), vip({ vip: 1, address: "10.9.0.101" })],
    tracks: [track({ weight: -30 })],
  };
}

function start({ version, routers, delayUs }: Segment): Network {
  const network = new Network(routers.length, delayUs);
  routers.forEach((one, i) => {
    for (const input of network.nodes[i]!.configuration(partsOf(version, one))) {
      network.tell(i, input);
    }
  });
  return network;
}

function play(network: Network, event: Event): void {
  const index = "node" in event ? event.node % network.nodes.length : 0;
  switch (event.kind) {
    case "wait":
      return network.advance(event.us);
    case "link":
      return network.tell(index, {
        ...network.linkInput(),
        flags: event.up ? LINK_GOOD : LINK_DOWN,
      });
    case "freeze":
      network.setRunning(index, false);
      network.advance(event.us);
      return network.setRunning(index, true);
    case "resign":
      return network.tell(index, { kind: "command", command: "RESIGN" });
    case "weight":
      return network.tell(index, {
        kind: "tracker",
        tracker: 0,
        state: event.good ? "GOOD" : "BAD",
        value: 0,
      });
    case "steal":
      network.nodes[index]!.held.delete("10.9.0.100");
      return network.tell(index, {
        kind: "address",
        ifindex: 2,
        family: "INET",
        present: 0,
        prefixLength: 32,
        address: "10.9.0.100",
      });
    case "split":
      network.passes = (from, to) => ((event.left >> from) & 1) === ((event.left >> to) & 1);
      return;
    case "heal":
      network.passes = () => true;
  }
}

/** Everything is whole again, and long enough for every timer there is. */
function heal(network: Network): void {
  network.passes = () => true;
  network.nodes.forEach((_, i) => {
    network.setRunning(i, true);
    network.tell(i, { ...network.linkInput(), flags: LINK_GOOD });
  });
  network.advance(40 * SECOND);
}

const BOTH = ["10.9.0.100", "10.9.0.101"];
const RUNS = { numRuns: 100 };

describe("routers on one segment", () => {
  it("once the network is whole there is one MASTER, and it alone holds the addresses", () => {
    fc.assert(
      fc.property(segment, fc.array(event, { maxLength: 20 }), (one, events) => {
        const network = start(one);
        for (const each of events) play(network, each);
        heal(network);
        const masters = network.masters();
        expect(masters).toHaveLength(1);
        network.nodes.forEach((each, i) => {
          expect(each.heldAt(network.nowUs)).toEqual(i === masters[0] ? BOTH : []);
        });
      }),
      RUNS,
    );
  });

  it("with preemption and no delay the best one is MASTER", () => {
    fc.assert(
      fc.property(segment, fc.array(event, { maxLength: 10 }), (one, events) => {
        const routers = one.routers.map((r) => ({ ...r, nopreempt: false, preemptDelayUs: 0 }));
        const network = start({ ...one, routers });
        for (const each of events) play(network, each);
        heal(network);
        const [winner] = network.masters();
        const priorities = network.nodes.map((n) => n.core.instanceStatus(0)!.priorityEffective);
        expect(priorities[winner!]).toBe(Math.max(...priorities));
      }),
      RUNS,
    );
  });

  it("a master that vanishes is replaced within the largest down interval", () => {
    fc.assert(
      fc.property(segment, fc.nat({ max: 3 * SECOND }), (one, us) => {
        const network = start(one);
        network.advance(40 * SECOND + us);
        const [dead] = network.masters();
        const downUs = network.nodes.map((n) => n.core.instanceStatus(0)!).map((s) =>
          3 * s.advertisementIntervalUs + s.skewTimeUs
        );
        // A frozen process: no advert, and its leases run out in the kernel.
        network.setRunning(dead!, false);
        network.advance(Math.max(...downUs) + 2 * one.delayUs);
        const others = network.masters().filter((i) => i !== dead);
        expect(others.length).toBeGreaterThanOrEqual(1);
      }),
      RUNS,
    );
  });

  it("a master that stops is replaced within the largest skew time, and is silent", () => {
    fc.assert(
      fc.property(segment, fc.nat({ max: 3 * SECOND }), (one, us) => {
        const network = start(one);
        network.advance(40 * SECOND + us);
        const [left] = network.masters();
        const skews = network.nodes.map((n) => n.core.instanceStatus(0)!.skewTimeUs);
        network.tell(left!, { kind: "command", command: "STOP" });
        network.nodes[left!]!.stopped = true;
        expect(network.nodes[left!]!.held.size).toBe(0);
        network.advance(Math.max(...skews) + 2 * one.delayUs);
        expect(network.masters()).not.toContain(left);
        expect(network.masters().length).toBeGreaterThanOrEqual(1);
        network.advance(60 * SECOND);
        expect(network.lateAdverts).toEqual([]);
      }),
      RUNS,
    );
  });

  it("every life replays byte for byte, from nothing and from a checkpoint", () => {
    fc.assert(
      fc.property(segment, fc.array(event, { maxLength: 12 }), fc.nat(), (one, events, cut) => {
        const network = start(one);
        for (const each of events) play(network, each);
        network.advance(5 * SECOND);
        for (const { log } of network.nodes) {
          let core = Core.create(coreModule(), { counts: CORE_COUNTS_SMALL });
          const middle = cut % log.length;
          log.forEach((entry, i) => {
            if (i === middle) core = Core.fromCheckpoint(coreModule(), core.checkpoint());
            expect(callCore(core, entry.nowUs, entry.input).logged).toEqual(entry);
          });
        }
      }),
      { numRuns: 40 },
    );
  });
});
