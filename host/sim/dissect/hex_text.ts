// Bytes out of what people paste: plain hex in any grouping, `0x` words, C arrays, `\x` strings, and dumps
// with offsets: xxd, hexdump -C, od, tcpdump -x and -XX, Wireshark's "hex dump". Nothing here throws on
// any text. This module is browser safe.

/** Longest text that is read, characters. */
export const HEX_TEXT_MAX = 1_000_000;
/** Most bytes of one packet: the largest IP packet with its link layer. */
export const HEX_BYTES_MAX = 65_535 + 22;
/** Bytes of a dump's line when nothing says how many it has. */
const DUMP_LINE_SIZE = 16;
/** After so many bytes hexdump -C puts two blanks. */
const DUMP_HALF_SIZE = 8;
/** Most of a bad word that is told. */
const TOLD_MAX = 24;

/** Why there are no bytes. */
export type HexProblem =
  | { code: "empty" }
  /** Characters. */
  | { code: "tooLong"; max: number }
  /** `line` from 1; `text`: the word that is no hexadecimal number. */
  | { code: "notHex"; line: number; text: string }
  /** A word with half a byte. */
  | { code: "oddDigits"; line: number; text: string }
  /** A dump leaves bytes out: an offset that does not follow the bytes before it. */
  | { code: "gap"; line: number; offset: string; expected: number }
  | { code: "tooManyBytes"; max: number };

/** What was read: bytes, or why there are none. */
export type HexResult =
  | { bytes: Uint8Array; problem: null; packets: number }
  | { bytes: null; problem: HexProblem; packets: 0 };

/** A line of a dump. */
interface DumpLine {
  /** From 1. */
  number: number;
  /** As it is written. */
  offset: string;
  /** What stands behind it. */
  rest: string;
}

/**
 * Reads the first packet of a text; `packets` tells how many a dump with offsets has. In a dump
 * everything is left out that is no byte; elsewhere comments are.
 */
export function parseHexText(text: string): HexResult {
  if (text.length > HEX_TEXT_MAX) return failed({ code: "tooLong", max: HEX_TEXT_MAX });
  const lines = text.split(/\r\n|\r|\n/);
  const dump = dumpLines(lines);
  const read = dump.length > 0 ? readDump(dump) : readPlain(withoutComments(lines));
  if (read.bytes === null) return read;
  if (read.bytes.length === 0) return failed({ code: "empty" });
  if (read.bytes.length > HEX_BYTES_MAX) {
    return failed({ code: "tooManyBytes", max: HEX_BYTES_MAX });
  }
  return read;
}

function failed(problem: HexProblem): HexResult {
  return { bytes: null, problem, packets: 0 };
}

// ---- Dumps ----

/** `0000:`, `0x0000:`, `00000000  `, and `0000000 ` of od before bytes alone. */
const OFFSET =
  /^\s*(?:(?:0x)?([0-9a-fA-F]{4,8})(?::|\s{2,}|\s*$)|([0-9a-fA-F]{6,8})\s(?=[0-9a-fA-F]{2}(?:\s|$)))(.*)$/;

/** The lines with an offset; none when the first of them does not begin a dump. */
function dumpLines(lines: readonly string[]): DumpLine[] {
  const found: DumpLine[] = [];
  lines.forEach((line, index) => {
    const [, wide, narrow, rest = ""] = OFFSET.exec(line) ?? [];
    const offset = wide ?? narrow;
    if (offset !== undefined) found.push({ number: index + 1, offset, rest });
  });
  const first = found[0];
  const isDump = first !== undefined && /^0+$/.test(first.offset) && first.rest.trim() !== "";
  return isDump ? found : [];
}

function readDump(lines: readonly DumpLine[]): HexResult {
  const bytes: number[] = [];
  let packets = 0;
  let lineSize = DUMP_LINE_SIZE;
  for (const [i, { number, offset, rest }] of lines.entries()) {
    if (/^0+$/.test(offset)) packets++;
    if (packets > 1) continue;
    const place = offsets(offset).includes(bytes.length);
    if (!place) return failed({ code: "gap", line: number, offset, expected: bytes.length });
    const next = lines[i + 1];
    const sizes = next === undefined ? [] : offsets(next.offset).map((at) => at - bytes.length);
    lineSize = sizes.find((size) => size > 0 && 2 * size <= rest.length) ?? lineSize;
    append(bytes, dumpBytes(rest, lineSize));
  }
  return { bytes: Uint8Array.from(bytes), problem: null, packets };
}

/** What an offset may mean: hexadecimal, or octal as od writes it. */
function offsets(text: string): number[] {
  const octal = /^[0-7]{7}$/.test(text) ? [parseInt(text, 8)] : [];
  return [parseInt(text, 16), ...octal];
}

/** Groups of digits up to the column of text, which two blanks or something else than digits begin. */
function dumpBytes(rest: string, lineSize: number): number[] {
  const bytes: number[] = [];
  for (const [, blanks = "", word = ""] of rest.matchAll(/(\s*)(\S+)/g)) {
    const isHalf = bytes.length === DUMP_HALF_SIZE && blanks.length === 2;
    const isColumn = bytes.length > 0 && blanks.length > 1 && !isHalf;
    if (isColumn || bytes.length >= lineSize || !isEvenHex(word)) break;
    append(bytes, bytesOf(word));
  }
  return bytes.slice(0, lineSize);
}

// ---- Everything else ----

function withoutComments(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(/(?:#|\/\/).*$/, "").replace(/\/\*.*?\*\//g, " "));
}

function readPlain(lines: readonly string[]): HexResult {
  const bytes: number[] = [];
  const text = lines.join("\n");
  // Of a C array what stands between its braces.
  const [before = "", inside] = /^([^{]*)\{([^}]*)/.exec(text)?.slice(1) ?? [];
  const body = inside ?? text;
  const firstLine = inside === undefined ? 1 : before.split("\n").length;
  for (const [index, line] of body.split("\n").entries()) {
    for (const word of line.split(/[\s,;:"'|_.-]+|\\x/).filter((one) => one !== "")) {
      const [, prefix, digits = ""] = /^(0[xX])?(.*)$/s.exec(word) ?? [];
      const where = { line: firstLine + index, text: word.slice(0, TOLD_MAX) };
      if (!/^[0-9a-fA-F]+$/.test(digits)) return failed({ code: "notHex", ...where });
      // `0x1` is a byte; a single digit without it is half of one.
      const whole = prefix !== undefined && digits.length === 1 ? `0${digits}` : digits;
      if (!isEvenHex(whole)) return failed({ code: "oddDigits", ...where });
      append(bytes, bytesOf(whole));
    }
  }
  return { bytes: Uint8Array.from(bytes), problem: null, packets: 1 };
}

function isEvenHex(word: string): boolean {
  return word.length % 2 === 0 && /^[0-9a-fA-F]+$/.test(word);
}

/** One by one: a spread takes no more than a stack of arguments. */
function append(bytes: number[], more: readonly number[]): void {
  for (const byte of more) bytes.push(byte);
}

function bytesOf(digits: string): number[] {
  return (digits.match(/../g) ?? []).map((pair) => parseInt(pair, 16));
}
