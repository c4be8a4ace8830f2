// The account on small plays of two directors, a and b: a has the higher priority.

import { describe, expect, it } from "vitest";
import { LEASE_LATE_MAX_US } from "../machine/held_addresses.ts";
import type { Config, Vip, VrrpInstance } from "../../conf/model.ts";
import { config, instance } from "../../engine/test_support.ts";
import type { Account, AddressAccount } from "./account.ts";
import type { Action } from "../scenario/scenario.ts";
import { simulate } from "../simulate.ts";
import { optionsOf, SECOND, type Steps } from "../../../test/simulated_play.ts";

const ONE = "192.0.2.100";
const TWO = "192.0.2.101";
/** Three intervals and the skew of priority 100. */
const DOWN_B = 3 * SECOND + ((256 - 100) * SECOND) / 256;
const LEASE_US = 3 * SECOND;

function vip(address: string): Vip {
  return { family: "INET", address, prefixLength: 24, device: "eth0", label: null, scope: 0 };
}

function director(
  priority: number,
  addresses: string[],
  change: Partial<VrrpInstance> = {},
): Config {
  const vips = addresses.map(vip);
  return { ...config({ instances: [instance("VI_1", { priority, vips, ...change })] }) };
}

function play(configs: Config[], steps: Steps, durationS: number): Account {
  return simulate(optionsOf(configs, steps, durationS)).account;
}

const PAIR = [director(200, [ONE]), director(100, [ONE])];

function only(account: Account): AddressAccount {
  expect(account.addresses.map(({ address }) => address)).toEqual([ONE]);
  return account.addresses[0]!;
}

describe("addresses", () => {
  it("in peace: held from the first takeover on, and by one alone", () => {
    const account = only(play(PAIR, [], 30));
    const skew = ((256 - 200) * SECOND) / 256;
    expect(account.firstHeldUs).toBeCloseTo(3 * SECOND + skew, -1);
    expect(account).toMatchObject({
      segment: 0,
      instances: ["VI_1"],
      without: { count: 0, totalUs: 0, longestUs: 0 },
      several: { count: 0, totalUs: 0, longestUs: 0 },
      misled: { count: 0, totalUs: 0, longestUs: 0 },
      spells: [],
    });
  });

  it("after kill -9 nobody has it from the end of the lease to the takeover", () => {
    const { without, spells } = only(play(PAIR, [[10, { do: "kill", node: "a" }]], 30));
    // The last advert and the last renewal of the lease are one moment; the kernel may be late.
    expect(without.count).toBe(1);
    expect(without.totalUs).toBeGreaterThan(DOWN_B - LEASE_US - LEASE_LATE_MAX_US - 2_000);
    expect(without.totalUs).toBeLessThan(DOWN_B - LEASE_US + 2_000);
    expect(spells.map(({ kind }) => kind)).toEqual(["without", "misled"]);
    expect(spells[0]!.toUs - spells[0]!.fromUs).toBe(without.longestUs);
  });

  it("without its power a machine is not reached from that moment on", () => {
    const { without } = only(play(PAIR, [[10, { do: "powerOff", node: "a" }]], 30));
    expect(without.count).toBe(1);
    expect(without.totalUs).toBeGreaterThan(DOWN_B - SECOND);
    expect(without.totalUs).toBeLessThan(DOWN_B + 2_000);
  });

  it("a frozen machine is not reached although its kernel has the address", () => {
    const { spells } = only(
      play(PAIR, [[10, { do: "freeze", node: "a" }], [20, { do: "thaw", node: "a" }]], 40),
    );
    expect(spells[0]).toMatchObject({ kind: "without", fromUs: 10 * SECOND });
  });

  it("a dead wire and a cable that is out leave nobody whom the client reaches", () => {
    const dead: Action = {
      ...{ do: "wire", node: "a", interface: null, direction: "out" },
      quality: { loss: 1 },
    };
    const alone = [PAIR[0]!];
    const back: Action = { do: "heal" };
    const wire = only(play(alone, [[10, dead], [15, back]], 30));
    expect(wire.spells).toEqual([
      { kind: "without", fromUs: 10 * SECOND, toUs: 15 * SECOND },
    ]);
    const cable = only(play(alone, [[10, { do: "unplug", node: "a", interface: null }]], 30));
    expect(cable.without).toEqual({ count: 1, totalUs: 20 * SECOND, longestUs: 20 * SECOND });
  });

  it("cut from each other both have it until the network is whole", () => {
    const { several, without } = only(play(
      PAIR,
      [[10, { do: "partition", sets: [["a"], ["b"]] }], [30, { do: "heal" }]],
      60,
    ));
    expect(without.count).toBe(0);
    expect(several.count).toBe(1);
    expect(several.totalUs).toBeGreaterThan(20 * SECOND - DOWN_B);
    expect(several.totalUs).toBeLessThan(22 * SECOND - DOWN_B + SECOND);
  });

  it("the client is misled while it sends to one that gave the address up", () => {
    // Of one priority: b has the higher address and stays. It is the first to speak after the split, so
    // it never hears a's advert and announces nothing; the client goes on with what a told it last.
    const equal: Action = { do: "reload", node: "b", set: [], config: PAIR[0]! };
    const { misled, spells } = only(play(
      PAIR,
      [[8, equal], [10, { do: "partition", sets: [["a"], ["b"]] }], [30.3, { do: "heal" }]],
      120,
    ));
    const long = spells.filter(({ kind, fromUs, toUs }) =>
      kind === "misled" && toUs - fromUs > SECOND
    );
    expect(long).toHaveLength(1);
    expect(long[0]!.fromUs).toBeGreaterThan(30 * SECOND);
    expect(long[0]!.fromUs).toBeLessThan(32 * SECOND);
    // The entry is asked about anew after 30 s without confirmation, three times in vain.
    expect(misled.longestUs).toBe(long[0]!.toUs - long[0]!.fromUs);
    expect(misled.longestUs).toBeLessThan(35 * SECOND);
  });

  it("a takeover misleads the client until the new holder is heard, and no longer", () => {
    const { misled } = only(play(PAIR, [[10, { do: "shutdown", node: "a" }]], 30));
    expect(misled.count).toBe(1);
    expect(misled.longestUs).toBeLessThan(10_000);
  });

  it("counts spells one by one and knows the longest", () => {
    const steps: Steps = [
      [10, { do: "unplug", node: "a", interface: null }],
      [12, { do: "plug", node: "a", interface: null }],
      [30, { do: "unplug", node: "a", interface: null }],
      [35, { do: "plug", node: "a", interface: null }],
    ];
    const { without, spells } = only(play([PAIR[0]!], steps, 60));
    expect(without.count).toBe(2);
    expect(without.totalUs).toBe(spells.reduce((sum, one) => sum + one.toUs - one.fromUs, 0));
    expect(without.longestUs).toBe(spells[1]!.toUs - spells[1]!.fromUs);
    expect(without.longestUs).toBeGreaterThanOrEqual(5 * SECOND);
  });

  it("one that never comes was never held and is not missed", () => {
    const { firstHeldUs, without } = only(
      play([PAIR[0]!], [[1, { do: "kill", node: "a" }]], 30),
    );
    expect(firstHeldUs).toBeNull();
    expect(without.count).toBe(0);
  });

  it("one that a reload takes away is not missed, one that it brings counts from then", () => {
    const both = director(200, [ONE]);
    const reload: Action = { do: "reload", node: "a", set: [], config: director(200, [TWO]) };
    const { addresses } = play([both], [[10, reload]], 30);
    expect(addresses.map(({ address }) => address)).toEqual([ONE, TWO]);
    expect(addresses[0]!.without.count).toBe(0);
    expect(addresses[1]!.firstHeldUs).toBeGreaterThanOrEqual(10 * SECOND);
    expect(addresses[1]!.without.count).toBe(0);
  });
});

describe("routers", () => {
  it("count takeovers by other nodes, and the time without any MASTER", () => {
    const { routers } = play(
      PAIR,
      [[10, { do: "kill", node: "a" }], [30, { do: "start", node: "a" }]],
      60,
    );
    expect(routers).toHaveLength(1);
    const { takeovers, ...router } = routers[0]!;
    expect(router).toMatchObject({ name: "VI_1", segment: 0, family: "INET", vrid: 51 });
    // b after the kill, and a again, which finds b still MASTER.
    expect(takeovers.count).toBe(2);
    expect(takeovers.totalUs).toBe(takeovers.longestUs);
    expect(takeovers.longestUs).toBeGreaterThan(DOWN_B - SECOND);
    expect(takeovers.longestUs).toBeLessThan(DOWN_B + 2_000);
  });

  it("of two masters the one that stays is no new one", () => {
    const { routers } = play(
      PAIR,
      [
        [10, { do: "partition", sets: [["a"], ["b"]] }],
        [30, { do: "heal" }],
        [40, { do: "kill", node: "a" }],
      ],
      60,
    );
    expect(routers[0]!.takeovers.count).toBe(2);
  });

  it("say how long each instance was in each state, and the times add up", () => {
    const { routers } = play(PAIR, [[10, { do: "kill", node: "a" }]], 30);
    const [a, b] = routers[0]!.instances;
    expect(a).toMatchObject({ node: "a", name: "VI_1", stateUs: { DOWN: 20 * SECOND } });
    for (const { stateUs } of [a!, b!]) {
      const total = Object.values(stateUs).reduce((sum, us) => sum + us, 0);
      expect(total).toBe(30 * SECOND);
    }
    expect(b!.stateUs.MASTER).toBeGreaterThan(30 * SECOND - 10 * SECOND - DOWN_B);
  });

  it("a VRID on two segments is two routers", () => {
    const two = config({
      instances: [
        instance("VI_1", { vips: [vip(ONE)] }),
        instance("VI_2", { interface: "eth1", vips: [{ ...vip(TWO), device: "eth1" }] }),
      ],
    });
    const { routers, addresses } = play([two], [], 10);
    expect(routers.map(({ name, segment }) => [name, segment])).toEqual([["VI_1", 0], ["VI_2", 1]]);
    expect(addresses.map(({ address, segment }) => [address, segment])).toEqual([
      [ONE, 0],
      [TWO, 1],
    ]);
  });
});
