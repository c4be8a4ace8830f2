// What a reload of the tab brings back: files with their edits, scenario with what was done by hand, seed. It stands
// in the state of the tab's history entry, which nobody else sees and which ends with the tab.

import { effect } from "@preact/signals";
import type { Scenario } from "../../host/sim/scenario/scenario.ts";
import { playedFiles, playFiles } from "../source/play/client.ts";
import { type ConfFile, files, recording, scenario, seed } from "./state.ts";

/** Where in the state it stands: the number changes with the shape of KeptPlay or Scenario. */
const STATE_KEY = "vipd play 1";
/** After the last change, milliseconds: browsers count how often the state is set. */
const KEEP_AFTER_MS = 300;

interface KeptPlay {
  /** The editor's. */
  files: readonly ConfFile[];
  /** Those that are played; empty: none has been. */
  played: readonly ConfFile[];
  scenario: Scenario | null;
  seed: number;
}

/** Keeps what is played, from now on; once a page. */
export function keepPlay(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    const play: KeptPlay = {
      files: files.value,
      played: playedFiles.value,
      scenario: scenario.value,
      seed: seed.value,
    };
    const isShown = recording.value.source === "simulation";
    clearTimeout(timer);
    timer = setTimeout(() => keep(isShown ? play : null), KEEP_AFTER_MS);
  });
}

function keep(play: KeptPlay | null): void {
  try {
    history.replaceState(play === null ? null : { [STATE_KEY]: play }, "");
  } catch {
    // Larger than the browser keeps: then a reload opens what the address says, as without this.
  }
}

/** Plays what was kept; false when there is nothing, or it cannot be played. */
export function openKept(): boolean {
  const play = (history.state as Record<string, KeptPlay> | null)?.[STATE_KEY];
  if (play === undefined) return false;
  files.value = play.played;
  scenario.value = play.scenario;
  seed.value = play.seed;
  if (!playFiles()) {
    scenario.value = null;
    return false;
  }
  files.value = play.files;
  return true;
}
