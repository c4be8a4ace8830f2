// Language and theme: what was chosen before, or what the browser asks for.

import { effect } from "@preact/signals";
import { palette, type Theme, theme, THEMES } from "../style/palette.ts";
import { SHELL_TEXT } from "../text/shell.ts";
import { type Language, language, LANGUAGES, t } from "../text/text.ts";

const LANGUAGE_KEY = "vipd.language";
const THEME_KEY = "vipd.theme";

/** The browser may refuse its storage: then nothing is remembered. */
function stored(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function store(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // What is chosen holds until the page is closed.
  }
}

/** The first language of the browser that the page speaks. */
export function languageAmong(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const found = LANGUAGES.find((one) => tag.toLowerCase().split("-")[0] === one);
    if (found !== undefined) return found;
  }
  return "en";
}

/** Takes the settings over and keeps them from now on. */
export function keepSettings(): void {
  const known = stored(LANGUAGE_KEY);
  language.value = LANGUAGES.find((one) => one === known) ?? languageAmong(navigator.languages);
  theme.value = THEMES.find((one) => one === stored(THEME_KEY)) ?? "system";
  effect(() => {
    document.documentElement.lang = language.value;
    document.title = t(SHELL_TEXT.title);
  });
  effect(() => void palette.value);
}

/** A person chose a language. */
export function chooseLanguage(next: Language): void {
  language.value = next;
  store(LANGUAGE_KEY, next);
}

/** A person chose a theme. */
export function chooseTheme(next: Theme): void {
  theme.value = next;
  store(THEME_KEY, next);
}
