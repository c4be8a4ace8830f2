// What is wrong with the files of all nodes, as a list: go there, mend it.

import type { JSX } from "preact";
import { files } from "../app/state.ts";
import { checked } from "../source/play/checked.ts";
import { fileName } from "../source/play/nodes.ts";
import { EDITOR_TEXT } from "../text/editor.ts";
import { t } from "../text/text.ts";
import { applyFix, fixName } from "./code_problems.ts";
import { chooseTab, codeView } from "./editor_state.ts";
import { countOf, type Problem, problemsOf, withPlainLineEnds } from "./problems.ts";

/** How many errors and warnings there are. */
export function Verdict(): JSX.Element {
  const { error, warning } = countOf(checked.value.diagnostics);
  const errors = error === 1 ? t(EDITOR_TEXT.oneError) : t(EDITOR_TEXT.errors, { count: error });
  const warnings = warning === 1
    ? t(EDITOR_TEXT.oneWarning)
    : t(EDITOR_TEXT.warnings, { count: warning });
  const parts = [error > 0 ? errors : "", warning > 0 ? warnings : ""].filter((part) =>
    part !== ""
  );
  const kind = error > 0 ? "bad" : warning > 0 ? "warn" : "good";
  return (
    <span class={`verdict ${kind}`} role="status" data-testid="verdict">
      {parts.length === 0 ? t(EDITOR_TEXT.clean) : parts.join(", ")}
    </span>
  );
}

/** A finding with the node whose file has it. */
interface Found extends Problem {
  node: string;
  text: string;
}

/** Findings that the list shows; the rest is counted. */
const PROBLEMS_SHOWN_MAX = 100;

function findAll(): Found[] {
  const { diagnostics } = checked.value;
  return files.value.flatMap((file) => {
    const text = withPlainLineEnds(file.text);
    return problemsOf(diagnostics, fileName(file), text).map((problem) => ({
      ...problem,
      ...{ node: file.name, text },
    }));
  });
}

const ORDER = { error: 0, warning: 1, info: 2 };

/** The list; nothing while nothing is wrong. */
export function ProblemList(): JSX.Element | null {
  const all = findAll().sort((one, other) => ORDER[one.severity] - ORDER[other.severity]);
  if (all.length === 0) return null;
  return (
    <ul class="problems" aria-label={t(EDITOR_TEXT.problems)} data-testid="problems">
      {all.slice(0, PROBLEMS_SHOWN_MAX).map((one) => (
        <li key={`${one.node} ${one.from} ${one.code}`} data-severity={one.severity}>
          <button
            type="button"
            class="problem"
            onClick={() =>
              goTo(one)}
          >
            <span class="severity">{t(EDITOR_TEXT[one.severity])}</span>{" "}
            <span class="mono">{one.node}:{one.line}</span> {one.message}
            {one.hint !== "" && (
              <span class="soft hint">{t(EDITOR_TEXT.hint, { hint: one.hint })}</span>
            )}
          </button>
          {one.fix !== null && (
            <button
              type="button"
              class="mend"
              onClick={() => mend(one)}
            >
              {fixName(one.fix.insert)}
            </button>
          )}
        </li>
      ))}
      {all.length > PROBLEMS_SHOWN_MAX && (
        <li class="soft">
          {t(EDITOR_TEXT.moreProblems, { count: all.length - PROBLEMS_SHOWN_MAX })}
        </li>
      )}
    </ul>
  );
}

function goTo({ node, from }: Found): void {
  chooseTab(node);
  const view = codeView();
  if (view === null) return;
  const anchor = Math.min(from, view.state.doc.length);
  view.dispatch({ selection: { anchor }, scrollIntoView: true });
  view.focus();
}

function mend(problem: Found): void {
  chooseTab(problem.node);
  const view = codeView();
  if (view !== null) applyFix(view, problem, problem.text, 0);
}
