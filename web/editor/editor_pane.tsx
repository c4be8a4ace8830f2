// The configuration: a tab for each node, the editor of the one that is shown, what is wrong with all.

import { effect } from "@preact/signals";
import type { JSX } from "preact";
import { EditorView } from "@codemirror/view";
import { useEffect, useRef } from "preact/hooks";
import { checked } from "../source/play/checked.ts";
import { fileName } from "../source/play/nodes.ts";
import { EDITOR_TEXT } from "../text/editor.ts";
import { language, t } from "../text/text.ts";
import { showProblems } from "./code_problems.ts";
import { formatCode, LEAVE_HINT_ID } from "./code_state.ts";
import "./editor.css";
import { codeView, cursorHelp, setCodeView, showFile, shownFile } from "./editor_state.ts";
import { helpLines } from "./help_view.ts";
import { NodeTabs } from "./node_tabs.tsx";
import { ProblemList, Verdict } from "./problem_list.tsx";
import { problemsOf, withPlainLineEnds } from "./problems.ts";

/** The pane. */
export function EditorPane(): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const view = new EditorView({ parent: host.current! });
    setCodeView(view);
    const ends = [effect(follow), effect(judge)];
    return () => {
      for (const end of ends) end();
      setCodeView(null);
      view.destroy();
    };
  }, []);
  const file = shownFile.value;
  return (
    <div class="editor">
      <NodeTabs />
      <div
        class="editor-panel"
        role="tabpanel"
        id="node-panel"
        aria-labelledby={file === null ? undefined : `node-tab-${file.name}`}
      >
        <div class="editor-tools">
          <button type="button" onClick={() => withView(formatCode)} title="Shift+Alt+F">
            {t(EDITOR_TEXT.format)}
          </button>
          <Verdict />
        </div>
        <p class="hidden-text" id={LEAVE_HINT_ID}>{t(EDITOR_TEXT.leave)}</p>
        <div class="editor-code" ref={host} data-testid="editor" />
        <CursorHelp />
        <ProblemList />
      </div>
    </div>
  );
}

function withView(run: (view: EditorView) => boolean): void {
  const view = codeView();
  if (view !== null) run(view);
}

/** Shows the file that is chosen, in the language that is. */
function follow(): void {
  const file = shownFile.value;
  language.value;
  if (file !== null) showFile(file);
}

/** Shows what is wrong with it. */
function judge(): void {
  const file = shownFile.value;
  const { diagnostics } = checked.value;
  language.value;
  const view = codeView();
  if (view === null || file === null) return;
  const text = withPlainLineEnds(file.text);
  // What was typed since is judged after a pause.
  if (view.state.doc.toString() !== text) return;
  showProblems(view, problemsOf(diagnostics, fileName(file), text));
}

/** Help about the keyword at the cursor, for who has no pointer to rest on it. */
function CursorHelp(): JSX.Element | null {
  const help = cursorHelp.value;
  if (help === null) return null;
  const [head, ...lines] = helpLines(help);
  return (
    <p class="cursor-help soft" data-testid="cursor-help">
      <span class="mono">{head}</span> {lines.join("; ")}
    </p>
  );
}
