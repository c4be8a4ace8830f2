import { describe, expect, it } from "vitest";
import {
  encodeClose,
  encodeFrame,
  FRAGMENTS_MAX,
  FrameDecoder,
  type Incoming,
  OPCODE,
} from "./frames.ts";
import { maskedFrame } from "./web_fixture.ts";

const text = (word: string) => new TextEncoder().encode(word);
const message = (word: string): Incoming => ({ kind: "message", bytes: text(word) });

function decode(bytes: number[] | Uint8Array, sizeMax = 100): Incoming[] {
  return new FrameDecoder(sizeMax).push(Uint8Array.from(bytes));
}

describe("FrameDecoder", () => {
  it("decodes the masked Hello of RFC 6455 5.7", () => {
    const frame = [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];
    expect(decode(frame)).toEqual([message("Hello")]);
  });

  it("puts fragments together, with a ping between them", () => {
    const frames = [
      ...maskedFrame(OPCODE.TEXT, text("Hel"), { isFinal: false }),
      ...maskedFrame(OPCODE.PING, text("?")),
      ...maskedFrame(OPCODE.CONTINUATION, text("lo")),
      ...maskedFrame(OPCODE.TEXT, text("you")),
    ];
    const told = [{ kind: "ping", bytes: text("?") }, message("Hello"), message("you")];
    expect(decode(frames)).toEqual(told);
    // And byte by byte.
    const decoder = new FrameDecoder(100);
    expect(frames.flatMap((byte) => decoder.push(Uint8Array.of(byte)))).toEqual(told);
  });

  it.each([125, 126, 65_535, 65_536])("takes a message of %i bytes", (size) => {
    const payload = new Uint8Array(size).fill(97);
    const [found] = decode(maskedFrame(OPCODE.TEXT, payload), 70_000);
    expect(found).toEqual({ kind: "message", bytes: payload });
  });

  it.each([
    ["a frame without mask", [0x81, 0x01, 97], 1002],
    ["a reserved bit", [0xc1, 0x80, 0, 0, 0, 0], 1002],
    ["an unknown opcode", [0x83, 0x80, 0, 0, 0, 0], 1002],
    ["a fragment of nothing", [0x80, 0x80, 0, 0, 0, 0], 1002],
    ["a second beginning", [1, 0x80, 0, 0, 0, 0, 0x81, 0x80, 0, 0, 0, 0], 1002],
    ["a ping in fragments", [0x09, 0x80, 0, 0, 0, 0], 1002],
    ["a long ping", [0x89, 0xfe, 0, 126], 1002],
    ["bytes", [0x82, 0x80, 0, 0, 0, 0], 1003],
    ["a long message, before it comes", [0x81, 0xfe, 0, 101, 0, 0, 0, 0], 1009],
    [
      "a message without end",
      [0x81, 0xff, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0],
      1009,
    ],
  ])("ends at %s", (_what, bytes, code) => {
    expect(decode(bytes)).toEqual([{ kind: "broken", code }]);
  });

  it("ends at fragments that are too long together, or too many", () => {
    const half = maskedFrame(OPCODE.TEXT, new Uint8Array(60), { isFinal: false });
    const rest = maskedFrame(OPCODE.CONTINUATION, new Uint8Array(60));
    expect(decode([...half, ...rest])).toEqual([{ kind: "broken", code: 1009 }]);
    const first = [...maskedFrame(OPCODE.TEXT, text(""), { isFinal: false })];
    const empty = [...maskedFrame(OPCODE.CONTINUATION, text(""), { isFinal: false })];
    const many = [...first, ...Array.from({ length: FRAGMENTS_MAX }, () => empty).flat()];
    expect(decode(many)).toEqual([{ kind: "broken", code: 1009 }]);
  });
});

describe("encodeFrame()", () => {
  it.each([[0, 2], [125, 2], [126, 4], [65_535, 4], [65_536, 10]])(
    "gives %i bytes a head of %i",
    (size, headSize) => {
      const payload = new Uint8Array(size).fill(1);
      const frame = encodeFrame(OPCODE.TEXT, payload);
      expect(frame.headSize).toBe(headSize);
      expect(frame.bytes.length).toBe(headSize + size);
      const view = new DataView(frame.bytes.buffer);
      const told = headSize === 2
        ? view.getUint8(1)
        : headSize === 4
        ? view.getUint16(2)
        : Number(view.getBigUint64(2));
      expect(told).toBe(size);
    },
  );

  it("is the unmasked Hello of RFC 6455 5.7", () => {
    const hello = [0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f];
    expect([...encodeFrame(OPCODE.TEXT, text("Hello")).bytes]).toEqual(hello);
  });
});

describe("encodeClose()", () => {
  it("has the code first and never more than a control frame holds", () => {
    expect([...encodeClose(1001, "bye")]).toEqual([0x88, 5, 3, 0xe9, 98, 121, 101]);
    expect(encodeClose(1001, "x".repeat(500)).length).toBe(127);
  });
});
