// Capture files and what their packets say: every format, and nothing that throws on any bytes.

import { describe, expect, it } from "vitest";
import { goldenNames, readGolden } from "../../../test/golden/golden.ts";
import type { Advert } from "../../../test/virtual_node.ts";
import { type AdvertSeen, readFrame } from "./captured_packet.ts";
import { isPcap, PCAP_BLOCK_BYTES_MAX, readPcap } from "./pcap.ts";
import {
  advertFrame,
  advertPacket,
  BEGIN_US,
  block,
  classicPcap,
  garpFrame,
  nextGenerationPcap,
} from "../../../test/pcap_file.ts";
import { tellPcap } from "./pcap_story.ts";
import { writeStory } from "./pcap_text.ts";
import { changeIpv4, changeMessage, openIpv4, readVrrp } from "./vrrp_packet.ts";

const ADVERT = { vrid: 51, priority: 110, source: "10.9.0.2", addresses: ["10.9.0.100"] };
const FRAMES = [
  { atUs: 0, bytes: advertFrame(ADVERT) },
  { atUs: 1_000_123, bytes: garpFrame("10.9.0.100") },
];

function advertOf(linkType: number, bytes: Uint8Array) {
  const seen = readFrame(linkType, bytes);
  expect(seen.kind).toBe("advert");
  return seen as AdvertSeen;
}

describe("readPcap()", () => {
  for (const little of [true, false]) {
    const order = little ? "little" : "big";
    for (const nano of [true, false]) {
      it(`reads pcap, ${order} endian, ${nano ? "nano" : "micro"}seconds`, () => {
        const file = readPcap(classicPcap(FRAMES, { little, nano }));
        expect(file).toMatchObject({ format: "pcap", problem: null });
        expect(file.packets.map(({ atUs, bytes }) => ({ atUs: atUs! - BEGIN_US, bytes })))
          .toEqual(FRAMES);
      });
    }
    it(`reads pcapng, ${order} endian`, () => {
      const file = readPcap(nextGenerationPcap(FRAMES, { little }));
      expect(file).toMatchObject({ format: "pcapng", problem: null });
      expect(file.packets.map(({ atUs, bytes }) => ({ atUs: atUs! - BEGIN_US, bytes })))
        .toEqual(FRAMES);
    });
    it(`reads simple packet blocks, ${order} endian: they have no time`, () => {
      const file = readPcap(nextGenerationPcap(FRAMES, { little, simple: true }));
      expect(file.packets.map(({ atUs }) => atUs)).toEqual([null, null]);
      expect(file.packets.map(({ bytes }) => bytes)).toEqual(FRAMES.map(({ bytes }) => bytes));
    });
  }

  it("reads sections of both byte orders in one file, each with its own interfaces", () => {
    const bytes = Uint8Array.from([
      ...nextGenerationPcap(FRAMES, { little: true }),
      ...nextGenerationPcap(FRAMES, { little: false, linkType: 101 }),
    ]);
    const { packets, problem } = readPcap(bytes);
    expect(problem).toBe(null);
    expect(packets.map((packet) => [packet.interface, packet.linkType]))
      .toEqual([[0, 1], [0, 1], [1, 101], [1, 101]]);
  });

  it("keeps what stands before the place where a file is cut off, and says where", () => {
    for (
      const whole of [
        classicPcap(FRAMES, { little: true, nano: false }),
        nextGenerationPcap(FRAMES, { little: false }),
      ]
    ) {
      for (let size = 0; size < whole.length; size++) {
        const cut = readPcap(whole.slice(0, size));
        expect(cut.packets.length).toBeLessThan(FRAMES.length);
        // A cut between two packets looks like an end.
        if (cut.problem === null) expect(cut.format).not.toBe(null);
        else expect(cut.problem).toMatch(/the file ends within|this is no capture file|byte order/);
      }
    }
  });

  it("refuses sizes beyond its limit without reserving them", () => {
    const bytes = classicPcap(FRAMES, { little: true, nano: false });
    new DataView(bytes.buffer).setUint32(32, PCAP_BLOCK_BYTES_MAX + 1, true);
    expect(readPcap(bytes)).toMatchObject({ packets: [], problem: /packet 1 claims/ });
  });

  it("refuses a block whose two lengths differ", () => {
    const bytes = nextGenerationPcap([], { little: true });
    bytes[bytes.length - 1]! ^= 1;
    expect(readPcap(bytes).problem).toContain("differ");
  });

  it("refuses a packet of an interface that there is not", () => {
    const section = nextGenerationPcap([], { little: true }).slice(0, 28);
    const bytes = Uint8Array.from([...section, ...block(6, new Array<number>(20).fill(0), true)]);
    expect(readPcap(bytes).problem).toContain("names no interface");
  });

  it("knows what is no capture", () => {
    expect(isPcap(new TextEncoder().encode("vrrp_instance VI_1 {"))).toBe(false);
    expect(readPcap(new Uint8Array(0))).toMatchObject({ format: null, packets: [] });
  });

  it("never throws on flipped bits, and neither does the story", () => {
    const files = [
      classicPcap(FRAMES, { little: true, nano: true }),
      nextGenerationPcap(FRAMES, { little: true }),
    ];
    for (const file of files) {
      for (let bit = 0; bit < 8 * file.length; bit++) {
        const bytes = file.slice();
        bytes[bit >> 3]! ^= 1 << (bit & 7);
        const story = tellPcap(readPcap(bytes));
        expect(writeStory(story, String).head.length).toBeGreaterThan(0);
      }
    }
  });
});

describe("readFrame()", () => {
  it("reads the golden packets as a decoder that is not ours does", () => {
    for (const name of goldenNames()) {
      const { fields, bytes } = readGolden(name);
      const seen = readFrame(1, bytes);
      if (name.startsWith("vrrp")) {
        const { packet } = seen as AdvertSeen;
        expect(seen.kind).toBe("advert");
        expect(packet).toMatchObject({
          version: Number(fields["vrrp.version"]),
          vrid: Number(fields["vrrp.vrid"]),
          priority: Number(fields["vrrp.priority"]),
          addresses: fields["vrrp.addresses"]!.split(","),
          checksumWanted: Number(fields["vrrp.checksum"]),
          status: "OK",
        });
      } else if (name.startsWith("arp") || name.startsWith("neighbour")) {
        expect(seen).toMatchObject({ kind: "neighbour" });
      } else {
        expect(seen.kind).toBe("other");
      }
    }
  });

  it("reads adverts of both versions and families behind every link type", () => {
    const cooked = [0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 7, 0, 0, 8, 0];
    const cooked2 = [8, 0, 0, 0, 0, 0, 0, 2, 0, 1, 4, 6, 2, 0, 0, 0, 0, 7, 0, 0];
    const packet = advertPacket(ADVERT);
    const expected = { vrid: 51, priority: 110, source: "10.9.0.2", status: "OK" };
    for (const [linkType, head] of [[113, cooked], [276, cooked2], [101, []], [228, []]] as const) {
      const seen = advertOf(linkType, Uint8Array.from([...head, ...packet]));
      expect(seen.packet).toMatchObject(expected);
      expect(seen.mac).toBe(head.length === 0 ? null : "02:00:00:00:00:07");
    }
    const six: Advert = { ...ADVERT, family: "INET6", source: "fe80::2", addresses: ["fe80::99"] };
    expect(advertOf(1, advertFrame(six)).packet).toMatchObject({
      family: "INET6",
      source: "fe80::2",
      addresses: ["fe80::99"],
      status: "OK",
    });
    expect(advertOf(1, advertFrame({ ...ADVERT, version: 2 })).packet).toMatchObject({
      version: 2,
      intervalUs: 1_000_000,
      status: "OK",
    });
  });

  it("looks behind VLAN tags and tells them", () => {
    expect(advertOf(1, advertFrame(ADVERT, [100, 7])).vlans).toEqual([100, 7]);
  });

  it("says what every receiver would refuse", () => {
    const bad = advertFrame(ADVERT);
    bad[bad.length - 1]! ^= 1;
    expect(advertOf(1, bad).packet.status).toBe("CHECKSUM");
    expect(advertOf(1, advertFrame({ ...ADVERT, ttl: 64 })).packet.status).toBe("TTL");
    const typed = advertFrame(ADVERT);
    typed[34] = 0x32;
    expect(advertOf(1, typed).packet.status).toBe("TYPE");
    typed[34] = 0x41;
    expect(advertOf(1, typed).packet.status).toBe("VERSION");
  });

  it("never throws on a frame that is cut off", () => {
    for (const bytes of [advertFrame(ADVERT, [5]), garpFrame("10.9.0.100")]) {
      for (let size = 0; size < bytes.length; size++) {
        const seen = readFrame(1, bytes.slice(0, size));
        expect(seen.kind === "neighbour").toBe(false);
        if (seen.kind === "advert") expect(seen.packet.status).not.toBe("OK");
      }
    }
  });
});

describe("changing an advert", () => {
  it("keeps both checksums of an IPv4 packet right", () => {
    for (const version of [2, 3]) {
      const before = advertPacket({ ...ADVERT, version });
      const after = changeIpv4(before, { priority: 90, intervalUs: 2_000_000 })!;
      const { ends, message } = openIpv4(after)!;
      expect(readVrrp(message, ends)).toMatchObject({
        priority: 90,
        intervalUs: 2_000_000,
        status: "OK",
      });
      expect(changeIpv4(after, { priority: 110, intervalUs: 1_000_000 })).toEqual(before);
    }
  });

  it("keeps the checksum of an IPv6 message right", () => {
    const packet = advertPacket({ ...ADVERT, family: "INET6", source: "fe80::2", addresses: [] });
    const ends = { source: packet.slice(8, 24), destination: packet.slice(24, 40), hopLimit: 255 };
    const changed = changeMessage(packet.slice(40), ends, { priority: 1, vrid: 52 });
    expect(readVrrp(changed, ends)).toMatchObject({ priority: 1, vrid: 52, status: "OK" });
  });
});
