// What can be opened: samples, files, links, directors.

import type { JSX } from "preact";
import { ShareMenu } from "../share/share_menu.tsx";
import { LiveMenu } from "../source/live/live_menu.tsx";

/** The menus. */
export function OpenMenus(): JSX.Element {
  return (
    <>
      <ShareMenu />
      <LiveMenu />
    </>
  );
}
