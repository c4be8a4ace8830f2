// The sign of a state: its word on its colour and pattern, as the lanes draw it.

import type { JSX } from "preact";
import "./state_chip.css";

/** The sign. */
export function StateChip({ state }: { state: string }): JSX.Element {
  return <span class="state-chip" data-state={state}>{state}</span>;
}
