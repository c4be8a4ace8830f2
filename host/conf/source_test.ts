import { describe, expect, it } from "vitest";
import * as fc from "fast-check";
import { encode, SourceFile } from "./source.ts";

describe("SourceFile.decode()", () => {
  it("loses no byte, whatever the encoding", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const { text, encoding } = SourceFile.decode("any", bytes);
      expect(encode(text, encoding)).toEqual(bytes);
    }));
  });

  it("takes what is not UTF-8 for Latin-1", () => {
    const file = SourceFile.decode("any", Uint8Array.of(0x61, 0xa0, 0x62));
    expect(file).toMatchObject({ text: "a\u00a0b", encoding: "latin-1" });
  });
});

describe("SourceFile.position()", () => {
  it.each([
    ["LF", "ab\ncd", 3, { line: 2, column: 1 }],
    ["CR LF", "ab\r\ncd", 5, { line: 2, column: 2 }],
    ["CR", "ab\rcd", 3, { line: 2, column: 1 }],
    ["the end", "ab\n", 3, { line: 2, column: 1 }],
    ["an empty file", "", 0, { line: 1, column: 1 }],
  ])("counts lines and columns from 1: %s", (_what, text, offset, position) => {
    expect(new SourceFile("any", text).position(offset)).toEqual(position);
  });
});
