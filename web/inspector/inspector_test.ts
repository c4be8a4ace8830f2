// What the inspector does without a page.

import { describe, expect, it } from "vitest";
import { readGolden } from "../../test/golden/golden.ts";
import { BEGIN_US, captureOf } from "../../test/pcap_file.ts";
import { dissect } from "../../host/sim/dissect/dissect.ts";
import { fieldsOf } from "../../host/sim/dissect/field.ts";
import { parseHexText } from "../../host/sim/dissect/hex_text.ts";
import { emptyRecording, type RecordedEvent } from "../story/recording.ts";
import { bitsOf, fieldAt, hexText, layerOfBytes, movedByte, movedField } from "./hex_rows.ts";
import { type ListShape, SCROLL_HEIGHT_MAX, scrollTo, windowAt } from "./list_window.ts";
import {
  FileIndex,
  PacketIndex,
  packetOfEvent,
  packetOfFile,
  placeAtOrBelow,
  previousOfEvent,
  previousOfFile,
} from "./packets.ts";
import { sampleBytes, SAMPLES } from "./samples.ts";

const advert = readGolden("vrrp2_pass").bytes;
const arp = readGolden("arp_gratuitous").bytes;

function packet(atUs: number, node: string, frame: Uint8Array): RecordedEvent {
  const isAdvert = frame === advert;
  return {
    atUs,
    node,
    kind: "packet",
    packet: {
      carries: isAdvert ? "advert" : "announcement",
      segment: 0,
      frame,
      instance: isAdvert ? "VI_1" : null,
      address: isAdvert ? null : "10.9.0.100",
      arrivals: [],
    },
  };
}

const remark: RecordedEvent = { atUs: 2, node: null, kind: "remark", text: "", isBad: false };

describe("samples", () => {
  it.each(SAMPLES.map((sample) => [sample.name, sample] as const))(
    "%s is golden",
    (name, sample) => {
      const golden = readGolden(name);
      expect(sampleBytes(sample)).toEqual(golden.bytes);
      expect(sample.title).toBe(golden.header.title);
    },
  );
});

describe("packets of a recording", () => {
  const recording = {
    ...emptyRecording("simulation", ""),
    events: [
      packet(1, "node1", advert),
      remark,
      packet(3, "node2", advert),
      packet(4, "node1", arp),
      packet(5, "node1", advert),
    ],
  };

  it("are found as they come, by what they carry", () => {
    const events = recording.events.slice(0, 3);
    const all = new PacketIndex(events, "all");
    expect([...all.numbers()]).toEqual([0, 2]);
    events.push(...recording.events.slice(3));
    expect([...all.numbers()]).toEqual([0, 2, 3, 4]);
    expect(new PacketIndex(events, "announcement").numbers()).toEqual([3]);
    expect([1, 2, 9, -1].map((value) => placeAtOrBelow(all.numbers(), value)))
      .toEqual([0, 1, 3, -1]);
  });

  it("are shown from Ethernet on", () => {
    const shown = packetOfEvent(recording, 3);
    expect(shown?.dissection.layers.map(({ id }) => id)).toEqual(["ethernet", "arp"]);
    expect(shown?.origin).toMatchObject({ kind: "recording", event: 3, node: "node1", atUs: 4 });
    expect(packetOfEvent(recording, 1)).toBeNull();
    expect(packetOfEvent(recording, 99)).toBeNull();
  });

  it("have a previous one of the same sender", () => {
    expect(previousOfEvent(recording, 4)?.origin).toMatchObject({ event: 0 });
    expect(previousOfEvent(recording, 2)).toBeNull();
    expect(previousOfEvent(recording, 1)).toBeNull();
  });
});

describe("packets of a file", () => {
  const { packets } = captureOf([
    { atUs: 0, bytes: advert },
    { atUs: 5, bytes: arp },
    { atUs: 9, bytes: advert },
  ]);

  it("are found by what they carry, bit by bit", () => {
    const all = new FileIndex(packets, "all");
    expect(all.look(1)).toBe(false);
    expect([all.count, all.at(2)?.number, all.at(3), all.placeOf(2)]).toEqual([3, 3, null, 1]);
    const adverts = new FileIndex(packets, "advert");
    expect([adverts.look(2), adverts.count, adverts.look(2), adverts.count])
      .toEqual([true, 1, false, 2]);
    expect([adverts.at(1)?.number, adverts.placeOf(3), adverts.placeOf(2)]).toEqual([3, 1, -1]);
    const others = new FileIndex(packets, "announcement");
    others.look(99);
    expect(others.at(0)?.number).toBe(2);
  });

  it("are shown with their number and time", () => {
    expect(packetOfFile("a.pcap", packets[1]!).origin)
      .toEqual({ kind: "file", file: "a.pcap", number: 2, atUs: BEGIN_US + 5 });
  });

  it("have a previous one of the same sender", () => {
    expect(previousOfFile("a.pcap", packets, 2)?.origin).toMatchObject({ number: 1 });
    expect(previousOfFile("a.pcap", packets, 1)).toBeNull();
  });
});

describe("the hex view", () => {
  const dissection = dissect("ethernet", advert);
  const fields = fieldsOf(dissection);

  it("knows where keys lead", () => {
    const from = (key: string) => movedByte(key, 20, 58, 16);
    expect(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"].map(from)).toEqual([19, 21, 4, 36]);
    expect(["Home", "End", "PageUp", "PageDown"].map(from)).toEqual([16, 31, 0, 57]);
    expect(movedByte("ArrowUp", 3, 58, 16)).toBe(3);
    expect(movedByte("End", 50, 58, 16)).toBe(57);
    expect(movedByte("x", 20, 58, 16)).toBeNull();
    expect(["ArrowUp", "ArrowDown", "Home", "End"].map((key) => movedField(key, 0, 9)))
      .toEqual([0, 1, 0, 8]);
    expect(movedField("Tab", 0, 9)).toBeNull();
  });

  it("finds the field of a byte, and keeps to the one that is picked", () => {
    const [version, type] = ["vrrp.version", "vrrp.type"].map((id) =>
      fields.findIndex((field) => field.id === id)
    );
    expect(fieldAt(fields, 34, -1)).toBe(version);
    expect(fieldAt(fields, 34, type!)).toBe(type);
    expect(fieldAt(fields, 999, -1)).toBe(-1);
  });

  it("shows the bits of a field, and to which layer bytes belong", () => {
    const type = fields.find(({ id }) => id === "vrrp.type")!;
    const bits = bitsOf(type, advert);
    expect(bits.map(({ bit }) => bit).join("")).toBe("00100001");
    expect(bits.map(({ isOwn }) => Number(isOwn)).join("")).toBe("00001111");
    expect([0, 13, 14, 33, 34, 57].map((at) => layerOfBytes(dissection)[at]))
      .toEqual([0, 0, 1, 1, 2, 2]);
  });

  it("copies what can be pasted", () => {
    expect(parseHexText(hexText(advert)).bytes).toEqual(advert);
  });
});

describe("a long list", () => {
  const small: ListShape = { count: 100, rowHeight: 20, viewHeight: 200 };
  const large: ListShape = { ...small, count: 2_000_000 };

  it("draws what is in sight and a little more", () => {
    expect(windowAt(small, 0)).toEqual({ height: 2000, from: 0, to: 15, top: 0 });
    expect(windowAt(small, 410)).toEqual({ height: 2000, from: 16, to: 35, top: 320 });
    expect(windowAt(small, 99_999)).toMatchObject({ to: 100 });
    expect(windowAt({ ...small, count: 0 }, 0)).toMatchObject({ height: 0, from: 0, to: 0 });
  });

  it("reaches the last of two million rows", () => {
    const { height, to, from, top } = windowAt(large, SCROLL_HEIGHT_MAX - 200);
    expect(height).toBe(SCROLL_HEIGHT_MAX);
    expect(to).toBe(large.count);
    expect(top + (to - from) * large.rowHeight).toBeCloseTo(SCROLL_HEIGHT_MAX);
  });

  it.each([small, large])("scrolls to any row: %j", (shape) => {
    for (const row of [0, 1, 57, shape.count - 1]) {
      const scrollTop = scrollTo(shape, 1000, row) ?? 1000;
      const { from, top } = windowAt(shape, scrollTop);
      const at = top + (row - from) * shape.rowHeight;
      expect(at).toBeGreaterThanOrEqual(scrollTop - 0.01);
      expect(at + shape.rowHeight).toBeLessThanOrEqual(scrollTop + shape.viewHeight + 0.01);
      expect(scrollTo(shape, scrollTop, row)).toBeNull();
    }
  });
});
