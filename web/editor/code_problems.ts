// What is wrong with a text, in the text: underlined, in the gutter, with what mends it.

import { type Diagnostic, setDiagnostics } from "@codemirror/lint";
import type { EditorView } from "@codemirror/view";
import { EDITOR_TEXT } from "../text/editor.ts";
import { t } from "../text/text.ts";
import { movedFix, type Problem } from "./problems.ts";

/** Shows what is wrong with the text that a view has now. */
export function showProblems(view: EditorView, problems: readonly Problem[]): void {
  const text = view.state.doc.toString();
  view.dispatch(setDiagnostics(view.state, problems.map((one) => markOf(one, text))));
}

function markOf(problem: Problem, text: string): Diagnostic {
  const { from, to, severity, code, fix } = problem;
  return {
    ...{ from, to, severity, source: code },
    message: messageOf(problem),
    ...(fix === null ? {} : {
      actions: [{
        name: fixName(fix.insert),
        apply: (view, now) => applyFix(view, problem, text, now - from),
      }],
    }),
  };
}

/** What is wrong, and what to do. */
export function messageOf({ message, hint }: Pick<Problem, "message" | "hint">): string {
  return hint === "" ? message : `${message}\n${t(EDITOR_TEXT.hint, { hint })}`;
}

/** What the button of a mend says. */
export function fixName(insert: string): string {
  return t(EDITOR_TEXT.fix, { text: insert.trim() || t(EDITOR_TEXT.remove) });
}

/** Mends a problem of a text whose place has moved since by so much; nothing where that is gone. */
export function applyFix(view: EditorView, { fix }: Problem, was: string, by: number): void {
  const edit = fix === null ? null : movedFix(fix, was, by, view.state.doc.toString());
  if (edit !== null) view.dispatch({ changes: edit, userEvent: "input.fix", scrollIntoView: true });
}
