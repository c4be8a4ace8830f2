// The page's keys: each area registers its own, one listener serves all, the help lists them.

import { signal } from "@preact/signals";
import type { Text } from "../text/text.ts";

/** One key of the page. */
export interface Key {
  /** As KeyboardEvent.key has it: `k`, ` `, `Home`; letters without regard to case. */
  key: string;
  shift?: boolean;
  /** What it does, for the help. */
  text: Text;
  run(): void;
}

/** The keys of an area. */
export interface KeyArea {
  title: Text;
  keys: readonly Key[];
}

/** All areas, in the order in which they registered. */
export const keyAreas = signal<readonly KeyArea[]>([]);

/** Makes an area's keys work everywhere but in fields; answers what ends that. */
export function registerKeys(area: KeyArea): () => void {
  keyAreas.value = [...keyAreas.peek(), area];
  return () => keyAreas.value = keyAreas.peek().filter((one) => one !== area);
}

/** Elements that take keys for themselves. */
const FIELDS = "input, textarea, select, [contenteditable='true'], .cm-editor, [data-own-keys]";
/** What Space and Enter press. */
const PRESSED = "button, a[href], summary, [role='button'], [role='tab'], [role='menuitem']";

function isMeant(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return false;
  const target = event.target instanceof Element ? event.target : null;
  if (target === null) return true;
  if (target.closest("dialog[open]") !== null) return false;
  const isRange = target instanceof HTMLInputElement &&
    (target.type === "checkbox" || target.type === "button");
  if (target.closest(FIELDS) !== null && !isRange) return false;
  const isPress = event.key === " " || event.key === "Enter";
  return !(isPress && target.closest(PRESSED) !== null);
}

/** Listens; once a page. */
export function listenToKeys(): void {
  addEventListener("keydown", (event) => {
    if (!isMeant(event)) return;
    // What came last is nearest to what is shown: a view's own keys go before the page's.
    for (const { keys } of keyAreas.peek().toReversed()) {
      const found = keys.find(({ key, shift }) =>
        key.toLowerCase() === event.key.toLowerCase() &&
        (shift === undefined || shift === event.shiftKey)
      );
      if (found === undefined) continue;
      event.preventDefault();
      return found.run();
    }
  });
}

/** A key as a keyboard shows it. */
export function keyName({ key, shift }: Pick<Key, "key" | "shift">): string {
  const name = key === " " ? "Space" : key.replace("Arrow", "");
  return shift === true ? `Shift ${name}` : name;
}
