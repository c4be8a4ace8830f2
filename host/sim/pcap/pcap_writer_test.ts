import { describe, expect, it } from "vitest";
import { readGolden } from "../../../test/golden/golden.ts";
import { readPcap } from "./pcap.ts";
import { writePcap } from "./pcap_writer.ts";

describe("writePcap()", () => {
  it("writes what readPcap() reads", () => {
    const packets = ["vrrp2_pass", "arp_reply"].map((name, i) => {
      const { bytes } = readGolden(name);
      return { atUs: Date.UTC(2026, 10, 22) * 1000 + i, bytes, originalLength: 60 };
    });
    const read = readPcap(writePcap(packets, 1));
    expect(read.problem).toBeNull();
    expect(read.packets.map(({ atUs, bytes, originalLength, linkType }) => {
      return { atUs, bytes, originalLength, linkType };
    })).toEqual(packets.map((packet) => ({ ...packet, linkType: 1 })));
  });

  it("writes a file without packets", () => {
    expect(readPcap(writePcap([], 276))).toEqual({ format: "pcap", packets: [], problem: null });
  });
});
