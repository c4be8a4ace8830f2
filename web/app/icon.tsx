// The page's signs, drawn: fonts do not have them everywhere.

import type { JSX } from "preact";

const PATHS = {
  play: "M4 2.5 13 8 4 13.5Z",
  pause: "M4 3h3v10H4Zm5 0h3v10H9Z",
  next: "M3 3 9 8 3 13ZM10 3h2.5v10H10Z",
  previous: "M13 3 7 8l6 5ZM3.5 3H6v10H3.5Z",
  start: "M2.5 3h2v10h-2ZM9 3v10L5 8ZM14 3v10l-4-5Z",
  end: "M13.5 3h-2v10h2ZM7 3v10l4-5ZM2 3v10l4-5Z",
} as const;

/** A sign; it says nothing to a screen reader. */
export function Icon({ name }: { name: keyof typeof PATHS }): JSX.Element {
  return (
    <svg class="icon" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} fill="currentColor" />
    </svg>
  );
}
