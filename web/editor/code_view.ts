// The CodeMirror of one file: highlighting, completion and hover from our own lexer and keyword table,
// diagnostics from host/conf.

import {
  autocompletion,
  type Completion,
  type CompletionContext,
  completionKeymap,
  type CompletionResult,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching } from "@codemirror/language";
import { type Diagnostic as Mark, lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, openSearchPanel, searchKeymap } from "@codemirror/search";
import { EditorState, type Extension, StateField } from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  drawSelection,
  EditorView,
  highlightActiveLine,
  hoverTooltip,
  keymap,
  lineNumbers,
  type Tooltip,
} from "@codemirror/view";
import type { Diagnostic } from "../../host/conf/index.ts";
import { EDITOR_TEXT } from "../text/editor.ts";
import { t } from "../text/text.ts";
import { blockAt, type Outline, outlineOf, wordAt, type WordKind } from "./conf_outline.ts";
import { helpFor, type KeywordHelp, keywordsOf, opensBlock } from "./keyword_help.ts";

/** Texts longer than this are shown without colours, UTF-16 units. */
const COLOURED_MAX = 300_000;

const MARKS: Record<WordKind, Decoration> = {
  block: Decoration.mark({ class: "conf-block" }),
  keyword: Decoration.mark({ class: "conf-keyword" }),
  unknown: Decoration.mark({ class: "conf-unknown" }),
  name: Decoration.mark({ class: "conf-name" }),
  number: Decoration.mark({ class: "conf-number" }),
  address: Decoration.mark({ class: "conf-address" }),
  value: Decoration.mark({ class: "conf-value" }),
};
const COMMENT = Decoration.mark({ class: "conf-comment" });

interface Read {
  outline: Outline;
  marks: DecorationSet;
}

function read(text: string): Read {
  const outline = text.length > COLOURED_MAX
    ? { words: [], comments: [], blocks: [] }
    : outlineOf(text);
  const ranges = [
    ...outline.words.map(({ from, to, kind }) => MARKS[kind].range(from, to)),
    ...outline.comments.map(({ from, to }) => COMMENT.range(from, to)),
  ];
  return { outline, marks: Decoration.set(ranges.filter(({ from, to }) => from < to), true) };
}

const readField = StateField.define<Read>({
  create: (state) => read(state.doc.toString()),
  update: (before, { docChanged, state }) => docChanged ? read(state.doc.toString()) : before,
  provide: (field) => EditorView.decorations.from(field, ({ marks }) => marks),
});

/** What stands behind a keyword in a list of completions. */
function completionOf(help: KeywordHelp): Completion {
  const isBlock = opensBlock(help);
  return {
    label: help.keyword,
    detail: help.line.slice(help.keyword.length).trim(),
    ...(help.meaning === "" ? {} : { info: () => helpNode(help) }),
    type: isBlock ? "class" : "property",
    apply: isBlock ? help.keyword : `${help.keyword} `,
  };
}

/** Completes the first word of a line by the block that it stands in. */
function complete(context: CompletionContext): CompletionResult | null {
  const word = context.matchBefore(/[\w-]+/);
  if (word === null && !context.explicit) return null;
  const from = word?.from ?? context.pos;
  const before = context.state.doc.lineAt(from);
  const head = context.state.sliceDoc(before.from, from);
  const isFirst = /(^|[{};])\s*$/.test(head);
  const { outline } = context.state.field(readField);
  const block = blockAt(outline, from);
  if (!isFirst && !block.endsWith("_line")) return null;
  const options = keywordsOf(block).map(completionOf);
  return options.length === 0 ? null : { from, options, validFor: /^[\w-]*$/ };
}

function hover(view: EditorView, place: number): Tooltip | null {
  const word = wordAt(view.state.field(readField).outline, place);
  const help = word === null ? null : helpFor(word.block, word.text);
  if (word === null || help === null) return null;
  return { pos: word.from, end: word.to, above: true, create: () => ({ dom: helpNode(help) }) };
}

function helpNode(help: KeywordHelp): HTMLElement {
  const node = document.createElement("div");
  node.className = "conf-help";
  const add = (tag: string, text: string, name = "") => {
    const child = document.createElement(tag);
    child.textContent = text;
    child.className = name;
    node.append(child);
  };
  add("div", help.line, "mono");
  if (help.meaning !== "") add("div", help.meaning);
  if (help.default !== "") add("div", `${t(EDITOR_TEXT.default)}: ${help.default}`, "soft");
  if (help.range !== "") add("div", `${t(EDITOR_TEXT.range)}: ${help.range}`, "soft");
  return node;
}

const theme = EditorView.theme({
  "&": { height: "100%", fontSize: "12.5px", backgroundColor: "var(--card)", color: "var(--ink)" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.5" },
  ".cm-gutters": {
    backgroundColor: "var(--sunk)",
    color: "var(--ink-soft)",
    borderRight: "1px solid var(--line)",
  },
  ".cm-activeLine, .cm-activeLineGutter": {
    backgroundColor: "color-mix(in srgb, var(--accent) 8%, transparent)",
  },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "color-mix(in srgb, var(--accent) 28%, transparent) !important",
  },
  ".cm-tooltip, .cm-panels": {
    backgroundColor: "var(--card)",
    color: "var(--ink)",
    border: "1px solid var(--line-strong)",
  },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": {
    backgroundColor: "var(--accent)",
    color: "var(--accent-ink)",
  },
  ".cm-button, .cm-textfield": {
    backgroundImage: "none",
    backgroundColor: "var(--card)",
    color: "var(--ink)",
  },
});

/** What is told of an editor. */
export interface CodeHooks {
  changed(text: string): void;
}

/** The state of a file: text, undo, and all that reads it. */
export function newState(text: string, label: string, hooks: CodeHooks): EditorState {
  return EditorState.create({ doc: text, extensions: extensions(label, hooks) });
}

function extensions(label: string, hooks: CodeHooks): Extension {
  return [
    lineNumbers(),
    history(),
    drawSelection(),
    highlightActiveLine(),
    bracketMatching(),
    highlightSelectionMatches(),
    readField,
    autocompletion({ override: [complete], icons: false }),
    hoverTooltip(hover, { hoverTime: 250 }),
    lintGutter(),
    keymap.of([
      ...completionKeymap,
      ...searchKeymap,
      ...lintKeymap,
      ...historyKeymap,
      ...defaultKeymap,
      indentWithTab,
    ]),
    EditorView.contentAttributes.of({ "aria-label": label }),
    EditorView.lineWrapping,
    theme,
    EditorView.updateListener.of(({ docChanged, state }) => {
      if (docChanged) hooks.changed(state.doc.toString());
    }),
  ];
}

/** A place of a diagnostic as an offset. */
function offsetOf(state: EditorState, line: number, column: number): number {
  const row = state.doc.line(Math.max(1, Math.min(line, state.doc.lines)));
  return Math.min(row.from + Math.max(0, column - 1), row.to);
}

/** Shows diagnostics of the file; each with its fix as an action. */
export function showDiagnostics(view: EditorView, diagnostics: readonly Diagnostic[]): void {
  const { state } = view;
  const marks = diagnostics.map((one): Mark => {
    const from = offsetOf(state, one.line, one.column);
    const to = Math.max(from, offsetOf(state, one.endLine, one.endColumn));
    const { fix } = one;
    return {
      from,
      to,
      severity: one.severity,
      message: one.hint === ""
        ? one.message
        : `${one.message}\n${t(EDITOR_TEXT.hint, { hint: one.hint })}`,
      actions: fix === undefined ? [] : [{
        name: t(EDITOR_TEXT.fix, { text: fix.replacement.trim() || t(EDITOR_TEXT.remove) }),
        apply: () => applyFix(view, fix),
      }],
    };
  });
  view.dispatch(setDiagnostics(state, marks));
}

function applyFix(view: EditorView, { span, replacement }: NonNullable<Diagnostic["fix"]>): void {
  const from = offsetOf(view.state, span.line, span.column);
  const to = offsetOf(view.state, span.endLine, span.endColumn);
  view.dispatch({ changes: { from, to, insert: replacement } });
}

/** Moves the cursor to a place and shows it. */
export function goTo(view: EditorView, line: number, column: number): void {
  const anchor = offsetOf(view.state, line, column);
  view.dispatch({ selection: { anchor }, scrollIntoView: true });
  view.focus();
}

/** Opens the panel of the search. */
export function find(view: EditorView): void {
  openSearchPanel(view);
}

export { EditorView };
