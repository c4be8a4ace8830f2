// Help about a keyword on the screen: beside completions, over words, and in the line below the text.

import { type EditorView, hoverTooltip, type Tooltip } from "@codemirror/view";
import { EDITOR_TEXT } from "../text/editor.ts";
import { t } from "../text/text.ts";
import { type Help, helpAt } from "./help.ts";
import { readField } from "./read_field.ts";

/** Time that the pointer rests on a word before its help comes, milliseconds. */
const HOVER_MS = 300;

/** Lines of a help, the keyword with its arguments first. */
export function helpLines({ keyword, arguments: takes, meaning, changes }: Help): string[] {
  const head = takes === "" ? keyword : `${keyword} ${takes}`;
  if (meaning === null) {
    return [head, t(changes === "nothing" ? EDITOR_TEXT.ignored : EDITOR_TEXT.unsupported)];
  }
  const { default: byDefault, range } = meaning;
  return [
    head,
    meaning.meaning,
    ...(byDefault === "" ? [] : [`${t(EDITOR_TEXT.default)}: ${byDefault}`]),
    ...(range === "" ? [] : [`${t(EDITOR_TEXT.range)}: ${range}`]),
  ];
}

/** A help as an element. */
export function helpNode(help: Help): HTMLElement {
  const node = document.createElement("div");
  node.className = "conf-help";
  helpLines(help).forEach((line, i) => {
    const child = document.createElement("div");
    child.textContent = line;
    if (i !== 1) child.className = i === 0 ? "mono" : "soft";
    node.append(child);
  });
  return node;
}

function tooltip(view: EditorView, offset: number): Tooltip | null {
  const found = helpAt(view.state.field(readField).tree, offset);
  if (found === null) return null;
  const { help, from, to } = found;
  return { pos: from, end: to, above: true, create: () => ({ dom: helpNode(help) }) };
}

/** Shows help over the word that the pointer rests on. */
export const helpHover = hoverTooltip(tooltip, { hoverTime: HOVER_MS });
