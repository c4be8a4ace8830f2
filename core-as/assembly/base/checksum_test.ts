import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FAMILY_INET, FAMILY_INET6 } from "../../../host/core/abi.gen.ts";
import { hex, loadTestCore } from "../../testing.ts";

const core = loadTestCore();

/** RFC 1071 1 as it is written: 16-bit words, end-around carry, complement. */
function reference(...pieces: Uint8Array[]): number {
  const bytes = pieces.flatMap((piece) => [...piece]);
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) {
    sum += (bytes[i]! << 8) | (bytes[i + 1] ?? 0);
    if (sum > 0xffff) sum -= 0xffff;
  }
  return ~sum & 0xffff;
}

function word(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 0xff);
}

describe("checksum()", () => {
  it("gives the example of RFC 1071 3", () => {
    const at = core.putAtEnd(hex("0001 f203 f4f5 f6f7"));
    expect(core.u32("checksum", at, 8)).toBe(~0xddf2 & 0xffff);
  });

  it("is all ones for nothing", () => {
    expect(core.u32("checksum", core.bytes.length, 0)).toBe(0xffff);
  });

  it("equals the reference on any bytes at any alignment (RFC 1071 1)", () => {
    const bytes = fc.uint8Array({ maxLength: 600, size: "max" });
    fc.assert(fc.property(bytes, fc.nat(15), (data, shift) => {
      const at = core.put(core.scratch + shift, data);
      expect(core.u32("checksum", at, data.length)).toBe(reference(data));
    }));
  });

  it("reads nothing behind the bytes", () => {
    for (let length = 0; length <= 300; length++) {
      const data = Uint8Array.from({ length }, (_, i) => (i * 7 + length) & 0xff);
      const at = core.putAtEnd(data);
      expect(core.u32("checksum", at, length)).toBe(reference(data));
    }
  });

  it("does not overflow on the largest sums", () => {
    for (const length of [127, 128, 65_535, 600_000, 1 << 20]) {
      const data = new Uint8Array(length).fill(0xff);
      const at = core.putAtEnd(data);
      expect(core.u32("checksum", at, length)).toBe(reference(data));
    }
  });
});

describe("checksumAdd()", () => {
  it("may take a message in pieces, all but the last even (RFC 1071 2 (A))", () => {
    const data = fc.uint8Array({ minLength: 1, maxLength: 500, size: "max" });
    fc.assert(fc.property(data, fc.nat(500), (bytes, cut) => {
      const first = Math.min(cut, bytes.length) & ~1;
      const at = core.putAtEnd(bytes);
      const half = core.u64("checksumAdd", 0n, at, first);
      const whole = core.u64("checksumAdd", half, at + first, bytes.length - first);
      expect(core.u32("checksumFinish", whole)).toBe(reference(bytes));
    }));
  });
});

describe("checksumIsValid()", () => {
  it("accepts a message with its checksum and refuses it with a bit turned", () => {
    const message = fc.uint8Array({ minLength: 4, maxLength: 200, size: "max" });
    fc.assert(fc.property(message, fc.nat(), (bytes, where) => {
      bytes.set([0, 0], 2);
      bytes.set(word(reference(bytes)), 2);
      // Nothing but zeros has no checksum that could be told from zeros.
      fc.pre(bytes.some((byte) => byte !== 0));
      const valid = () =>
        core.bool(
          "checksumIsValid",
          core.u64("checksumAdd", 0n, core.putAtEnd(bytes), bytes.length),
        );
      expect(valid()).toBe(true);
      const bit = where % (bytes.length * 8);
      bytes[bit >> 3] = bytes[bit >> 3]! ^ (1 << (bit & 7));
      expect(valid()).toBe(false);
    }));
  });

  it("refuses nothing but zeros", () => {
    expect(core.bool("checksumIsValid", 0n)).toBe(false);
  });
});

describe("checksumPseudoHeader()", () => {
  const address = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

  it("is the sum of source, destination, protocol and length over IPv4 (RFC 793 3.1)", () => {
    fc.assert(fc.property(
      address(4),
      address(4),
      fc.nat(255),
      fc.nat(0xffff),
      (source, destination, protocol, length) => {
        const from = core.put(core.scratch, source);
        const to = core.put(core.scratch + 32, destination);
        const sum = core.u64("checksumPseudoHeader", FAMILY_INET, from, to, protocol, length);
        const bytes = [source, destination, Uint8Array.of(0, protocol), word(length)];
        expect(core.u32("checksumFinish", sum)).toBe(reference(...bytes));
      },
    ));
  });

  it("has a length of four bytes over IPv6 (RFC 8200 8.1)", () => {
    fc.assert(fc.property(
      address(16),
      address(16),
      fc.nat(255),
      fc.nat(0xf_ffff),
      (source, destination, protocol, length) => {
        const from = core.put(core.scratch, source);
        const to = core.put(core.scratch + 32, destination);
        const sum = core.u64("checksumPseudoHeader", FAMILY_INET6, from, to, protocol, length);
        const lengthBytes = [word(length >>> 16), word(length & 0xffff)];
        const rest = [...lengthBytes, Uint8Array.of(0, 0, 0, protocol)];
        expect(core.u32("checksumFinish", sum)).toBe(reference(source, destination, ...rest));
      },
    ));
  });
});

describe("checksumUpdate16(), checksumUpdate32()", () => {
  it("gives the example of RFC 1624 4", () => {
    expect(core.u32("checksumUpdate16", 0xdd2f, 0x5555, 0x3285)).toBe(0x0000);
  });

  const message = fc.uint8Array({ minLength: 16, maxLength: 64, size: "max" })
    .filter((bytes) => bytes.subarray(8).some((byte) => byte !== 0));

  it("equals a checksum made anew after a field changed (RFC 1624)", () => {
    fc.assert(
      fc.property(message, fc.nat(3), fc.uint8Array({ minLength: 4, maxLength: 4 }), (
        bytes,
        index,
        after,
      ) => {
        const size = index % 2 === 0 ? 2 : 4;
        const offset = size === 2 ? index : 4 * (index >> 1);
        const old = reference(bytes);
        const changed = bytes.slice();
        changed.set(after.subarray(0, size), offset);
        const number = (from: Uint8Array) => {
          const view = new DataView(from.buffer, from.byteOffset + offset);
          return size === 2 ? view.getUint16(0) : view.getUint32(0);
        };
        const name = size === 2 ? "checksumUpdate16" : "checksumUpdate32";
        const updated = core.u32(name, old, number(bytes), number(changed));
        expect(updated).toBe(reference(changed));
      }),
    );
  });
});
