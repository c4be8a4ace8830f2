// What to do with an edited configuration: play it from the start, or reload a node with it.

import { computed } from "@preact/signals";
import type { JSX } from "preact";
import { checked } from "../source/play/checked.ts";
import { playedFiles, playedNodes, playFiles, reloadWithText } from "../source/play/client.ts";
import { SHELL_TEXT } from "../text/shell.ts";
import { t } from "../text/text.ts";
import { files, playheadSlow, recording } from "./state.ts";
import { timeText } from "./time_text.ts";

/** Places of the files that differ from what is played; -1 alone: other files. */
const edited = computed((): number[] => {
  const [now, played] = [files.value, playedFiles.value];
  if (now.length !== played.length) return [-1];
  return now.flatMap(({ text }, i) => text === played[i]!.text ? [] : [i]);
});
const isGood = computed(() => edited.value.length === 0 || checked.value.nodes !== null);

/** The bar; nothing while what is played is what is written. */
export function EditedBar(): JSX.Element | null {
  if (edited.value.length === 0) return null;
  if (!isGood.value) {
    return <p class="edited bad" data-testid="edited">{t(SHELL_TEXT.hasErrors)}</p>;
  }
  const isSimulation = recording.value.source === "simulation";
  const nodes = edited.value.flatMap((i) => playedNodes.value?.[i]?.name ?? []);
  return (
    <div class="edited" data-testid="edited">
      <p>{t(SHELL_TEXT.edited)}</p>
      <button type="button" class="primary" data-testid="play-edited" onClick={() => playFiles()}>
        {t(SHELL_TEXT.playIt)}
      </button>
      {isSimulation && nodes.map((node) => (
        <button
          type="button"
          key={node}
          onClick={() => reloadWithText(node)}
        >
          {t(SHELL_TEXT.reloadInto, { node, time: timeText(playheadSlow.value) })}
        </button>
      ))}
    </div>
  );
}
