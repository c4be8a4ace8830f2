// What an editor's text is, kept with its state: the tree, and the colours made of it.

import { StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView } from "@codemirror/view";
import type { Tree } from "../../host/conf/tree.ts";
import { type Mark, type MarkKind, marksOf, treeOf } from "./syntax.ts";

/** Texts longer than this have neither colours nor completion: reading one at each key takes too long. */
export const READ_LENGTH_MAX = 150_000;

interface Read {
  /** Of a text that is too long: that of none. */
  tree: Tree;
  colours: DecorationSet;
}

const COLOURS: Record<Exclude<MarkKind, "value">, Decoration> = {
  block: Decoration.mark({ class: "conf-block" }),
  keyword: Decoration.mark({ class: "conf-keyword" }),
  unsupported: Decoration.mark({ class: "conf-unsupported" }),
  unknown: Decoration.mark({ class: "conf-unknown" }),
  name: Decoration.mark({ class: "conf-name" }),
  option: Decoration.mark({ class: "conf-option" }),
  number: Decoration.mark({ class: "conf-number" }),
  string: Decoration.mark({ class: "conf-string" }),
  comment: Decoration.mark({ class: "conf-comment" }),
};

function read(text: string): Read {
  const tree = treeOf(text.length > READ_LENGTH_MAX ? "" : text);
  const colours = marksOf(tree).flatMap(({ from, to, kind }: Mark) =>
    kind === "value" ? [] : COLOURS[kind].range(from, to)
  );
  return { tree, colours: Decoration.set(colours) };
}

/** Reads the text whenever it changes. */
export const readField = StateField.define<Read>({
  create: (state) => read(state.doc.toString()),
  update: (before, { docChanged, state }) => docChanged ? read(state.doc.toString()) : before,
  provide: (field) => EditorView.decorations.from(field, ({ colours }) => colours),
});
