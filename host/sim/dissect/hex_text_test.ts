// Shapes in which people paste packets, made from one packet; and text that is none.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readGolden } from "../../../test/golden/golden.ts";
import { HEX_BYTES_MAX, HEX_TEXT_MAX, parseHexText } from "./hex_text.ts";

const BYTES = readGolden("vrrp2_pass").bytes;
const DIGITS = [...BYTES].map((byte) => byte.toString(16).padStart(2, "0"));

/** Rows of 16 bytes with their offset. */
function rows(size = 16): { at: number; digits: string[]; text: string }[] {
  const found = [];
  for (let at = 0; at < DIGITS.length; at += size) {
    const text = [...BYTES.subarray(at, at + size)]
      .map((byte) => byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".").join("");
    found.push({ at, digits: DIGITS.slice(at, at + size), text });
  }
  return found;
}

const hex = (value: number, width: number) => value.toString(16).padStart(width, "0");
const pairs = (digits: string[]) => digits.join("").replace(/(....)(?=.)/g, "$1 ");

const SHAPES: Record<string, string> = {
  "a stream": DIGITS.join(""),
  "a stream in lines": DIGITS.join("").replace(/.{20}/g, "$&\n"),
  "pairs": DIGITS.join(" "),
  "upper case with colons": DIGITS.join(":").toUpperCase(),
  "0x and one stream": `0x${DIGITS.join("")}`,
  "0x words": DIGITS.map((two) => `0x${two}`).join(", "),
  "a C array": `static const unsigned char pkt1[44] = {\n${
    DIGITS.map((two) => `0x${two}`).join(", ")
  } /* end */\n};\n`,
  "an escaped string": `"${DIGITS.map((two) => `\\x${two}`).join("")}"`,
  "comments": `# a packet\n${DIGITS.join(" ")} # 99\n`,
  "xxd": rows().map(({ at, digits, text }) => `${hex(at, 8)}: ${pairs(digits).padEnd(39)}  ${text}`)
    .join("\n"),
  "xxd -c 32": rows(32).map(({ at, digits, text }) =>
    `${hex(at, 8)}: ${pairs(digits).padEnd(79)}  ${text}`
  ).join("\n"),
  "hexdump -C": rows().map(({ at, digits, text }) => {
    const columns = [digits.slice(0, 8), digits.slice(8)].map((half) => half.join(" ").padEnd(23));
    return `${hex(at, 8)}  ${columns.join("  ")}  |${text}|`;
  }).join("\n") + `\n${hex(BYTES.length, 8)}\n`,
  "od -tx1":
    rows().map(({ at, digits }) => `${at.toString(8).padStart(7, "0")} ${digits.join(" ")}`).join(
      "\n",
    ) + `\n${BYTES.length.toString(8).padStart(7, "0")}\n`,
  "od -Ax -tx1": rows().map(({ at, digits }) => `${hex(at, 6)} ${digits.join(" ")}`).join("\n"),
  "tcpdump -x": "12:30:00.000001 IP 10.9.0.1 > 224.0.0.18: VRRPv2, Advertisement, vrid 51\n" +
    rows().map(({ at, digits }) => `\t0x${hex(at, 4)}:  ${pairs(digits)}`).join("\n"),
  "tcpdump -XX": rows().map(({ at, digits, text }) =>
    `\t0x${hex(at, 4)}:  ${pairs(digits).padEnd(39)}  ${text}`
  ).join("\r\n"),
  "Wireshark's hex dump": rows().map(({ at, digits, text }) =>
    `${hex(at, 4)}   ${digits.join(" ").padEnd(47)}   ${text}`
  ).join("\n"),
};

describe("parseHexText()", () => {
  it.each(Object.keys(SHAPES))("reads %s", (shape) => {
    expect(parseHexText(SHAPES[shape]!)).toEqual({ bytes: BYTES, problem: null, packets: 1 });
  });

  it("is not led on by text that looks like digits", () => {
    const text = "00000000: 6162 6364 6566 6768 6162 6364 6566 6768  abcdefghabcdefgh\n" +
      "00000010: 6162 6364                                abcd\n";
    expect(parseHexText(text).bytes).toHaveLength(20);
  });

  it("reads the first of several packets, and counts them", () => {
    const text = `${SHAPES["tcpdump -x"]}\n${SHAPES["tcpdump -x"]}\n`;
    expect(parseHexText(text)).toEqual({ bytes: BYTES, problem: null, packets: 2 });
  });

  it.each([
    ["", { code: "empty" }],
    ["  \n\t# nothing\n", { code: "empty" }],
    ["01 0g", { code: "notHex", line: 1, text: "0g" }],
    ["01 02\n03 hello", { code: "notHex", line: 2, text: "hello" }],
    ["01 2 03", { code: "oddDigits", line: 1, text: "2" }],
    ["010", { code: "oddDigits", line: 1, text: "010" }],
    ["int x = {\n0x01,\nzz }", { code: "notHex", line: 3, text: "zz" }],
    [
      "0000  01 02 03 04\n0010  05",
      { code: "gap", line: 2, offset: "0010", expected: 4 },
    ],
    ["00".repeat(HEX_BYTES_MAX + 1), { code: "tooManyBytes", max: HEX_BYTES_MAX }],
    [" ".repeat(HEX_TEXT_MAX + 1), { code: "tooLong", max: HEX_TEXT_MAX }],
  ])("says what is wrong with %j", (text, problem) => {
    expect(parseHexText(text)).toEqual({ bytes: null, problem, packets: 0 });
  });

  it("says of a long text that it is too many bytes, however it is written", () => {
    for (const text of ["0".repeat(300_000), "00 ".repeat(300_000), "00".repeat(450_000)]) {
      expect(parseHexText(text).problem).toMatchObject({ code: "tooManyBytes" });
    }
  });

  it("answers something to any text, and bytes to any bytes", () => {
    fc.assert(fc.property(fc.string(), (text) => {
      const { bytes, problem } = parseHexText(text);
      expect(bytes === null).toBe(problem !== null);
    }));
    fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 64 }), (bytes) => {
      const text = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
      expect(parseHexText(text).bytes).toEqual(bytes);
    }));
  });
});
