import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareAddresses, parseAddress } from "../../../host/base/address.ts";
import { FAMILY_INET, FAMILY_INET6 } from "../../../host/core/abi.gen.ts";
import { loadTestCore } from "../../testing.ts";

const core = loadTestCore();
const A = core.scratch;
const B = core.scratch + 16;

/** Puts an address field from text. */
function field(at: number, text: string): number {
  const address = parseAddress(text);
  if (address === null) throw new Error(text);
  core.put(at, new Uint8Array(16));
  return core.put(at, address.bytes);
}

describe("addressCompare()", () => {
  it("compares as unsigned numbers (RFC 9568 6.4.3 (745))", () => {
    const compare = (a: string, b: string) => core.i32("addressCompare", field(A, a), field(B, b));
    expect(compare("10.0.0.1", "10.0.0.2")).toBe(-1);
    expect(compare("200.0.0.1", "10.0.0.2")).toBe(1);
    expect(compare("10.0.1.0", "10.0.0.255")).toBe(1);
    expect(compare("10.0.0.1", "10.0.0.1")).toBe(0);
    expect(compare("fe80::1", "fd00::ffff")).toBe(1);
    expect(compare("fe80::8000:0:0:1", "fe80::1")).toBe(1);
    expect(compare("fe80::1", "fe80::8000:0:0:1")).toBe(-1);
  });

  it("orders any two fields as their bytes are ordered, and addressEqual() agrees", () => {
    const bytes = fc.uint8Array({ minLength: 16, maxLength: 16 });
    const near = fc.tuple(bytes, fc.nat(15), fc.nat(255)).map(([a, index, value]) => {
      const b = a.slice();
      b[index] = value;
      return [a, b] as const;
    });
    fc.assert(fc.property(fc.oneof(fc.tuple(bytes, bytes), near), ([a, b]) => {
      const order = Math.sign(compareAddresses(a, b));
      expect(core.i32("addressCompare", core.put(A, a), core.put(B, b))).toBe(order);
      expect(core.bool("addressEqual", A, B)).toBe(order === 0);
    }));
  });
});

describe("addressFromPacket(), addressToPacket()", () => {
  it("move 4 bytes of IPv4 and zero the rest of the field", () => {
    core.bytes.fill(0xa5, A, A + 64);
    core.put(A + 32, Uint8Array.of(10, 9, 0, 1));
    core.u32("addressFromPacket", A, A + 32, FAMILY_INET);
    expect([...core.take(A, 17)]).toEqual([10, 9, 0, 1, ...new Array(12).fill(0), 0xa5]);
    core.u32("addressToPacket", A + 40, A, FAMILY_INET);
    expect([...core.take(A + 39, 6)]).toEqual([0xa5, 10, 9, 0, 1, 0xa5]);
  });

  it("move all 16 bytes of IPv6", () => {
    const address = field(A, "fe80::1:2:3");
    core.bytes.fill(0xa5, A + 16, A + 64);
    core.u32("addressToPacket", A + 32, address, FAMILY_INET6);
    core.u32("addressFromPacket", A + 16, A + 32, FAMILY_INET6);
    expect(core.take(A + 16, 16)).toEqual(core.take(A, 16));
    expect(core.bytes[A + 48]).toBe(0xa5);
  });
});

describe("addressCopy()", () => {
  it("copies onto an overlapping field", () => {
    field(A, "102:304:506:708:90a:b0c:d0e:f10");
    core.u32("addressCopy", A + 8, A);
    expect([...core.take(A + 8, 16)]).toEqual(Array.from({ length: 16 }, (_, i) => i + 1));
  });
});

describe("addressIs...()", () => {
  it("addressIsUnspecified() knows 0.0.0.0 and ::", () => {
    expect(core.bool("addressIsUnspecified", field(A, "0.0.0.0"))).toBe(true);
    expect(core.bool("addressIsUnspecified", field(A, "::"))).toBe(true);
    expect(core.bool("addressIsUnspecified", field(A, "::1"))).toBe(false);
    expect(core.bool("addressIsUnspecified", field(A, "0.0.0.1"))).toBe(false);
  });

  it("addressIsMulticast() knows 224.0.0.0/4 and ff00::/8", () => {
    const is = (text: string, family: number) =>
      core.bool("addressIsMulticast", field(A, text), family);
    expect(["224.0.0.18", "239.255.255.255"].map((a) => is(a, FAMILY_INET))).toEqual([true, true]);
    expect(["223.255.255.255", "240.0.0.0"].map((a) => is(a, FAMILY_INET))).toEqual([false, false]);
    expect(["ff02::12", "fe80::1"].map((a) => is(a, FAMILY_INET6))).toEqual([true, false]);
  });

  it("addressIsLinkLocal6() knows fe80::/10", () => {
    const is = (text: string) => core.bool("addressIsLinkLocal6", field(A, text));
    expect(["fe80::1", "febf::1", "fec0::1", "fd80::1"].map(is)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

describe("addressSize()", () => {
  it("is 4 or 16", () => {
    expect(core.u32("addressSize", FAMILY_INET)).toBe(4);
    expect(core.u32("addressSize", FAMILY_INET6)).toBe(16);
  });
});
