// The colours of base.css for canvases, read again when the theme changes.

import { computed, type ReadonlySignal, signal } from "@preact/signals";

/** Themes; `system` follows the browser. */
export const THEMES = ["system", "light", "dark"] as const;
export type Theme = typeof THEMES[number];

/** The theme that was chosen. */
export const theme = signal<Theme>("system");
const prefersDark = signal(false);

const NAMES = [
  "paper",
  "card",
  "sunk",
  "line",
  "line-strong",
  "ink",
  "ink-soft",
  "accent",
  "accent-ink",
  "focus",
  "master",
  "backup",
  "fault",
  "init",
  "down",
  "advert",
  "announcement",
  "check",
  "request",
  "bad",
  "good",
  "warn",
] as const;

/** Colours by the name of their CSS variable. */
export type Palette = Readonly<Record<typeof NAMES[number], string>>;

/** Whether the page is dark now. */
export const isDark: ReadonlySignal<boolean> = computed(() =>
  theme.value === "dark" || (theme.value === "system" && prefersDark.value)
);

/** The colours in force. */
export const palette: ReadonlySignal<Palette> = computed(() => {
  document.documentElement.dataset.theme = isDark.value ? "dark" : "light";
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(
    NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]),
  ) as Palette;
});

/** The colour of a state; DOWN and INIT are quiet. */
export function stateColour(colours: Palette, state: string): string {
  switch (state) {
    case "MASTER":
      return colours.master;
    case "BACKUP":
      return colours.backup;
    case "FAULT":
      return colours.fault;
    case "INIT":
    case "STOP":
      return colours.init;
    default:
      return colours.down;
  }
}

/** Follows the browser's theme. */
export function followSystemTheme(): void {
  const query = matchMedia("(prefers-color-scheme: dark)");
  prefersDark.value = query.matches;
  query.addEventListener("change", () => prefersDark.value = query.matches);
}
