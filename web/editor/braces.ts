// The brace that belongs to the one at the cursor, by our own tree: braces in quotes and comments are none.

import { type EditorState, type Extension, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView } from "@codemirror/view";
import type { Item, Tree } from "../../host/conf/tree.ts";
import { readField } from "./read_field.ts";

/** Braces that belong together, by their offsets; one that has no other is alone. */
export interface BracePair {
  open: number | null;
  close: number | null;
}

/** The pair one of whose braces an offset touches, the one before it first; null: it touches none. */
export function bracesAt(tree: Tree, offset: number): BracePair | null {
  const pairs = [...pairsOf(tree.items)];
  const at = (brace: number) =>
    pairs.find(({ open, close }) => open === brace || close === brace) ?? null;
  return at(offset - 1) ?? at(offset);
}

function* pairsOf(items: readonly Item[]): Generator<BracePair> {
  for (const item of items) {
    if (item.kind === "stray") {
      const { kind, start } = item.token;
      yield kind === "open" ? { open: start, close: null } : { open: null, close: start };
    } else if (item.block !== null) {
      yield { open: item.block.open.start, close: item.block.close?.start ?? null };
      yield* pairsOf(item.block.items);
    }
  }
}

const MATCHED = Decoration.mark({ class: "cm-matchingBracket" });
const ALONE = Decoration.mark({ class: "cm-nonmatchingBracket" });

function marksOf(state: EditorState): DecorationSet {
  const { head, empty } = state.selection.main;
  const pair = empty ? bracesAt(state.field(readField).tree, head) : null;
  if (pair === null) return Decoration.none;
  const mark = pair.open === null || pair.close === null ? ALONE : MATCHED;
  const braces = [pair.open, pair.close].filter((brace) => brace !== null);
  return Decoration.set(braces.map((brace) => mark.range(brace, brace + 1)));
}

/** Shows the braces that belong together. */
export const matchedBraces: Extension = StateField.define<DecorationSet>({
  create: marksOf,
  update: (before, { docChanged, selection, state }) =>
    docChanged || selection !== undefined ? marksOf(state) : before,
  provide: (field) => EditorView.decorations.from(field),
});
