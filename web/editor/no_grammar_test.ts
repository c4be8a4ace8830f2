import { readFileSync } from "node:fs";
import { EditorState } from "@codemirror/state";
import { describe, expect, it } from "vitest";
import { bracesAt } from "./braces.ts";
import * as ours from "./no_grammar.ts";
import { treeOf } from "./syntax.ts";

const PACKAGES = ["autocomplete", "commands", "lint", "view", "state"];
const REPLACED = /^import \{([^}]*)\} from '(@codemirror\/language|@lezer\/[a-z]+)'/gm;

/** What a package imports from those that are replaced. */
function importedBy(name: string): string[] {
  const path = new URL(`../../node_modules/@codemirror/${name}/dist/index.js`, import.meta.url);
  const text = readFileSync(path, "utf8");
  return [...text.matchAll(REPLACED)].flatMap(([, names]) =>
    names!.split(",").map((one) => one.trim())
  );
}

/** Columns that a line gets which begins at the bar. */
function indent(marked: string, options: ours.IndentOptions = {}): number {
  const state = EditorState.create({ doc: marked.replace("|", "") });
  return ours.getIndentation(new ours.IndentContext(state, options), marked.indexOf("|"));
}

describe("no_grammar", () => {
  it("has everything that CodeMirror's packages import of a grammar", () => {
    const names = [...new Set(PACKAGES.flatMap(importedBy))];
    expect(names.length).toBeGreaterThan(5);
    expect(Object.keys(ours)).toEqual(expect.arrayContaining(names));
  });

  it("indents by blocks", () => {
    expect(indent("|")).toBe(0);
    expect(indent("a {|")).toBe(4);
    expect(indent("a {\n    b {\n        c|")).toBe(8);
    expect(indent("a {\n    b|}")).toBe(0);
    expect(indent("a {|}", { simulateDoubleBreak: true })).toBe(4);
    expect(indent('a {\n# }\n"}" b|')).toBe(4);
    const state = EditorState.create({ doc: "  a\n\tb" });
    const context = new ours.IndentContext(state);
    expect([context.lineIndent(1), context.lineIndent(5)]).toEqual([2, 4]);
    expect(ours.indentString(state, 3)).toBe("   ");
    expect(ours.getIndentUnit(state)).toBe(4);
  });
});

describe("bracesAt", () => {
  const at = (text: string, offset: number) => bracesAt(treeOf(text), offset);

  it("finds the other brace, whatever stands in quotes and comments", () => {
    const text = 'a {\n# }\nb "}" {\n}\n}';
    const pair = { open: 2, close: text.length - 1 };
    expect(at(text, 3)).toEqual(pair);
    expect(at(text, 2)).toEqual(pair);
    expect(at(text, text.length)).toEqual(pair);
    expect(at(text, 7)).toBeNull();
    expect(at(text, 0)).toBeNull();
  });

  it("tells those that are alone", () => {
    expect(at("a {", 3)).toEqual({ open: 2, close: null });
    expect(at("}", 0)).toEqual({ open: null, close: 0 });
  });
});
