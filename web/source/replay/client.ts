// Files that were opened, as the page has them: a dump or capture goes to a worker, what comes back becomes
// the recording. A simulation that is opened later, or another file, ends it.

import { signal } from "@preact/signals";
import { VipdError } from "../../../host/base/errors.ts";
import type { Difference } from "../../../host/sim/replay/replay.ts";
import { jumpTo } from "../../app/playback.ts";
import { playing, recording, selection, touchRecording } from "../../app/state.ts";
import {
  emptyRecording,
  RECORDED_EVENT_MAX,
  type RecordedEvent,
  type Recording,
} from "../../story/recording.ts";
import { REPLAY_TEXT } from "../../text/replay.ts";
import { t } from "../../text/text.ts";
import type {
  EntryPlace,
  Explained,
  FileOpening,
  FileOrder,
  FileReport,
  ShownEntry,
} from "./protocol.ts";

export type { EntryPlace, Explained, FileOpening, ShownEntry } from "./protocol.ts";

/** Largest file that is opened, bytes. Dumps have a smaller limit of their own. */
export const OPENED_SIZE_MAX = 256 * 1024 * 1024;

/** A file that is open. */
export interface OpenedFile {
  name: string;
  /** What is known of it as a whole. */
  opening: FileOpening;
  recording: Recording;
  /** Inputs or packets that are told, and how many there are. */
  done: number;
  of: number;
  /** Of a dump: the first difference of each half between its replay and what happened. */
  differences: readonly Difference[];
}

/** The open file; null: the recording is no file's. Another object whenever something is new. */
export const openedFile = signal<OpenedFile | null>(null);

/** The thread of the open file. */
interface FileThread {
  worker: Worker;
  recording: Recording;
  /** Who waits for which answer. */
  waiting: Map<number, (answer: Explained | ShownEntry | null) => void>;
}

let thread: FileThread | null = null;
let nextAsk = 1;

// Whoever shows something else needs the thread and its memory no more.
recording.subscribe((shown) => {
  if (thread !== null && shown !== thread.recording) closeFile();
});

/**
 * Opens a dump or capture: the recording becomes it, and fills while it is played. Resolves when one sees
 * who is in it. Rejects with VipdError, which says why but not of which file, when it cannot be opened; then the recording stays as it was.
 */
export async function openFile(bytes: Uint8Array, name: string): Promise<OpenedFile> {
  if (bytes.length > OPENED_SIZE_MAX) {
    throw new VipdError("file", t(REPLAY_TEXT.tooLarge, { max: OPENED_SIZE_MAX >> 20 }));
  }
  const worker = new Worker(new URL("../thread.ts", import.meta.url), {
    type: "module",
    name: "file",
  });
  const opening = await new Promise<FileOpening>((resolve, reject) => {
    const refuse = (text: string, hint: string) => {
      worker.terminate();
      reject(new VipdError("file", text, hint === "" ? {} : { hint }));
    };
    worker.addEventListener("error", ({ message }) => refuse(message || "?", ""), { once: true });
    worker.addEventListener("message", function listen({ data }: MessageEvent<FileReport>) {
      if (data.kind === "failed") return refuse(data.text, data.hint);
      if (data.kind !== "opened") return;
      worker.removeEventListener("message", listen);
      resolve(data.opening);
      begin(worker, name, data.opening);
    });
    const order: FileOrder = { kind: "open", bytes, name };
    worker.postMessage(order);
  });
  return openedFile.peek() ?? { ...emptyOpened(name, opening) };
}

/** Ends the thread of the open file; the recording stays. */
export function closeFile(): void {
  thread?.worker.terminate();
  for (const answer of thread?.waiting.values() ?? []) answer(null);
  thread = null;
  openedFile.value = null;
}

/**
 * Why a transition of the open dump happened, in sentences; null: the event is no transition, or the open
 * file no dump.
 */
export async function explainAt(event: RecordedEvent): Promise<Explained | null> {
  if (event.kind !== "record" || event.record.kind !== "transition") return null;
  const { sequence } = event.record;
  return await ask((number) => ({ kind: "explain", ask: number, sequence })) as Explained | null;
}

/** An input that the open dump's node was handed, and what came of it; null: there is none there. */
export async function entryAt(place: EntryPlace): Promise<ShownEntry | null> {
  return await ask((number) => ({ kind: "entry", ask: number, place })) as ShownEntry | null;
}

function ask(order: (number: number) => FileOrder): Promise<Explained | ShownEntry | null> {
  const asked = thread;
  if (asked === null) return Promise.resolve(null);
  return new Promise((resolve) => {
    const number = nextAsk++;
    asked.waiting.set(number, resolve);
    asked.worker.postMessage(order(number));
  });
}

function emptyOpened(name: string, opening: FileOpening): OpenedFile {
  const fresh = emptyRecording(opening.source, name);
  const { cast, endUs, wallMs } = opening;
  Object.assign(fresh, { cast, endUs, wallMs });
  return { name, opening, recording: fresh, done: 0, of: 0, differences: [] };
}

function begin(worker: Worker, name: string, opening: FileOpening): void {
  closeFile();
  const opened = emptyOpened(name, opening);
  thread = { worker, recording: opened.recording, waiting: new Map() };
  const own = thread;
  worker.addEventListener("message", ({ data }: MessageEvent<FileReport>) => hear(own, data));
  worker.addEventListener("error", ({ message }) => {
    end(own, message || "the thread failed");
    for (const answer of own.waiting.values()) answer(null);
    own.waiting.clear();
  });
  openedFile.value = opened;
  selection.value = null;
  playing.value = false;
  recording.value = opened.recording;
  jumpTo(0);
  touchRecording();
}

function hear(from: FileThread, report: FileReport): void {
  // Of a file that was closed.
  if (from !== thread) return;
  switch (report.kind) {
    case "events": {
      const { events, untilUs, done, of } = report;
      for (const event of events) from.recording.events.push(event);
      from.recording.untilUs = untilUs;
      openedFile.value = { ...openedFile.peek()!, done, of };
      if (from.recording.events.length > RECORDED_EVENT_MAX) {
        from.worker.terminate();
        return end(from, t(REPLAY_TEXT.tooMany, { max: RECORDED_EVENT_MAX }));
      }
      return touchRecording();
    }
    case "done":
      from.recording.untilUs = from.recording.endUs;
      openedFile.value = { ...openedFile.peek()!, differences: report.differences };
      return end(from, report.problem);
    case "failed":
      return end(from, report.hint === "" ? report.text : `${report.text}: ${report.hint}`);
    case "explained":
    case "entry": {
      const answer = from.waiting.get(report.ask);
      from.waiting.delete(report.ask);
      return answer?.(report.kind === "entry" ? report.entry : report.explained);
    }
    default:
      return;
  }
}

function end(from: FileThread, problem: string): void {
  from.recording.problem = problem;
  from.recording.isComplete = true;
  touchRecording();
}
