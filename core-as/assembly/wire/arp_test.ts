import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readGolden } from "../../../test/golden/golden.ts";
import { STATUS_OK, STATUS_PROTOCOL, STATUS_TRUNCATED } from "../../../host/core/abi.gen.ts";
import { hex, loadTestCore } from "../../testing.ts";

const core = loadTestCore();
const ETHERNET_HEADER_SIZE = 14;
const gratuitous = readGolden("arp_gratuitous");

describe("arpEmitGratuitous()", () => {
  const at = core.scratch;
  const mac = core.put(core.scratch + 128, hex("0200 0000 0001"));
  const address = core.put(core.scratch + 144, hex("0a09 0064"));

  function emit(operation: number): Uint8Array {
    core.bytes.fill(0xa5, at, at + 64);
    expect(core.u32("arpEmitGratuitous", at, operation, mac, address)).toBe(42);
    expect(core.bytes[at + 42]).toBe(0xa5);
    return core.take(at, 42);
  }

  it("writes the request that keepalived writes (RFC 9568 8.1.2)", () => {
    expect(emit(core.constant("ARP_REQUEST"))).toEqual(gratuitous.bytes);
  });

  it("writes a reply that differs in the operation alone", () => {
    const reply = gratuitous.bytes.slice();
    reply[ETHERNET_HEADER_SIZE + 7] = 2;
    expect(emit(core.constant("ARP_REPLY"))).toEqual(reply);
  });
});

describe("arpCheck()", () => {
  const packet = gratuitous.bytes.slice(ETHERNET_HEADER_SIZE);
  const check = (bytes: Uint8Array) => core.u32("arpCheck", core.putAtEnd(bytes), bytes.length);

  it("accepts padding behind the packet", () => {
    const padded = new Uint8Array(46);
    padded.set(packet);
    expect(check(padded)).toBe(STATUS_OK);
  });

  it("answers STATUS_PROTOCOL for other hardware, protocols and lengths", () => {
    for (const index of [0, 1, 2, 3, 4, 5]) {
      const other = packet.slice();
      other[index] = other[index]! ^ 0x10;
      expect(check(other), `byte ${index}`).toBe(STATUS_PROTOCOL);
    }
  });

  it("never traps and reads nothing behind the bytes", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40, size: "max" }), (bytes) => {
      const status = check(bytes);
      if (bytes.length < 28) expect(status).toBe(STATUS_TRUNCATED);
    }));
  });
});

describe("arpIsGratuitous()", () => {
  it("tells an announcement from an answer", () => {
    const is = (name: string) =>
      core.bool("arpIsGratuitous", core.putAtEnd(readGolden(name).bytes) + ETHERNET_HEADER_SIZE);
    expect(is("arp_gratuitous")).toBe(true);
    expect(is("arp_reply")).toBe(false);
  });
});
