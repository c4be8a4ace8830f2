import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { blockAt, outlineOf, wordAt } from "./conf_outline.ts";
import { helpFor, keywordsOf, opensBlock } from "./keyword_help.ts";
import { KEYWORD_NOTES } from "./keyword_notes.ts";
import { keywordTable } from "../../host/conf/schema/keywords.ts";

const TEXT = readFileSync("examples/lvs-dr-dual-master/node1.conf", "utf8");
const outline = outlineOf(TEXT);
const kindsOf = (word: string) =>
  new Set(outline.words.filter(({ text }) => text === word).map(({ kind }) => kind));

describe("outlineOf()", () => {
  it("knows every keyword of the reference deployment", () => {
    expect(outline.words.filter(({ kind }) => kind === "unknown")).toEqual([]);
    expect(kindsOf("vrrp_instance")).toEqual(new Set(["block"]));
    expect(kindsOf("priority")).toEqual(new Set(["keyword"]));
    expect(kindsOf("VI_1").has("name")).toBe(true);
    expect(kindsOf("172.18.200.6").has("address")).toBe(true);
  });

  it("marks what it does not know, and comments", () => {
    const { words, comments } = outlineOf("# first\nvrrp_instance A {\n  priorty 100 ! last\n}\n");
    expect(words.find(({ text }) => text === "priorty")?.kind).toBe("unknown");
    expect(comments).toEqual([{ from: 0, to: 7 }, { from: 40, to: 46 }]);
  });

  it("keeps words in order and inside the text, whatever the text is", () => {
    const pieces = fc.constantFrom(
      ..."{ } # ! \" ' \\ \n vrrp_instance priority 1.2.3.4 a".split(" "),
    );
    fc.assert(fc.property(fc.array(pieces, { maxLength: 60 }), (words) => {
      const text = words.join(" ");
      let at = 0;
      for (const { from, to } of outlineOf(text).words) {
        expect(from).toBeGreaterThanOrEqual(at);
        expect(to).toBeLessThanOrEqual(text.length);
        at = to;
      }
    }));
  });
});

describe("blockAt() and wordAt()", () => {
  const text = "vrrp_instance A {\n  \n  authentication {\n    \n  }\n}\n";
  const own = outlineOf(text);

  it("tell the block of a place", () => {
    expect(blockAt(own, 0)).toBe("ROOT");
    expect(blockAt(own, 19)).toBe("vrrp_instance");
    expect(blockAt(own, text.indexOf("    \n") + 4)).toBe("vrrp_instance.authentication");
  });

  it("tell the word of a place", () => {
    expect(wordAt(own, 3)?.text).toBe("vrrp_instance");
    expect(wordAt(own, 19)).toBeNull();
  });
});

describe("helpFor()", () => {
  it("has meaning, default and range", () => {
    expect(helpFor("vrrp_instance", "priority")).toMatchObject({
      line: "priority PRIO",
      meaning: "base priority",
      default: "100 (255 with state MASTER)",
    });
    expect(helpFor("vrrp_instance", "no_such_word")).toBeNull();
  });

  it("speaks only of words that the keyword table has", () => {
    const table = keywordTable();
    for (const [block, rows] of Object.entries(KEYWORD_NOTES)) {
      for (const [keyword] of rows) {
        expect([block, table.get(block)?.has(keyword)]).toEqual([block, true]);
      }
    }
  });

  it("offers what may begin a line", () => {
    expect(keywordsOf("ROOT").some((one) => one.keyword === "vrrp_instance" && opensBlock(one)))
      .toBe(true);
    expect(keywordsOf("address_line").some(({ keyword }) => keyword === "dev")).toBe(true);
  });
});
