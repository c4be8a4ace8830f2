import { describe, expect, it } from "vitest";
import * as fc from "fast-check";
import { format } from "./format.ts";
import { SourceFile } from "./source.ts";
import { parse, tokensOf } from "./tree.ts";

const treeOf = (text: string) => parse(new SourceFile("test.conf", text));
const formatted = (text: string) => format(treeOf(text));
const wordsOf = (text: string) => [...tokensOf(treeOf(text).items)].map(({ value }) => value);

describe("format()", () => {
  it("indents, puts one statement on a line and keeps comments where they are", () => {
    const text = `! head
global_defs { router_id a }   # why
vrrp_instance  VI_1
{
# inside
   state\u00a0MASTER ! first


   priority 100
}`;
    expect(formatted(text)).toBe(`! head
global_defs {
    router_id a
} # why
vrrp_instance VI_1 {
    # inside
    state MASTER ! first

    priority 100
}
`);
  });

  it("changes no word and nothing the second time", () => {
    const soup = fc.array(
      fc.constantFrom(
        ...["vrrp_instance", "a", "{", "}", "\n", " ", '"b c"', "# d\n", "! e\n", "\u00a0", "\r\n"],
        ...["script", "include", "'f g'", "\\#"],
      ),
      { maxLength: 40 },
    ).map((parts) => parts.join(" "));
    fc.assert(
      fc.property(soup, (text) => {
        const once = formatted(text);
        expect(wordsOf(once)).toEqual(wordsOf(text));
        expect(formatted(once)).toBe(once);
      }),
      { numRuns: 1000 },
    );
  });

  it("leaves an empty file empty", () => {
    expect(formatted("\n\n")).toBe("");
  });
});
