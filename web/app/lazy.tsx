// A part of the page that is fetched when it is first shown.

import type { ComponentType, JSX } from "preact";
import { signal } from "@preact/signals";
import { SHELL_TEXT } from "../text/shell.ts";
import { t } from "../text/text.ts";

/** A component that stands for one of another module. A failed fetch is said, with a way to try again. */
export function lazyPart(load: () => Promise<ComponentType>): () => JSX.Element {
  const part = signal<ComponentType | null>(null);
  const problem = signal("");
  let isAsked = false;

  function ask(): void {
    isAsked = true;
    problem.value = "";
    load().then(
      (loaded) => part.value = loaded,
      (thrown: unknown) =>
        problem.value = thrown instanceof Error ? thrown.message : String(thrown),
    );
  }

  return function Lazy() {
    if (!isAsked) ask();
    const Part = part.value;
    if (Part !== null) return <Part />;
    if (problem.value === "") {
      return <p class="loading soft" role="status">{t(SHELL_TEXT.loading)}</p>;
    }
    return (
      <p class="loading" role="alert">
        {t(SHELL_TEXT.partFailed, { problem: problem.value })}{" "}
        <button type="button" onClick={ask}>{t(SHELL_TEXT.tryAgain)}</button>
      </p>
    );
  };
}
