import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readGolden } from "../../../test/golden/golden.ts";
import {
  STATUS_FRAGMENT,
  STATUS_OK,
  STATUS_PROTOCOL,
  STATUS_TRUNCATED,
} from "../../../host/core/abi.gen.ts";
import { loadTestCore } from "../../testing.ts";

const core = loadTestCore();
const PACKET = readGolden("vrrp3_ipv6").bytes.slice(14);

function check(bytes: Uint8Array): number {
  return core.u32("ipv6Check", core.putAtEnd(bytes), bytes.length);
}

function changed(at: number, value: number): Uint8Array {
  const copy = PACKET.slice();
  copy[at] = value;
  return copy;
}

describe("ipv6Check()", () => {
  it("leaves padding out of the payload", () => {
    const bytes = changed(5, 8);
    expect(check(bytes)).toBe(STATUS_OK);
    expect(core.u32("ipv6PayloadLength", core.putAtEnd(bytes))).toBe(8);
  });

  it("answers STATUS_PROTOCOL for another version", () => {
    expect(check(changed(0, 0x4c))).toBe(STATUS_PROTOCOL);
  });

  it("answers STATUS_TRUNCATED when the payload passes the bytes", () => {
    expect(check(changed(5, 41))).toBe(STATUS_TRUNCATED);
    expect(check(changed(4, 0xff))).toBe(STATUS_TRUNCATED);
  });

  it("answers STATUS_FRAGMENT for a fragment header (RFC 8200 4.5)", () => {
    expect(check(changed(6, 44))).toBe(STATUS_FRAGMENT);
  });

  it("never traps, and what it accepts lies within the bytes", () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 80, size: "max" }).map((data) => {
      data[0] = 0x60 | data[0]! & 0x0f;
      if (data.length > 5) data.set([0, data[5]! % 64], 4);
      return data;
    });
    fc.assert(fc.property(bytes, (data) => {
      if (check(data) !== STATUS_OK) return;
      const at = core.putAtEnd(data);
      const end = core.u32("ipv6Payload", at) + core.u32("ipv6PayloadLength", at);
      expect(end).toBeLessThanOrEqual(core.bytes.length);
    }));
  });
});

describe("ipv6TrafficClass(), ipv6FlowLabel()", () => {
  it("share the first word with the version (RFC 8200 3)", () => {
    const bytes = PACKET.slice();
    bytes.set([0x6a, 0xbc, 0xde, 0xf1]);
    const at = core.putAtEnd(bytes);
    expect(core.u32("ipv6TrafficClass", at)).toBe(0xab);
    expect(core.u32("ipv6FlowLabel", at)).toBe(0xcdef1);
  });
});
