// The lanes: a canvas over a scrolled column of rows, with its zoom, its pointer and its keys.

import { effect, signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { registerKeys } from "../app/keys.ts";
import { jumpTo, onFrame } from "../app/playback.ts";
import { playheadUs, playing, recording, revision, selection } from "../app/state.ts";
import { timeText } from "../app/time_text.ts";
import { palette } from "../style/palette.ts";
import { LANES_TEXT } from "../text/lanes.ts";
import { language, t } from "../text/text.ts";
import { Changed, contextOf, fitCanvas } from "./canvas.ts";
import { AXIS, drawLanes, type Picture } from "./draw_lanes.ts";
import { laneIndex } from "./index_signal.ts";
import { lastAt } from "./lane_index.ts";
import "./lanes.css";
import { makePatterns, type Patterns } from "./patterns.ts";
import { groupOf, type Row, rowAt, rowsOf } from "./rows.ts";
import { follow, pan, type Window, zoom } from "./window.ts";

/** First window: what an election and a few adverts take. */
const FIRST_US = 30_000_000;
const ZOOM = 1.5;
const PAN = 0.2;
/** Width of the names: on a phone, and else. */
const GUTTERS = { narrow: 74, wide: 112 };
const NARROW = 560;
/** A click so near to an event means it, CSS pixels. */
const NEAR = 6;

const shown = signal<Window>({ fromUs: 0, toUs: FIRST_US });
const isFollowing = signal(true);
const folded = signal<ReadonlySet<string>>(new Set());
/** What the pointer is over: place in the box, and lines. */
const tip = signal<{ x: number; y: number; lines: string[] } | null>(null);

function endUs(): number {
  const { endUs, untilUs } = recording.peek();
  return Math.max(endUs, untilUs, 1);
}

function zoomBy(factor: number): void {
  shown.value = zoom(shown.peek(), factor, playheadUs.peek(), endUs());
}

function panBy(share: number): void {
  isFollowing.value = false;
  const { fromUs, toUs } = shown.peek();
  shown.value = pan(shown.peek(), (toUs - fromUs) * share, endUs());
}

function showAll(): void {
  shown.value = { fromUs: 0, toUs: endUs() };
}

registerKeys({
  title: LANES_TEXT.lanes,
  keys: [
    { key: "+", text: LANES_TEXT.zoomIn, run: () => zoomBy(1 / ZOOM) },
    { key: "-", text: LANES_TEXT.zoomOut, run: () => zoomBy(ZOOM) },
    { key: "ArrowLeft", shift: true, text: LANES_TEXT.panLeft, run: () => panBy(-PAN) },
    { key: "ArrowRight", shift: true, text: LANES_TEXT.panRight, run: () => panBy(PAN) },
    { key: "a", text: LANES_TEXT.all, run: showAll },
    { key: "f", text: LANES_TEXT.follow, run: () => isFollowing.value = !isFollowing.peek() },
  ],
});

/** Who jumps wants to see where that is. */
effect(() => {
  const us = playheadUs.value;
  if (!isFollowing.value) return;
  const next = follow(shown.peek(), us, endUs());
  if (next !== shown.peek()) shown.value = next;
});

/** The lanes. */
export function LanesView(): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  revision.value;
  const { rows, height } = rowsOf(recording.value.cast, folded.value);
  const rowsNow = useRef(rows);
  rowsNow.current = rows;
  useEffect(() => watch(canvas.current!, scroller.current!, () => rowsNow.current), []);
  return (
    <div class="lanes-view">
      <div class="lanes-bar" role="toolbar" aria-label={t(LANES_TEXT.lanes)}>
        <button type="button" aria-label={t(LANES_TEXT.zoomIn)} onClick={() => zoomBy(1 / ZOOM)}>
          +
        </button>
        <button type="button" aria-label={t(LANES_TEXT.zoomOut)} onClick={() => zoomBy(ZOOM)}>
          −
        </button>
        <button type="button" onClick={showAll}>{t(LANES_TEXT.all)}</button>
        <button
          type="button"
          aria-pressed={isFollowing.value}
          onClick={() => isFollowing.value = !isFollowing.peek()}
        >
          {t(LANES_TEXT.follow)}
        </button>
      </div>
      <canvas ref={canvas} role="img" aria-label={t(LANES_TEXT.lanes)} data-testid="lanes" />
      <div
        class="lanes-scroll"
        ref={scroller}
        tabIndex={0}
        aria-label={t(LANES_TEXT.lanes)}
        role="group"
      >
        <div style={{ height: `${height + AXIS}px` }} />
      </div>
      {tip.value !== null && (
        <div class="lanes-tip card" style={{ left: `${tip.value.x}px`, top: `${tip.value.y}px` }}>
          {tip.value.lines.map((line) => <div key={line}>{line}</div>)}
        </div>
      )}
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
      fonts: { small: "11px system-ui, sans-serif", normal: "600 12px system-ui, sans-serif" },
      picked: picked !== null && "event" in picked ? picked.event : -1,
    };
  };
  const end = onFrame(() => {
    const isResized = fitCanvas(canvas);
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
  const timeAt = (x: number) => {
    const { fromUs, toUs } = shown.peek();
    return fromUs + (x - gutter()) / Math.max(1, canvas.clientWidth - gutter()) * (toUs - fromUs);
  };
  const unlisten = listen(canvas, scroller, { rows, timeAt, gutter });
  return () => {
    end();
    unlisten();
  };
}

interface Pointing {
  rows(): readonly Row[];
  timeAt(x: number): number;
  gutter(): number;
}

function listen(
  canvas: HTMLCanvasElement,
  scroller: HTMLDivElement,
  pointing: Pointing,
): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  let drag: { x: number; moved: boolean; window: Window } | null = null;
  const local = (event: PointerEvent | WheelEvent) => {
    const box = canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  scroller.addEventListener("pointerdown", (event) => {
    drag = { x: local(event).x, moved: false, window: shown.peek() };
    scroller.setPointerCapture(event.pointerId);
  }, { signal });
  scroller.addEventListener("pointermove", (event) => {
    const { x, y } = local(event);
    if (drag === null) {
      tip.value = tipAt(canvas, scroller, pointing, x, y);
      return;
    }
    if (Math.abs(x - drag.x) > 3) drag.moved = true;
    if (!drag.moved) return;
    isFollowing.value = false;
    const span = drag.window.toUs - drag.window.fromUs;
    const byUs = (drag.x - x) / Math.max(1, canvas.clientWidth - pointing.gutter()) * span;
    shown.value = pan(drag.window, byUs, endUs());
  }, { signal });
  scroller.addEventListener("pointerup", (event) => {
    const { x, y } = local(event);
    const wasClick = drag !== null && !drag.moved;
    drag = null;
    if (wasClick) click(scroller, pointing, x, y, canvas.clientWidth);
  }, { signal });
  scroller.addEventListener("pointerleave", () => tip.value = null, { signal });
  scroller.addEventListener("wheel", (event) => {
    const { x } = local(event);
    const isSideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
    if (!event.ctrlKey && !event.shiftKey && !isSideways && x < pointing.gutter()) return;
    if (isSideways || event.shiftKey) {
      event.preventDefault();
      return panBy((event.deltaX || event.deltaY) / 1000);
    }
    // Over the lanes the wheel zooms, over the names it scrolls.
    event.preventDefault();
    shown.value = zoom(shown.peek(), Math.exp(event.deltaY / 400), pointing.timeAt(x), endUs());
  }, { signal, passive: false });
  return () => stop.abort();
}

function click(
  scroller: HTMLDivElement,
  pointing: Pointing,
  x: number,
  y: number,
  width: number,
): void {
  const row = rowAt(pointing.rows(), y - AXIS + scroller.scrollTop);
  if (x < pointing.gutter() || row?.kind === "router") return pickRow(row);
  const us = pointing.timeAt(x);
  const { fromUs, toUs } = shown.peek();
  const nearUs = NEAR / Math.max(1, width - pointing.gutter()) * (toUs - fromUs);
  const event = eventNear(row, us, nearUs);
  playing.value = false;
  if (event < 0) return jumpTo(us);
  const { kind, atUs } = recording.peek().events[event]!;
  jumpTo(atUs);
  selection.value = { kind: kind === "packet" ? "packet" : "event", event };
}

function pickRow(row: Row | null): void {
  if (row === null) return;
  if (row.kind === "instance") {
    selection.value = { kind: "instance", node: row.node, instance: row.instance };
  } else if (row.kind === "router" || row.kind === "node") {
    const name = row.kind === "router" ? groupOf(row.router) : `node ${row.node}`;
    const next = new Set(folded.peek());
    if (!next.delete(name)) next.add(name);
    folded.value = next;
  }
}

/** The event that a click at a time means in a row; -1: none is near. */
function eventNear(row: Row | null, us: number, nearUs: number): number {
  if (row === null || row.kind === "router") return -1;
  const index = laneIndex.peek();
  const lists: (readonly { atUs: number; event: number }[])[] = [];
  if (row.kind === "instance") {
    const lane = index.instances.get(`${row.node} ${row.instance}`);
    if (lane !== undefined) lists.push(lane.bands, lane.sent);
  } else {
    const lane = index.nodes.get(row.node);
    if (lane !== undefined) {
      if (row.kind === "node") lists.push(lane.process, lane.links);
      else lists.push(row.kind === "scripts" ? lane.runs : lane.checks);
    }
  }
  let best = { awayUs: nearUs, event: -1 };
  for (const list of lists) {
    const at = lastAt(list, us);
    for (const one of [list[at], list[at + 1]]) {
      if (one === undefined || one.event < 0) continue;
      const awayUs = Math.abs(one.atUs - us);
      if (awayUs < best.awayUs) best = { awayUs, event: one.event };
    }
    // A change of state is meant rather than one of many adverts.
    if (best.event >= 0) break;
  }
  return best.event;
}

function tipAt(
  canvas: HTMLCanvasElement,
  scroller: HTMLDivElement,
  pointing: Pointing,
  x: number,
  y: number,
): { x: number; y: number; lines: string[] } | null {
  const row = rowAt(pointing.rows(), y - AXIS + scroller.scrollTop);
  const us = pointing.timeAt(x);
  if (row === null || row.kind === "router" || x < pointing.gutter()) return null;
  if (us > recording.peek().untilUs) return null;
  const lines = [timeText(us)];
  const lane = row.kind === "instance"
    ? laneIndex.peek().instances.get(`${row.node} ${row.instance}`)
    : undefined;
  if (lane !== undefined) {
    const band = lane.bands[lastAt(lane.bands, us)];
    if (band !== undefined) {
      const state = band.state === "UNKNOWN" ? t(LANES_TEXT.unknown) : band.state;
      lines.push(`${state} ${t(LANES_TEXT.since, { time: timeText(band.atUs) })}`);
      if (band.isStill && band.state !== "DOWN") lines.push(t(LANES_TEXT.still));
      if (band.isInferred) lines.push(t(LANES_TEXT.inferred));
    }
    const priority = lane.priorities[lastAt(lane.priorities, us)]?.value ?? 0;
    if (priority > 0) lines.push(t(LANES_TEXT.priority, { priority }));
    const timer = lane.timers[lastAt(lane.timers, us)];
    if (timer?.dueUs != null) {
      const text = band?.state === "MASTER" ? LANES_TEXT.timerAdvert : LANES_TEXT.timerDown;
      lines.push(t(text, { left: timeText(timer.dueUs - us) }));
    }
  }
  const place = { x: Math.min(x + 12, canvas.clientWidth - 190), y: Math.max(0, y - 20) };
  return { ...place, lines };
}
