import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeTimeline } from "../../host/sim/timeline/timeline.ts";
import { RECORDED_EVENT_MAX, type RecordedEvent } from "../story/recording.ts";
import { LaneIndex } from "./lane_index.ts";
import { checkKey } from "./lane_types.ts";
import { lastAt } from "./lod.ts";
import { tourPlay } from "../../test/page_play.ts";

const { nodes, scenario, cast, events } = tourPlay();
const endUs = scenario.durationUs;

function indexOf(rows: readonly RecordedEvent[]): LaneIndex {
  const index = new LaneIndex(cast);
  index.extend(rows);
  return index;
}

const whole = indexOf(events);

/** An event at a later time, with all that it says of times. */
function later(event: RecordedEvent, byUs: number): RecordedEvent {
  const atUs = event.atUs + byUs;
  if (event.kind !== "packet") return { ...event, atUs };
  const arrivals = event.packet.arrivals.map((one) => ({ ...one, atUs: one.atUs + byUs }));
  return { ...event, atUs, packet: { ...event.packet, arrivals } };
}

describe("LaneIndex", () => {
  it("has the bands that the timeline of vipd simulate has", () => {
    const { routers } = makeTimeline({ nodes, scenario, events, endUs });
    for (const lane of routers.flatMap(({ lanes }) => lanes)) {
      const { bands } = whole.of(lane.node, lane.instance)!;
      const own = bands.filter(({ atUs }) => atUs < endUs)
        .map(({ atUs, state, isStill }) => ({ fromUs: atUs, state, still: isStill }));
      expect(own).toEqual(
        lane.bands.map(({ fromUs, state, still }) => ({ fromUs, state, still })),
      );
    }
  });

  it("is the same however the recording grew", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(events.length), { maxLength: 5 }), (cuts) => {
        const index = new LaneIndex(cast);
        for (const cut of cuts.sort((one, other) => one - other)) {
          index.extend(events.slice(0, cut));
        }
        index.extend(events);
        expect(index.instances).toEqual(whole.instances);
        expect(index.nodes).toEqual(whole.nodes);
        expect(index.marks).toEqual(whole.marks);
        expect(index.ranges).toEqual(whole.ranges);
      }),
      { numRuns: 10 },
    );
  });

  it("lets a node whose process does not run hear nothing", () => {
    const sleeps = [...whole.nodes.values()].flatMap(({ node, process }) =>
      process.flatMap((one, i) =>
        one.process === "running"
          ? []
          : [{ node, from: one.atUs, to: process[i + 1]?.atUs ?? endUs }]
      )
    );
    const adverts = events.filter((event) =>
      event.kind === "packet" && event.packet.carries === "advert"
    );
    // While one is away the other advertises.
    expect(sleeps.some(({ from, to }) => adverts.some(({ atUs }) => atUs > from && atUs < to)))
      .toBe(true);
    for (const { node, from, to } of sleeps) {
      const heard = [...whole.instances.values()].filter((lane) => lane.node === node)
        .flatMap((lane) => lane.heard);
      const sentThen = heard.filter(({ event }) => {
        const { atUs } = events[event]!;
        return atUs > from && atUs < to;
      });
      expect(sentThen).toEqual([]);
    }
  });

  it("has all lists in the order of time", () => {
    const lists = [
      ...[...whole.instances.values()].flatMap(({ bands, sent, heard, priorities, timers }) => [
        ...[bands, sent, heard, priorities, timers],
      ]),
      ...[...whole.nodes.values()].flatMap((
        { process, notifications, scripts, checks, masters },
      ) => [
        ...[process, notifications, masters],
        ...[...scripts.values(), ...checks.values()].flatMap(({ verdicts, runs, tries }) => [
          ...[verdicts, runs, tries],
        ]),
      ]),
      ...Object.values(whole.marks),
    ];
    expect(lists.length).toBeGreaterThan(40);
    for (const list of lists) {
      for (let i = 1; i < list.length; i++) {
        expect(list[i]!.atUs).toBeGreaterThanOrEqual(list[i - 1]!.atUs);
      }
    }
  });

  it("shows the adverts of a master in its lane and as heard in the other's", () => {
    const [one, other] = cast.routers[0]!.members;
    const sent = whole.of(one!.node, one!.instance)!.sent;
    const heard = whole.of(other!.node, other!.instance)!.heard;
    expect(sent.length).toBeGreaterThan(20);
    expect(heard.length).toBeGreaterThan(20);
    const sentEvents = new Set(sent.map(({ event }) => event));
    for (const { event, atUs } of heard) {
      expect(sentEvents.has(event)).toBe(true);
      expect(atUs).toBeGreaterThan(events[event]!.atUs);
    }
  });

  it("adds priorities up: the configured one and what each tracker adds", () => {
    let tracked = 0;
    for (const { priorities } of whole.instances.values()) {
      for (const { value, base, parts } of priorities) {
        if (value === 0 || base === null) continue;
        expect(parts.reduce((sum, { weight }) => sum + weight, base)).toBe(value);
        tracked += parts.length;
      }
    }
    expect(tracked).toBeGreaterThan(0);
    const { node, instance } = cast.routers[0]!.members[0]!;
    expect(whole.of(node, instance)!.priorities.map(({ value }) => value)).toContain(105);
    expect(whole.ranges.get(cast.routers[0]!)).toMatchObject({ high: 105 });
  });

  it("has timers that are set before they are due, and none of a process that is gone", () => {
    for (const { timers, bands } of whole.instances.values()) {
      expect(timers.length).toBeGreaterThan(10);
      for (const { atUs, dueUs } of timers) {
        if (dueUs !== null) expect(dueUs).toBeGreaterThanOrEqual(atUs);
      }
      for (const { atUs, state } of bands) {
        if (state !== "DOWN" || atUs === 0) continue;
        expect(timers[lastAt(timers, atUs)]!.dueUs).toBeNull();
      }
    }
  });

  it("tells how the checks of a server went: its verdicts, its runs and the tries that failed", () => {
    const down = events.find((event) =>
      event.kind === "event" && event.event.event === "REAL_SERVER_DOWN"
    )!;
    if (down.kind !== "event" || !("realServer" in down.event)) throw new Error("none went down");
    const { virtualServer, realServer } = down.event;
    const watch = whole.nodes.get(down.node!)!.checks.get(checkKey(virtualServer, realServer!))!;
    const verdicts = watch.verdicts.map(({ isGood }) => isGood);
    expect(verdicts[verdicts.indexOf(false) - 1]).toBe(true);
    expect(verdicts[verdicts.indexOf(false) + 1]).toBe(true);
    expect(watch.tries.length).toBeGreaterThan(0);
    expect(watch.runs.some(({ isGood }) => isGood === false)).toBe(true);
    expect(watch.runs.some(({ isGood }) => isGood === true)).toBe(true);
  });

  it("shows nothing of a director whose connection is lost as its last good state", () => {
    const node = cast.nodes[0]!.name;
    const instance = cast.nodes[0]!.instances[0]!.name;
    const index = indexOf([
      { atUs: 1, node, kind: "connection", isUp: true, text: "" },
      { atUs: 1, node, kind: "state", instance, state: "MASTER", inferred: false, text: "" },
      { atUs: 9, node, kind: "connection", isUp: false, text: "closed" },
    ]);
    expect(index.of(node, instance)!.bands.at(-1)).toMatchObject({ atUs: 9, state: "UNKNOWN" });
    expect(index.nodes.get(node)!.masters.map(({ count }) => count)).toEqual([1, 0]);
    const { found, transition, lost } = index.marks;
    expect([found.length, transition.length, lost.length]).toEqual([1, 1, 1]);
  });

  it("takes the largest recording in the time of a few frames for each second of play", () => {
    const many: RecordedEvent[] = [];
    for (let i = 0; many.length < RECORDED_EVENT_MAX; i++) {
      for (const event of events) many.push(later(event, i * endUs));
    }
    const startMs = performance.now();
    const index = indexOf(many);
    // Some 700 ms; a machine under load is slower.
    expect(performance.now() - startMs).toBeLessThan(8_000);
    expect(index.count).toBe(many.length);
  });
});
