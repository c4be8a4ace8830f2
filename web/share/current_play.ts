// What of the page is shared and saved: the editor's files with what is played on them. A reload with a whole
// other configuration belongs to the files that were played before it, so then those are taken.

import type { ConfFile } from "../app/state.ts";
import type { Scenario } from "../../host/sim/scenario/scenario.ts";
import { handScenario } from "../source/play/hand_scenario.ts";

/** What the page knows. */
export interface Shown {
  /** The editor's. */
  files: readonly ConfFile[];
  /** Those that are played; the editor's may be newer. */
  played: readonly ConfFile[];
  scenario: Scenario | null;
  seed: number;
}

/** A play of it. */
export interface CurrentPlay {
  files: readonly ConfFile[];
  scenario: Scenario;
  seed: number;
  /** The editor has other texts than these. */
  isBehindEditor: boolean;
}

/** The play that is shared: without a scenario that in which nothing happens. */
export function currentPlay({ files, played, scenario, seed }: Shown): CurrentPlay {
  const isBound =
    scenario?.steps.some(({ action }) => action.do === "reload" && action.config !== null) ?? false;
  const isBehindEditor = isBound && !areEqual(files, played);
  return {
    files: isBehindEditor ? played : files,
    scenario: scenario ?? handScenario(),
    seed,
    isBehindEditor,
  };
}

function areEqual(some: readonly ConfFile[], others: readonly ConfFile[]): boolean {
  return some.length === others.length &&
    some.every(({ name, text }, i) => name === others[i]!.name && text === others[i]!.text);
}
