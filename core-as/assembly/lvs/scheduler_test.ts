// The schedulers: the shared table of cases played with frames, then random services against plain
// models of ip_vs' algorithms. Each random run prints its seed in the name of what failed.

import { describe, expect, it } from "vitest";
import fc from "fast-check";
import {
  parseStep,
  SCHEDULER_CASES,
  type SchedulerName,
} from "../../../test/conformance/scheduler_cases.ts";
import { ACK, FIN, SYN, tcpFrame, TestDirector } from "../../testing_director.ts";
import { ID_NONE, type SchedulerName as SchedulerWord } from "../../../host/core/abi.gen.ts";

const WORDS: Record<SchedulerName, SchedulerWord> = { rr: "RR", wrr: "WRR", lc: "LC", wlc: "WLC" };
const FIRST_PORT = 20_000;

/** Plays the steps of a case; returns what each pick step gave. */
function play(scheduler: SchedulerName, steps: string[]): string[] {
  const director = new TestDirector();
  director.service(0, WORDS[scheduler]);
  const open = new Map<string, number[]>();
  const numberOf = (name: string) => name.charCodeAt(0) - 97;
  const given: string[] = [];
  let port = FIRST_PORT;
  for (const step of steps.map(parseStep)) {
    if (step.kind === "add" || step.kind === "weight") {
      director.destination(0, numberOf(step.name), step.weight);
    } else if (step.kind === "remove") director.remove(numberOf(step.name));
    else if (step.kind === "finish") {
      const sourcePort = open.get(step.name)!.shift()!;
      expect(director.frame(tcpFrame({ sourcePort, flags: FIN | ACK })).status).toBe("OK");
    } else if (step.kind === "pick") {
      const picks = step.names.map(() => {
        const { status, sent } = director.frame(tcpFrame({ sourcePort: ++port, flags: SYN }));
        if (status === "NO_DESTINATION") return "-";
        const name = String.fromCharCode(97 + sent!.destination);
        open.set(name, [...open.get(name) ?? [], port]);
        return name;
      });
      given.push(`pick ${picks.join(" ")}`);
    }
  }
  return given;
}

describe("shared scheduler cases", () => {
  for (const { name, scheduler, steps } of SCHEDULER_CASES) {
    it(`${scheduler}: ${name}`, () => {
      expect(play(scheduler, steps)).toEqual(steps.filter((step) => step.startsWith("pick")));
    });
  }
});

interface Server {
  id: number;
  weight: number;
  active: number;
  inactive: number;
}

/** The list of a service, first destination first, and the walks of rr and wrr over it. */
class Model {
  list: Server[] = [];
  /** -1 = the head of the list. */
  cursor = -1;
  passWeight = 0;
  top = 0;
  step = 1;

  constructor(readonly scheduler: SchedulerName) {}

  changed(): void {
    if (this.scheduler !== "wrr") return;
    const weights = this.list.map((server) => server.weight).filter((weight) => weight > 0);
    const gcd = (a: number, b: number): number => b === 0 ? a : gcd(b, a % b);
    this.step = weights.reduce(gcd, 0) || 1;
    this.top = Math.max(0, ...weights) - (this.step - 1);
    this.cursor = -1;
    if (this.passWeight > this.top || this.passWeight === 0) this.passWeight = this.top;
    else if (this.step > 1) {
      this.passWeight = Math.floor(this.passWeight / this.step) * this.step + 1;
    }
  }

  add(server: Server): void {
    this.list.unshift(server);
    if (this.cursor >= 0) this.cursor++;
    this.changed();
  }

  remove(id: number): void {
    const at = this.list.findIndex((server) => server.id === id);
    this.list.splice(at, 1);
    if (this.cursor >= at) this.cursor--;
    this.changed();
  }

  pick(): number {
    if (!this.list.some((server) => server.weight > 0)) return ID_NONE;
    if (this.scheduler === "rr") return this.walk((server) => server.weight > 0, () => {});
    if (this.scheduler === "wrr") {
      return this.walk((server) => server.weight >= this.passWeight, () => {
        this.passWeight -= this.step;
        if (this.passWeight <= 0) this.passWeight = this.top;
      });
    }
    let least: Server | null = null;
    for (const server of this.list) {
      if (server.weight === 0) continue;
      if (least === null || this.less(server, least)) least = server;
    }
    return least!.id;
  }

  less(a: Server, b: Server): boolean {
    const overhead = (server: Server) => BigInt(server.active) * 256n + BigInt(server.inactive);
    if (this.scheduler === "lc") return overhead(a) < overhead(b);
    return overhead(a) * BigInt(b.weight) < overhead(b) * BigInt(a.weight);
  }

  walk(takes: (server: Server) => boolean, atEnd: () => void): number {
    for (;;) {
      this.cursor++;
      const server = this.list[this.cursor];
      if (server === undefined) {
        this.cursor = -1;
        atEnd();
      } else if (takes(server)) return server.id;
    }
  }
}

const action = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant("add" as const), weight: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("remove" as const), which: fc.nat() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("weight" as const),
      which: fc.nat(),
      weight: fc.nat(9),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("load" as const),
      which: fc.nat(),
      active: fc.oneof(fc.nat(4), fc.nat(65_536)),
      inactive: fc.oneof(fc.nat(4), fc.nat(65_536)),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("pick" as const) }) },
);

describe("schedulers against plain models", () => {
  for (const scheduler of ["rr", "wrr", "lc", "wlc"] as const) {
    it(`${scheduler} picks what the model picks through random changes`, () => {
      const director = new TestDirector();
      fc.assert(
        fc.property(fc.array(action, { maxLength: 120 }), (actions) => {
          director.ok({ kind: "serviceRemove", service: 3 });
          director.service(3, WORDS[scheduler]);
          const model = new Model(scheduler);
          let next = 0;
          for (const step of actions) {
            const server = "which" in step ? model.list[step.which % model.list.length] : undefined;
            if (step.do === "add") {
              director.destination(3, next, step.weight);
              model.add({ id: next++, weight: step.weight, active: 0, inactive: 0 });
            } else if (step.do === "pick") {
              expect(director.core.u32("testDirectorPick", 3)).toBe(model.pick());
            } else if (server !== undefined && step.do === "remove") {
              director.remove(server.id);
              model.remove(server.id);
            } else if (server !== undefined && step.do === "weight") {
              const changed = server.weight !== step.weight;
              server.weight = step.weight;
              director.destination(3, server.id, step.weight);
              if (changed) model.changed();
            } else if (server !== undefined && step.do === "load") {
              server.active = step.active;
              server.inactive = step.inactive;
              director.core.u32("testDirectorLoad", server.id, step.active, step.inactive);
            }
          }
        }),
        { numRuns: 150 },
      );
    });
  }
});

describe("leastFromTree()", () => {
  it("picks what leastLinear() picks, ties included, for any number and any loads", () => {
    const director = new TestDirector();
    fc.assert(
      fc.property(
        fc.constantFrom("LC" as const, "WLC" as const),
        fc.integer({ min: 17, max: 200 }),
        fc.array(fc.tuple(fc.nat(199), fc.nat(3), fc.nat(300), fc.nat(4)), { maxLength: 150 }),
        (scheduler, count, changes) => {
          director.ok({ kind: "serviceRemove", service: 5 });
          director.service(5, scheduler);
          for (let i = 0; i < count; i++) director.destination(5, i, 1 + i % 3);
          for (const [which, active, inactive, weight] of changes) {
            const id = which % count;
            if (weight === 4) director.remove(id);
            else director.destination(5, id, weight, {}, true);
            director.core.u32("testDirectorLoad", id, active, inactive);
            director.outputs();
            if (director.serviceStatus(5).destinationCount <= 16) break;
            expect(director.core.u32("testDirectorTree", 5))
              .toBe(director.core.u32("testDirectorLinear", 5));
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("spreads 100,000 connections over 1,000 servers in proportion to weight", () => {
    const director = new TestDirector(65_536);
    director.service(0, "WLC");
    for (let i = 0; i < 1000; i++) director.destination(0, i, 1 + i % 4);
    const counts = new Array<number>(1000).fill(0);
    for (let i = 0; i < 100_000; i++) {
      const picked = director.core.u32("testDirectorPick", 0);
      counts[picked]!++;
      director.core.u32("testDirectorLoad", picked, counts[picked]!, 0);
    }
    // 2,500 shares in all: 40 connections for each unit of weight.
    counts.forEach((count, i) => expect(Math.abs(count - 40 * (1 + i % 4))).toBeLessThanOrEqual(1));
  });
});

describe("wrr", () => {
  it("gives each server exactly its weight over the gcd in every round", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 5 }),
        (shares, factor) => {
          const director = new TestDirector();
          director.service(0, "WRR");
          const weights = shares.map((share) => share * factor);
          weights.forEach((weight, i) => director.destination(0, i, weight));
          const gcd = (a: number, b: number): number => b === 0 ? a : gcd(b, a % b);
          const divisor = weights.reduce(gcd, 0);
          const round = weights.reduce((sum, weight) => sum + weight / divisor, 0);
          for (let turn = 0; turn < 3; turn++) {
            const counts = weights.map(() => 0);
            for (let i = 0; i < round; i++) counts[director.core.u32("testDirectorPick", 0)]!++;
            expect(counts).toEqual(weights.map((weight) => weight / divisor));
          }
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe("a scheduler that is changed", () => {
  it("starts afresh on the list, with the counts there are", () => {
    const director = new TestDirector();
    director.service(0, "RR");
    for (let i = 0; i < 3; i++) director.destination(0, i, 1);
    const pick = () => director.core.u32("testDirectorPick", 0);
    expect([pick(), pick()]).toEqual([2, 1]);
    director.core.u32("testDirectorLoad", 2, 1, 0);
    director.service(0, "LC");
    expect(pick()).toBe(1);
    director.service(0, "RR");
    expect([pick(), pick(), pick(), pick()]).toEqual([2, 1, 0, 2]);
    director.service(0, "WRR");
    expect([pick(), pick()]).toEqual([2, 1]);
  });
});
