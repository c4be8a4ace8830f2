// SIGHUP by hand: with one change of the configuration that is played, or with what the editor has.

import { computed, signal } from "@preact/signals";
import type { JSX } from "preact";
import { announcement, playheadSlow, scenario } from "../app/state.ts";
import { playedNodes, reloadWithText } from "../source/play/client.ts";
import { TOPOLOGY_TEXT } from "../text/topology.ts";
import { t } from "../text/text.ts";
import { doByHand } from "./do_offer.ts";
import { configAt, editChoices, editProblem } from "./edit_paths.ts";

const path = signal("");
const value = signal("");
const textProblem = signal("");

const configs = computed(() => {
  const steps = scenario.value?.steps ?? [];
  const us = playheadSlow.value;
  return new Map(
    (playedNodes.value ?? []).map(({ name, config }) => [name, configAt(config, steps, name, us)]),
  );
});

/** The form. */
export function ReloadForm({ node }: { node: string }): JSX.Element | null {
  const config = configs.value.get(node);
  if (config === undefined) return null;
  const choices = editChoices(config);
  const chosen = choices.find((one) => one.path === path.value) ?? choices[0];
  if (chosen === undefined) return null;
  const edit = { path: chosen.path, value: value.value.trim() };
  const problem = edit.value === "" ? "" : editProblem(config, edit);
  const isGood = edit.value !== "" && problem === "";
  return (
    <section>
      <h3>{t(TOPOLOGY_TEXT.reload)}</h3>
      <form
        class="reload-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (isGood) doByHand({ do: "reload", node, set: [edit], config: null });
        }}
      >
        <select
          aria-label={t(TOPOLOGY_TEXT.keyword)}
          data-testid="reload-path"
          value={chosen.path}
          onChange={(event) => path.value = event.currentTarget.value}
        >
          {choices.map((one) => <option key={one.path} value={one.path}>{one.path}</option>)}
        </select>
        <div class="row">
          <input
            type="text"
            aria-label={t(TOPOLOGY_TEXT.newValue)}
            aria-describedby="reload-range"
            aria-invalid={problem !== ""}
            placeholder={chosen.range}
            data-testid="reload-value"
            value={value.value}
            onInput={(event) => value.value = event.currentTarget.value}
          />
          <button type="submit" disabled={!isGood} data-testid="reload-set">
            {t(TOPOLOGY_TEXT.reload)}
          </button>
        </div>
        <p id="reload-range" class={problem === "" ? "soft" : "bad-text"} lang="en">
          {problem === "" ? `${chosen.meaning}: ${chosen.range}` : problem}
        </p>
      </form>
      <button
        type="button"
        onClick={() => {
          const isDone = reloadWithText(node);
          textProblem.value = isDone ? "" : t(TOPOLOGY_TEXT.textHasErrors);
          if (isDone) announcement.value = `${node}: ${t(TOPOLOGY_TEXT.reloadText)}`;
        }}
      >
        {t(TOPOLOGY_TEXT.reloadText)}
      </button>
      {textProblem.value !== "" && <p class="bad-text" role="alert">{textProblem.value}</p>}
    </section>
  );
}
