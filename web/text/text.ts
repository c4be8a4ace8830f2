// The page's words in its languages: each area has a table in this folder, each entry all languages.

import { signal } from "@preact/signals";

/** Languages of the page. */
export const LANGUAGES = ["en", "zh"] as const;
export type Language = typeof LANGUAGES[number];

/** One text in all languages. `{name}` stands for a value. */
export type Text = { readonly [L in Language]: string };

/** The language in force. */
export const language = signal<Language>("en");

/** A text in the language in force, with its values. Read in a component it follows the language. */
export function t(text: Text, values: Readonly<Record<string, string | number>> = {}): string {
  return text[language.value].replace(
    /\{(\w+)\}/g,
    (whole, name: string) => String(values[name] ?? whole),
  );
}
