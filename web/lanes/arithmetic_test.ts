import { describe, expect, it } from "vitest";
import type { PriorityRecord, TransitionRecord } from "../../host/engine/contract.ts";
import { config, instance } from "../../host/engine/test_support.ts";
import { simulate } from "../../host/sim/simulate.ts";
import { optionsOf, type Steps } from "../../test/simulated_play.ts";
import type { TraceEvent } from "../../host/sim/world_view.ts";
import { castOf } from "../source/play/cast_of.ts";
import { downParts, prioritySums, type Sum, type SumFacts, sumsOf } from "./arithmetic.ts";
import { LaneIndex } from "./lane_index.ts";
import { factsAt } from "./sum_facts.ts";
import { tourPlay } from "../../test/page_play.ts";

const NOTHING: SumFacts = { parts: [], source: null, setUs: null };
const UNITS: Record<string, number> = { s: 1_000_000, ms: 1000, µs: 1 };

/** `(256 − 103) ÷ 256 × 1 s` in microseconds, as a person with a pencil gets it. */
function worth(text: string): number {
  const plain = text.replace(/ \([^()]*[a-z_][^()]*\)/g, "")
    .replace(/([\d.]+) (s|ms|µs)\b/g, (_, number, unit) => `(${number}*${UNITS[unit]})`)
    .replaceAll("÷", "/").replaceAll("×", "*").replaceAll("−", "-");
  if (!/^[\d\s()*/+.-]+$/.test(plain)) throw new Error(`this cannot be computed: ${text}`);
  return Number(new Function(`return (${plain});`)());
}

/** Every relation in a line of numbers holds; answers how many there were. */
function holds({ numbers }: Sum): number {
  const parts = numbers.split(/ (=|>|<) /);
  for (let i = 1; i < parts.length; i += 2) {
    if (parts[i - 1]!.split(".").length > 3 || parts[i - 1]!.includes(":")) return 0;
    const [left, right] = [worth(parts[i - 1]!), worth(parts[i + 1]!)];
    // Whole microseconds, rounded down.
    if (parts[i] === "=") expect(Math.abs(left - right), numbers).toBeLessThan(1.01);
    else if (parts[i] === ">") expect(left, numbers).toBeGreaterThan(right);
    else expect(left, numbers).toBeLessThan(right);
  }
  return (parts.length - 1) / 2;
}

/** Lines by the English name of what they compute. */
function byName(sums: readonly Sum[]): Map<string, Sum> {
  return new Map(sums.map((sum) => [sum.what.en, sum]));
}

const tour = tourPlay();
const index = new LaneIndex(tour.cast);
index.extend(tour.events);

function tourSums(fits: (record: TransitionRecord) => boolean): Sum[] {
  const place = tour.events.findIndex((event) =>
    event.kind === "record" && event.record.kind === "transition" && fits(event.record)
  );
  const event = tour.events[place];
  if (event?.kind !== "record" || event.record.kind !== "transition") throw new Error("none");
  return sumsOf(event.record, factsAt(tour.events, place, index, tour.cast));
}

describe("sumsOf()", () => {
  it("computes a takeover of the reference deployment (version 2) as the core does", () => {
    const sums = byName(
      tourSums(({ to, reason, priorityEffective, advertAgeUs }) =>
        to === "MASTER" && reason === "MASTER_DOWN" && priorityEffective === 103 && advertAgeUs > 0
      ),
    );
    expect(sums.get("Priority")!.numbers).toBe("98 + 5 (chk_down) = 103");
    expect(sums.get("Skew time")!.numbers).toBe("(256 − 103) ÷ 256 × 1 s = 597.656 ms");
    expect(sums.get("Master down interval")!.numbers).toBe("3 × 1 s + 597.656 ms = 3.597656 s");
    expect(sums.get("The timer")!.numbers).toBe("3.597656 s + 0 = 3.597656 s");
    expect(sums.get("Age of the last advert")!.numbers).toBe("3.597656 s = 3.597656 s");
    expect(sums.get("The next advert in")!.numbers).toBe("1 s");
    expect(sums.get("Skew time")!.section).toEqual({
      title: "RFC 3768, 6.1",
      url: "https://www.rfc-editor.org/rfc/rfc3768#section-6.1",
    });
  });

  it("says with which priority a timer was set that was in force then", () => {
    const sums = tourSums(({ to, priorityEffective }) =>
      to === "MASTER" && priorityEffective === 105
    );
    const skew = byName(sums).get("Skew time")!;
    expect(skew.numbers).toBe("(256 − 100) ÷ 256 × 1 s = 609.375 ms");
    expect(skew.note!.en).toContain("when the timer was set");
  });

  it("compares the priorities where they decided", () => {
    const higher = byName(tourSums(({ reason }) => reason === "PEER_PRIORITY_HIGHER"));
    expect(higher.get("Priorities")).toMatchObject({
      numbers: "105 > 103",
      section: { title: "RFC 3768, 6.4.3" },
    });
    const preempts = byName(tourSums(({ reason }) => reason === "PREEMPT"));
    expect(preempts.get("Priorities")!.numbers).toBe("105 > 103");
  });

  it("waits the skew time alone for a master that resigned", () => {
    const sums = byName(tourSums(({ reason }) => reason === "MASTER_RESIGNED"));
    expect(sums.get("It waited")!.numbers).toBe("597.656 ms");
  });

  it("says what is waited for from now on", () => {
    const sums = byName(tourSums(({ from, to }) => from === "INIT" && to === "BACKUP"));
    expect(sums.get("It waits from now on")!.numbers).toBe("3 × 1 s + 609.375 ms = 3.609375 s");
  });

  it("has only sums that hold, of every transition of the tour", () => {
    let relations = 0;
    let records = 0;
    tour.events.forEach((event, place) => {
      if (event.kind !== "record" || event.record.kind !== "transition") return;
      records++;
      const sums = sumsOf(event.record, factsAt(tour.events, place, index, tour.cast));
      expect(sums.length).toBeGreaterThan(0);
      for (const sum of sums) relations += holds(sum);
    });
    expect(records).toBeGreaterThan(25);
    expect(relations).toBeGreaterThan(80);
  });
});

/** The transitions of a small play of version 3 with fast adverts. */
function played(priorities: number[], steps: Steps): TraceEvent[] {
  const change = { advertisementIntervalUs: 100_000 };
  const configs = priorities.map((priority) =>
    config({ instances: [instance("VI_1", { priority, version: 3, ...change })] })
  );
  const options = optionsOf(configs, steps, 10);
  const events: TraceEvent[] = [];
  simulate({ ...options, traceDetail: true, trace: (event) => events.push(event) });
  const cast = castOf(options.nodes, options.scenario);
  const own = new LaneIndex(cast);
  own.extend(events);
  for (let place = 0; place < events.length; place++) {
    const event = events[place]!;
    if (event.kind !== "record" || event.record.kind !== "transition") continue;
    for (const sum of sumsOf(event.record, factsAt(events, place, own, cast))) holds(sum);
  }
  return events;
}

function transition(
  events: readonly TraceEvent[],
  fits: (record: TransitionRecord) => boolean,
): TransitionRecord {
  for (const event of events) {
    if (event.kind !== "record" || event.record.kind !== "transition") continue;
    if (fits(event.record)) return event.record;
  }
  throw new Error("there is no such transition");
}

describe("sumsOf() in version 3", () => {
  it("takes the skew time from the interval (RFC 9568 6.1)", () => {
    const events = played([200, 100], [[5, { do: "kill", node: "a" }]]);
    const record = transition(
      events,
      ({ to, priorityEffective }) => to === "MASTER" && priorityEffective === 100,
    );
    const sums = byName(sumsOf(record, NOTHING));
    expect(sums.get("Skew time")!.numbers).toBe("(256 − 100) ÷ 256 × 100 ms = 60.937 ms");
    expect(sums.get("Master down interval")!.numbers).toBe("3 × 100 ms + 60.937 ms = 360.937 ms");
    expect(sums.get("Skew time")!.section!.title).toBe("RFC 9568, 6.1");
  });

  it("lets the address decide between equal priorities", () => {
    const events = played([100, 100], [[3, { do: "partition", sets: [["a"], ["b"]] }], [6, {
      do: "heal",
    }]]);
    const record = transition(events, ({ reason }) => reason === "PEER_ADDRESS_HIGHER");
    const sums = byName(sumsOf(record, { ...NOTHING, source: "192.0.2.1" }));
    expect(sums.get("Priorities")!.numbers).toBe("100 = 100");
    expect(sums.get("Addresses")!.numbers).toBe(`${record.peer} > 192.0.2.1`);
  });
});

describe("prioritySums()", () => {
  const record: PriorityRecord = {
    ...{ kind: "priority", instance: 0, tracker: 1, from: 3, to: 1 },
    ...{ priorityBase: 3, priorityTracked: -10, trackerName: "chk", instanceVersion: 3 },
  };

  it("says that a priority is held inside its range", () => {
    const [sum] = prioritySums(record, { ...NOTHING, parts: [{ tracker: "chk", weight: -10 }] });
    expect(sum!.numbers).toBe("3 − 10 (chk) = -7 → 1");
    expect(sum!.note!.en).toContain("between 1 and 254");
  });

  it("adds trackers up together where no record tells them apart", () => {
    const [sum] = prioritySums({ ...record, to: 93, priorityBase: 103 }, NOTHING);
    expect(sum!.numbers).toBe("103 − 10 = 93");
    expect(sum!.note!.en).toBe("All trackers together.");
  });
});

describe("downParts()", () => {
  it("takes a time apart into adverts and a skew time, or says that it is not made so", () => {
    expect(downParts(3_609_375, 1_000_000, 2)).toEqual({
      ...{ adverts: 3, skewUs: 609_375 },
      priority: 100,
    });
    expect(downParts(3_609_374, 1_000_000, 2)).toBeNull();
    expect(downParts(0, 1_000_000, 3)).toBeNull();
    expect(downParts(3_609_375, 0, 3)).toBeNull();
  });
});
