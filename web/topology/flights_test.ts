import { describe, expect, it } from "vitest";
import type { RecordedEvent } from "../story/recording.ts";
import {
  collectGlow,
  type DrawnRequest,
  FLIGHT_MAX,
  FLIGHT_MS,
  Flights,
  type Glow,
  GLOW_MS,
  hostOf,
} from "./flights.ts";
import { advertAt } from "./test_cast.ts";

const S = 1_000_000;
const SHOWN_US = FLIGHT_MS * 1000;

function flightsAt(events: RecordedEvent[], us: number, speed = 1) {
  const flights = new Flights();
  flights.collect(events, us, speed);
  return flights.all.slice(0, flights.count).map((flight) => ({ ...flight }));
}

const advert = advertAt(S, "node1", [
  { node: "node2", afterUs: 100 },
  { node: null, afterUs: 100 },
]);

const check = (atUs: number, isEnd: boolean, outcome: "connected" | "timeout" = "connected") =>
  ({
    atUs,
    node: "node1",
    kind: "check",
    run: 7,
    virtualServer: "v",
    realServer: "r",
    check: "TCP_CHECK",
    target: { family: "INET", address: "10.0.0.11", port: 80 },
    outcome: isEnd ? { kind: outcome } : null,
  }) as unknown as RecordedEvent;

describe("a packet under way", () => {
  it("is shown from when it left, for FLIGHT_MS of the screen", () => {
    expect(flightsAt([advert], S - 1)).toEqual([]);
    expect(flightsAt([advert], S).map(({ part }) => part)).toEqual([0, 0]);
    expect(flightsAt([advert], S + SHOWN_US / 2).map(({ part }) => part)).toEqual([0.5, 0.5]);
    expect(flightsAt([advert], S + SHOWN_US + 1)).toEqual([]);
  });

  it("takes as long of the screen at every speed", () => {
    expect(flightsAt([advert], S + SHOWN_US * 5, 10)[0]!.part).toBe(0.5);
    expect(flightsAt([advert], S + SHOWN_US * 0.05, 0.1)[0]!.part).toBeCloseTo(0.5);
  });

  it("takes as long as it really does where that is longer", () => {
    const slow = advertAt(S, "node1", [{ node: "node2", afterUs: 2 * SHOWN_US }]);
    expect(flightsAt([slow], S + SHOWN_US)[0]!.part).toBe(0.5);
  });

  it("goes to everybody whom it reached, or nowhere", () => {
    const ends = flightsAt([advert], S).map(({ toKind, to }) => [toKind, to]);
    expect(ends).toEqual([["node", "node2"], ["client", ""]]);
    const lost = flightsAt([advertAt(S, "node1", [])], S);
    expect(lost.map(({ toKind, event }) => [toKind, event])).toEqual([["nowhere", 0]]);
  });

  it("is not drawn by the thousand: the newest are", () => {
    const events = Array.from(
      { length: 1000 },
      (_, i) => advertAt(S + i, "node1", [{ node: "node2", afterUs: 100 }]),
    );
    const flights = flightsAt(events, S + 1000);
    expect(flights).toHaveLength(FLIGHT_MAX);
    expect(flights[0]!.event).toBe(999);
  });
});

describe("a check under way", () => {
  const events = [check(S, false), check(S + 1000, true)];

  it("goes to the server, and the answer leaves when it is seen there", () => {
    const going = flightsAt(events, S + SHOWN_US / 2);
    expect(going.map(({ carries, toKind, to }) => [carries, toKind, to])).toEqual([
      ["check", "server", "10.0.0.11"],
    ]);
    const coming = flightsAt(events, S + SHOWN_US * 1.5);
    expect(coming.map(({ carries, isGood, to, part }) => [carries, isGood, to, part])).toEqual([
      ["answer", true, "node1", 0.5],
    ]);
    expect(flightsAt(events, S + SHOWN_US * 2.1)).toEqual([]);
  });

  it("has no answer where none came", () => {
    const silent = [check(S, false), check(S + 10, true, "timeout")];
    expect(flightsAt(silent, S + SHOWN_US * 1.5)).toEqual([]);
  });

  it("does not hide adverts among many", () => {
    const many = Array.from({ length: 900 }, (_, i) => check(S + 1 + i, false));
    const kinds = flightsAt([advert, ...many], S + 2000).map(({ carries }) => carries);
    expect(kinds).toContain("advert");
  });
});

describe("a request", () => {
  const request: DrawnRequest = {
    atUs: S,
    endUs: S + 100_000,
    node: "node1",
    server: "10.0.0.11:80",
    isGood: true,
    segment: 0,
  };
  const legAt = (part: number, changes: Partial<DrawnRequest> = {}) => {
    const flights = new Flights();
    flights.addRequest({ ...request, ...changes }, S + part * SHOWN_US, 1);
    return flights.all.slice(0, flights.count)
      .map(({ carries, from, toKind, to, part }) => [carries, from, toKind, to, part]);
  };

  it("goes to the director, to the server, and back to the client", () => {
    expect(legAt(0.25)).toEqual([["request", "", "node", "node1", 0.5]]);
    expect(legAt(0.75)).toEqual([["request", "node1", "server", "10.0.0.11", 0.5]]);
    expect(legAt(1.5)).toEqual([["reply", "10.0.0.11", "client", "", 0.5]]);
    expect(legAt(2.1)).toEqual([]);
  });

  it("ends where nobody serves it", () => {
    expect(legAt(0.5, { node: null, server: null })).toEqual([["request", "", "nowhere", "", 0.5]]);
    expect(legAt(0.5, { server: null })).toEqual([["request", "", "node", "node1", 0.5]]);
    expect(legAt(1.5, { isGood: false })).toEqual([]);
  });

  it("finds the address of IPv6 servers", () => {
    expect(hostOf("[fd00::7]:80")).toBe("fd00::7");
    expect(hostOf("10.0.0.1:80")).toBe("10.0.0.1");
  });
});

describe("the glow of cables", () => {
  it("counts what was sent lately, by node and server", () => {
    const glows = new Map<string, Glow>();
    const events = [advert, check(S + 1, false)];
    collectGlow(events, S + 2, 100, glows);
    expect(glows.get("node1")).toEqual({ advert: 1, announcement: 0, check: 1, request: 0 });
    expect(glows.get("10.0.0.11")!.check).toBe(1);
    collectGlow(events, S + 2 + GLOW_MS * 1000 * 100, 100, glows);
    expect(glows.get("node1")).toEqual({ advert: 0, announcement: 0, check: 0, request: 0 });
  });
});
