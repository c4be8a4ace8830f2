import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readGolden } from "../../../test/golden/golden.ts";
import { STATUS_OK, STATUS_PROTOCOL, STATUS_TRUNCATED } from "../../../host/core/abi.gen.ts";
import { loadTestCore } from "../../testing.ts";

const core = loadTestCore();
const SYN = readGolden("tcp_ipv4_syn").bytes.slice(14 + 20);

function check(bytes: Uint8Array): number {
  return core.u32("tcpCheck", core.putAtEnd(bytes), bytes.length);
}

function withOffset(words: number): Uint8Array {
  const copy = SYN.slice();
  copy[12] = words << 4;
  return copy;
}

describe("tcpCheck()", () => {
  it("answers STATUS_PROTOCOL for a data offset below 5 and STATUS_TRUNCATED beyond the bytes", () => {
    for (let words = 0; words < 16; words++) {
      const wanted = words < 5 ? STATUS_PROTOCOL : words > 10 ? STATUS_TRUNCATED : STATUS_OK;
      expect(check(withOffset(words)), `${words} words`).toBe(wanted);
    }
  });

  it("never traps and reads nothing behind the bytes", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 70, size: "max" }), (bytes) => {
      if (check(bytes) !== STATUS_OK) return;
      const length = core.u32("tcpHeaderLength", core.putAtEnd(bytes));
      expect(length).toBeLessThanOrEqual(bytes.length);
    }));
  });
});

describe("tcpFlags()", () => {
  it("has one bit for each control bit (RFC 9293 3.1)", () => {
    const names = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"];
    expect(names.map((name) => core.constant(`TCP_${name}`))).toEqual([
      1,
      2,
      4,
      8,
      16,
      32,
      64,
      128,
    ]);
    expect(core.u32("tcpFlags", core.putAtEnd(SYN))).toBe(core.constant("TCP_SYN"));
  });
});
