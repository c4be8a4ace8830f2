// The CodeMirror of one file: what all tabs have alike.

import { completionKeymap } from "@codemirror/autocomplete";
import {
  history,
  historyKeymap,
  indentWithTab,
  standardKeymap,
  temporarilySetTabFocusMode,
} from "@codemirror/commands";
import { lintGutter, nextDiagnostic, previousDiagnostic } from "@codemirror/lint";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import {
  EditorView,
  highlightActiveLine,
  highlightSpecialChars,
  keymap,
  lineNumbers,
  type ViewUpdate,
} from "@codemirror/view";
import { EDITOR_PHRASES, EDITOR_TEXT } from "../text/editor.ts";
import { language, t } from "../text/text.ts";
import { matchedBraces } from "./braces.ts";
import { completion } from "./complete.ts";
import { codeTheme } from "./code_theme.ts";
import { formattingOf } from "./formatting.ts";
import { helpHover } from "./help_view.ts";
import { readField } from "./read_field.ts";

/** Id of the sentence that says how to leave the editor with the keyboard. */
export const LEAVE_HINT_ID = "editor-leave";
/** What is said in the language of the page. */
const words = new Compartment();

/** Formats the whole text; true: it was not formatted. */
export function formatCode(view: EditorView): boolean {
  const edit = formattingOf(view.state.doc.toString());
  if (edit === null) return false;
  view.dispatch({ changes: edit, userEvent: "input.format" });
  return true;
}

const KEYS = keymap.of([
  { key: "Shift-Alt-f", run: (view) => formatCode(view) || true },
  ...completionKeymap,
  { key: "F8", run: nextDiagnostic, shift: previousDiagnostic },
  ...historyKeymap,
  ...standardKeymap,
  indentWithTab,
  // What else Escape does comes first: then Tab leaves the editor.
  { key: "Escape", run: temporarilySetTabFocusMode },
]);

function wordsOf(name: string): Extension {
  return [
    EditorState.phrases.of(
      Object.fromEntries(
        Object.entries(EDITOR_PHRASES).map((
          [phrase, text],
        ) => [phrase, t({ en: phrase, ...text })]),
      ),
    ),
    EditorView.contentAttributes.of({
      "aria-label": t(EDITOR_TEXT.editor, { name }),
      "aria-describedby": LEAVE_HINT_ID,
      lang: language.peek(),
      tabindex: "0",
    }),
  ];
}

/** The state of a file that was just opened: its own undo begins here. */
export function newCodeState(
  name: string,
  text: string,
  hear: (update: ViewUpdate) => void,
): EditorState {
  return EditorState.create({
    doc: text,
    extensions: [
      words.of(wordsOf(name)),
      lineNumbers(),
      history(),
      highlightActiveLine(),
      highlightSpecialChars(),
      readField,
      matchedBraces,
      completion,
      helpHover,
      lintGutter(),
      KEYS,
      EditorView.lineWrapping,
      codeTheme,
      EditorView.updateListener.of(hear),
    ],
  });
}

/** Says the words of an editor in the language of the page, with the name that its file has now. */
export function sayWords(view: EditorView, name: string): void {
  view.dispatch({ effects: words.reconfigure(wordsOf(name)) });
}
