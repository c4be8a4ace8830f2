// Which panel stands at the side, and which part a narrow screen shows.

import { signal } from "@preact/signals";

/** What the side shows. */
export type Side = "details" | "faults" | "story";
export const side = signal<Side>("details");

/** What a narrow screen shows. */
export type Pane = "configuration" | "main" | "side";
export const pane = signal<Pane>("main");

/** Shows a panel of the side, wherever one is. */
export function showSide(name: Side): void {
  side.value = name;
  pane.value = "side";
}
