// The tabs of the nodes: choose, add, rename, close.

import { signal } from "@preact/signals";
import type { JSX, TargetedKeyboardEvent, TargetedSubmitEvent } from "preact";
import { files } from "../app/state.ts";
import { EDITOR_TEXT } from "../text/editor.ts";
import { t, type Text } from "../text/text.ts";
import { addTab, chooseTab, closeTab, renameTab, shownFile } from "./editor_state.ts";
import { type NameProblem, nameProblem, TAB_NAME_LENGTH_MAX, TABS_MAX } from "./tabs.ts";

/** The node whose name is being changed, and what stands in the field; null: none. */
const renaming = signal<{ from: string; to: string } | null>(null);

const PROBLEMS: Record<NameProblem, Text> = {
  empty: EDITOR_TEXT.nameEmpty,
  letters: EDITOR_TEXT.nameLetters,
  long: EDITOR_TEXT.nameLong,
  taken: EDITOR_TEXT.nameTaken,
};

/** The tabs. */
export function NodeTabs(): JSX.Element {
  const shown = shownFile.value?.name ?? "";
  if (renaming.value !== null) return <RenameForm />;
  return (
    <div class="editor-tabs">
      <TabList shown={shown} />
      {shown !== "" && (
        <button
          type="button"
          aria-label={t(EDITOR_TEXT.rename, { name: shown })}
          title={t(EDITOR_TEXT.rename, { name: shown })}
          data-testid="rename-node"
          onClick={() => renaming.value = { from: shown, to: shown }}
        >
          ✎
        </button>
      )}
      {files.value.length > 1 && (
        <button
          type="button"
          aria-label={t(EDITOR_TEXT.close, { name: shown })}
          title={t(EDITOR_TEXT.close, { name: shown })}
          data-testid="close-node"
          onClick={() => closeTab(shown)}
        >
          ✕
        </button>
      )}
      {files.value.length < TABS_MAX && (
        <button
          type="button"
          aria-label={t(EDITOR_TEXT.add)}
          title={t(EDITOR_TEXT.add)}
          data-testid="add-node"
          onClick={addTab}
        >
          +
        </button>
      )}
    </div>
  );
}

function TabList({ shown }: { shown: string }): JSX.Element {
  const names = files.value.map(({ name }) => name);
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLElement>) => {
    const next = nextTab(event.key, names.indexOf(shown), names.length);
    if (event.key === "F2") renaming.value = { from: shown, to: shown };
    else if (event.key === "Delete" && names.length > 1) closeTab(shown);
    else if (next !== null) chooseTab(names[next]!);
    else return;
    event.preventDefault();
    event.stopPropagation();
    const { currentTarget } = event;
    queueMicrotask(() =>
      currentTarget.querySelector<HTMLElement>("[aria-selected='true']")?.focus()
    );
  };
  return (
    <div class="tabs" role="tablist" aria-label={t(EDITOR_TEXT.tabs)} onKeyDown={onKeyDown}>
      {names.map((name) => (
        <button
          type="button"
          role="tab"
          key={name}
          id={`node-tab-${name}`}
          aria-selected={name === shown}
          aria-controls="node-panel"
          tabIndex={name === shown ? 0 : -1}
          data-testid={`file-${name}`}
          onClick={() => chooseTab(name)}
          onDblClick={() => renaming.value = { from: name, to: name }}
        >
          {name}
        </button>
      ))}
    </div>
  );
}

function nextTab(key: string, at: number, count: number): number | null {
  if (count === 0) return null;
  const places: Record<string, number> = {
    ArrowRight: (at + 1) % count,
    ArrowLeft: (at + count - 1) % count,
    Home: 0,
    End: count - 1,
  };
  return Object.hasOwn(places, key) ? places[key]! : null;
}

function RenameForm(): JSX.Element {
  const { from, to } = renaming.value!;
  const problem = nameProblem(files.value, to, from);
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (problem !== null) return;
    if (to !== from) renameTab(from, to);
    renaming.value = null;
  };
  return (
    <form
      class="editor-tabs"
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key === "Escape") renaming.value = null;
      }}
    >
      <input
        type="text"
        aria-label={t(EDITOR_TEXT.newName, { name: from })}
        aria-invalid={problem !== null}
        aria-describedby="node-name-problem"
        autocomplete="off"
        spellcheck={false}
        data-testid="node-name"
        ref={(field) => {
          if (field !== null && !field.contains(document.activeElement)) field.focus();
        }}
        value={to}
        onInput={(event) => renaming.value = { from, to: event.currentTarget.value.trim() }}
      />
      <button type="submit" disabled={problem !== null}>{t(EDITOR_TEXT.renameIt)}</button>
      <button type="button" onClick={() => renaming.value = null}>{t(EDITOR_TEXT.cancel)}</button>
      <span class="verdict bad" id="node-name-problem" role="status">
        {problem !== null && t(PROBLEMS[problem], { max: TAB_NAME_LENGTH_MAX })}
      </span>
    </form>
  );
}
