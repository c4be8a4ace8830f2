// Every golden packet through the codecs of the core: both ways, cut at every length, each bit turned.

import { describe, expect, it } from "vitest";
import { loadTestCore } from "../../core-as/testing.ts";
import { STATUS_OK, STATUS_TRUNCATED } from "../../host/core/abi.gen.ts";
import { decodeFrame, encodeFrame } from "./frame.ts";
import { formatGolden, type Golden, goldenNames, parseGolden, readGolden } from "./golden.ts";

const ETHERNET_HEADER_SIZE = 14;
const IPV6_SOURCE = ETHERNET_HEADER_SIZE + 8;
const TYPE_IPV4 = "0x0800";
const TYPE_IPV6 = "0x86dd";
/** What fills a buffer before something is encoded into it: a byte nobody wrote shows. */
const UNTOUCHED = 0xa5;
const GUARD_SIZE = 64;

/** Offset from which every bit is covered by a checksum; none for ARP. */
function coveredFrom(golden: Golden): number {
  switch (golden.fields["ethernet.type"]) {
    case TYPE_IPV4:
      return ETHERNET_HEADER_SIZE;
    case TYPE_IPV6:
      return IPV6_SOURCE;
  }
  return golden.bytes.length;
}

/** The bytes that no codec makes: options and data behind a TCP or UDP header. */
function opaque(golden: Golden): Uint8Array {
  const ip = golden.fields["ethernet.type"] === TYPE_IPV4 ? 20 : 40;
  const transport = golden.fields["udp.length"] !== undefined ? 8 : 20;
  return golden.bytes.subarray(ETHERNET_HEADER_SIZE + ip + transport);
}

const names = goldenNames();

describe("golden packets", () => {
  it("are there for every codec", () => {
    const fields = new Set(names.flatMap((name) => Object.keys(readGolden(name).fields)));
    for (const layer of ["ethernet", "arp", "ipv4", "ipv6", "vrrp", "icmpv6", "tcp", "udp"]) {
      expect([...fields].some((field) => field.startsWith(`${layer}.`)), layer).toBe(true);
    }
  });

  it.each(names)("%s: decodes to what tshark read", (name) => {
    const core = loadTestCore();
    const golden = readGolden(name);
    const at = core.putAtEnd(golden.bytes);
    const decoded = decodeFrame(core, at, golden.bytes.length);
    expect(decoded.status).toBe(STATUS_OK);
    expect(decoded.fields).toEqual(golden.fields);
  });

  it.each(names)("%s: encodes to the same bytes and touches none behind them", (name) => {
    const core = loadTestCore();
    const golden = readGolden(name);
    const length = golden.bytes.length;
    const at = core.scratch + 0x1_0000;
    core.bytes.fill(UNTOUCHED, at, at + length + GUARD_SIZE);
    expect(encodeFrame(core, at, golden.fields, opaque(golden))).toBe(length);
    expect(core.take(at, length)).toEqual(golden.bytes);
    expect(core.take(at + length, GUARD_SIZE).every((byte) => byte === UNTOUCHED)).toBe(true);
  });

  it.each(names)("%s: is refused when cut at any length, without a read behind it", (name) => {
    const core = loadTestCore();
    const golden = readGolden(name);
    for (let length = 0; length < golden.bytes.length; length++) {
      const at = core.putAtEnd(golden.bytes.subarray(0, length));
      expect(decodeFrame(core, at, length).status, `${length} bytes`).toBe(STATUS_TRUNCATED);
    }
  });

  it.each(names)("%s: is refused with any bit turned that a checksum covers", (name) => {
    const core = loadTestCore();
    const golden = readGolden(name);
    const covered = coveredFrom(golden);
    const accepted: string[] = [];
    for (let bit = 0; bit < golden.bytes.length * 8; bit++) {
      const bytes = golden.bytes.slice();
      const offset = bit >> 3;
      bytes[offset] = bytes[offset]! ^ (0x80 >> (bit & 7));
      const decoded = decodeFrame(core, core.putAtEnd(bytes), bytes.length);
      if (offset >= covered && decoded.status === STATUS_OK) accepted.push(`${offset}.${bit & 7}`);
    }
    expect(accepted).toEqual([]);
  });
});

describe("parseGolden()", () => {
  const text = formatGolden(readGolden("vrrp2_pass"));

  it("reads what formatGolden() writes", () => {
    expect(formatGolden(parseGolden(text))).toBe(text);
  });

  it("names the line of what it cannot read", () => {
    const lines = text.split("\n");
    const last = lines.length - 1;
    const broken = [...lines.slice(0, last - 1), "01 0", ""].join("\n");
    expect(() => parseGolden(broken)).toThrow(`line ${last}: 01 0`);
    expect(() => parseGolden(text.replace("vrrp.vrid = 51", "vrrp.vrid 51"))).toThrow("vrid 51");
    expect(() => parseGolden(text.replace("vrrp.type", "vrrp.version"))).toThrow("twice");
  });

  it("wants the whole header and some bytes", () => {
    expect(() => parseGolden(text.replace(/^standard.*\n/m, ""))).toThrow("no standard");
    expect(() => parseGolden(text.split("\n\n").slice(0, 2).join("\n\n"))).toThrow("no bytes");
  });

  it("leaves comments out of the bytes", () => {
    expect(parseGolden(`${text.trimEnd()} # 99\n`).bytes).toEqual(parseGolden(text).bytes);
  });
});
