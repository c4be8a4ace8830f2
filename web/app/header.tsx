// The head of the page: what is shown, which view of it, what else can be opened, and the settings.

import type { JSX } from "preact";
import { type Theme, theme, THEMES } from "../style/palette.ts";
import { SHELL_TEXT } from "../text/shell.ts";
import { type Language, language, LANGUAGES, t, type Text } from "../text/text.ts";
import { helpIsOpen } from "./key_help.tsx";
import { OpenMenus } from "./open_menus.tsx";
import { chooseLanguage, chooseTheme } from "./settings.ts";
import { playFiles } from "../source/play/client.ts";
import { recording, revision, view, type ViewName } from "./state.ts";
import type { SourceKind } from "../story/recording.ts";
import { Tabs } from "./tabs.tsx";

const VIEWS: Record<ViewName, Text> = {
  cluster: SHELL_TEXT.cluster,
  balance: SHELL_TEXT.balance,
  inspector: SHELL_TEXT.inspector,
};
const SOURCES: Record<SourceKind, Text> = {
  simulation: SHELL_TEXT.sourceSimulation,
  dump: SHELL_TEXT.sourceDump,
  capture: SHELL_TEXT.sourceCapture,
  live: SHELL_TEXT.sourceLive,
};
const THEME_NAMES: Record<Theme, Text> = {
  system: SHELL_TEXT.themeSystem,
  light: SHELL_TEXT.themeLight,
  dark: SHELL_TEXT.themeDark,
};
const LANGUAGE_NAMES: Record<Language, string> = { en: "English", zh: "中文" };

/** The header. */
export function Header(): JSX.Element {
  return (
    <header class="bar">
      <h1 class="brand">vipd</h1>
      <Source />
      <nav class="views" aria-label={t(SHELL_TEXT.views)}>
        <Tabs label={t(SHELL_TEXT.views)} tabs={VIEWS} chosen={view} id="view" />
      </nav>
      <span class="grow" />
      <OpenMenus />
      <button
        type="button"
        data-testid="help"
        aria-haspopup="dialog"
        onClick={() => helpIsOpen.value = true}
      >
        {t(SHELL_TEXT.help)} <kbd>?</kbd>
      </button>
      <select
        aria-label={t(SHELL_TEXT.theme)}
        data-testid="theme"
        value={theme.value}
        onChange={(event) => chooseTheme(event.currentTarget.value as Theme)}
      >
        {THEMES.map((name) => <option key={name} value={name}>{t(THEME_NAMES[name])}</option>)}
      </select>
      <select
        aria-label={t(SHELL_TEXT.language)}
        data-testid="language"
        value={language.value}
        onChange={(event) => chooseLanguage(event.currentTarget.value as Language)}
      >
        {LANGUAGES.map((name) => (
          <option key={name} value={name} lang={name}>{LANGUAGE_NAMES[name]}</option>
        ))}
      </select>
    </header>
  );
}

function Source(): JSX.Element {
  revision.value;
  const { source, name } = recording.value;
  return (
    <p class="source" data-testid="source">
      <span class="badge">{t(SOURCES[source])}</span> <span class="source-name">{name}</span>
      {source !== "simulation" && (
        <button type="button" onClick={() => playFiles()}>{t(SHELL_TEXT.backToSimulation)}</button>
      )}
    </p>
  );
}
