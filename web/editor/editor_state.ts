// What the editor knows beside the files: which is shown, what is wrong with all of them, and the state of
// each tab - its text while it is typed, its undo, its cursor.

import { computed, signal } from "@preact/signals";
import type { EditorState } from "@codemirror/state";
import type { EditorView, ViewUpdate } from "@codemirror/view";
import type { ConfFile } from "../app/state.ts";
import { files } from "../app/state.ts";
import { language } from "../text/text.ts";
import { newCodeState, sayWords } from "./code_state.ts";
import { type Help, helpAt } from "./help.ts";
import { withPlainLineEnds } from "./problems.ts";
import { readField } from "./read_field.ts";
import { addFile, closeFile, renameFile, withText } from "./tabs.ts";

/** What is typed becomes the file after a pause of so long, milliseconds. */
const PAUSE_MS = 160;

/** Name of the tab that is shown; one that is no file's: the first. */
export const shownName = signal("");
/** The file that is shown; null: there is none. */
export const shownFile = computed((): ConfFile | null => {
  const all = files.value;
  return all.find(({ name }) => name === shownName.value) ?? all[0] ?? null;
});
/** Help about the keyword at the cursor. */
export const cursorHelp = signal<Help | null>(null);

/** The state of one tab. */
interface Tab {
  state: EditorState;
  /** As the file has it; the state's lines end with LF. */
  lineEnd: "\n" | "\r\n";
}

const tabs = new Map<string, Tab>();
/** The one CodeMirror, and whose tab it shows. */
let view: EditorView | null = null;
let viewed = "";
/** What its words were said for: the name and the language. */
let said = "";
let timer: ReturnType<typeof setTimeout> | undefined;

/** The CodeMirror; null while the pane is not shown. */
export function codeView(): EditorView | null {
  return view;
}

/** Takes the CodeMirror over, or lets it go with null. */
export function setCodeView(next: EditorView | null): void {
  keep();
  view = next;
  viewed = "";
}

/** Says the words of the editor again where name or language are others. */
function say(name: string): void {
  const now = `${language.peek()} ${name}`;
  if (view === null || said === now) return;
  said = now;
  sayWords(view, name);
}

/** Forgets the tabs of files that are gone. */
function forget(): void {
  const names = new Set(files.peek().map(({ name }) => name));
  for (const name of tabs.keys()) if (!names.has(name)) tabs.delete(name);
}

/** Shows the file's tab: as it was left, or anew where somebody else wrote another text. */
export function showFile({ name, text }: ConfFile): void {
  if (view === null) return;
  const plain = withPlainLineEnds(text);
  if (viewed === name && view.state.doc.toString() === plain) return say(name);
  // Typed and not yet the file: the file will follow.
  if (viewed === name && timer !== undefined) return;
  if (viewed !== name) keep();
  const known = tabs.get(name);
  if (viewed === name || known === undefined || known.state.doc.toString() !== plain) {
    tabs.set(name, { state: newCodeState(name, plain, hear), lineEnd: lineEndOf(text) });
  }
  viewed = name;
  said = "";
  view.setState(tabs.get(name)!.state);
  cursorHelp.value = null;
  say(name);
  forget();
}

/** Makes what was typed the file now. */
export function flush(): void {
  clearTimeout(timer);
  timer = undefined;
  const tab = tabs.get(viewed);
  if (view === null || tab === undefined) return;
  const text = view.state.doc.toString();
  files.value = withText(files.peek(), viewed, text.replaceAll("\n", tab.lineEnd));
}

/** Remembers how the tab that is shown is left. */
function keep(): void {
  const tab = tabs.get(viewed);
  if (view === null || tab === undefined) return;
  if (timer !== undefined) flush();
  tab.state = view.state;
}

function hear({ docChanged, selectionSet, focusChanged, view }: ViewUpdate): void {
  if (docChanged) {
    clearTimeout(timer);
    timer = setTimeout(flush, PAUSE_MS);
  }
  if (focusChanged && !view.hasFocus && timer !== undefined) flush();
  if (!docChanged && !selectionSet) return;
  const { state } = view;
  const found = helpAt(state.field(readField).tree, state.selection.main.head);
  cursorHelp.value = found?.help ?? null;
}

/** Line ends that all lines have; mixed ones become LF when the text is edited. */
function lineEndOf(text: string): Tab["lineEnd"] {
  return text.includes("\r\n") && !/(^|[^\r])\n|\r(?!\n)/.test(text) ? "\r\n" : "\n";
}

// ---- Tabs ----

/** Shows the tab of a name. */
export function chooseTab(name: string): void {
  keep();
  shownName.value = name;
}

/** Adds a node, and shows it. */
export function addTab(): void {
  keep();
  const added = addFile(files.peek(), shownFile.peek()?.name ?? "");
  files.value = added.files;
  shownName.value = added.name;
}

/** Gives a node another name. */
export function renameTab(from: string, to: string): void {
  keep();
  const tab = tabs.get(from);
  tabs.delete(from);
  if (tab !== undefined) tabs.set(to, tab);
  if (viewed === from) viewed = to;
  files.value = renameFile(files.peek(), from, to);
  shownName.value = to;
}

/** Takes a node out. */
export function closeTab(name: string): void {
  keep();
  const left = closeFile(files.peek(), name);
  tabs.delete(name);
  if (viewed === name) viewed = "";
  files.value = left.files;
  shownName.value = left.shown;
}
