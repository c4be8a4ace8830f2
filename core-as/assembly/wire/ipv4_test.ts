import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  STATUS_CHECKSUM,
  STATUS_FRAGMENT,
  STATUS_OK,
  STATUS_PROTOCOL,
  STATUS_TRUNCATED,
} from "../../../host/core/abi.gen.ts";
import { hex, loadTestCore } from "../../testing.ts";

const core = loadTestCore();
const HEADER = hex("45c0 0028 0001 0000 ff70 0000 0a09 0001 e000 0012");
const PAYLOAD = new Uint8Array(20).fill(0x11);

/** A packet from a header: its checksum is made, unless `sum` is given. */
function packet(header: Uint8Array, payload = PAYLOAD, sum?: number): Uint8Array {
  const bytes = Uint8Array.from([...header, ...payload]);
  bytes.set([0, 0], 10);
  const at = core.put(core.scratch, bytes);
  const made = sum ?? core.u32("checksum", at, header.length);
  bytes.set([made >> 8, made & 0xff], 10);
  return bytes;
}

function check(bytes: Uint8Array): number {
  return core.u32("ipv4Check", core.putAtEnd(bytes), bytes.length);
}

function header(at: number, ...bytes: number[]): Uint8Array {
  const copy = HEADER.slice();
  copy.set(bytes, at);
  return copy;
}

describe("ipv4Check()", () => {
  it("accepts options and gives the payload behind them (RFC 791 3.1)", () => {
    // Router alert (RFC 2113), then end of options.
    const options = hex("9404 0000 0000 0000");
    const bytes = packet(Uint8Array.from([...header(0, 0x47, 0xc0, 0, 48), ...options]));
    expect(check(bytes)).toBe(STATUS_OK);
    const at = core.putAtEnd(bytes);
    expect(core.u32("ipv4Payload", at) - at).toBe(28);
    expect(core.u32("ipv4PayloadLength", at)).toBe(20);
  });

  it("leaves Ethernet padding out of the payload", () => {
    const bytes = packet(HEADER, new Uint8Array(26));
    expect(check(bytes)).toBe(STATUS_OK);
    expect(core.u32("ipv4PayloadLength", core.putAtEnd(bytes))).toBe(20);
  });

  it("answers STATUS_TRUNCATED when header or total length pass the bytes", () => {
    expect(check(packet(header(2, 0, 41)))).toBe(STATUS_TRUNCATED);
    expect(check(packet(header(2, 0, 19)))).toBe(STATUS_TRUNCATED);
    expect(check(packet(header(0, 0x4f)))).toBe(STATUS_TRUNCATED);
    expect(check(HEADER.slice(0, 19))).toBe(STATUS_TRUNCATED);
  });

  it("answers STATUS_PROTOCOL for another version and a header below 20 bytes", () => {
    expect(check(packet(header(0, 0x65)))).toBe(STATUS_PROTOCOL);
    expect(check(packet(header(0, 0x44)))).toBe(STATUS_PROTOCOL);
    expect(check(packet(header(0, 0x40)))).toBe(STATUS_PROTOCOL);
  });

  it("answers STATUS_CHECKSUM when the header's is wrong", () => {
    expect(check(packet(HEADER, PAYLOAD, 0xd087))).toBe(STATUS_CHECKSUM);
    expect(check(packet(HEADER, PAYLOAD, 0xd088))).toBe(STATUS_OK);
  });

  it("answers STATUS_FRAGMENT for the first, a middle and the last fragment", () => {
    expect(check(packet(header(6, 0x20, 0x00)))).toBe(STATUS_FRAGMENT);
    expect(check(packet(header(6, 0x20, 0x01)))).toBe(STATUS_FRAGMENT);
    expect(check(packet(header(6, 0x00, 0x01)))).toBe(STATUS_FRAGMENT);
    expect(check(packet(header(6, 0x1f, 0xff)))).toBe(STATUS_FRAGMENT);
  });

  it("accepts don't fragment", () => {
    expect(check(packet(header(6, 0x40, 0x00)))).toBe(STATUS_OK);
  });

  it("never traps, and what it accepts lies within the bytes", () => {
    const bytes = fc.tuple(
      fc.uint8Array({ maxLength: 100, size: "max" }),
      fc.integer({ min: 0, max: 15 }),
    )
      .map(([data, ihl]) => {
        if (data.length > 0) data[0] = 0x40 | ihl;
        if (data.length > 3) data.set([0, data[3]! % 100], 2);
        // Most random bytes would be fragments.
        if (data.length > 7 && data[7]! % 4 !== 0) data.set([0, 0], 6);
        const size = Math.min(ihl * 4, data.length & ~1);
        return size < 20 ? data : packet(data.subarray(0, size), data.subarray(size));
      });
    let accepted = 0;
    fc.assert(
      fc.property(bytes, (data) => {
        if (check(data) !== STATUS_OK) return;
        accepted++;
        const at = core.putAtEnd(data);
        const end = core.u32("ipv4Payload", at) + core.u32("ipv4PayloadLength", at);
        expect(end).toBeLessThanOrEqual(core.bytes.length);
      }),
      { numRuns: 5000, seed: 1 },
    );
    expect(accepted).toBeGreaterThan(0);
  });
});
