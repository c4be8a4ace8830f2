import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readGolden } from "../../../test/golden/golden.ts";
import {
  FAMILY_INET,
  FAMILY_INET6,
  STATUS_OK,
  STATUS_TRUNCATED,
} from "../../../host/core/abi.gen.ts";
import { hex, loadTestCore } from "../../testing.ts";

const core = loadTestCore();
const DATAGRAM = readGolden("udp_ipv4").bytes.slice(14 + 20);
const ADDRESS = core.put(core.scratch, new Uint8Array(16));

function check(bytes: Uint8Array): number {
  return core.u32("udpCheck", core.putAtEnd(bytes), bytes.length);
}

function withLength(length: number): Uint8Array {
  const copy = DATAGRAM.slice();
  copy.set([length >> 8, length & 0xff], 4);
  return copy;
}

describe("udpCheck()", () => {
  it("answers STATUS_TRUNCATED for a length below 8 or beyond the bytes", () => {
    for (const length of [0, 7, 14, 0xffff]) {
      expect(check(withLength(length)), `${length}`).toBe(STATUS_TRUNCATED);
    }
    for (const length of [8, 13]) expect(check(withLength(length)), `${length}`).toBe(STATUS_OK);
  });

  it("never traps, and what it accepts lies within the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 30, size: "max" }), fc.nat(40), (bytes, length) => {
        if (bytes.length > 5) bytes.set([0, length], 4);
        if (check(bytes) !== STATUS_OK) return;
        const at = core.putAtEnd(bytes);
        core.bool("udpChecksumIsValid", at, FAMILY_INET6, ADDRESS, ADDRESS);
        expect(core.u32("udpLength", at)).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });
});

describe("udpChecksumIsValid()", () => {
  it("takes a missing checksum over IPv4 and not over IPv6 (RFC 768, RFC 8200 8.1)", () => {
    const at = core.putAtEnd(hex("0001 0002 0008 0000"));
    expect(core.bool("udpChecksumIsValid", at, FAMILY_INET, ADDRESS, ADDRESS)).toBe(true);
    expect(core.bool("udpChecksumIsValid", at, FAMILY_INET6, ADDRESS, ADDRESS)).toBe(false);
  });
});

describe("udpSeal()", () => {
  it("sends a checksum of zero as all ones (RFC 768)", () => {
    // Ports that bring the sum of pseudo header (17, 8) and length (8) to all ones.
    const at = core.scratch + 64;
    core.u32("udpEmit", at, 0xffff - 17 - 8 - 8, 0, 0);
    core.u32("udpSeal", at, FAMILY_INET, ADDRESS, ADDRESS);
    expect([...core.take(at + 6, 2)]).toEqual([0xff, 0xff]);
    expect(core.bool("udpChecksumIsValid", at, FAMILY_INET, ADDRESS, ADDRESS)).toBe(true);
  });
});
