// The dissector against the golden packets (read by tshark), against the core's codecs, and against bytes
// that nobody meant.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadTestCore } from "../../../core-as/testing.ts";
import { decodeFrame } from "../../../test/golden/frame.ts";
import { goldenFields } from "../../../test/golden/dissected.ts";
import { goldenNames, readGolden } from "../../../test/golden/golden.ts";
import { STATUS_CHECKSUM } from "../../core/abi.gen.ts";
import { compare } from "./compare.ts";
import { dissect, guessOutermost, OUTERMOST, type Outermost, outermostOf } from "./dissect.ts";
import {
  bitsAt,
  type Dissection,
  type Field,
  type FieldId,
  fieldsOf,
  hasProblem,
  verdictOf,
} from "./field.ts";
import { sourceText, sourceUrl } from "./source.ts";
import { summarize } from "./summary.ts";

const ETHERNET_SIZE = 14;
const names = goldenNames();

function remarksOf(dissection: Dissection): string[] {
  return fieldsOf(dissection).flatMap(({ id, remarks }) =>
    remarks.map(({ code }) => `${id} ${code}`)
  );
}

function golden(name: string): Uint8Array {
  return readGolden(name).bytes;
}

function field(dissection: Dissection, id: FieldId): Field {
  const found = fieldsOf(dissection).find((one) => one.id === id);
  if (found === undefined) throw new Error(`no ${id}`);
  return found;
}

/** A golden packet with bytes replaced. */
function patched(name: string, at: number, ...bytes: number[]): Uint8Array {
  const copy = golden(name).slice();
  copy.set(bytes, at);
  return copy;
}

describe("dissect() of golden packets", () => {
  it.each(names)("%s: says what tshark read", (name) => {
    const { bytes, fields } = readGolden(name);
    const dissection = dissect("ethernet", bytes);
    expect(goldenFields(dissection, Object.keys(fields))).toEqual(fields);
  });

  it.each(names)("%s: finds nothing wrong, and every byte belongs to a field", (name) => {
    const bytes = golden(name);
    const dissection = dissect("ethernet", bytes);
    const covered = new Uint8Array(bytes.length);
    for (const one of fieldsOf(dissection)) {
      expect(hasProblem(one), `${one.id} ${JSON.stringify(one.remarks)}`).toBe(false);
      for (let at = one.from; at < one.to; at++) covered[at] = covered[at]! | bitsAt(one, at);
    }
    expect([...covered].every((bits) => bits === 0xff)).toBe(true);
  });

  it.each(names)("%s: no two fields share a bit", (name) => {
    const bytes = golden(name);
    const taken = new Uint8Array(bytes.length);
    for (const one of fieldsOf(dissect("ethernet", bytes))) {
      for (let at = one.from; at < one.to; at++) {
        expect(taken[at]! & bitsAt(one, at), `${one.id} at ${at}`).toBe(0);
        taken[at] = taken[at]! | bitsAt(one, at);
      }
    }
  });

  it.each(names)("%s: checksums are wrong exactly when the core says so, bit by bit", (name) => {
    const core = loadTestCore();
    const bytes = golden(name);
    const checked = fieldsOf(dissect("ethernet", bytes)).filter(({ expected }) =>
      expected !== null
    );
    for (const checksum of checked) {
      for (let bit = 8 * checksum.from; bit < 8 * checksum.to; bit++) {
        const copy = bytes.slice();
        copy[bit >> 3] = copy[bit >> 3]! ^ (0x80 >> (bit & 7));
        const ours = remarksOf(dissect("ethernet", copy));
        const wrong = ours.some((text) => text.includes(" checksum"));
        const decoded = decodeFrame(core, core.putAtEnd(copy), copy.length);
        expect(wrong, `${checksum.id} bit ${bit}`).toBe(decoded.status === STATUS_CHECKSUM);
      }
    }
  });

  it.each(names)("%s: a damaged packet is mended by the expected value, says the core", (name) => {
    const core = loadTestCore();
    const bytes = golden(name);
    const last = fieldsOf(dissect("ethernet", bytes)).findLast(({ expected }) => expected !== null);
    if (last === undefined) return expect(name).toMatch(/^arp/);
    for (let at = last.to; at < bytes.length; at++) {
      const copy = bytes.slice();
      copy[at] = copy[at]! ^ 0x5a;
      const again = field(dissect("ethernet", copy), last.id);
      if (again.expected === null) continue; // The byte was a length.
      const mended = Number(again.expected);
      copy.set([mended >> 8, mended & 0xff], last.from);
      const { status } = decodeFrame(core, core.putAtEnd(copy), copy.length);
      expect(status, `${at}`).not.toBe(STATUS_CHECKSUM);
    }
  });
});

describe("dissect() of what is wrong", () => {
  it("gives the right value beside a wrong checksum (RFC 3768 5.3.8)", () => {
    const checksum = field(dissect("ethernet", patched("vrrp2_pass", 36, 90)), "vrrp.checksum");
    expect(checksum).toMatchObject({
      value: "0x8a19",
      expected: "0x9e19",
      remarks: [{ code: "checksumWrong", values: { expected: "0x9e19" } }],
    });
  });

  it("knows a version 3 checksum without pseudo header (RFC 9568 5.2.8)", () => {
    const bytes = golden("vrrp3_ipv4").slice();
    const message = dissect("vrrp", bytes.slice(34, 46));
    expect(remarksOf(message)).toContain("vrrp.checksum checksumUnchecked");
    bytes.set([0, 0], 40);
    let sum = 0;
    for (let i = 34; i < 46; i += 2) sum += (bytes[i]! << 8) | bytes[i + 1]!;
    sum = (sum & 0xffff) + (sum >> 16);
    bytes.set([(~sum >> 8) & 0xff, ~sum & 0xff], 40);
    expect(remarksOf(dissect("ethernet", bytes))).toContain(
      "vrrp.checksum checksumWithoutPseudoHeader",
    );
  });

  it.each([
    ["a TTL of 254", "vrrp2_pass", 22, [254], "ipv4.ttl hopLimitWrong"],
    ["VRID 0", "vrrp2_pass", 35, [0], "vrrp.vrid vridZero"],
    ["priority 0", "vrrp2_pass", 36, [0], "vrrp.priority resigns"],
    ["priority 255", "vrrp2_pass", 36, [255], "vrrp.priority owner"],
    ["version 4", "vrrp2_pass", 34, [0x41], "vrrp.version unknownValue"],
    ["type 2", "vrrp2_pass", 34, [0x22], "vrrp.type unknownValue"],
    ["count 9", "vrrp2_pass", 37, [9], "vrrp.addressCount countTooBig"],
    ["count 1", "vrrp2_pass", 37, [1], "vrrp.excess padded"],
    ["count 0", "vrrp3_ipv6", 57, [0], "vrrp.addressCount countZero"],
    ["count 1 over IPv6", "vrrp3_ipv6", 57, [1], "vrrp.excess excess"],
    ["auth type 7", "vrrp2_pass", 38, [7], "vrrp.authType unknownValue"],
    ["interval 0", "vrrp3_ipv4", 38, [0, 0], "vrrp.advertisementIntervalCs intervalZero"],
    ["reserved bits", "vrrp3_ipv4", 38, [0x10], "vrrp.reserved reservedNotZero"],
    ["version 2 over IPv6", "vrrp3_ipv6", 54, [0x21], "vrrp.version version2OverIpv6"],
    ["a global sender", "vrrp3_ipv6", 22, [0x20], "ipv6.source sourceNotLinkLocal"],
    ["a header of 4 words", "vrrp2_pass", 14, [0x44], "ipv4.headerLength lengthTooSmall"],
    ["a long packet", "vrrp2_pass", 16, [0xff], "ipv4.totalLength lengthBeyond"],
    ["a short packet", "vrrp2_pass", 16, [0, 3], "ipv4.totalLength lengthTooSmall"],
    ["a fragment", "vrrp2_pass", 20, [0x20], "ipv4.fragmentOffset fragment"],
    ["another group's MAC", "vrrp2_pass", 5, [0x13], "ethernet.destination groupMacWrong"],
    ["an option of length 0", "neighbour_advertisement", 79, [0], "option.length lengthTooSmall"],
    ["a data offset of 0", "tcp_ipv4_syn", 46, [0], "tcp.headerLength lengthTooSmall"],
    ["a UDP length of 7", "udp_ipv4", 39, [7], "udp.length lengthTooSmall"],
    ["no UDP checksum", "udp_ipv4", 40, [0, 0], "udp.checksum checksumAbsent"],
    ["no MAC", "vrrp2_pass", 0, [0, 0, 0, 0, 0, 0], "ethernet.destination macUnknown"],
    ["a hardware type", "arp_reply", 15, [6], "arp.hardware unknownValue"],
  ])("%s", (_, name, at, bytes, remark) => {
    expect(remarksOf(dissect("ethernet", patched(name, at, ...bytes)))).toContain(remark);
  });

  it("compares a virtual MAC with the VRID (RFC 9568 7.3)", () => {
    const own = patched("vrrp2_pass", 6, 0, 0, 0x5e, 0, 1, 51);
    expect(remarksOf(dissect("ethernet", own))).toContain("ethernet.source virtualMac");
    const other = patched("vrrp2_pass", 6, 0, 0, 0x5e, 0, 1, 52);
    expect(remarksOf(dissect("ethernet", other))).toContain("ethernet.source virtualMacOther");
  });

  it("asks no group's MAC of a frame whose MACs are not known", () => {
    const bytes = golden("vrrp2_pass").slice();
    bytes.fill(0, 0, 12);
    expect(remarksOf(dissect("ethernet", bytes))).toEqual([
      "ethernet.destination macUnknown",
      "ethernet.source macUnknown",
      "vrrp.authData passwordInClear",
    ]);
  });

  it("shows of a cut field what there is", () => {
    const dissection = dissect("ethernet", golden("vrrp2_pass").subarray(0, 41));
    expect(field(dissection, "vrrp.checksum")).toMatchObject({
      from: 40,
      to: 41,
      value: "",
      number: null,
      remarks: [{ code: "truncated", values: { have: 1, want: 2 } }],
    });
  });

  it("looks behind VLAN tags, cooked headers, extension headers and AH", () => {
    const frame = golden("vrrp2_pass");
    const packet = [...frame.subarray(ETHERNET_SIZE)];
    const layers = (outermost: Outermost, bytes: number[]) =>
      dissect(outermost, Uint8Array.from(bytes)).layers.map(({ id }) => id);
    const tag = [0x81, 0x00, 0x20, 0x0a, 0x08, 0x00];
    const tagged = [...frame.subarray(0, 12), ...tag, ...packet];
    expect(layers("ethernet", tagged)).toEqual(["ethernet", "vlan", "ipv4", "vrrp"]);
    const sll = [0, 4, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 8, 0];
    expect(layers("sll", [...sll, ...packet])).toEqual(["sll", "ipv4", "vrrp"]);
    const sll2 = [8, 0, 0, 0, 0, 0, 0, 2, 0, 1, 4, 6, 2, 0, 0, 0, 0, 1, 0, 0];
    expect(layers("sll2", [...sll2, ...packet])).toEqual(["sll2", "ipv4", "vrrp"]);
    const v6 = [...golden("vrrp3_ipv6").subarray(ETHERNET_SIZE)];
    const extended = [...v6.slice(0, 4), 0, 48, 0, 255, ...v6.slice(8, 40)];
    const hop = [112, 0, 5, 2, 0, 0, 1, 0];
    const both = [...extended, ...hop, ...v6.slice(40)];
    expect(layers("ip", both)).toEqual(["ipv6", "ipv6Extension", "vrrp"]);
    expect(remarksOf(dissect("ip", Uint8Array.from(both)))).toEqual([]);
    const ah = [112, 4, 0, 0, 10, 9, 0, 1, 0, 0, 0, 7, ...new Array<number>(12).fill(9)];
    const inAh = [...packet.slice(0, 2), 0, 68, ...packet.slice(4, 9), 51, ...packet.slice(10, 20)];
    expect(layers("ip", [...inAh, ...ah, ...packet.slice(20)])).toEqual(["ipv4", "ah", "vrrp"]);
  });

  it("takes bytes behind the IP packet for padding", () => {
    const padded = Uint8Array.from([...golden("vrrp3_ipv4"), ...new Array<number>(14).fill(0)]);
    const { layers } = dissect("ethernet", padded);
    expect(layers.at(-1)).toMatchObject({ id: "padding", from: 46, to: 60 });
  });
});

describe("dissect() of anything", () => {
  const isInside = (bytes: Uint8Array, outermost: Outermost) => {
    const { layers, size } = dissect(outermost, bytes);
    expect(size).toBe(bytes.length);
    for (const layer of layers) {
      expect(layer.from).toBeGreaterThanOrEqual(0);
      expect(layer.to).toBeLessThanOrEqual(bytes.length);
      expect(layer.fields.length).toBeGreaterThan(0);
      for (const { id, from, to } of layer.fields) {
        expect(from, id).toBeGreaterThanOrEqual(layer.from);
        expect(to, id).toBeGreaterThan(from);
        expect(to, id).toBeLessThanOrEqual(layer.to);
      }
    }
  };

  it("never throws and stays inside: random bytes", () => {
    fc.assert(fc.property(
      fc.uint8Array({ maxLength: 200 }),
      fc.constantFrom(...OUTERMOST),
      (bytes, outermost) => isInside(bytes, outermost),
    ));
  });

  it("never throws and stays inside: golden packets, cut and damaged", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.nat(),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
        fc.constantFrom<Outermost>("ethernet", "ip", "sll"),
        (name, cut, damage, outermost) => {
          const whole = golden(name);
          const from = outermost === "ip" ? ETHERNET_SIZE : 0;
          const bytes = whole.slice(from, whole.length - cut % (whole.length + 1));
          for (const [at, value] of damage) if (bytes.length > 0) bytes[at % bytes.length] = value;
          isInside(bytes, outermost);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it.each(names)("%s: cut at any length it says that something is missing", (name) => {
    const whole = golden(name);
    for (let length = 1; length < whole.length; length++) {
      const cut = fieldsOf(dissect("ethernet", whole.subarray(0, length)));
      expect(cut.some(hasProblem), `${length} bytes`).toBe(true);
    }
  });
});

describe("verdictOf()", () => {
  it("calls right only what could be looked at", () => {
    const whole = golden("vrrp3_ipv4");
    expect(verdictOf(dissect("ethernet", whole))).toBe("right");
    // Without the addresses of its packet the checksum of version 3 says nothing.
    expect(verdictOf(dissect("vrrp", whole.subarray(ETHERNET_SIZE + 20)))).toBe("unchecked");
    const unknown = Uint8Array.from({ length: 20 }, (_, i) => i < 12 ? 2 : 0xee);
    expect(verdictOf(dissect("ethernet", unknown))).toBe("unchecked");
  });
});

describe("guessOutermost()", () => {
  it.each(names)("%s: Ethernet, and IP or ARP without it", (name) => {
    const bytes = golden(name);
    expect(guessOutermost(bytes)).toBe("ethernet");
    const inner = name.startsWith("arp") ? "arp" : "ip";
    expect(guessOutermost(bytes.subarray(ETHERNET_SIZE))).toBe(inner);
  });

  it.each(["vrrp2_pass", "vrrp2_none", "vrrp3_ipv4"])("%s: VRRP alone", (name) => {
    expect(guessOutermost(golden(name).subarray(ETHERNET_SIZE + 20))).toBe("vrrp");
  });

  it("is not led astray by damage: wrong checksums, and bytes that are cut off", () => {
    const whole = golden("vrrp2_pass");
    const broken = whole.slice();
    broken[ETHERNET_SIZE + 10]! ^= 0xff;
    broken[ETHERNET_SIZE + 20 + 6]! ^= 0xff;
    for (const [cut, outermost] of [[0, "ethernet"], [ETHERNET_SIZE, "ip"]] as const) {
      expect(guessOutermost(broken.subarray(cut))).toBe(outermost);
      expect(verdictOf(dissect(outermost, broken.subarray(cut)))).toBe("wrong");
      expect(guessOutermost(whole.subarray(cut, whole.length - 9))).toBe(outermost);
    }
    const alone = broken.subarray(ETHERNET_SIZE + 20);
    expect(guessOutermost(alone)).toBe("vrrp");
    expect(verdictOf(dissect("vrrp", alone))).toBe("wrong");
  });

  it("VRRP over IPv6 alone, and nothing", () => {
    const message = golden("vrrp3_ipv6").subarray(ETHERNET_SIZE + 40);
    expect(guessOutermost(message)).toBe("vrrp");
    const addresses = fieldsOf(dissect("vrrp", message)).filter(({ id }) =>
      id === "vrrp.addresses"
    );
    expect(addresses.map(({ value }) => value)).toEqual(["fe80::99", "fd00:9::99"]);
    expect(guessOutermost(new Uint8Array(0))).toBe("ethernet");
  });

  it("follows the link types of captures", () => {
    expect([1, 101, 113, 276, 228].map(outermostOf))
      .toEqual(["ethernet", "ip", "sll", "sll2", "ip"]);
  });
});

describe("compare()", () => {
  const dissected = (bytes: Uint8Array) => ({ bytes, dissection: dissect("ethernet", bytes) });

  it("finds what a resignation changes", () => {
    const [one, other] = [dissected(golden("vrrp3_ipv6")), dissected(golden("vrrp3_ipv6_resign"))];
    const { differences, bytes, missing } = compare(one, other);
    expect([...differences].map(([{ id }, pair]) => `${id} ${pair?.value}`))
      .toEqual(["vrrp.priority 0", "vrrp.checksum 0xd4a9"]);
    expect([...bytes]).toEqual([56, 60]);
    expect(missing).toEqual([]);
  });

  it("pairs what stands behind another number of addresses", () => {
    const short = golden("vrrp2_none");
    const { differences, missing } = compare(
      dissected(golden("vrrp2_pass")),
      dissected(short),
    );
    const told = [...differences].map(([{ id, index }]) => `${id} ${index}`);
    expect(told).toContain("vrrp.addresses 1");
    expect(told).toContain("vrrp.authData 0");
    expect(missing).toEqual([]);
    const back = compare(dissected(short), dissected(golden("vrrp2_pass"))).missing;
    expect(back.map(({ id, index }) => `${id} ${index}`)).toEqual(["vrrp.addresses 1"]);
  });

  it("says of a packet and itself nothing", () => {
    const one = dissected(golden("arp_reply"));
    expect(compare(one, one)).toEqual({ differences: new Map(), bytes: new Set(), missing: [] });
  });
});

describe("summarize()", () => {
  it.each([
    ["vrrp2_pass", "VRRPv2 10.9.0.1 224.0.0.18 VRID 51, priority 110, every 1 s"],
    ["vrrp3_ipv6", "VRRPv3 fe80::ff:fe00:1 ff02::12 VRID 54, priority 110, every 0.5 s"],
    [
      "arp_gratuitous",
      "ARP 02:00:00:00:00:01 ff:ff:ff:ff:ff:ff gratuitous request: 10.9.0.100 is at 02:00:00:00:00:01",
    ],
    [
      "neighbour_advertisement",
      "ICMPv6 fd00:9::99 ff02::1 neighbour advertisement fd00:9::99 02:00:00:00:00:01",
    ],
    ["tcp_ipv4_syn", "TCP 10.9.0.1 10.9.0.2 32828 > 5001 [SYN]"],
    ["udp_ipv6", "UDP fd00:9::99 fd00:9::2 41451 > 5000"],
  ])("%s", (name, text) => {
    const { protocol, source, destination, info, problems } = summarize(
      dissect("ethernet", golden(name)),
    );
    expect(`${protocol} ${source} ${destination} ${info}`).toBe(text);
    expect(problems).toBe(0);
  });
});

describe("sources", () => {
  it("lead to the section", () => {
    const { source } = field(dissect("ethernet", golden("vrrp3_ipv4")), "vrrp.priority");
    expect(sourceText(source)).toBe("RFC 9568, 5.2.4");
    expect(sourceUrl(source)).toBe("https://www.rfc-editor.org/rfc/rfc9568.html#section-5.2.4");
    const link = field(dissect("ethernet", golden("vrrp3_ipv4")), "ethernet.source");
    expect(sourceUrl(link.source)).toBeNull();
  });
});
