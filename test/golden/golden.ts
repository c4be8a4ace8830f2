// The format of the golden packets (*.hex beside this file): three parts with an empty line between.
//
//   title: what it is            header, `key: value`; GOLDEN_HEADER lists the keys
//   source: who sent it
//
//   vrrp.vrid = 51               the fields of the packet as a decoder that is not ours read them
//
//   01 00 5e 00 00 12 ...        the frame, hexadecimal; `#` starts a comment
//
// test/golden/capture.ts makes the files.

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Keys of the header, all of them needed. */
export const GOLDEN_HEADER = ["title", "source", "captured", "standard", "decoder"] as const;

/** One golden packet: a whole Ethernet frame without FCS, and what it says. */
export interface Golden {
  header: Record<typeof GOLDEN_HEADER[number], string>;
  /** Values as text, by field. */
  fields: Record<string, string>;
  bytes: Uint8Array;
}

/** Parses a golden file. Throws an Error with the line number when it is not one. */
export function parseGolden(text: string): Golden {
  const header: Record<string, string> = {};
  const fields: Record<string, string> = {};
  const bytes: number[] = [];
  let part = 0;
  for (const [index, line] of text.trimEnd().split("\n").entries()) {
    const where = `line ${index + 1}: ${line}`;
    if (line === "") part++;
    else if (part === 0) keep(header, /^([a-z]+): (.+)$/, line, where);
    else if (part === 1) keep(fields, /^([A-Za-z0-9.]+) = (.*)$/, line, where);
    else if (part === 2) bytes.push(...parseBytes(line.replace(/#.*$/, ""), where));
    else throw new Error(`a fourth part begins before ${where}`);
  }
  for (const key of GOLDEN_HEADER) {
    if (header[key] === undefined) throw new Error(`no ${key} in the header`);
  }
  if (bytes.length === 0) throw new Error("no bytes");
  return { header: header as Golden["header"], fields, bytes: Uint8Array.from(bytes) };
}

function keep(into: Record<string, string>, form: RegExp, line: string, where: string): void {
  const [, key, value] = form.exec(line) ?? [];
  if (key === undefined || value === undefined) throw new Error(`not ${form}: ${where}`);
  if (into[key] !== undefined) throw new Error(`${key} twice: ${where}`);
  into[key] = value;
}

function parseBytes(text: string, where: string): number[] {
  return text.split(" ").filter((word) => word !== "").map((word) => {
    if (!/^[0-9a-f]{2}$/.test(word)) throw new Error(`not two hexadecimal digits: ${where}`);
    return parseInt(word, 16);
  });
}

/** The text of a golden file, 16 bytes a line. */
export function formatGolden(golden: Golden): string {
  const digits = [...golden.bytes].map((byte) => byte.toString(16).padStart(2, "0"));
  const lines: string[] = [];
  for (let i = 0; i < digits.length; i += 16) lines.push(digits.slice(i, i + 16).join(" "));
  return [
    ...GOLDEN_HEADER.map((key) => `${key}: ${golden.header[key]}`),
    "",
    ...Object.entries(golden.fields).map(([key, value]) => `${key} = ${value}`),
    "",
    ...lines,
    "",
  ].join("\n");
}

const folder = fileURLToPath(new URL(".", import.meta.url));

/** Names of all golden packets, without `.hex`, sorted. */
export function goldenNames(): string[] {
  return readdirSync(folder).filter((name) => name.endsWith(".hex"))
    .map((name) => name.slice(0, -".hex".length)).sort();
}

/** Reads a golden packet by its name. Throws when there is none. */
export function readGolden(name: string): Golden {
  return parseGolden(readFileSync(`${folder}/${name}.hex`, "utf8"));
}
