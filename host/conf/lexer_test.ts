import { describe, expect, it } from "vitest";
import { tokenize } from "./lexer.ts";
import { SourceFile } from "./source.ts";

function lex(text: string) {
  return tokenize(new SourceFile("test.conf", text), 100);
}

function values(text: string): string[] {
  return lex(text).tokens.map(({ value }) => value);
}

describe("tokenize()", () => {
  it("stops at the number of tokens it is given", () => {
    const { tokens, notes } = tokenize(new SourceFile("test.conf", "a b c # d\n"), 2);
    expect(tokens.map(({ value }) => value)).toEqual(["a", "b"]);
    expect(notes.stoppedAt).toBe(4);
  });

  it.each([
    ["splits at blanks, tabs and line ends", "a b\tc\r\nd", ["a", "b", "c", "d"]],
    ["takes braces from words", "a{b}c", ["a", "{", "b", "}", "c"]],
    ["drops comments of both characters", "a # b { }\n! c\nd", ["a", "d"]],
    ["keeps comment characters in quotes", 'a "# ! b" c', ["a", "# ! b", "c"]],
    ["keeps escaped comment characters", "pass a\\#b\\!c", ["pass", "a#b!c"]],
    ["takes quoted words whole", 'a "b { c }  d"', ["a", "b { c }  d"]],
    ["knows no escapes in ordinary quotes", 'a "b\\" c', ["a", "b\\", "c"]],
    ["starts a new word at a quote", 'l"o"', ["l", "o"]],
    ["knows empty words", 'a "" b', ["a", "", "b"]],
    ["keeps variables whole", "a ${b}c d", ["a", "${b}c", "d"]],
    ["keeps braces of include patterns", "include /etc/{a,b}.conf", ["include", "/etc/{a,b}.conf"]],
    ["skips a byte order mark", "\ufeffa b", ["a", "b"]],
    ["reads the last line without its end", "a\nb", ["a", "b"]],
    ["takes a lone CR for a line end", "! comment\ra", ["a"]],
  ])("%s", (_what, text, words) => {
    expect(values(text)).toEqual(words);
  });

  it.each([
    ["single quotes", "script 'a b' c", ["script", "a b", "c"]],
    ["escaped quotes", 'notify "a \\"b\\" c"', ["notify", 'a "b" c']],
    ["adjoining pieces", "script a'b c'\"d e\"", ["script", "ab cd e"]],
    ["\\n, octal, hex and control", 'script "\\n\\101\\x42\\cC"', ["script", "\nAB\x03"]],
  ])("splits script lines as a shell does: %s", (_what, text, words) => {
    expect(values(text)).toEqual(words);
  });

  it("reads no-break spaces as blanks everywhere, and counts them", () => {
    const { tokens, notes } = lex('\u00a0a\u00a0b "c\u00a0d"\nscript\u00a0"e\u00a0f" # \u00a0');
    expect(tokens.map(({ value }) => value)).toEqual(["a", "b", "c d", "script", "e f"]);
    expect(notes.oddBlanks).toEqual({ count: 5, first: 0 });
  });

  it("notes quotes that end with their line, and goes on with the next", () => {
    const { tokens, notes } = lex('a "b c\nd');
    expect(tokens.map(({ value }) => value)).toEqual(["a", "b c", "d"]);
    expect(notes.unterminatedQuotes).toEqual([2]);
  });

  it("notes comments that cut a word, and not those behind a brace", () => {
    expect(lex("a b#c").notes.gluedComments).toEqual([3]);
    expect(lex("a {# c\n}# end").notes.gluedComments).toEqual([]);
  });

  it("notes lines that keepalived would cut", () => {
    expect(lex(`a\n${"b".repeat(1024)}\n${"c".repeat(1025)}`).notes.longLines).toEqual([1027]);
  });
});
