// What the page opens with: what the tab had before it was reloaded, what its address says, or the reference
// deployment.

import { followLinks, openLink } from "../share/open_link.ts";
import { loadSample, REFERENCE_SAMPLE } from "../share/samples.ts";
import { filesOfServer, offerLive } from "../source/live/page_server.ts";
import { playFiles } from "../source/play/client.ts";
import { keepPlay, openKept } from "./kept_play.ts";
import { files, playing, recording, touchRecording } from "./state.ts";

/** Opens it and plays. */
export async function openFirst(): Promise<void> {
  if (!openKept() && !await openServed() && !await openLink(location.hash)) await openReference();
  keepPlay();
  followLinks();
  void offerLive();
}

async function openReference(): Promise<void> {
  try {
    files.value = (await loadSample(REFERENCE_SAMPLE)).files;
  } catch (thrown) {
    return tell(thrown instanceof Error ? thrown.message : String(thrown));
  }
  if (!playFiles()) return tell("the reference deployment has errors");
  playing.value = !matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** What `vipd web` was given to open, and nothing beside it; false when there is none that can be shown. */
async function openServed(): Promise<boolean> {
  try {
    const served = await filesOfServer();
    if (served === null || served.length === 0) return false;
    const { openFiles } = await import("../share/opening.ts");
    await openFiles(served);
  } catch (thrown) {
    tell(thrown instanceof Error ? thrown.message : String(thrown));
  }
  return files.peek().length > 0 || recording.peek().source !== "simulation";
}

function tell(problem: string): void {
  recording.value.problem = problem;
  touchRecording();
}
