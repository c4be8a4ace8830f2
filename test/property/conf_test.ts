// Whatever a file holds, reading it ends with diagnostics: it never throws and never takes long.

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as fc from "fast-check";
import { CONFIG_SIZE_MAX, loadConfig, memorySource } from "../../host/conf/index.ts";
import { DIAGNOSTICS_MAX } from "../../host/conf/limits.ts";
import { keywordTable } from "../../host/conf/schema/keywords.ts";

const EXAMPLES = new URL("../../examples/lvs-dr-dual-master/", import.meta.url);
/** Longest time for the largest file, milliseconds, on a machine that is busy with other tests. */
const LARGE_MS_MAX = 10_000;
/** A little less than what is read at all. */
const LARGE_SIZE = CONFIG_SIZE_MAX - 1000;

function read(content: string | Uint8Array) {
  return loadConfig("any.conf", memorySource({ "any.conf": content }));
}

/** What must hold for any input. */
function check(content: string | Uint8Array): void {
  const { config, diagnostics } = read(content);
  expect(diagnostics.length).toBeLessThanOrEqual(3 * DIAGNOSTICS_MAX + 1);
  expect(config === null).toBe(diagnostics.some(({ severity }) => severity === "error"));
  for (const { line, column, endLine, endColumn, message } of diagnostics) {
    expect(line >= 1 && column >= 1 && endLine >= line).toBe(true);
    if (endLine === line) expect(endColumn).toBeGreaterThanOrEqual(column);
    expect(message.length).toBeGreaterThan(0);
  }
  expect(structuredClone(config)).toEqual(config);
}

const KEYWORDS = [...keywordTable().values()].flatMap((rows) => [...rows.keys()]);
const VALUES = [
  ...["{", "{", "}", "}", "\n", "\n", "\n", "100", "-5", "0", "1.5", "192.0.2.1", "fe80::1", "on"],
  ...["192.0.2.1/24", "eth0", "VI_1", "weight", "MASTER", "PASS", '"a b"', "'", '"', "$A=1", "#"],
  ...["4294967296", "__proto__", "constructor", "toString", "\u00a0", "\\", "include", "any.conf"],
];

describe("loadConfig()", () => {
  it("ends with diagnostics for any bytes", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), check), { numRuns: 300 });
  });

  it("ends with diagnostics for any soup of keywords", () => {
    const word = fc.oneof(fc.constantFrom(...KEYWORDS), fc.constantFrom(...VALUES));
    const soup = fc.array(word, { maxLength: 80 }).map((words) => words.join(" "));
    fc.assert(fc.property(soup, check), { numRuns: 1000 });
  });

  it("ends with diagnostics for any damage to a real file", () => {
    const texts = readdirSync(EXAMPLES).filter((name) => name.endsWith(".conf"))
      .map((name) => readFileSync(new URL(name, EXAMPLES)));
    expect(texts.length).toBe(4);
    const damage = fc.tuple(
      fc.constantFrom(...texts),
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 8 }),
      fc.nat(),
    );
    fc.assert(
      fc.property(damage, ([bytes, edits, end]) => {
        const copy = Uint8Array.from(bytes);
        for (const [at, value] of edits) copy[at % copy.length] = value;
        check(copy.slice(0, copy.length - end % 400));
      }),
      { numRuns: 300 },
    );
  });

  const many = (text: (i: number) => string, total = LARGE_SIZE) => {
    const parts: string[] = [];
    for (let i = 0, size = 0; size < total; i++) {
      size += parts[parts.push(text(i)) - 1]!.length;
    }
    return parts.join("");
  };
  it.each([
    ["one word", () => "x".repeat(LARGE_SIZE)],
    ["open braces", () => "a {\n".repeat(LARGE_SIZE / 4)],
    ["closed braces", () => "}".repeat(LARGE_SIZE)],
    ["variables and quotes", () => '${a} "'.repeat(LARGE_SIZE / 6)],
    ["a comment", () => `#${" ".repeat(LARGE_SIZE)}`],
    ["scripts", () => many((i) => `vrrp_script s${i} {\nscript /bin/a\n}\n`)],
    ["trackers", () => `vrrp_instance A {\ntrack_script {\n${many((i) => `chk${i}\n`)}}\n}\n`],
    [
      "misspelt trackers",
      () =>
        many((i) => `vrrp_script chk_number_${i} {\nscript /bin/a\n}\n`, 1e6) +
        `vrrp_instance A {\ntrack_script {\n${many((i) => `chk_nunber_${i}\n`, 1e6)}}\n}\n`,
    ],
    [
      "misspelt members",
      () =>
        many((i) => `vrrp_instance inst_${i} {\npriority 1\n}\n`, 1e6) +
        `vrrp_sync_group G {\ngroup {\n${many((i) => `imst_${i}\n`, 1e6)}}\n}\n`,
    ],
    [
      "unknown options",
      () =>
        "vrrp_instance A {\nvirtual_ipaddress {\n" +
        many(() => "192.0.2.1 lable\n", LARGE_SIZE - 100) + "}\n}\n",
    ],
    ["members", () => `vrrp_sync_group G {\ngroup {\n${many((i) => `A${i}\n`)}}\n}\n`],
  ])("reads or refuses megabytes of %s in bounded time", (_what, text) => {
    const content = new TextEncoder().encode(text());
    const start = performance.now();
    expect(read(content).diagnostics.length).toBeGreaterThan(0);
    expect(performance.now() - start).toBeLessThan(LARGE_MS_MAX);
  }, 2 * LARGE_MS_MAX);

  it("refuses a file of 10 MB, by name of the limit", () => {
    const { config, diagnostics } = read(new Uint8Array(10_000_000).fill(0x20));
    expect(config).toBeNull();
    expect(diagnostics[0]!.message).toContain("CONFIG_SIZE_MAX");
  });
});
