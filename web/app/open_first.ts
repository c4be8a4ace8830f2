// What the page opens with: what its address says, or the reference deployment.

import { offerLive } from "../source/live/page_server.ts";
import { playFiles } from "../source/play/client.ts";
import { files, playing, recording, touchRecording } from "./state.ts";

const REFERENCE = {
  node1: new URL("../../examples/lvs-dr-dual-master/node1.conf", import.meta.url),
  node2: new URL("../../examples/lvs-dr-dual-master/node2.conf", import.meta.url),
};

/** Opens it and plays. */
export async function openFirst(): Promise<void> {
  files.value = await Promise.all(
    Object.entries(REFERENCE).map(async ([name, url]) => ({ name, text: await textOf(url) })),
  );
  if (!playFiles()) {
    recording.value.problem = "the reference deployment has errors";
    return touchRecording();
  }
  void offerLive();
  playing.value = !matchMedia("(prefers-reduced-motion: reduce)").matches;
}

async function textOf(url: URL): Promise<string> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url.pathname}: HTTP ${response.status}`);
  return await response.text();
}
