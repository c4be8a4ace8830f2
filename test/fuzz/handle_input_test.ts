// No input whatever traps the VRRP core: random bytes, and valid records with fields, sizes and
// payloads damaged, in an order that keeps the node alive so that deep states are reached. Runs for
// VIPD_FUZZ_SECONDS (default 3) and prints its seed; VIPD_FUZZ_SEED runs one again.

import { afterAll, describe, expect, it } from "vitest";
import {
  ID_NONE,
  type Input,
  INPUT_SIZE_MAX,
  STATUS_COUNT,
  writeInput,
} from "../../host/core/abi.gen.ts";
import { Core, CORE_COUNTS_SMALL } from "../../host/core/core.ts";
import {
  advertInput,
  coreModule,
  IFINDEX,
  instance,
  LINK_DOWN,
  LINK_GOOD,
  MAC,
  SECOND,
  track,
  tracker,
  vip,
} from "../virtual_node.ts";

const seconds = Number(process.env.VIPD_FUZZ_SECONDS ?? 3);
const seed = Number(process.env.VIPD_FUZZ_SEED ?? Date.now() % 0x1_0000_0000) >>> 0;
/** A burst of 1,000 rounds over all addresses is the longest there is; a drain ends all the same. */
const DRAIN_MAX = 4_000_000;
/** Inputs after which a fresh core is taken, so that one run sees many beginnings. */
const LIFE_INPUTS = 3_000;
/** Values that sit on some edge. */
const EDGES = [
  0,
  1,
  2,
  3,
  10,
  51,
  100,
  112,
  254,
  255,
  256,
  4095,
  65_535,
  1e6,
  1e9,
  2 ** 31,
  ID_NONE,
];

/** mulberry32: small, and the same on every runtime. */
function random(state: number): () => number {
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

class Fuzzer {
  readonly #next: () => number;
  readonly #buffer = new Uint8Array(INPUT_SIZE_MAX);
  readonly #view = new DataView(this.#buffer.buffer);
  generation = 1;

  constructor(from: number) {
    this.#next = random(from);
  }

  below(limit: number): number {
    return Math.floor(this.#next() * limit);
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!;
  }

  /** A whole small configuration, some of it random within its ranges. */
  configuration(): Input[] {
    const generation = ++this.generation;
    const count = 1 + this.below(4);
    const group = this.pick([0, 0, ID_NONE]);
    const numbers = [...Array(count).keys()];
    return [
      { kind: "configBegin", generation },
      tracker({ watches: this.pick(["SCRIPT", "FILE", "PROCESS"]) }),
      tracker({ tracker: 1, watches: "INTERFACE", ifindex: IFINDEX }),
      { kind: "configGroup", group: 0, trackingWeight: this.below(2) },
      ...numbers.map((number) =>
        instance({
          instance: number,
          vrid: 51 + this.below(2) * 4 + number,
          version: this.pick([2, 3]),
          priority: this.pick([1, 100, 254, 255]),
          flags: this.below(128),
          preemptDelayUs: this.pick([0, SECOND]),
          group,
          garpRepeat: this.below(4),
          garpDelayUs: this.pick([0, SECOND]),
          garpRefreshUs: this.pick([0, SECOND]),
          garpLowerPrioRepeat: this.below(3),
          garpLowerPrioDelayUs: this.pick([0, SECOND]),
        })
      ),
      ...numbers.map((number) =>
        vip({ vip: number, instance: number, address: `10.9.1.${1 + this.below(5)}` })
      ),
      ...numbers.map((number) =>
        track({ instance: number, tracker: this.below(2), weight: this.pick([0, 0, 20, -20]) })
      ),
      { kind: "configCommit", generation },
    ];
  }

  /** One valid record. */
  record(): Input {
    switch (this.below(6)) {
      case 0:
        return { kind: "timer" };
      case 1:
        return advertInput({
          version: this.pick([2, 3]),
          vrid: 51 + this.below(8),
          priority: this.pick([0, 0, 1, 99, 100, 101, 254, 255]),
          source: this.pick(["10.9.0.0", "10.9.0.1", "10.9.0.2", "200.1.1.1"]),
          intervalUs: this.pick([SECOND, SECOND, 10_000, 40_950_000]) % (255 * SECOND),
        });
      case 2:
        return {
          kind: "link",
          ifindex: this.pick([IFINDEX, IFINDEX, 3, 4, 5, 6]),
          present: this.pick([1, 1, 1, 0]),
          flags: this.pick([LINK_GOOD, LINK_GOOD, LINK_DOWN]),
          mtu: 1500,
          forwarding: 0,
          mac: MAC,
        };
      case 3:
        return {
          kind: "address",
          ifindex: this.pick([IFINDEX, IFINDEX, 3]),
          family: this.pick(["INET", "INET", "INET6"]),
          present: this.below(2),
          prefixLength: this.pick([24, 32]),
          address: this.pick(["10.9.0.1", "10.9.1.1", "10.9.1.2", "10.9.1.3", ""]),
        };
      case 4:
        return {
          kind: "tracker",
          tracker: this.below(3),
          state: this.pick(["UNKNOWN", "GOOD", "BAD"]),
          value: this.pick([0, 1, -254, 2 ** 31 - 1, -(2 ** 31)]),
        };
      default:
        return {
          kind: "command",
          command: this.below(40) === 0 ? "STOP" : this.pick(["RESIGN", "CLEAR_STATISTICS"]),
        };
    }
  }

  /** The bytes of a record. */
  encode(input: Input): Uint8Array {
    return this.#buffer.slice(0, writeInput(this.#view, 0, input));
  }

  /** Damages a record's bytes; mostly keeps the size in its header true. */
  damage(bytes: Uint8Array): Uint8Array {
    let damaged = bytes.slice();
    for (let i = 1 + this.below(3); i > 0; i--) {
      const view = new DataView(damaged.buffer);
      switch (this.below(5)) {
        case 0:
          damaged[this.below(damaged.length)]! ^= 1 << this.below(8);
          break;
        case 1:
          if (damaged.length >= 8) {
            view.setUint32(4 * this.below(damaged.length >> 2), this.pick(EDGES), true);
          }
          break;
        case 2:
          damaged = damaged.slice(0, 1 + this.below(damaged.length));
          break;
        case 3:
          damaged = Uint8Array.from([...damaged, ...this.noise(this.below(64))]);
          break;
        default:
          damaged[this.below(damaged.length)] = this.below(256);
      }
    }
    if (damaged.length >= 8 && this.below(8) !== 0) {
      new DataView(damaged.buffer).setUint32(4, damaged.length, true);
    }
    return damaged;
  }

  noise(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.below(256));
  }

  /** The next input: a run of records, whole, damaged or noise. */
  inputs(): Uint8Array[] {
    const dice = this.below(20);
    if (dice === 0) return [this.noise(this.below(200))];
    if (dice === 1) return this.configuration().map((input) => this.encode(input));
    if (dice === 2) {
      const records = this.configuration().map((input) => this.encode(input));
      const victim = this.below(records.length);
      return records.map((bytes, i) => i === victim ? this.damage(bytes) : bytes);
    }
    const bytes = this.encode(this.record());
    return [dice < 12 ? bytes : this.damage(bytes)];
  }

  /** Time passes by little, by much, or runs backwards or mad. */
  step(now: number, dueUs: number): number {
    switch (this.below(12)) {
      case 0:
        return now + this.below(60 * SECOND);
      case 1:
        return this.pick([NaN, -1, Infinity, now - SECOND, 2 ** 60]);
      case 2:
      case 3:
      case 4:
        return Number.isFinite(dueUs) ? dueUs : now;
      default:
        return now + this.below(20_000);
    }
  }
}

afterAll(() => console.log(`fuzz of handleInput: seed=${seed} seconds=${seconds}`));

describe("handleInput()", () => {
  it("never traps and keeps its promises", () => {
    const fuzzer = new Fuzzer(seed);
    const statuses = new Set<number>();
    const until = Date.now() + 1000 * seconds;
    let count = 0;
    let core = Core.create(coreModule(), { counts: CORE_COUNTS_SMALL });
    let now = SECOND;
    try {
      while (Date.now() < until) {
        if (count % LIFE_INPUTS === 0) {
          core = Core.create(coreModule(), { counts: CORE_COUNTS_SMALL });
          fuzzer.generation = 1;
          now = SECOND;
        }
        for (const bytes of fuzzer.inputs()) {
          const at = fuzzer.step(now, core.nextTimeout());
          if (at >= now && at < 2 ** 52) now = at;
          const status = core.handleInputBytes(at, bytes);
          statuses.add(status);
          if (status >= STATUS_COUNT) throw new Error(`status ${status}`);
          // A host that does not drain is bad, but no reason to trap.
          if (fuzzer.below(10) !== 0) drain(core);
          count++;
        }
      }
    } catch (error) {
      const assert = core.assertCode();
      throw new Error(`seed=${seed} input ${count} assert ${assert}: ${error}`, { cause: error });
    }
    expect(count).toBeGreaterThan(1000);
    // The fuzz reaches every kind of refusal that records and packets have, and acceptance.
    expect([...statuses].sort((a, b) => a - b)).toEqual(
      expect.arrayContaining([0, 16, 64, 65, 67, 71]),
    );
  });
});

function drain(core: Core): void {
  for (let i = 0; core.poll() !== 0; i++) {
    if (i > DRAIN_MAX) throw new Error("the drain does not end");
  }
}
