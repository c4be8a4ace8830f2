// The story: what happened, line by line, the way through a recording for who does not see the lanes. A
// listbox with one stop of the Tab key: arrows move, Enter looks at the moment. Only lines in sight are in the
// page.

import { signal, useSignalEffect } from "@preact/signals";
import type { JSX, TargetedKeyboardEvent } from "preact";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { jumpTo } from "../app/playback.ts";
import { playing, recording, selection } from "../app/state.ts";
import { timeText } from "../app/time_text.ts";
import { LANES_TEXT } from "../text/lanes.ts";
import { t, type Text } from "../text/text.ts";
import { RowHeights } from "./row_heights.ts";
import { STORY_GROUPS, type StoryGroup } from "./story_filter.ts";
import type { StoryLine } from "./story_lines.ts";
import "./story.css";
import { currentPlace, storyFilter, storyLines, wanted } from "./story_signals.ts";

/** Of a row that was not drawn yet: one line of text, and what stands around it, CSS pixels. */
const LINE_HEIGHT = 19;
const ROW_EXTRA = 27;
const CHARACTERS = 36;
/** Rows that are drawn above and below what is in sight, CSS pixels. */
const BEYOND = 240;

const isFollowing = signal(true);

const GROUPS: Record<StoryGroup, Text> = {
  transitions: LANES_TEXT.groupTransitions,
  faults: LANES_TEXT.groupFaults,
  priorities: LANES_TEXT.groupPriorities,
  servers: LANES_TEXT.groupServers,
  addresses: LANES_TEXT.groupAddresses,
  others: LANES_TEXT.groupOthers,
};

/** The list. */
export function StoryList(): JSX.Element {
  const count = wanted.value.length;
  return (
    <div class="story">
      <StoryTools count={count} />
      {count === 0 ? <p class="soft">{t(LANES_TEXT.emptyStory)}</p> : <StoryBox />}
    </div>
  );
}

function StoryTools({ count }: { count: number }): JSX.Element {
  const filter = storyFilter.value;
  return (
    <div class="story-tools">
      <input
        type="search"
        placeholder={t(LANES_TEXT.filter)}
        aria-label={t(LANES_TEXT.filter)}
        data-testid="story-filter"
        value={filter.words}
        onInput={(event) => storyFilter.value = { ...filter, words: event.currentTarget.value }}
      />
      <select
        aria-label={t(LANES_TEXT.filterNode)}
        value={filter.node ?? ""}
        onChange={(event) =>
          storyFilter.value = { ...filter, node: event.currentTarget.value || null }}
      >
        <option value="">{t(LANES_TEXT.everyNode)}</option>
        {recording.value.cast.nodes.map(({ name }) => (
          <option key={name} value={name}>{name}</option>
        ))}
      </select>
      <select
        aria-label={t(LANES_TEXT.filterKind)}
        value={filter.group ?? ""}
        onChange={(event) => {
          const group = event.currentTarget.value as StoryGroup | "";
          storyFilter.value = { ...filter, group: group || null };
        }}
      >
        <option value="">{t(LANES_TEXT.everyKind)}</option>
        {(Object.keys(STORY_GROUPS) as StoryGroup[]).map((group) => (
          <option key={group} value={group}>{t(GROUPS[group])}</option>
        ))}
      </select>
      <label>
        <input
          type="checkbox"
          checked={filter.withDetails}
          onChange={(event) =>
            storyFilter.value = { ...filter, withDetails: event.currentTarget.checked }}
        />{" "}
        {t(LANES_TEXT.details)}
      </label>
      <label>
        <input
          type="checkbox"
          checked={isFollowing.value}
          onChange={(event) => isFollowing.value = event.currentTarget.checked}
        />{" "}
        {t(LANES_TEXT.follow)}
      </label>
      <span class="soft" role="status">{t(LANES_TEXT.lines, { count })}</span>
    </div>
  );
}

function textsOf(line: StoryLine, withDetails: boolean): string[] {
  return line.effects.filter(({ isDetail }) => withDetails || !isDetail).map(({ text }) => text);
}

/** Looks at the moment of a line. */
function goTo(number: number): void {
  const lines = storyLines();
  const { events } = recording.peek();
  const event = lines.eventOf(number, events);
  playing.value = false;
  jumpTo(lines.line(number).atUs);
  if (event < 0) return;
  selection.value = { kind: events[event]!.kind === "packet" ? "packet" : "event", event };
}

function StoryBox(): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const { withDetails } = storyFilter.value;
  const numbers = wanted.value;
  const lines = storyLines();
  const [view, setView] = useState({ top: 0, height: 400, width: 0 });
  /** Place of the row that the keys are on; null: where the playhead is. */
  const [active, setActive] = useState<number | null>(null);
  const current = currentPlace.value;
  const numbersNow = useRef(numbers);
  numbersNow.current = numbers;
  const heights = useMemo(() =>
    new RowHeights((row) => {
      const number = numbersNow.current[row];
      if (number === undefined) return ROW_EXTRA;
      const line = lines.line(number);
      const texts = [line.text, ...textsOf(line, withDetails)];
      const rows = texts.reduce((sum, text) => sum + Math.ceil(text.length / CHARACTERS), 0);
      return ROW_EXTRA + rows * LINE_HEIGHT;
    }), [lines, storyFilter.value, view.width]);
  heights.resize(numbers.length);
  useLayoutEffect(() => watchBox(box.current!, setView), []);
  useSignalEffect(() => {
    const place = currentPlace.value;
    if (isFollowing.value && box.current !== null) bringIntoSight(box.current, heights, place);
  });
  const at = Math.min(active ?? Math.max(0, current), numbers.length - 1);
  const from = heights.at(view.top - BEYOND);
  const to = Math.min(numbers.length, heights.at(view.top + view.height + BEYOND) + 1);
  const [, redraw] = useState(0);
  const drawn = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    let isNews = false;
    for (const row of drawn.current?.children ?? []) {
      const place = Number((row as HTMLElement).dataset.place);
      isNews = heights.measure(place, (row as HTMLElement).offsetHeight) || isNews;
    }
    if (isNews) redraw((count) => count + 1);
  });
  const move = (place: number) => {
    isFollowing.value = false;
    setActive(place);
    if (box.current !== null) bringIntoSight(box.current, heights, place);
  };
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLDivElement>) => {
    const page = Math.max(1, Math.floor(view.height / (ROW_EXTRA + LINE_HEIGHT)));
    const next = keyed(event.key, at, numbers.length, page);
    if (event.key === "Enter") goTo(numbers[at]!);
    else if (next !== null) move(next);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const rows = numbers.slice(from, to);
  // The row that the keys are on stays in the page even out of sight: aria-activedescendant names it.
  const isOut = at < from || at >= to;
  return (
    <div
      class="story-box"
      ref={box}
      tabIndex={0}
      role="listbox"
      aria-label={t(LANES_TEXT.story)}
      aria-activedescendant={`story-${isOut ? "far" : at}`}
      data-testid="story"
      onKeyDown={onKeyDown}
      onFocus={() => setActive((before) => before ?? Math.max(0, currentPlace.peek()))}
      onBlur={() => setActive(null)}
    >
      <div class="story-rows" role="presentation" style={{ height: `${heights.total}px` }}>
        <div
          ref={drawn}
          role="presentation"
          style={{ transform: `translateY(${heights.top(from)}px)` }}
        >
          {rows.map((number, i) => (
            <StoryRow
              key={number}
              line={lines.line(number)}
              place={from + i}
              count={numbers.length}
              withDetails={withDetails}
              isNow={from + i === current}
              isActive={active !== null && from + i === at}
              onPick={() => {
                setActive(from + i);
                goTo(number);
              }}
            />
          ))}
        </div>
      </div>
      {isOut && numbers[at] !== undefined && (
        <div class="hidden-text" id="story-far" role="option" aria-selected={at === current}>
          {lines.line(numbers[at]).text}
        </div>
      )}
    </div>
  );
}

/** Follows how far a box is scrolled and how large it is. */
function watchBox(
  box: HTMLDivElement,
  tell: (view: { top: number; height: number; width: number }) => void,
): () => void {
  const look = () => tell({ top: box.scrollTop, height: box.clientHeight, width: box.clientWidth });
  const observer = new ResizeObserver(look);
  observer.observe(box);
  box.addEventListener("scroll", look, { passive: true });
  look();
  return () => {
    observer.disconnect();
    box.removeEventListener("scroll", look);
  };
}

function bringIntoSight(box: HTMLDivElement, heights: RowHeights, place: number): void {
  if (place < 0) return;
  const [top, bottom] = [heights.top(place), heights.top(place + 1)];
  const { scrollTop, clientHeight } = box;
  if (top >= scrollTop && bottom <= scrollTop + clientHeight) return;
  box.scrollTop = top < scrollTop ? top : Math.min(top, bottom - clientHeight * 0.6);
}

function keyed(key: string, at: number, count: number, page: number): number | null {
  const held = (place: number) => Math.max(0, Math.min(count - 1, place));
  switch (key) {
    case "ArrowDown":
      return held(at + 1);
    case "ArrowUp":
      return held(at - 1);
    case "PageDown":
      return held(at + page);
    case "PageUp":
      return held(at - page);
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return null;
  }
}

interface RowProps {
  line: StoryLine;
  place: number;
  count: number;
  withDetails: boolean;
  isNow: boolean;
  isActive: boolean;
  onPick: () => void;
}

function StoryRow(props: RowProps): JSX.Element {
  const { line, place, count, withDetails, isNow, isActive, onPick } = props;
  const { atUs, who, kind, text, isBad, isDetail, times, lastUs, alike } = line;
  const effects = textsOf(line, withDetails);
  return (
    <div
      class="story-row"
      role="option"
      id={`story-${place}`}
      data-place={place}
      data-kind={kind}
      data-state={stateIn(line)}
      data-bad={isBad}
      data-detail={isDetail}
      data-active={isActive}
      aria-selected={isNow}
      aria-setsize={count}
      aria-posinset={place + 1}
      onClick={onPick}
    >
      <span class="story-head">
        <time class="mono">{timeText(atUs)}</time> {who !== "" && <b>{who}</b>}
      </span>{" "}
      <span class="story-text">{text}</span>
      {alike.length > 0 && (
        <span class="story-more">{t(LANES_TEXT.alike, { names: alike.join(", ") })}</span>
      )}
      {times > 1 && (
        <span class="story-more">{t(LANES_TEXT.times, { times, time: timeText(lastUs) })}</span>
      )}
      {effects.map((effect) => (
        <span key={effect} class="story-effect">
          <span aria-hidden="true">→</span> {effect}
        </span>
      ))}
    </div>
  );
}

/** The state that a transition's line tells of, for its sign; else undefined. */
function stateIn({ kind, text }: StoryLine): string | undefined {
  if (kind !== "transition" && kind !== "state") return undefined;
  return /\b(MASTER|BACKUP|FAULT)\b/.exec(text)?.[1];
}
