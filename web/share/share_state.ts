// What of opening and sharing is known before the rest of it is fetched.

import { signal } from "@preact/signals";
import type { Text } from "../text/text.ts";

/** What fragments of plays begin with. */
export const LINK_HEAD = "#play=";

/** The dialog is shown. */
export const shareIsOpen = signal(false);

/** A text with its values. */
export interface Told {
  text: Text;
  values: Readonly<Record<string, string | number>>;
}

/** What came of the last opening, or what is wrong with it; null: nothing to say. */
export const notice = signal<(Told & { isBad: boolean }) | null>(null);
