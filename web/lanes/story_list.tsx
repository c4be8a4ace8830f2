// The story: what happened, line by line, the way through a recording for who does not see the lanes.
// Only the lines that are seen are in the page.

import { computed, signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { jumpTo } from "../app/playback.ts";
import { playheadSlow, playing, recording, revision, selection } from "../app/state.ts";
import { timeText } from "../app/time_text.ts";
import { LANES_TEXT } from "../text/lanes.ts";
import { t } from "../text/text.ts";
import { type Line, lineOf } from "./sentence.ts";

/** One line of the list. */
interface Row extends Line {
  event: number;
  atUs: number;
  node: string;
}

/** Height of a line and lines beyond the edge, CSS pixels and lines. */
const ROW_HEIGHT = 40;
const BEYOND = 8;

const filter = signal("");
const onlyNode = signal("");
const withDetails = signal(false);
const scrollTop = signal(0);
const isFollowing = signal(true);

/** The lines so far; extended while the recording grows. */
const kept: { of: unknown; count: number; rows: Row[] } = { of: null, count: 0, rows: [] };
const rows = computed((): readonly Row[] => {
  revision.value;
  const { events } = recording.value;
  if (kept.of !== recording.value) Object.assign(kept, { of: recording.value, count: 0, rows: [] });
  for (; kept.count < events.length; kept.count++) {
    const event = events[kept.count]!;
    const line = lineOf(event);
    if (line === null) continue;
    kept.rows.push({ ...line, event: kept.count, atUs: event.atUs, node: event.node ?? "" });
  }
  return [...kept.rows];
});
const shown = computed((): readonly Row[] => {
  const wanted = filter.value.toLowerCase();
  return rows.value.filter((row) =>
    (withDetails.value || row.kind !== "detail") &&
    (onlyNode.value === "" || row.node === onlyNode.value || row.node === "") &&
    (wanted === "" || row.text.toLowerCase().includes(wanted))
  );
});
/** Place of the last line at or before the playhead. */
const current = computed((): number => {
  const list = shown.value;
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle]!.atUs <= playheadSlow.value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
});

/** The list. */
export function StoryList(): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const list = shown.value;
  const now = current.value;
  useEffect(() => {
    if (!isFollowing.value || box.current === null) return;
    const { clientHeight } = box.current;
    const top = now * ROW_HEIGHT;
    const isSeen = top >= box.current.scrollTop &&
      top + ROW_HEIGHT <= box.current.scrollTop + clientHeight;
    if (!isSeen) box.current.scrollTop = Math.max(0, top - clientHeight / 2);
  }, [now, list.length]);
  const height = box.current?.clientHeight ?? 600;
  const from = Math.max(0, Math.floor(scrollTop.value / ROW_HEIGHT) - BEYOND);
  const to = Math.min(list.length, Math.ceil((scrollTop.value + height) / ROW_HEIGHT) + BEYOND);
  return (
    <div class="story">
      <div class="story-tools">
        <input
          type="search"
          placeholder={t(LANES_TEXT.filter)}
          aria-label={t(LANES_TEXT.filter)}
          value={filter.value}
          onInput={(event) => filter.value = event.currentTarget.value}
        />
        <select
          aria-label={t(LANES_TEXT.filterNode)}
          value={onlyNode.value}
          onChange={(event) => onlyNode.value = event.currentTarget.value}
        >
          <option value="">{t(LANES_TEXT.everyNode)}</option>
          {recording.value.cast.nodes.map(({ name }) => <option key={name}>{name}</option>)}
        </select>
        <label>
          <input
            type="checkbox"
            checked={withDetails.value}
            onChange={(event) => withDetails.value = event.currentTarget.checked}
          />{" "}
          {t(LANES_TEXT.details)}
        </label>
      </div>
      {list.length === 0 && <p class="soft">{t(LANES_TEXT.emptyStory)}</p>}
      <div
        class="story-box"
        ref={box}
        tabIndex={0}
        role="group"
        aria-label={t(LANES_TEXT.story)}
        data-testid="story"
        onScroll={(event) => scrollTop.value = event.currentTarget.scrollTop}
      >
        <div style={{ height: `${list.length * ROW_HEIGHT}px`, position: "relative" }}>
          {list.slice(from, to).map((row, i) => (
            <StoryRow
              key={row.event}
              row={row}
              top={(from + i) * ROW_HEIGHT}
              isNow={from + i === now}
            />
          ))}
        </div>
      </div>
    </div>
  );
}

function StoryRow({ row, top, isNow }: { row: Row; top: number; isNow: boolean }): JSX.Element {
  return (
    <button
      type="button"
      class="story-row"
      data-kind={row.kind}
      data-bad={row.isBad}
      aria-current={isNow ? "step" : undefined}
      style={{ top: `${top}px`, height: `${ROW_HEIGHT}px` }}
      title={row.text}
      onClick={() => {
        playing.value = false;
        jumpTo(row.atUs);
        selection.value = { kind: "event", event: row.event };
      }}
    >
      <span class="mono">{timeText(row.atUs)}</span> <b>{row.node}</b> {row.text}
    </button>
  );
}
