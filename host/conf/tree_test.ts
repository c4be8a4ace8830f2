import { describe, expect, it } from "vitest";
import * as fc from "fast-check";
import { BLOCK_DEPTH_MAX } from "./limits.ts";
import { SourceFile } from "./source.ts";
import { type Item, keywordOf, parse, print, type Tree } from "./tree.ts";

/** Words of the language and its damage, for texts that get deep into the reader. */
const SOUP = fc.array(
  fc.constantFrom(
    ...["vrrp_instance", "VI_1", "{", "}", "\n", " ", "\t", '"', "'", "\\", "#", "!", "${", "$a="],
    ...["script", "include", "virtual_server", "192.0.2.1", "80", "\u00a0", "\r\n", "\ufeff", "é"],
  ),
  { maxLength: 60 },
).map((parts) => parts.join(""));

function treeOf(text: string): Tree {
  return parse(new SourceFile("test.conf", text));
}

/** Keywords with their blocks as nested arrays. */
function outline(items: readonly Item[]): unknown[] {
  return items.map((item) => {
    if (item.kind === "stray") return `stray ${item.token.value}`;
    const words = item.words.map(({ value }) => value).join(" ");
    return item.block === null ? words : [words, ...outline(item.block.items)];
  });
}

describe("parse()", () => {
  it.each([
    ["statements by lines", "a b\nc d", ["a b", "c d"]],
    ["a brace on the same line", "a b {\n c\n}", [["a b", "c"]]],
    ["a brace on a later line", "a b\n\n# x\n{\n c\n}", [["a b", "c"]]],
    ["a block on one line", "a { b 1 }", [["a", "b 1"]]],
    ["statements behind a block", "a { b { c } d 2 }", [["a", ["b", "c"], "d 2"]]],
    ["a block without keyword", "{ a }", [["", "a"]]],
    ["two blocks in a row", "a { b } { c }", [["a", "b"], ["", "c"]]],
    ["a brace too many", "a { b } }\nc", [["a", "b"], "stray }", "c"]],
    ["a brace too few", "a { b", [["a", "b"]]],
  ])("reads %s", (_what, text, expected) => {
    expect(outline(treeOf(text).items)).toEqual(expected);
  });

  it("nests no deeper than BLOCK_DEPTH_MAX and keeps the balance", () => {
    const depth = BLOCK_DEPTH_MAX + 3;
    const { items } = treeOf(`${"a {".repeat(depth)} ${"}".repeat(depth)} b`);
    expect(items).toHaveLength(2);
    expect(keywordOf(items[1] as never)).toBe("b");
  });
});

describe("print()", () => {
  it("gives every text back", () => {
    fc.assert(
      fc.property(SOUP, (text) => {
        expect(print(treeOf(text))).toBe(text);
      }),
      { numRuns: 1000 },
    );
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(print(treeOf(text))).toBe(text);
    }));
  });
});
