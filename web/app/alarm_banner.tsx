// What must not be overlooked, above everything else.

import type { JSX } from "preact";

/** The banner; nothing while all is well. */
export function AlarmBanner(): JSX.Element | null {
  return null;
}
