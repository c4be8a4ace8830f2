// The lanes: a canvas under a scrolled column of names, with the buttons above it.

import type { JSX, TargetedKeyboardEvent } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { onFrame } from "../app/playback.ts";
import { playheadUs, recording, revision, selection } from "../app/state.ts";
import { palette } from "../style/palette.ts";
import { LANES_TEXT } from "../text/lanes.ts";
import { language, t } from "../text/text.ts";
import { Changed, contextOf, fitCanvas } from "./canvas.ts";
import { AXIS, drawLanes } from "./draw_lanes.ts";
import { laneIndex } from "./index_signal.ts";
import { LaneNames } from "./lane_names.tsx";
import "./lanes.css";
import { listenToPointer, tip } from "./lanes_pointer.ts";
import {
  folded,
  isFollowing,
  panEarlier,
  panLater,
  showAll,
  shown,
  toggleFollowing,
  zoomIn,
  zoomOut,
} from "./lanes_state.ts";
import { makePatterns, type Patterns } from "./patterns.ts";
import type { Picture } from "./picture.ts";
import { type Row, rowsOf } from "./rows.ts";
import { StateChip } from "./state_chip.tsx";

/** Width of the names: on a phone, and else, CSS pixels. */
const GUTTERS = { narrow: 106, wide: 150 };
const NARROW = 560;
const TIP_WIDTH = 300;
const TIP_AWAY = 12;

/** The lanes. */
export function LanesView(): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const { cast } = recording.value;
  const { rows, height } = useMemo(() => rowsOf(cast, folded.value), [cast, folded.value]);
  const rowsNow = useRef(rows);
  rowsNow.current = rows;
  useEffect(() => watch(canvas.current!, scroller.current!, () => rowsNow.current), []);
  return (
    <div class="lanes-view">
      <LanesBar />
      <div class="lanes-stage">
        <canvas ref={canvas} role="img" aria-label={t(LANES_TEXT.lanes)} data-testid="lanes" />
        <div
          class="lanes-scroll"
          ref={scroller}
          tabIndex={0}
          role="group"
          aria-label={t(LANES_TEXT.lanesName)}
          onKeyDown={onKeyDown}
        >
          <div class="lanes-rows" style={{ height: `${height + AXIS}px` }}>
            <LaneNames rows={rows} top={AXIS} />
          </div>
        </div>
        <Tip />
      </div>
    </div>
  );
}

function LanesBar(): JSX.Element {
  return (
    <div class="lanes-bar" role="toolbar" aria-label={t(LANES_TEXT.lanesName)}>
      <button type="button" aria-label={t(LANES_TEXT.zoomIn)} onClick={zoomIn}>+</button>
      <button type="button" aria-label={t(LANES_TEXT.zoomOut)} onClick={zoomOut}>−</button>
      <button type="button" data-testid="lanes-all" onClick={showAll}>{t(LANES_TEXT.all)}</button>
      <button
        type="button"
        data-testid="lanes-follow"
        aria-pressed={isFollowing.value}
        onClick={toggleFollowing}
      >
        {t(LANES_TEXT.follow)}
      </button>
      <span class="lanes-legend" aria-hidden="true">
        {["MASTER", "BACKUP", "FAULT", "INIT"].map((state) => (
          <StateChip key={state} state={state} />
        ))}
        <span class="legend-unknown">{t(LANES_TEXT.unknown)}</span>
        <span>
          <i class="legend-tick" /> {t(LANES_TEXT.legendSent)}
        </span>
        <span>
          <i class="legend-tick heard" /> {t(LANES_TEXT.legendHeard)}
        </span>
        <span>
          <i class="legend-ramp" /> {t(LANES_TEXT.timer)}
        </span>
      </span>
    </div>
  );
}

/** Arrows move the window while the lanes have the focus; up and down scroll. */
function onKeyDown(event: TargetedKeyboardEvent<HTMLDivElement>): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "ArrowLeft") panEarlier();
  else if (event.key === "ArrowRight") panLater();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function Tip(): JSX.Element | null {
  const now = tip.value;
  if (now === null) return null;
  const { x, y, width, height, lines } = now;
  const place: Record<string, string> = { maxWidth: `${Math.min(TIP_WIDTH, width - 20)}px` };
  // Where there is room for it: right of the pointer and below it, or on the other side.
  if (x + TIP_WIDTH + TIP_AWAY < width) place.left = `${x + TIP_AWAY}px`;
  else place.right = `${Math.min(width - x + TIP_AWAY, Math.max(8, width - TIP_WIDTH - 8))}px`;
  if (y < height / 2) place.top = `${y + TIP_AWAY}px`;
  else place.bottom = `${height - y + TIP_AWAY}px`;
  return (
    <div class="lanes-tip card" data-testid="lanes-tip" style={place}>
      {lines.map((line, i) => <div key={i}>{line}</div>)}
    </div>
  );
}

/** Draws in every frame that changes something, and listens to the pointer. */
function watch(
  canvas: HTMLCanvasElement,
  scroller: HTMLDivElement,
  rows: () => readonly Row[],
): () => void {
  const changed = new Changed();
  let patterns: { of: unknown; made: Patterns } | null = null;
  const gutter = () => canvas.clientWidth < NARROW ? GUTTERS.narrow : GUTTERS.wide;
  const picture = (): Picture => {
    const context = contextOf(canvas);
    const colours = palette.peek();
    if (patterns?.of !== colours) patterns = { of: colours, made: makePatterns(context, colours) };
    const picked = selection.peek();
    return {
      context,
      width: canvas.clientWidth,
      height: canvas.clientHeight,
      gutter: gutter(),
      scrollTop: scroller.scrollTop,
      window: shown.peek(),
      untilUs: recording.peek().untilUs,
      playheadUs: playheadUs.peek(),
      rows: rows(),
      index: laneIndex.peek(),
      colours,
      patterns: patterns.made,
      picked: picked !== null && "event" in picked ? picked.event : -1,
    };
  };
  const end = onFrame(() => {
    const isResized = fitCanvas(canvas);
    if (isResized) scroller.style.setProperty("--lanes-gutter", `${gutter()}px`);
    const isOther = changed.since(
      playheadUs.peek(),
      revision.peek(),
      shown.peek(),
      scroller.scrollTop,
      palette.peek(),
      selection.peek(),
      rows(),
      language.peek(),
    );
    if (isResized || isOther) drawLanes(picture());
  });
  const unlisten = listenToPointer({ scroller, rows, gutter });
  return () => {
    end();
    unlisten();
  };
}
