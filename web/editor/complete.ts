// Our proposals in the editor's list.

import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
  snippet,
  startCompletion,
} from "@codemirror/autocomplete";
import type { EditorView } from "@codemirror/view";
import { type Proposal, proposalsAt } from "./completion.ts";
import { helpNode } from "./help_view.ts";
import { readField } from "./read_field.ts";

const TYPES: Record<Proposal["kind"], string> = {
  block: "class",
  keyword: "property",
  option: "keyword",
  value: "constant",
  name: "variable",
};

function complete(context: CompletionContext): CompletionResult | null {
  const word = context.matchBefore(/[^\s{}"#!]+/);
  if (word === null && !context.explicit) return null;
  const found = proposalsAt(context.state.field(readField).tree, context.pos);
  if (found === null) return null;
  return { from: found.from, options: found.proposals.map(optionOf), validFor: /^[\w.-]*$/ };
}

function optionOf({ label, kind, help, boost }: Proposal): Completion {
  return {
    label,
    boost,
    type: TYPES[kind],
    ...(help === null ? {} : { detail: ` ${help.arguments}`, info: () => helpNode(help) }),
    apply: kind === "block" && help !== null
      ? snippet(blockTemplate(label, help.arguments))
      : (view, _completion, from, to) => insert(view, label, { from, to, takes: help?.arguments }),
  };
}

/** `NAME { }` as a template: each value a field to fill in, then the lines of the block. */
function blockTemplate(keyword: string, takes: string): string {
  const values = takes.slice(0, takes.indexOf("{")).split("|")[0]!.trim().split(/\s+/)
    .filter((word) => word !== "" && !word.startsWith("["));
  const fields = values.map((word) => ` \${${word}}`).join("");
  return `${keyword}${fields} {\n\t\${}\n}`;
}

/** Writes a word; where a value has to follow, its list comes at once. */
function insert(
  view: EditorView,
  label: string,
  { from, to, takes = "" }: { from: number; to: number; takes?: string | undefined },
): void {
  const text = takes === "" ? label : `${label} `;
  view.dispatch({
    changes: { from, to, insert: text },
    selection: { anchor: from + text.length },
    userEvent: "input.complete",
  });
  if (takes !== "") startCompletion(view);
}

/** Completion of keywords, options, values and names. */
export const completion = autocompletion({ override: [complete], icons: false });
