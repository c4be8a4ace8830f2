// The story of a capture: each way of taking over is told as what it was, with its arithmetic.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Advert } from "../../../test/virtual_node.ts";
import { advertFrame, BEGIN_US, captureOf, garpFrame } from "../../../test/pcap_file.ts";
import { HAPPENINGS_MAX, type PcapStory, tellPcap } from "./pcap_story.ts";
import { writeStory } from "./pcap_text.ts";

const SECOND = 1_000_000;
const A = "10.9.0.1";
const B = "10.9.0.2";

interface Spoken {
  atUs: number;
  bytes: Uint8Array;
}

/** Adverts of one sender every second, from..to inclusive. */
function speech(
  source: string,
  priority: number,
  from: number,
  to: number,
  more: Partial<Advert> = {},
) {
  const frames: Spoken[] = [];
  for (let atUs = from; atUs <= to; atUs += SECOND) {
    frames.push({ atUs, bytes: advertFrame({ source, priority, ...more }) });
  }
  return frames;
}

function one(source: string, priority: number, atUs: number, more: Partial<Advert> = {}): Spoken {
  return { atUs, bytes: advertFrame({ source, priority, ...more }) };
}

function tell(...parts: (Spoken | Spoken[])[]): PcapStory {
  return tellPcap(captureOf(parts.flat().sort((a, b) => a.atUs - b.atUs)));
}

/** All sentences of a story with one virtual router. */
function text(story: PcapStory): string {
  const written = writeStory(story, (atUs) => `${(atUs - BEGIN_US) / SECOND}s`);
  const lines = written.routers.flatMap(({ timeline, summary }) => [
    ...timeline.map((line) => `${(line.atUs - BEGIN_US) / SECOND} ${line.text}`),
    ...summary,
  ]);
  return [...written.head, ...lines, ...written.limits].join("\n");
}

describe("tellPcap()", () => {
  it("explains a takeover after silence by intervals and skew time", () => {
    const skew = Math.floor(156 * SECOND / 256);
    const atUs = 2 * SECOND + 3 * SECOND + skew + 700;
    const story = tell(speech(A, 110, 0, 2 * SECOND), speech(B, 100, atUs, atUs + 3 * SECOND), {
      atUs: atUs + 300,
      bytes: garpFrame("10.9.0.100"),
    });
    const [router] = story.routers;
    expect(router!.takeovers.map(({ kind, to }) => [kind, to])).toEqual([["FIRST", A], [
      "SILENCE",
      B,
    ]]);
    expect(router!.takeovers[1]).toMatchObject({
      silenceUs: 3 * SECOND + skew + 700,
      skewUs: skew,
      expectedUs: 3 * SECOND + skew,
      neighbours: { count: 1, addresses: 1, firstAfterUs: 300 },
    });
    expect(router!.periods.map(({ source, end, adverts }) => [source, end, adverts]))
      .toEqual([[A, "SILENT", 3], [B, "OPEN", 4]]);
    expect(text(story)).toContain(
      "10.9.0.2 (priority 100) takes over after 3.61 s without an advert of 10.9.0.1: 3 intervals " +
        "of 1 s and a skew time of 609.4 ms are 3.609 s, it came 700 us after that.",
    );
    expect(text(story)).toContain("Whether a silent master was dead");
  });

  it("explains version 2, whose skew time does not depend on the interval", () => {
    const v2 = { version: 2, intervalUs: 4 * SECOND };
    const story = tell(
      one(A, 110, 0, v2),
      one(A, 110, 4 * SECOND, v2),
      one(B, 128, 16.5 * SECOND, v2),
    );
    expect(story.routers[0]!.takeovers[1]).toMatchObject({ kind: "SILENCE", skewUs: 500_000 });
  });

  it("explains a resignation by the skew time alone", () => {
    const story = tell(
      speech(A, 110, 0, 3 * SECOND),
      one(A, 0, 3_200_000),
      speech(B, 100, 3_809_375 + 500, 9 * SECOND),
    );
    expect(story.routers[0]!.periods[0]).toMatchObject({ source: A, end: "RESIGNED" });
    expect(story.routers[0]!.takeovers[1]).toMatchObject({
      kind: "RESIGNED",
      expectedUs: 609_375,
      silenceUs: 609_875,
    });
    expect(text(story)).toContain("says priority 0: it resigns");
  });

  it("explains preemption and a tie", () => {
    const preempt = tell(speech(B, 100, 0, 4 * SECOND), speech(A, 110, 4_500_000, 9_500_000));
    expect(preempt.routers[0]!.takeovers[1]).toMatchObject({ kind: "PREEMPT", from: B, to: A });
    expect(preempt.routers[0]!.periods[0]!.end).toBe("YIELDED");
    const tie = tell(speech(A, 100, 0, 4 * SECOND), speech(B, 100, 4_500_000, 9_500_000));
    expect(tie.routers[0]!.takeovers[1]!.kind).toBe("TIE");
    const odd = tell(speech(B, 100, 0, 4 * SECOND), speech(A, 100, 4_500_000, 9_500_000));
    expect(odd.routers[0]!.takeovers[1]!.kind).toBe("UNEXPLAINED");
    expect(text(odd)).toContain("it does not hear those adverts");
  });

  it("tells two masters from..to, with what each said", () => {
    const story = tell(speech(A, 110, 0, 20 * SECOND), speech(B, 100, 5_500_000, 12_500_000));
    const [router] = story.routers;
    expect(router!.takeovers[1]).toMatchObject({ kind: "UNEXPLAINED", crossed: 15 });
    expect(router!.overlaps).toEqual([{
      fromUs: BEGIN_US + 5_500_000,
      toUs: BEGIN_US + 12_500_000,
      sources: [A, B],
      adverts: [7, 8],
    }]);
  });

  it("does not call one crossing advert two masters", () => {
    const story = tell(speech(B, 100, 0, 4 * SECOND), speech(A, 110, 3_999_900, 9_999_900));
    expect(story.routers[0]!.overlaps).toEqual([]);
    expect(story.routers[0]!.takeovers[1]).toMatchObject({ kind: "PREEMPT", crossed: 1 });
  });

  it("tells lost adverts, and goes on with the same master, also when there are two", () => {
    const holed = speech(A, 110, 0, 9 * SECOND).filter(({ atUs }) => atUs !== 4 * SECOND);
    const story = tell(holed);
    expect(story.routers[0]!.periods.length).toBe(1);
    expect(story.routers[0]!.gaps).toMatchObject([{ missed: 1, source: A }]);
    expect(story.routers[0]!.speakers[0]).toMatchObject({ lateMaxUs: SECOND, gaps: 1 });
    const both = tell(holed, speech(B, 100, 500_000, 9_500_000));
    expect(both.routers[0]!.takeovers.length).toBe(2);
  });

  it("tells a master that was silent and came back by itself", () => {
    const story = tell(speech(A, 110, 0, 2 * SECOND), speech(A, 110, 9 * SECOND, 12 * SECOND));
    expect(story.routers[0]!.periods.map(({ end }) => end)).toEqual(["SILENT", "OPEN"]);
    expect(text(story)).toContain("speaks again after 7 s of silence; nobody else took over");
  });

  it("tells changes of priority, interval and addresses", () => {
    const story = tell(
      speech(A, 110, 0, 2 * SECOND),
      one(A, 90, 3 * SECOND),
      one(A, 90, 4 * SECOND, { intervalUs: 2 * SECOND }),
      one(A, 90, 6 * SECOND, { intervalUs: 2 * SECOND, addresses: ["10.9.0.101"] }),
    );
    expect(story.routers[0]!.changes.map(({ what, from, to }) => [what, from, to])).toEqual([
      ["priority", "110", "90"],
      ["interval", "1000000", "2000000"],
      ["addresses", "10.9.0.100", "10.9.0.101"],
    ]);
  });

  it("counts refused packets apart: they make nobody master", () => {
    const bad = one(B, 200, 1_500_000);
    bad.bytes[bad.bytes.length - 1]! ^= 0xff;
    const story = tell(
      speech(A, 110, 0, 3 * SECOND),
      bad,
      one(B, 200, 1_700_000, { ttl: 1 }),
      one(B, 200, 2_700_000, { ttl: 1 }),
    );
    expect(story.routers[0]!.refusals.map(({ status, count }) => [status, count]))
      .toEqual([["CHECKSUM", 1], ["TTL", 2]]);
    expect(story.routers[0]!.periods.map(({ source }) => source)).toEqual([A]);
    expect(text(story)).toContain("255 is asked for");
  });

  it("keeps VRIDs, families and VLANs apart", () => {
    const story = tell(
      speech(A, 110, 0, SECOND),
      speech(A, 110, 0, SECOND, { vrid: 52 }),
      speech("fe80::1", 110, 0, SECOND, { family: "INET6" }),
      { atUs: 5, bytes: advertFrame({ source: A, priority: 110 }, [10]) },
    );
    expect(story.routers.map(({ vrid, family, vlan }) => `${vrid} ${family} ${vlan}`))
      .toEqual(["51 INET ", "51 INET 10", "51 INET6 ", "52 INET "]);
  });

  it("tells a packet once that a capture of all interfaces has twice", () => {
    const bytes = advertFrame({ source: A, priority: 110 });
    const file = captureOf([{ atUs: 0, bytes }, { atUs: 50, bytes: bytes.slice() }]);
    file.packets[1]!.interface = 1;
    expect(tellPcap(file)).toMatchObject({ adverts: 1, copies: 1 });
  });

  it("property: whatever is heard, every advert stands in one period, and nothing throws", () => {
    const spoken = fc.record({
      us: fc.integer({ min: 0, max: 5 * SECOND }),
      source: fc.constantFrom(A, B, "10.9.0.3"),
      priority: fc.constantFrom(0, 1, 100, 110, 255),
      intervalUs: fc.constantFrom(10_000, SECOND, 3 * SECOND),
    });
    fc.assert(
      fc.property(fc.array(spoken, { maxLength: 60 }), (adverts) => {
        let atUs = 0;
        const frames = adverts.map(({ us, ...advert }) => ({
          atUs: atUs += us,
          bytes: advertFrame(advert),
        }));
        const story = tell(frames);
        const speaking = adverts.filter(({ priority }) => priority > 0).length;
        const [router] = story.routers;
        const told = router?.periods.reduce((sum, { adverts }) => sum + adverts, 0) ?? 0;
        expect(told).toBe(speaking);
        expect(router?.takeovers.length ?? 0).toBe(router?.periods.length ?? 0);
        for (const { fromUs, toUs } of [...router?.periods ?? [], ...router?.overlaps ?? []]) {
          expect(toUs).toBeGreaterThanOrEqual(fromUs);
        }
        expect(text(story).length).toBeGreaterThan(0);
      }),
      { numRuns: 200 },
    );
  });

  it("says that there is nothing where there is nothing", () => {
    expect(text(tellPcap(captureOf([])))).toBe("There is no packet in it.");
  });
});

describe("a capture that is made to be large", () => {
  it("is told up to a bound, and what is left out is counted", () => {
    // Every advert changes its priority.
    const count = HAPPENINGS_MAX + 500;
    const spoken = Array.from(
      { length: count },
      (_, i) => one(A, 100 + (i & 1), BEGIN_US + i * SECOND),
    );
    const [router] = tell(spoken).routers;
    expect(router!.changes.length).toBeLessThanOrEqual(HAPPENINGS_MAX);
    expect(router!.leftOut).toBeGreaterThan(400);
    const text = writeStory(tell(spoken), String).routers[0]!;
    expect(text.summary.join("\n")).toContain(`${router!.leftOut} adverts left out`);
  });
});
