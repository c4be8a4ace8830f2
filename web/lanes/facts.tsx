// A list of facts with their names.

import type { ComponentChildren, JSX } from "preact";

/** One fact. */
export function Fact(
  { name, children }: { name: string; children: ComponentChildren },
): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
