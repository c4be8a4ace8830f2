// What a hand does to a scenario: steps put in and taken out, and up to when the play stays as it was.

import type { Action, Scenario, Step } from "../../../host/sim/scenario/scenario.ts";

/** A scenario after an edit. */
export interface Edit {
  scenario: Scenario;
  /** Until then, in simulated microseconds, everything happens as before; -1: from the beginning anew. */
  sameUntilUs: number;
}

/** The scenario with something done at `nowUs`: behind everything that is seen then. */
export function withAction(base: Scenario, action: Action, nowUs: number): Edit {
  const step = { atUs: Math.floor(nowUs) + 1, action };
  const durationUs = Math.max(base.durationUs, step.atUs);
  return edit({ ...base, durationUs }, inserted(base.steps, step), step);
}

/** The scenario without one of its steps. */
export function withoutStep(base: Scenario, step: Step): Edit {
  return edit(base, base.steps.filter((one) => one !== step), step);
}

/** The scenario with a step that it had before, behind those of the same time. */
export function withStep(base: Scenario, step: Step): Edit {
  return edit(base, inserted(base.steps, step), step);
}

function inserted(steps: readonly Step[], step: Step): Step[] {
  const behind = steps.findIndex(({ atUs }) => atUs > step.atUs);
  return steps.toSpliced(behind < 0 ? steps.length : behind, 0, step);
}

function edit(base: Scenario, steps: Step[], { atUs, action }: Step): Edit {
  // Another configuration changes how the machines are laid out from the beginning.
  const isWhole = action.do === "reload" && action.config !== null;
  return { scenario: { ...base, steps }, sameUntilUs: isWhole ? -1 : atUs - 1 };
}
