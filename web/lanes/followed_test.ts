import { describe, expect, it } from "vitest";
import { firstAt } from "../story/recording.ts";
import { followersOf, FOLLOWS_MAX, FOLLOWS_US } from "./followed.ts";
import { tourPlay } from "../../test/page_play.ts";

const { cast, events } = tourPlay();

function placeOf(to: string, reason: string): number {
  return events.findIndex((event) =>
    event.kind === "record" && event.record.kind === "transition" && event.record.to === to &&
    event.record.reason === reason
  );
}

describe("followersOf()", () => {
  it("tells what a takeover led to: adverts, the address, announcements, clients, the script", () => {
    const place = placeOf("MASTER", "MASTER_RESIGNED");
    const rows = followersOf(events, place, cast);
    const kinds = rows.map((row) => events[row.place]!.kind);
    for (const kind of ["packet", "address", "client", "notify"]) expect(kinds).toContain(kind);
    const announced = rows.find((row) => {
      const event = events[row.place]!;
      return event.kind === "packet" && event.packet.carries === "announcement";
    })!;
    expect(announced.times).toBeGreaterThan(1);
    const { node } = events[place]!;
    for (const { place: next, afterUs } of rows) {
      expect(afterUs).toBe(events[next]!.atUs - events[place]!.atUs);
      expect(afterUs).toBeLessThanOrEqual(FOLLOWS_US);
      const event = events[next]!;
      if (event.kind === "address" || event.kind === "packet") expect(event.node).toBe(node);
    }
  });

  it("tells of the other node of the virtual router, not of other routers", () => {
    const place = placeOf("BACKUP", "PEER_PRIORITY_HIGHER");
    const event = events[place]!;
    if (event.kind !== "record") throw new Error("no record");
    for (const { place: next } of followersOf(events, place, cast)) {
      const other = events[next]!;
      if (other.kind !== "record") continue;
      expect(other.record.instanceName).toBe(event.record.instanceName);
    }
  });

  it("ends at the next transition of the same instance", () => {
    for (let place = 0; place < events.length; place++) {
      const event = events[place]!;
      if (event.kind !== "record" || event.record.kind !== "transition") continue;
      const name = event.record.instanceName;
      const rows = followersOf(events, place, cast);
      expect(rows.length).toBeLessThanOrEqual(FOLLOWS_MAX);
      for (const { place: at } of rows) {
        const next = events[at]!;
        const isOwn = next.kind === "record" && next.record.kind === "transition" &&
          next.node === event.node && next.record.instanceName === name;
        expect(isOwn).toBe(false);
      }
    }
  });

  it("tells what a step led to, up to the next step", () => {
    const place = events.findIndex((event) =>
      event.kind === "action" && event.action.do === "unplug"
    );
    const rows = followersOf(events, place, cast);
    expect(rows.some((row) => {
      const event = events[row.place]!;
      return event.kind === "record" && event.record.kind === "transition" &&
        event.record.to === "FAULT";
    })).toBe(true);
    const last = events[rows.at(-1)!.place]!;
    const between = events.slice(firstAt(events, events[place]!.atUs + 1), rows.at(-1)!.place);
    expect(between.some(({ kind }) => kind === "action")).toBe(false);
    expect(last.atUs).toBeGreaterThan(events[place]!.atUs);
  });

  it("tells nothing of an event that is not there", () => {
    expect(followersOf(events, events.length, cast)).toEqual([]);
  });
});
