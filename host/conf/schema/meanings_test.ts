// Every keyword that vipd has is explained, and what the explanations say of values is tried.

import { describe, expect, it } from "vitest";
import { keywordCoverage, supportedKeywords } from "../coverage.ts";
import { isError } from "../diagnostic.ts";
import { config, instance, load, service } from "../test_support.ts";
import { insideOf } from "./blocks.ts";
import { keywordTable } from "./keywords.ts";
import { type Meaning, meaningOf } from "./meanings.ts";

const SUPPORTED = keywordCoverage().filter(({ outcome }) => outcome === "supported");

/** A text without the lines of a keyword. */
const without = (text: string, keyword: string) =>
  text.replace(new RegExp(`^ *${keyword} .*\\n`, "gm"), "");

/**
 * A configuration with a line in a block, and without any other line of the keyword. Decimal intervals want
 * version 3. Blocks that are left out hold no numbers.
 */
const PLACES: Record<string, (line: string, keyword: string) => string> = {
  global_defs: (line) => `global_defs {\n${line}\n}\n` + instance() + service(),
  vrrp_instance: (line, keyword) =>
    without(instance("version 3\nLINE"), keyword).replace("LINE", line),
  "vrrp_instance.track_interface": (line) => instance(`track_interface {\neth1 ${line}\n}`),
  "vrrp_instance.track_script": (line) =>
    `vrrp_script chk {\nscript "/bin/a"\n}\n` + instance(`track_script {\nchk ${line}\n}`),
  vrrp_script: (line) =>
    `vrrp_script chk {\nscript "/bin/a"\n${line}\n}\n` + instance("track_script {\nchk\n}"),
  virtual_server: (line, keyword) => without(service("LINE"), keyword).replace("LINE", line),
  vrrp_sync_group: (line) =>
    instance("", "A", 1) + instance("", "B", 2) +
    `vrrp_sync_group G {\ngroup {\nA\nB\n}\n${line}\n}\n` +
    `vrrp_script chk {\nscript "/bin/a"\n}\n`,
  "virtual_server.real_server": (line) => service("", `${line}\nTCP_CHECK {\n}`),
  "virtual_server.real_server.TCP_CHECK": (line) => service("", `TCP_CHECK {\n${line}\n}`),
  "virtual_server.real_server.HTTP_GET": (line) =>
    service("", `HTTP_GET {\nurl {\npath /\n}\n${line}\n}`),
  "virtual_server.real_server.SSL_GET": (line) =>
    service("", `SSL_GET {\nurl {\npath /\n}\n${line}\n}`),
  "virtual_server.real_server.HTTP_GET.url": (line) =>
    service("", `HTTP_GET {\nurl {\npath /\n${line}\n}\n}`),
  "virtual_server.real_server.SSL_GET.url": (line) =>
    service("", `SSL_GET {\nurl {\npath /\n${line}\n}\n}`),
  "virtual_server.real_server.MISC_CHECK": (line) =>
    service("", `MISC_CHECK {\nmisc_path "/bin/a"\n${line}\n}`),
  vipd: (line) => `vipd {\n${line}\n}\n`,
};

/** A keyword with a value, in its place. */
interface Tried {
  block: string;
  keyword: string;
  arguments: string;
  said: Meaning;
}

const EXPLAINED: Tried[] = SUPPORTED.map((row) => ({
  ...row,
  said: meaningOf(row.block, row.keyword) ?? { meaning: "", default: "", range: "" },
}));

const write = ({ block, keyword }: Tried, value: string | number) =>
  PLACES[block]!(`${keyword} ${value}`, keyword);
const unwritten = ({ block, keyword }: Tried) => PLACES[block]!("", keyword);
const isTaken = (tried: Tried, value: string | number) =>
  !load(write(tried, value)).diagnostics.some((one) =>
    isError(one) || one.code === "weight-clamped"
  );

const RANGE = /^(-?[0-9.]+) to ([0-9.]+)$/;
const RANGED = EXPLAINED.filter(({ said }) => RANGE.test(said.range));

/** Default values, not words about one. */
const VALUED = EXPLAINED.filter((
  { said, block, keyword },
) => (/^[0-9.]+$/.test(said.default) || said.default === "off" || said.default === "on" ||
  choicesOf(block, keyword).includes(said.default))
);

function choicesOf(block: string, keyword: string): string[] {
  return keywordTable().get(block)!.get(keyword)!.arguments.split("|");
}

describe("meaningOf", () => {
  it("explains every keyword that vipd has, and no other", () => {
    expect(EXPLAINED.filter(({ said }) => said.meaning === "").map(named)).toEqual([]);
    const others = keywordCoverage().filter(({ outcome }) => outcome !== "supported");
    expect(others.filter(({ block, keyword }) => meaningOf(block, keyword) !== null)).toEqual([]);
  });

  it("says lines that fit into one", () => {
    for (const tried of EXPLAINED) {
      expect(tried.said.meaning, named(tried)).toMatch(/^\S.{2,150}[^.\s]$/);
    }
  });

  it("knows nothing of words that are no keywords", () => {
    expect(meaningOf("vrrp_instance", "constructor")).toBeNull();
    expect(meaningOf("toString", "x")).toBeNull();
  });

  it("has enough ranges and defaults to try", () => {
    expect(RANGED.length).toBeGreaterThan(60);
    expect(VALUED.length).toBeGreaterThan(20);
  });

  it.each(RANGED.map((tried) => [named(tried), tried] as const))("range of %s", (_name, tried) => {
    const [, min, max] = RANGE.exec(tried.said.range)!;
    expect(isTaken(tried, min!)).toBe(true);
    expect(isTaken(tried, max!)).toBe(true);
    expect(isTaken(tried, decimal(Number(max) + 1))).toBe(false);
    const below = Number(min) < 1 && Number(min) > 0 ? "0" : decimal(Number(min) - 1);
    expect(isTaken(tried, below)).toBe(false);
  });

  it.each(VALUED.map((tried) => [named(tried), tried] as const))(
    "default of %s",
    (_name, tried) => {
      const isFlag = tried.arguments === "-";
      // That a flag is off is what leaving it out says; that it is on says the flag itself.
      const line = isFlag ? (tried.said.default === "on" ? "" : null) : tried.said.default;
      if (line === null) {
        const on = JSON.stringify(config(write(tried, "")));
        return expect(on).not.toBe(JSON.stringify(config(unwritten(tried))));
      }
      expect(config(write(tried, line))).toEqual(config(unwritten(tried)));
    },
  );
});

describe("insideOf", () => {
  it("leads to every block of the table that vipd reads", () => {
    const reached = new Set(["ROOT", "vipd.conf"]);
    for (const block of reached) {
      for (const keyword of keywordTable().get(block)?.keys() ?? []) {
        const inside = insideOf(block, keyword);
        if (inside !== null && inside.kind !== "words") reached.add(inside.block);
      }
    }
    for (const block of supportedKeywords().keys()) expect([...reached]).toContain(block);
  });

  it("tells lines, words and statements apart", () => {
    expect(insideOf("ROOT", "vrrp_instance"))
      .toEqual({ kind: "statements", block: "vrrp_instance" });
    expect(insideOf("vrrp_instance", "virtual_ipaddress"))
      .toEqual({ kind: "lines", block: "address_line" });
    expect(insideOf("vrrp_sync_group", "track_script"))
      .toEqual({ kind: "lines", block: "vrrp_instance.track_script" });
    expect(insideOf("global_defs", "notification_email")).toEqual({ kind: "words" });
    expect(insideOf("vrrp_instance", "priority")).toBeNull();
    expect(insideOf("vrrp_instance", "nonsense")).toBeNull();
  });
});

function named({ block, keyword }: { block: string; keyword: string }): string {
  return `${block} ${keyword}`;
}

function decimal(value: number): string {
  return value.toFixed(6).replace(/\.?0+$/, "");
}
