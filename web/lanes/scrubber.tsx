// The whole recording in one line, with the playhead to drag and the window that the lanes show.

import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { jumpTo, onFrame } from "../app/playback.ts";
import { playheadSlow, playheadUs, recording, revision } from "../app/state.ts";
import { timeText } from "../app/time_text.ts";
import { palette } from "../style/palette.ts";
import { LANES_TEXT } from "../text/lanes.ts";
import { t } from "../text/text.ts";
import { Changed, contextOf, fitCanvas } from "./canvas.ts";
import { drawOverview } from "./draw_overview.ts";
import { laneIndex } from "./index_signal.ts";
import { shown } from "./lanes_state.ts";
import { makePatterns } from "./patterns.ts";

/** Steps of the keyboard, as parts of the whole. */
const STEP = 1 / 200;
const PAGE = 1 / 20;
const KNOB = 6;

/** Where the pointer is over it. */
const hover = signal<{ x: number; us: number } | null>(null);

function wholeUs(): number {
  const { endUs, untilUs } = recording.peek();
  return Math.max(endUs, untilUs, 1);
}

/** The scrubber. */
export function Scrubber(): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => watch(canvas.current!), []);
  revision.value;
  recording.value;
  const whole = wholeUs();
  const timeOf = (event: PointerEvent) => {
    const box = canvas.current!.getBoundingClientRect();
    const x = event.clientX - box.left;
    return { x, us: Math.max(0, Math.min(1, x / Math.max(1, box.width))) * whole };
  };
  return (
    <div
      class="scrubber"
      role="slider"
      tabIndex={0}
      data-own-keys
      data-testid="scrubber"
      aria-label={t(LANES_TEXT.scrubber)}
      aria-valuemin={0}
      aria-valuemax={Math.round(whole / 1000)}
      aria-valuenow={Math.round(playheadSlow.value / 1000)}
      aria-valuetext={timeText(playheadSlow.value)}
      onKeyDown={(event) => {
        const next = keyed(event.key, playheadUs.peek(), whole);
        if (next === null) return;
        event.preventDefault();
        jumpTo(next);
      }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        jumpTo(timeOf(event).us);
      }}
      onPointerMove={(event) => {
        hover.value = timeOf(event);
        if (event.currentTarget.hasPointerCapture(event.pointerId)) jumpTo(hover.value.us);
      }}
      onPointerLeave={() => hover.value = null}
    >
      <canvas ref={canvas} aria-hidden="true" />
      <HoverTime canvas={canvas} />
    </div>
  );
}

function HoverTime(
  { canvas }: { canvas: { readonly current: HTMLCanvasElement | null } },
): JSX.Element | null {
  const now = hover.value;
  if (now === null) return null;
  const width = canvas.current?.clientWidth ?? 0;
  const left = Math.max(36, Math.min(width - 36, now.x));
  return (
    <span class="scrubber-time mono card" style={{ left: `${left}px` }}>{timeText(now.us)}</span>
  );
}

function keyed(key: string, us: number, whole: number): number | null {
  switch (key) {
    case "ArrowLeft":
    case "ArrowDown":
      return us - whole * STEP;
    case "ArrowRight":
    case "ArrowUp":
      return us + whole * STEP;
    case "PageDown":
      return us - whole * PAGE;
    case "PageUp":
      return us + whole * PAGE;
    case "Home":
      return 0;
    case "End":
      return whole;
    default:
      return null;
  }
}

/** Draws the overview when the recording changes and the playhead when it moves. */
function watch(canvas: HTMLCanvasElement): () => void {
  const still = document.createElement("canvas");
  const [recorded, moved] = [new Changed(), new Changed()];
  return onFrame(() => {
    const isResized = fitCanvas(canvas);
    const isOther = recorded.since(revision.peek(), recording.peek(), palette.peek());
    if (isResized || isOther) drawStill(still, canvas);
    const isMoved = moved.since(playheadUs.peek(), shown.peek(), wholeUs());
    if (isResized || isOther || isMoved) draw(canvas, still);
  });
}

function drawStill(still: HTMLCanvasElement, canvas: HTMLCanvasElement): void {
  still.width = canvas.width;
  still.height = canvas.height;
  const context = contextOf(still);
  const colours = palette.peek();
  const { cast, untilUs } = recording.peek();
  drawOverview({
    context,
    colours,
    patterns: makePatterns(context, colours),
    index: laneIndex.peek(),
    routers: cast.routers.length,
    width: canvas.clientWidth,
    height: canvas.clientHeight,
    untilUs,
    wholeUs: wholeUs(),
  });
}

function draw(canvas: HTMLCanvasElement, still: HTMLCanvasElement): void {
  const context = contextOf(canvas);
  const colours = palette.peek();
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  context.drawImage(still, 0, 0, width, height);
  const scale = width / wholeUs();
  const { fromUs, toUs } = shown.peek();
  context.fillStyle = colours.accent;
  context.globalAlpha = 0.12;
  context.fillRect(fromUs * scale, 1, Math.max(2, (toUs - fromUs) * scale), height - 2);
  context.globalAlpha = 1;
  const x = playheadUs.peek() * scale;
  context.fillRect(x - 1, 0, 2, height);
  context.beginPath();
  context.arc(x, height / 2, KNOB, 0, Math.PI * 2);
  context.fill();
  context.strokeStyle = colours.card;
  context.lineWidth = 1.5;
  context.stroke();
}
