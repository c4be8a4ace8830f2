// What can be opened: samples, files, links, directors.

import type { JSX } from "preact";

/** The menus. */
export function OpenMenus(): JSX.Element | null {
  return null;
}
