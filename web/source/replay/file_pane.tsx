// What the page says of an opened file: whose it is, how far it is told, whether its replay gives what it
// says; and of a dump the input that the node was handed at the playhead, one after the other.

import { effect, signal } from "@preact/signals";
import type { JSX } from "preact";
import "./file_pane.css";
import { jumpTo } from "../../app/playback.ts";
import { playheadSlow, playing } from "../../app/state.ts";
import { timeText } from "../../app/time_text.ts";
import { REPLAY_TEXT } from "../../text/replay.ts";
import { t } from "../../text/text.ts";
import { entryAt, type OpenedFile, openedFile, type ShownEntry } from "./client.ts";
import { EntryLook } from "./entry_look.ts";

/** The input that is shown. */
const shown = signal<ShownEntry | null>(null);
const look = new EntryLook(entryAt, (entry) => shown.value = entry);

effect(() => {
  if (openedFile.value?.opening.source === "dump") look.follow(playheadSlow.value);
});

/** The pane; nothing when no file is open. */
export function FilePane(): JSX.Element | null {
  const file = openedFile.value;
  if (file === null) return null;
  return (
    <div class="file-pane" data-testid="file-pane">
      <h2>{file.name}</h2>
      <ul>{file.opening.lines.map((line) => <li key={line}>{line}</li>)}</ul>
      {file.opening.limits.length > 0 && (
        <>
          <h3>{t(REPLAY_TEXT.limits)}</h3>
          <ul>{file.opening.limits.map((line) => <li key={line}>{line}</li>)}</ul>
        </>
      )}
      <Progress file={file} />
      {file.opening.source === "dump" && <Entry />}
    </div>
  );
}

function Progress({ file }: { file: OpenedFile }): JSX.Element | null {
  const { done, of, recording, differences, opening } = file;
  if (!recording.isComplete) {
    return (
      <label>
        {t(REPLAY_TEXT.progress, { done: done.toLocaleString(), of: of.toLocaleString() })}
        <progress max={of} value={done} />
      </label>
    );
  }
  if (opening.source === "capture") return null;
  if (differences.length === 0) return <p class="verdict good">{t(REPLAY_TEXT.equal)}</p>;
  return (
    <div class="verdict bad">
      <p>{t(REPLAY_TEXT.differs)}</p>
      <ul>{differences.map(({ text }) => <li key={text}>{text}</li>)}</ul>
    </div>
  );
}

function step(position: number): void {
  playing.value = false;
  void look.goTo(position).then((entry) => {
    if (entry !== null) jumpTo(entry.atUs);
  });
}

function Entry(): JSX.Element {
  const entry = shown.value;
  return (
    <section class="entry" aria-labelledby="entry-title" data-testid="entry">
      <h3 id="entry-title">{t(REPLAY_TEXT.entryTitle)}</h3>
      <div class="entry-steps">
        <button
          type="button"
          data-testid="entry-before"
          disabled={entry === null || entry.position <= 1}
          onClick={() => step(entry!.position - 1)}
        >
          {t(REPLAY_TEXT.entryBefore)}
        </button>
        <button
          type="button"
          data-testid="entry-next"
          disabled={entry !== null && entry.position >= entry.of}
          onClick={() => step((entry?.position ?? 0) + 1)}
        >
          {t(REPLAY_TEXT.entryNext)}
        </button>
      </div>
      {entry === null
        ? <p class="soft">{t(REPLAY_TEXT.entryNone)}</p>
        : <EntryText entry={entry} />}
    </section>
  );
}

function EntryText({ entry }: { entry: ShownEntry }): JSX.Element {
  const { half, sequence, position, of, atUs, input, outputs, same } = entry;
  return (
    <div aria-live={playing.value ? "off" : "polite"}>
      <p class="soft">
        {t(REPLAY_TEXT.entryPlace, {
          half: t(half === "core" ? REPLAY_TEXT.core : REPLAY_TEXT.engine),
          sequence,
          position: position.toLocaleString(),
          of: of.toLocaleString(),
          time: timeText(atUs),
        })}
      </p>
      <p>{input}</p>
      {outputs.length > 0 && <ul>{outputs.map((line, i) => <li key={i}>{line}</li>)}</ul>}
      {!same && <p class="verdict bad">{t(REPLAY_TEXT.entryDiffers)}</p>}
    </div>
  );
}
