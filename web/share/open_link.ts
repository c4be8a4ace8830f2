// Opens the play of the page's address, at the begin and whenever another link is put there.

import { LINK_HEAD } from "./share_state.ts";

/** Opens the play of a fragment; false when there is none, or it is broken, which is said. Never rejects. */
export async function openLink(fragment: string): Promise<boolean> {
  if (!fragment.startsWith(LINK_HEAD)) return false;
  const [{ readShareLink }, { openShared, say }] = await Promise.all([
    import("./link.ts"),
    import("./opening.ts"),
  ]);
  const reading = await readShareLink(fragment);
  if (reading.kind === "play") return openShared(reading.play);
  if (reading.kind === "broken") say(reading.problem.text, reading.problem.values, true);
  return false;
}

/** Opens links that are put into the address while the page is there; once a page. */
export function followLinks(): void {
  addEventListener("hashchange", () => void openLink(location.hash));
}
