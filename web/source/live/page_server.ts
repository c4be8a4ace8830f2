// Where the page comes from: a static server, a running daemon, or `vipd web` with files to open.

import {
  FACTS_PATH,
  OPENED_KEY,
  type OpenedFile,
  openedListPath,
  type ServerFacts,
} from "../../../host/control/client.ts";
import { liveAddress, liveIsOpen } from "./live_fields.ts";

/** Files of one page. */
const FILES_MAX = 64;

/** What the server of this page says of itself; null: nothing, it is a static one or there is no network. */
export async function serverFacts(base: string = document.baseURI): Promise<ServerFacts | null> {
  const facts = await jsonOf(new URL(FACTS_PATH, base)) as Partial<ServerFacts> | null;
  return facts?.role === "daemon" || facts?.role === "files" ? facts as ServerFacts : null;
}

/** Who opens the page of a director wants to watch it: only its token is missing. */
export async function offerLive(): Promise<void> {
  if ((await serverFacts())?.role !== "daemon") return;
  liveAddress.value = new URL(".", document.baseURI).href.replace(/\/$/, "");
  liveIsOpen.value = true;
}

/**
 * The files that `vipd web` was given, by the key in the fragment; null: the fragment has none. Rejects when
 * they cannot be fetched.
 */
export async function filesOfServer(
  fragment: string = location.hash,
  base: string = document.baseURI,
): Promise<File[] | null> {
  const key = new URLSearchParams(fragment.replace(/^#/, "")).get(OPENED_KEY);
  if (key === null || !/^[0-9a-f]+$/.test(key)) return null;
  const list = await jsonOf(new URL(openedListPath(key), base));
  if (!Array.isArray(list)) throw new Error("the files are no longer there: start vipd web again");
  return await Promise.all(
    (list as OpenedFile[]).slice(0, FILES_MAX).map(async ({ name, path }) => {
      const answer = await fetch(new URL(path, base));
      if (!answer.ok) throw new Error(`${name}: HTTP ${answer.status}`);
      return new File([await answer.arrayBuffer()], name);
    }),
  );
}

/** null when there is none. */
async function jsonOf(url: URL): Promise<unknown> {
  try {
    const answer = await fetch(url);
    return answer.ok ? await answer.json() : null;
  } catch {
    // No network, or another page in its place.
    return null;
  }
}
