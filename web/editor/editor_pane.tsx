// The configuration: a tab for each node, the editor of the chosen one, and what is wrong with all.

import { effect, signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { type Diagnostic, format, parse } from "../../host/conf/index.ts";
import { SourceFile } from "../../host/conf/index.ts";
import { files } from "../app/state.ts";
import { fileName, loadNodes } from "../source/play/nodes.ts";
import { EDITOR_TEXT } from "../text/editor.ts";
import { language, t } from "../text/text.ts";
import { EditorView, find, goTo, newState, showDiagnostics } from "./code_view.ts";
import "./editor.css";

/** Nodes of a simulation, as many as host/sim takes. */
const NODES_MAX = 32;
/** What is typed is judged after a pause of so long, milliseconds. */
const PAUSE_MS = 180;

const chosen = signal(0);
const diagnostics = signal<readonly Diagnostic[]>([]);
let view: EditorView | null = null;
/** Whose text the view shows, and what the editor itself said last. */
let shown: { name: string; text: string; language: string } | null = null;

/** The pane. */
export function EditorPane(): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    view = new EditorView({ parent: host.current! });
    shown = null;
    const end = effect(() => {
      follow(files.value, chosen.value, language.value);
    });
    const judging = judge();
    return () => {
      end();
      judging();
      view?.destroy();
      view = null;
    };
  }, []);
  const file = files.value[Math.min(chosen.value, files.value.length - 1)];
  return (
    <div class="editor">
      <FileTabs />
      <div class="editor-tools">
        <button type="button" onClick={formatFile} disabled={file === undefined}>
          {t(EDITOR_TEXT.format)}
        </button>
        <button type="button" onClick={() => view !== null && find(view)}>
          {t(EDITOR_TEXT.find)}
        </button>
        <Verdict />
      </div>
      <div class="editor-code" ref={host} data-testid="editor" title={t(EDITOR_TEXT.leave)} />
      <Problems />
    </div>
  );
}

/** Shows the chosen file, and takes a text over that somebody else wrote. */
function follow(all: typeof files.value, at: number, spoken: string): void {
  const file = all[Math.min(at, all.length - 1)];
  if (view === null || file === undefined) return;
  const isShown = shown?.name === file.name && shown.language === spoken;
  if (isShown && shown?.text === file.text) return;
  if (isShown && view.state.doc.toString() !== file.text) {
    const { length } = view.state.doc;
    shown = { name: file.name, text: file.text, language: spoken };
    view.dispatch({ changes: { from: 0, to: length, insert: file.text } });
    return;
  }
  const { name } = file;
  shown = { name, text: file.text, language: spoken };
  view.setState(newState(file.text, t(EDITOR_TEXT.editor, { name }), {
    changed: (text) => {
      shown = { name, text, language: spoken };
      files.value = files.peek().map((one) => one.name === name ? { name, text } : one);
    },
  }));
  mark();
}

/** Judges the files a moment after they were changed. */
function judge(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = effect(() => {
    const all = files.value;
    clearTimeout(timer);
    timer = setTimeout(() => {
      diagnostics.value = loadNodes(all).diagnostics;
      mark();
    }, PAUSE_MS);
  });
  return () => {
    clearTimeout(timer);
    end();
  };
}

function mark(): void {
  if (view === null || shown === null) return;
  const file = fileName(shown);
  showDiagnostics(view, diagnostics.peek().filter((one) => one.file === file));
}

function formatFile(): void {
  const file = files.peek()[chosen.peek()];
  if (file === undefined) return;
  const text = format(parse(new SourceFile(fileName(file), file.text)));
  files.value = files.peek().map((one) => one === file ? { ...file, text } : one);
}

function FileTabs(): JSX.Element {
  const all = files.value;
  return (
    <div class="editor-tabs" role="group" aria-label={t(EDITOR_TEXT.tabs)}>
      {all.map(({ name }, i) => (
        <span class="editor-tab" key={name} data-chosen={i === chosen.value}>
          <button
            type="button"
            aria-pressed={i === chosen.value}
            data-testid={`file-${name}`}
            onClick={() =>
              chosen.value = i}
          >
            {name}
          </button>
          {all.length > 1 && i === chosen.value && (
            <button
              type="button"
              class="close"
              aria-label={t(EDITOR_TEXT.close, { name })}
              onClick={() => {
                files.value = all.filter((one) => one.name !== name);
                chosen.value = Math.max(0, i - 1);
              }}
            >
              ✕
            </button>
          )}
        </span>
      ))}
      {all.length < NODES_MAX && (
        <button
          type="button"
          aria-label={t(EDITOR_TEXT.add)}
          title={t(EDITOR_TEXT.add)}
          onClick={add}
        >
          +
        </button>
      )}
    </div>
  );
}

/** A new node begins as a copy of the chosen one. */
function add(): void {
  const all = files.peek();
  const names = new Set(all.map(({ name }) => name));
  let number = all.length + 1;
  while (names.has(`node${number}`)) number++;
  files.value = [...all, { name: `node${number}`, text: all[chosen.peek()]?.text ?? "" }];
  chosen.value = all.length;
}

function Verdict(): JSX.Element {
  const count = (severity: string) =>
    diagnostics.value.filter((one) => one.severity === severity).length;
  const [errors, warnings] = [count("error"), count("warning")];
  if (errors + warnings === 0) {
    return <span class="verdict good" role="status">{t(EDITOR_TEXT.clean)}</span>;
  }
  return (
    <span class={errors > 0 ? "verdict bad" : "verdict warn"} role="status" data-testid="verdict">
      {errors > 0 && t(EDITOR_TEXT.errors, { count: errors })}
      {errors > 0 && warnings > 0 && ", "}
      {warnings > 0 && t(EDITOR_TEXT.warnings, { count: warnings })}
    </span>
  );
}

/** All findings as a list: also those of other nodes. */
function Problems(): JSX.Element | null {
  const all = diagnostics.value.filter(({ severity }) => severity !== "info");
  if (all.length === 0) return null;
  return (
    <ul class="problems" aria-label={t(EDITOR_TEXT.problems)} data-testid="problems">
      {all.map((one) => (
        <li key={`${one.file}:${one.line}:${one.column}:${one.code}`} data-severity={one.severity}>
          <button
            type="button"
            onClick={() =>
              show(one)}
          >
            <span class="mono">{one.file.replace(/\.conf$/, "")}:{one.line}</span> {one.message}
          </button>
        </li>
      ))}
    </ul>
  );
}

function show({ file, line, column }: Diagnostic): void {
  const at = files.peek().findIndex((one) => fileName(one) === file);
  if (at < 0) return;
  chosen.value = at;
  // The view takes the file over when the signal has told it.
  queueMicrotask(() => view !== null && goTo(view, line, column));
}
