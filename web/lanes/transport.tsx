// Play, pause, step, speed, jump: the controls of time.

import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { Icon } from "../app/icon.tsx";
import { type Key, registerKeys } from "../app/keys.ts";
import { jumpTo } from "../app/playback.ts";
import {
  playheadSlow,
  playheadUs,
  playing,
  recording,
  revision,
  selection,
  speed,
  SPEEDS,
} from "../app/state.ts";
import { timeText } from "../app/time_text.ts";
import { extendPlay } from "../source/play/client.ts";
import { LANES_TEXT } from "../text/lanes.ts";
import { t } from "../text/text.ts";
import { laneIndex } from "./index_signal.ts";
import type { MarkKind } from "./lane_types.ts";
import { isFollowing } from "./lanes_state.ts";
import { readTime } from "./read_time.ts";
import { markBeside, nextStep, previousStep } from "./step.ts";
import { stopAtViolations, stoppedAt } from "./stop_at_violation.ts";
import "./transport.css";

stopAtViolations();

const typed = signal("");

/** Plays, or pauses; at the end it begins anew. */
function toggle(): void {
  const { untilUs, isComplete } = recording.peek();
  if (!playing.peek() && isComplete && playheadSlow.peek() >= untilUs) jumpTo(0);
  playing.value = !playing.peek();
}

/** Pauses and goes to an event; -1: to an end of the recording. */
function goTo(place: number, elseUs: number): void {
  playing.value = false;
  const event = recording.peek().events[place];
  if (event === undefined) return jumpTo(elseUs);
  jumpTo(event.atUs);
  selection.value = { kind: event.kind === "packet" ? "packet" : "event", event: place };
}

function stepForward(): void {
  const { events, untilUs } = recording.peek();
  goTo(nextStep(events, playheadUs.peek()), untilUs);
}

function stepBack(): void {
  goTo(previousStep(recording.peek().events, playheadUs.peek()), 0);
}

/** What the larger steps stop at. */
const CHANGES: readonly MarkKind[] = ["transition", "action", "violation", "lost", "found"];

/** Goes to the next or last change of a state, step, or violation. */
function stepToChange(way: 1 | -1): void {
  const { events, untilUs } = recording.peek();
  const { marks } = laneIndex.peek();
  const place = markBeside(events, CHANGES.map((kind) => marks[kind]), playheadUs.peek(), way);
  goTo(place, way === 1 ? untilUs : 0);
}

function changeSpeed(by: 1 | -1): void {
  const at = SPEEDS.findIndex((one) => one >= speed.peek());
  speed.value = SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, at + by))]!;
}

const KEYS: Key[] = [
  { key: " ", text: LANES_TEXT.play, run: toggle },
  { key: ".", text: LANES_TEXT.next, run: stepForward },
  { key: ",", text: LANES_TEXT.previous, run: stepBack },
  { key: ">", text: LANES_TEXT.nextChange, run: () => stepToChange(1) },
  { key: "<", text: LANES_TEXT.previousChange, run: () => stepToChange(-1) },
  { key: "Home", text: LANES_TEXT.start, run: () => jumpTo(0) },
  { key: "End", text: LANES_TEXT.end, run: () => jumpTo(recording.peek().untilUs) },
  { key: "]", text: LANES_TEXT.faster, run: () => changeSpeed(1) },
  { key: "[", text: LANES_TEXT.slower, run: () => changeSpeed(-1) },
];
registerKeys({ title: LANES_TEXT.time, keys: KEYS });

/** The controls. */
export function Transport(): JSX.Element {
  revision.value;
  const { source, untilUs, endUs, isComplete } = recording.value;
  // A violated invariant ends the play for good.
  const canGoOn = isComplete && source === "simulation" && untilUs >= endUs &&
    laneIndex.value.marks.violation.length === 0;
  return (
    <div class="transport" role="group" aria-label={t(LANES_TEXT.time)}>
      <Control text={t(LANES_TEXT.start)} icon="start" onClick={() => jumpTo(0)} />
      <Control text={t(LANES_TEXT.previous)} icon="previous" onClick={stepBack} />
      <button
        type="button"
        class="primary play"
        data-testid="play"
        aria-label={t(playing.value ? LANES_TEXT.pause : LANES_TEXT.play)}
        onClick={toggle}
      >
        <Icon name={playing.value ? "pause" : "play"} />
      </button>
      <Control text={t(LANES_TEXT.next)} icon="next" onClick={stepForward} />
      <Control text={t(LANES_TEXT.end)} icon="end" onClick={() => jumpTo(untilUs)} />
      <output class="clock mono" data-testid="clock">{timeText(playheadSlow.value)}</output>
      <Wall />
      <label class="speed">
        <span>{t(LANES_TEXT.speed)}</span>
        <select
          data-testid="speed"
          value={String(speed.value)}
          onChange={(event) => speed.value = Number(event.currentTarget.value)}
        >
          {SPEEDS.map((one) => <option key={one} value={String(one)}>{one}×</option>)}
        </select>
      </label>
      {source === "live" && <button type="button" onClick={followLive}>{t(LANES_TEXT.now)}</button>}
      <Jump />
      {!isComplete && untilUs < endUs && (
        <span class="soft">{t(LANES_TEXT.computing, { time: timeText(untilUs, 0) })}</span>
      )}
      {stoppedAt.value !== "" && (
        <span class="bad-text" role="alert" data-testid="stopped">
          {t(LANES_TEXT.violated, { name: stoppedAt.value })}
        </span>
      )}
      {canGoOn && <button type="button" onClick={extendPlay}>{t(LANES_TEXT.longer)}</button>}
    </div>
  );
}

function Control(
  { text, icon, onClick }: {
    text: string;
    icon: "start" | "previous" | "next" | "end";
    onClick: () => void;
  },
): JSX.Element {
  return (
    <button type="button" aria-label={text} title={text} onClick={onClick}>
      <Icon name={icon} />
    </button>
  );
}

function followLive(): void {
  jumpTo(recording.peek().untilUs);
  speed.value = 1;
  isFollowing.value = true;
  playing.value = true;
}

/** Wall time at the playhead, where the recording has one. */
function Wall(): JSX.Element | null {
  const { wallMs } = recording.value;
  if (wallMs === null) return null;
  const date = new Date(wallMs + playheadSlow.value / 1000);
  const shown = date.toISOString().replace("T", " ").replace("Z", " UTC");
  return <time class="mono soft" dateTime={date.toISOString()}>{shown}</time>;
}

function Jump(): JSX.Element {
  const us = readTime(typed.value);
  const isWrong = typed.value !== "" && us === null;
  return (
    <form
      class="jump"
      onSubmit={(event) => {
        event.preventDefault();
        if (us === null) return;
        jumpTo(us);
        typed.value = "";
      }}
    >
      <input
        class="mono"
        size={8}
        placeholder="1:23.5"
        aria-label={t(LANES_TEXT.jump)}
        aria-invalid={isWrong}
        data-testid="jump"
        value={typed.value}
        onInput={(event) => typed.value = event.currentTarget.value}
      />
      <button type="submit" disabled={us === null}>{t(LANES_TEXT.go)}</button>
    </form>
  );
}
