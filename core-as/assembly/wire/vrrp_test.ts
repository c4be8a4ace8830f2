import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { authBytes } from "../../../test/golden/frame.ts";
import { readGolden } from "../../../test/golden/golden.ts";
import {
  FAMILY_INET,
  FAMILY_INET6,
  STATUS_CHECKSUM,
  STATUS_OK,
  STATUS_TOO_LONG,
  STATUS_TRUNCATED,
  STATUS_TYPE,
  STATUS_VERSION,
} from "../../../host/core/abi.gen.ts";
import { hex, loadTestCore } from "../../testing.ts";

const core = loadTestCore();
const MESSAGE_IN_IPV4 = 14 + 20;
const MESSAGE_IN_IPV6 = 14 + 40;
const SOURCE_4 = core.put(core.scratch, hex("0a090001"));
const GROUP_4 = core.put(core.scratch + 16, hex("e0000012"));
const SOURCE_6 = core.put(core.scratch + 32, hex("fe80 0000 0000 0000 0000 00ff fe00 0001"));
const GROUP_6 = core.put(core.scratch + 48, hex("ff02 0000 0000 0000 0000 0000 0000 0012"));
const BUFFER = core.scratch + 0x1000;

const v2 = readGolden("vrrp2_none").bytes.slice(MESSAGE_IN_IPV4);
const v2Pass = readGolden("vrrp2_pass").bytes.slice(MESSAGE_IN_IPV4);
const v3 = readGolden("vrrp3_ipv4").bytes.slice(MESSAGE_IN_IPV4);
const v3Ipv6 = readGolden("vrrp3_ipv6").bytes.slice(MESSAGE_IN_IPV6);

function check4(message: Uint8Array, source = SOURCE_4, group = GROUP_4): number {
  const at = core.putAtEnd(message);
  return core.u32("vrrpCheck", at, message.length, FAMILY_INET, source, group);
}

function check6(message: Uint8Array): number {
  const at = core.putAtEnd(message);
  return core.u32("vrrpCheck", at, message.length, FAMILY_INET6, SOURCE_6, GROUP_6);
}

/** A copy with some bytes changed. */
function changed(message: Uint8Array, at: number, ...bytes: number[]): Uint8Array {
  const copy = message.slice();
  copy.set(bytes, at);
  return copy;
}

function padded(message: Uint8Array, length: number): Uint8Array {
  const copy = new Uint8Array(length);
  copy.set(message);
  return copy;
}

describe("vrrpCheck()", () => {
  it("accepts what keepalived sends", () => {
    expect([check4(v2), check4(v2Pass), check4(v3), check6(v3Ipv6)]).toEqual([0, 0, 0, 0]);
  });

  it("accepts the samples of other captures of keepalived 2.2.7", () => {
    const pass = hex("2133 6e01 0101 9488 0a09 0064 3132 3334 3536 3738");
    expect(check4(pass)).toBe(STATUS_OK);
    expect(check4(hex("3135 6e01 0032 6b90 0a09 0065"))).toBe(STATUS_OK);
  });

  it("answers STATUS_TRUNCATED below a header, before anything else is looked at", () => {
    for (let length = 0; length < 8; length++) {
      expect(check4(new Uint8Array(length).fill(0xff))).toBe(STATUS_TRUNCATED);
    }
  });

  it("answers STATUS_VERSION for all but 2 and 3, and for 2 over IPv6", () => {
    for (let version = 0; version < 16; version++) {
      const status = check4(changed(v3, 0, version << 4 | 1));
      if (version === 2) expect(status).toBe(STATUS_TRUNCATED);
      else expect(status).toBe(version === 3 ? STATUS_OK : STATUS_VERSION);
    }
    expect(check6(changed(v3Ipv6, 0, 0x21))).toBe(STATUS_VERSION);
  });

  it("answers STATUS_TYPE for all but ADVERTISEMENT", () => {
    for (let type = 0; type < 16; type++) {
      expect(check4(changed(v3, 0, 0x30 | type))).toBe(type === 1 ? STATUS_OK : STATUS_TYPE);
    }
  });

  it("answers STATUS_TRUNCATED when the count needs more bytes than there are", () => {
    expect(check4(changed(v3, 3, 2))).toBe(STATUS_TRUNCATED);
    expect(check4(changed(v2, 3, 2))).toBe(STATUS_TRUNCATED);
    expect(check6(changed(v3Ipv6, 3, 3))).toBe(STATUS_TRUNCATED);
    expect(check4(changed(v3, 3, 255))).toBe(STATUS_TRUNCATED);
  });

  it("tolerates the padding of a minimal Ethernet frame over IPv4 and no more", () => {
    const most = core.constant("VRRP_PADDED_SIZE_MAX");
    expect(most).toBe(26);
    for (const message of [v2, v3]) {
      expect(check4(padded(message, most))).toBe(STATUS_OK);
      expect(check4(padded(message, most + 1))).toBe(STATUS_TOO_LONG);
    }
    expect(check6(padded(v3Ipv6, v3Ipv6.length + 1))).toBe(STATUS_TOO_LONG);
    expect(check6(padded(hex("3136 6e00 0032 0000"), 16))).toBe(STATUS_TOO_LONG);
  });

  it("leaves padding out of the checksum", () => {
    const message = padded(v3, 26).fill(0xff, v3.length);
    expect(check4(message)).toBe(STATUS_OK);
  });

  it("answers STATUS_CHECKSUM when the pseudo header is another one, in version 3 only", () => {
    expect(check4(v3, GROUP_4, GROUP_4)).toBe(STATUS_CHECKSUM);
    expect(check4(v3, SOURCE_4, SOURCE_4)).toBe(STATUS_CHECKSUM);
    expect(check4(v2, GROUP_4, SOURCE_4)).toBe(STATUS_OK);
  });

  it("accepts a message without addresses: the count decides nothing about who wants it", () => {
    const at = BUFFER;
    const length = core.u32("vrrpEmitV2", at, 1, 100, 0, 1, 0, 0n);
    core.u32("vrrpSeal", at, FAMILY_INET, SOURCE_4, GROUP_4);
    expect(length).toBe(16);
    expect(check4(core.take(at, length))).toBe(STATUS_OK);
  });

  it("reads no byte behind the message and never traps, whatever the bytes", () => {
    const plausible = fc.tuple(
      fc.constantFrom(0x21, 0x31, 0x22, 0x41),
      fc.uint8Array({ maxLength: 80, size: "max" }),
      fc.constantFrom(0, 1, 2, 5, 255),
    ).map(([first, bytes, count]) => {
      if (bytes.length > 0) bytes[0] = first;
      if (bytes.length > 3) bytes[3] = count;
      return bytes;
    });
    let accepted = 0;
    fc.assert(
      fc.property(plausible, fc.constantFrom(FAMILY_INET, FAMILY_INET6), (bytes, family) => {
        const at = core.putAtEnd(bytes);
        const status = core.u32("vrrpCheckLayout", at, bytes.length, family);
        if (status !== STATUS_OK) return;
        accepted++;
        core.bool("vrrpChecksumIsValid", at, family, SOURCE_6, GROUP_6);
        const count = core.u32("vrrpAddressCount", at);
        const version = core.u32("vrrpVersion", at);
        const size = core.u32("vrrpSize", version, family, count);
        expect(size).toBeLessThanOrEqual(bytes.length);
        if (version === 2) core.u64("vrrpAuthData", at);
        const end = core.u32("vrrpAddress", at, family, count);
        expect(end).toBeLessThanOrEqual(core.bytes.length);
      }),
      { numRuns: 2000, seed: 1 },
    );
    expect(accepted).toBeGreaterThan(0);
  });
});

describe("getters", () => {
  it("read version 2 with its password (RFC 3768 5.3)", () => {
    const at = core.putAtEnd(v2Pass);
    expect(core.u32("vrrpVrid", at)).toBe(51);
    expect(core.u32("vrrpAdvertisementIntervalUs", at)).toBe(1_000_000);
    expect(core.u64("vrrpAuthData", at)).toBe(authBytes("12345678"));
  });

  it("read the interval of version 3 without its reserved bits (RFC 9568 5.2.6)", () => {
    const at = core.putAtEnd(changed(v3, 4, 0xff, 0xff));
    expect(core.u32("vrrpAdvertisementIntervalCs", at)).toBe(4095);
    expect(core.u32("vrrpAdvertisementIntervalUs", at)).toBe(40_950_000);
  });

  it("read the longest interval of version 2", () => {
    const at = core.putAtEnd(changed(v2, 5, 255));
    expect(core.u32("vrrpAdvertisementIntervalUs", at)).toBe(255_000_000);
  });
});

describe("vrrpEmitV2(), vrrpEmitV3()", () => {
  interface Advert {
    version: 2 | 3;
    family: number;
    vrid: number;
    priority: number;
    addresses: Uint8Array[];
    interval: number;
  }
  const advert = fc.record({
    kind: fc.constantFrom(
      [2, FAMILY_INET] as const,
      [3, FAMILY_INET] as const,
      [
        3,
        FAMILY_INET6,
      ] as const,
    ),
    vrid: fc.integer({ min: 1, max: 255 }),
    priority: fc.nat(255),
    addresses: fc.array(fc.uint8Array({ minLength: 16, maxLength: 16 }), {
      maxLength: 255,
      size: "max",
    }),
    interval: fc.nat(255),
  }).map(({ kind, ...rest }): Advert => ({ version: kind[0], family: kind[1], ...rest }));

  function emit(at: number, { version, family, vrid, priority, addresses, interval }: Advert) {
    const count = addresses.length;
    const length = version === 2
      ? core.u32("vrrpEmitV2", at, vrid, priority, count, interval, 1, authBytes("secret"))
      : core.u32("vrrpEmitV3", at, family, vrid, priority, count, interval);
    const scratch = core.scratch + 0x800;
    addresses.forEach((address, i) => {
      core.u32("vrrpPutAddress", at, family, i, core.put(scratch, address));
    });
    core.u32("vrrpSeal", at, family, SOURCE_6, GROUP_6);
    return length;
  }

  it("write every byte of what vrrpCheck() accepts, and none behind it", () => {
    fc.assert(fc.property(advert, (wanted) => {
      core.bytes.fill(0xa5, BUFFER, BUFFER + 0x2000);
      const length = emit(BUFFER, wanted);
      expect(length).toBe(
        core.u32("vrrpSize", wanted.version, wanted.family, wanted.addresses.length),
      );
      expect(length).toBeLessThanOrEqual(core.constant("VRRP_SIZE_MAX"));
      const message = core.take(BUFFER, length);
      expect(core.bytes[BUFFER + length]).toBe(0xa5);
      core.bytes.fill(0x5a, BUFFER, BUFFER + 0x2000);
      expect(emit(BUFFER, wanted)).toBe(length);
      expect(core.take(BUFFER, length)).toEqual(message);

      const at = core.putAtEnd(message);
      expect(core.u32("vrrpCheck", at, length, wanted.family, SOURCE_6, GROUP_6)).toBe(STATUS_OK);
      expect(core.u32("vrrpVersion", at)).toBe(wanted.version);
      expect(core.u32("vrrpVrid", at)).toBe(wanted.vrid);
      expect(core.u32("vrrpPriority", at)).toBe(wanted.priority);
      const unit = wanted.version === 2 ? 1_000_000 : 10_000;
      expect(core.u32("vrrpAdvertisementIntervalUs", at)).toBe(wanted.interval * unit);
      const size = wanted.family === FAMILY_INET ? 4 : 16;
      wanted.addresses.forEach((address, i) => {
        const read = core.take(core.u32("vrrpAddress", at, wanted.family, i), size);
        expect(read).toEqual(address.slice(0, size));
      });
    }));
  });

  it("never set the reserved bits of version 3", () => {
    core.u32("vrrpEmitV3", BUFFER, FAMILY_INET, 1, 1, 0, 0xffff);
    expect([...core.take(BUFFER + 4, 2)]).toEqual([0x0f, 0xff]);
  });
});
