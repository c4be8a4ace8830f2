import { describe, expect, it } from "vitest";
import { STATUS_OK, STATUS_TRUNCATED } from "../../../host/core/abi.gen.ts";
import { hex, loadTestCore } from "../../testing.ts";

const core = loadTestCore();

describe("ethernetCheck()", () => {
  it("wants the 14 bytes of a header", () => {
    const at = core.putAtEnd(new Uint8Array(14));
    expect(core.u32("ethernetCheck", at, 13)).toBe(STATUS_TRUNCATED);
    expect(core.u32("ethernetCheck", at, 14)).toBe(STATUS_OK);
  });
});

describe("ethernetEmit()", () => {
  it("writes destination, source and type", () => {
    const at = core.scratch;
    core.bytes.fill(0xa5, at, at + 16);
    const destination = core.put(at + 32, hex("0102 0304 0506"));
    const source = core.put(at + 48, hex("0a0b 0c0d 0e0f"));
    expect(core.u32("ethernetEmit", at, destination, source, 0x86dd)).toBe(14);
    expect(core.take(at, 16)).toEqual(hex("0102 0304 0506 0a0b 0c0d 0e0f 86dd a5a5"));
    expect(core.u32("ethernetType", at)).toBe(0x86dd);
  });
});
