import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readGolden } from "../../../test/golden/golden.ts";
import {
  FAMILY_INET6,
  STATUS_CHECKSUM,
  STATUS_OK,
  STATUS_TRUNCATED,
  STATUS_TYPE,
} from "../../../host/core/abi.gen.ts";
import { hex, loadTestCore } from "../../testing.ts";

const core = loadTestCore();
const PROTOCOL_ICMPV6 = 58;
const frame = readGolden("neighbour_advertisement").bytes;
const MESSAGE = frame.slice(14 + 40);
const SOURCE = core.put(core.scratch, frame.slice(22, 38));
const ALL_NODES = core.put(core.scratch + 16, frame.slice(38, 54));

/** Checks a message after its checksum was made anew: what is tested is the rest. */
function check(message: Uint8Array): number {
  const copy = message.slice();
  if (copy.length >= 4) {
    copy.set([0, 0], 2);
    const pseudo = core.u64(
      "checksumPseudoHeader",
      FAMILY_INET6,
      SOURCE,
      ALL_NODES,
      PROTOCOL_ICMPV6,
      copy.length,
    );
    const at = core.putAtEnd(copy);
    const sum = core.u32("checksumFinish", core.u64("checksumAdd", pseudo, at, copy.length));
    copy.set([sum >> 8, sum & 0xff], 2);
  }
  const at = core.putAtEnd(copy);
  return core.u32("neighbourAdvertisementCheck", at, copy.length, SOURCE, ALL_NODES);
}

function changed(at: number, value: number): Uint8Array {
  const copy = MESSAGE.slice();
  copy[at] = value;
  return copy;
}

describe("neighbourAdvertisementCheck()", () => {
  it("accepts one without options: it has no MAC", () => {
    const bytes = MESSAGE.slice(0, 24);
    expect(check(bytes)).toBe(STATUS_OK);
    expect(core.u32("neighbourAdvertisementMac", core.putAtEnd(bytes), 24)).toBe(0);
  });

  it("finds the MAC behind an option it does not know", () => {
    const nonce = hex("0e01 1122 3344 5566");
    const bytes = Uint8Array.from([...MESSAGE.slice(0, 24), ...nonce, ...MESSAGE.slice(24)]);
    expect(check(bytes)).toBe(STATUS_OK);
    const at = core.putAtEnd(bytes);
    expect(core.u32("neighbourAdvertisementMac", at, bytes.length) - at).toBe(34);
  });

  it("answers STATUS_TYPE for other types and codes and for a multicast target (RFC 4861 7.1.2)", () => {
    expect(check(changed(0, 135))).toBe(STATUS_TYPE);
    expect(check(changed(1, 1))).toBe(STATUS_TYPE);
    expect(check(changed(8, 0xff))).toBe(STATUS_TYPE);
  });

  it("answers STATUS_TRUNCATED for options of length 0 or beyond the message", () => {
    expect(check(changed(25, 0))).toBe(STATUS_TRUNCATED);
    expect(check(changed(25, 2))).toBe(STATUS_TRUNCATED);
    expect(check(MESSAGE.slice(0, 25))).toBe(STATUS_TRUNCATED);
    expect(check(MESSAGE.slice(0, 23))).toBe(STATUS_TRUNCATED);
  });

  it("answers STATUS_CHECKSUM when the addresses are others", () => {
    const at = core.putAtEnd(MESSAGE);
    const status = core.u32("neighbourAdvertisementCheck", at, 32, ALL_NODES, ALL_NODES);
    expect(status).toBe(STATUS_CHECKSUM);
  });

  it("never traps and reads nothing behind the bytes, whatever the options", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40, size: "max" }), (options) => {
      const bytes = Uint8Array.from([...MESSAGE.slice(0, 24), ...options]);
      if (check(bytes) !== STATUS_OK) return;
      core.u32("neighbourAdvertisementMac", core.putAtEnd(bytes), bytes.length);
    }));
  });
});

describe("neighbourAdvertisementEmit()", () => {
  it.each(["neighbour_advertisement", "neighbour_advertisement_router"])(
    "writes the frame of keepalived: %s (RFC 9568 8.2.2)",
    (name) => {
      const golden = readGolden(name);
      const at = core.scratch + 0x1000;
      core.bytes.fill(0xa5, at, at + 128);
      const mac = core.put(core.scratch + 64, golden.bytes.slice(6, 12));
      const address = core.put(core.scratch + 80, golden.bytes.slice(22, 38));
      const router = name.endsWith("router") ? 1 : 0;
      expect(core.u32("neighbourAdvertisementEmit", at, mac, address, router)).toBe(86);
      expect(core.take(at, 86)).toEqual(golden.bytes);
      expect(core.bytes[at + 86]).toBe(0xa5);
    },
  );
});
