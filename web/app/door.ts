// The page's door for the browser's console and for tests: `vipd` there. What it hands out is the page's own: to be
// looked at, not changed.

import { playAccount, playDigest, playScenario, playSeed } from "../source/play/client.ts";
import { jumpTo } from "./playback.ts";
import { files, playheadUs, playing, recording, scenario, sceneAt, seed, speed } from "./state.ts";

const door = {
  /** What is shown. */
  recording: () => recording.peek(),
  /** How everything stood at a time, microseconds. */
  sceneAt: (us: number) => structuredClone(sceneAt(us)),
  playheadUs: () => playheadUs.peek(),
  /** Looks at another time. */
  jumpTo,
  /** Starts or stops the clock; a speed as well if one is given. */
  play(isPlaying: boolean, perSecond = speed.peek()): void {
    speed.value = perSecond;
    playing.value = isPlaying;
  },
  /** What stands in the editor. */
  files: () => files.peek(),
  /** What the simulation plays, as `vipd simulate` would have to be told. */
  scenario: () => scenario.peek(),
  seed: () => seed.peek(),
  playScenario,
  playSeed,
  /** What came of it; "" and null while it goes on. */
  digest: () => playDigest.peek(),
  account: () => playAccount.peek(),
};

/** What `globalThis.vipd` is. */
export type Door = typeof door;

/** Opens it; once a page. */
export function openDoor(): void {
  Object.assign(globalThis, { vipd: door });
}
