// What opened configurations make of the tabs: files with the names of tabs are other texts of these; any
// others are another cluster.

import type { ConfFile } from "../app/state.ts";
import { freeName } from "../editor/tabs.ts";

/** The tabs with opened configurations, by the names of their files. */
export function joinFiles(
  tabs: readonly ConfFile[],
  opened: readonly ConfFile[],
): readonly ConfFile[] {
  if (opened.length === 0) return tabs;
  const texts = new Map(opened.map(({ name, text }) => [tabName(name), text]));
  const areKnown = texts.size === opened.length &&
    [...texts.keys()].every((name) => tabs.some((tab) => tabName(tab.name) === name));
  if (areKnown) {
    return tabs.map((tab) => ({ ...tab, text: texts.get(tabName(tab.name)) ?? tab.text }));
  }
  const files: ConfFile[] = [];
  for (const { name, text } of opened) files.push({ name: freeName(files, name), text });
  return files;
}

function tabName(file: string): string {
  return file.replace(/\.conf$/, "");
}
