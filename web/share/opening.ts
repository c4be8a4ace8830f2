// Opens plays: from samples, links and files. What was there before can be put back.

import { signal } from "@preact/signals";
import { errorText, VipdError } from "../../host/base/errors.ts";
import type { Scenario } from "../../host/sim/scenario/scenario.ts";
import { jumpTo } from "../app/playback.ts";
import { announcement, type ConfFile, files, playing, scenario, seed } from "../app/state.ts";
import { playFiles, undone } from "../source/play/client.ts";
import { SHARE_TEXT } from "../text/share.ts";
import { t, type Text } from "../text/text.ts";
import { joinFiles } from "./joined_files.ts";
import { loadSample, type Sample } from "./samples.ts";
import { LINK_HEAD, notice, type Told } from "./share_state.ts";
import { readPlayedScenario, type SharedPlay } from "./shared_play.ts";
import { FILES_AT_ONCE_MAX, type GivenFile, sortFiles } from "./sort_files.ts";

/** Largest file that is read, MiB; dumps and captures have limits of their own below it. */
const FILE_MIB_MAX = 512;

/** What makes a play. */
interface Play {
  files: readonly ConfFile[];
  scenario: Scenario | null;
  seed: number;
}

/** What was there before the last opening; null: nothing was opened. */
export const before = signal<Play | null>(null);
/** Says something in the language of the page, until it is put away. */
export function say(text: Text, values: Told["values"] = {}, isBad = false): void {
  notice.value = { text, values, isBad };
  announcement.value = t(text, values);
}

/** Plays it from the beginning. `names`: what was opened, for the notice; "" says nothing. */
function open(play: Play, names: string): void {
  before.value = { files: files.peek(), scenario: scenario.peek(), seed: seed.peek() };
  const isGood = set(play);
  if (names === "") return;
  say(isGood ? SHARE_TEXT.opened : SHARE_TEXT.hasErrors, { names }, !isGood);
}

function set(play: Play): boolean {
  files.value = play.files;
  scenario.value = play.scenario;
  seed.value = play.seed;
  undone.value = [];
  const isGood = playFiles();
  jumpTo(0);
  if (isGood) playing.value = !matchMedia("(prefers-reduced-motion: reduce)").matches;
  return isGood;
}

/** Puts back what was there before the last opening. */
export function putBack(): void {
  const play = before.peek();
  if (play === null) return;
  before.value = null;
  notice.value = null;
  leaveLink();
  set(play);
}

/** Opens a sample. `names` of the notice are its title. */
export async function openSample(sample: Sample): Promise<void> {
  try {
    const { files, scenario: text } = await loadSample(sample);
    const scenario = text === null ? null : readPlayedScenario(text, []);
    leaveLink();
    open({ files, scenario, seed: 1 }, t(sample.title));
  } catch (thrown) {
    say(SHARE_TEXT.sampleFailed, { problem: problemText(thrown) }, true);
  }
}

/** Opens what a link held; false when its scenario cannot be read, which is said. */
export function openShared({ files, scenario: text, configs, seed }: SharedPlay): boolean {
  try {
    const scenario = text === null ? null : readPlayedScenario(text, configs);
    open({ files, scenario, seed }, files.map(({ name }) => name).join(", "));
    return true;
  } catch (thrown) {
    say(SHARE_TEXT.linkScenario, { problem: problemText(thrown) }, true);
    return false;
  }
}

/** Opens files that somebody chose or dropped. Never rejects: what is wrong is said. */
export async function openFiles(chosen: readonly File[]): Promise<void> {
  const given: GivenFile[] = [];
  for (const file of chosen.slice(0, FILES_AT_ONCE_MAX + 1)) {
    const { name, size } = file;
    if (size > FILE_MIB_MAX << 20) {
      return say(SHARE_TEXT.fileTooLarge, { name, max: FILE_MIB_MAX }, true);
    }
    try {
      given.push({ name, bytes: new Uint8Array(await file.arrayBuffer()) });
    } catch (thrown) {
      // A file can vanish, or be a folder.
      return say(SHARE_TEXT.fileUnread, { name, problem: problemText(thrown) }, true);
    }
  }
  const sorted = sortFiles(given);
  if (sorted.kind === "problem") return say(sorted.problem.text, sorted.problem.values, true);
  if (sorted.kind === "recording") return await openRecording(sorted.file);
  if (given.length > 0) openPlay(sorted.confs, sorted.scenario);
}

function openPlay(confs: readonly ConfFile[], written: ConfFile | null): void {
  const names = [...confs, ...(written === null ? [] : [written])].map(({ name }) => name);
  try {
    const read = written === null
      ? scenario.peek()
      : readPlayedScenario(written.text, confs, written.name);
    // Configurations that reloads name are no nodes.
    const named = new Set(
      read?.steps.flatMap(({ action }) => action.do === "reload" ? action.config?.files ?? [] : []),
    );
    const nodes = written === null ? confs : confs.filter(({ name }) => !named.has(name));
    const joined = joinFiles(files.peek(), nodes);
    // What a hand did to one cluster means nothing for another.
    const isOther = joined.some(({ name }) => files.peek().every((file) => file.name !== name));
    leaveLink();
    open(
      { files: joined, scenario: written === null && isOther ? null : read, seed: seed.peek() },
      names.join(", "),
    );
  } catch (thrown) {
    say(SHARE_TEXT.fileUnread, { name: names.at(-1)!, problem: problemText(thrown) }, true);
  }
}

async function openRecording({ name, bytes }: GivenFile): Promise<void> {
  try {
    const { openFile } = await import("../source/replay/client.ts");
    await openFile(bytes, name);
    say(SHARE_TEXT.opened, { names: name });
  } catch (thrown) {
    say(SHARE_TEXT.fileUnread, { name, problem: problemText(thrown) }, true);
  }
}

/** The address no longer says what is shown. */
function leaveLink(): void {
  if (location.hash.startsWith(LINK_HEAD)) {
    history.replaceState(null, "", location.pathname + location.search);
  }
}

function problemText(thrown: unknown): string {
  const hint = thrown instanceof VipdError && thrown.hint !== undefined ? `; ${thrown.hint}` : "";
  // The notice ends its sentence itself.
  return `${errorText(thrown)}${hint}`.replace(/\.$/, "");
}
