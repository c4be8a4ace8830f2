// What CodeMirror's commands and completion get in the place of @codemirror/language and @lezer/common when the
// page is built (web/vite.config.ts). Our language is host/conf's lexer, not a Lezer grammar: a tree without
// nodes would be asked and a parser carried along for nothing, a tenth of the editor. The editor's own files
// import nothing from here; no_grammar_test.ts sees that nothing is missing that those packages import.

import { countColumn, type EditorState, Facet } from "@codemirror/state";
import { depthAt } from "./formatting.ts";

/** As the format command indents. */
const INDENT = "    ";

// ---- The tree: one node as long as the text, without children ----

interface Node {
  from: number;
  to: number;
  name: string;
  parent: null;
  type: { prop(): undefined; isTop: true };
  childBefore(): null;
  childAfter(): null;
}

function nodeOf(state: EditorState): Node {
  return {
    from: 0,
    to: state.doc.length,
    name: "",
    parent: null,
    type: { prop: () => undefined, isTop: true },
    childBefore: () => null,
    childAfter: () => null,
  };
}

/** The tree of a text. */
export function syntaxTree(state: EditorState) {
  const node = nodeOf(state);
  return {
    length: node.to,
    topNode: node,
    resolveInner: () => node,
    resolveStack: () => ({ node, next: null }),
  };
}

/** Properties of nodes, which have none. */
export const NodeProp = { closedBy: null, openedBy: null };

/** Brackets of a grammar; our own are matched by braces.ts. */
export function matchBrackets(): null {
  return null;
}

// ---- Indents ----

/** One step. */
export const indentUnit = Facet.define<string, string>({
  combine: (values) => values[0] ?? INDENT,
});

/** Columns of one step. */
export function getIndentUnit(state: EditorState): number {
  return countColumn(state.facet(indentUnit), state.tabSize);
}

/** Blanks of so many columns. */
export function indentString(_state: EditorState, columns: number): string {
  return " ".repeat(columns);
}

/** What a line end that is being typed is told with. */
export interface IndentOptions {
  /** Two line ends are typed: between an opening and a closing brace. */
  simulateDoubleBreak?: boolean;
}

/** A text that is indented. */
export class IndentContext {
  readonly state: EditorState;
  readonly options: IndentOptions;

  constructor(state: EditorState, options: IndentOptions = {}) {
    this.state = state;
    this.options = options;
  }

  /** Columns before the first word of the line at an offset. */
  lineIndent(offset: number): number {
    const blanks = /^\s*/.exec(this.state.doc.lineAt(offset).text)![0];
    return countColumn(blanks, this.state.tabSize);
  }
}

/** Columns before what stands behind an offset, if a line began there. */
export function getIndentation({ state, options }: IndentContext, offset: number): number {
  const text = state.doc.toString();
  const rest = text.slice(offset, state.doc.lineAt(offset).to);
  const line = options.simulateDoubleBreak === true ? "" : rest;
  return getIndentUnit(state) * depthAt(text, offset, line);
}
