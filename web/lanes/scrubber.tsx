// The whole recording in one line: what happened when, how far it is known, and the playhead to drag.

import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { jumpTo, onFrame } from "../app/playback.ts";
import { playheadSlow, playheadUs, recording, revision } from "../app/state.ts";
import { timeText } from "../app/time_text.ts";
import { type Palette, palette, stateColour } from "../style/palette.ts";
import { LANES_TEXT } from "../text/lanes.ts";
import { t } from "../text/text.ts";
import { Changed, contextOf, fitCanvas } from "./canvas.ts";
import { laneIndex } from "./index_signal.ts";
import type { LaneIndex, Mark } from "./lane_index.ts";

/** Steps of the keyboard, as parts of the whole. */
const STEP = 1 / 200;
const PAGE = 1 / 20;

/** The scrubber. */
export function Scrubber(): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const changed = new Changed();
    return onFrame(() => {
      const on = canvas.current;
      if (on === null) return;
      const isResized = fitCanvas(on);
      const isOther = changed.since(playheadUs.peek(), revision.peek(), palette.peek());
      if (isResized || isOther) draw(on, palette.peek(), laneIndex.peek());
    });
  }, []);
  revision.value;
  const { endUs, untilUs } = recording.value;
  const wholeUs = Math.max(endUs, untilUs, 1);
  const toTime = (event: PointerEvent) => {
    const box = canvas.current!.getBoundingClientRect();
    jumpTo((event.clientX - box.left) / Math.max(1, box.width) * wholeUs);
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
      aria-valuemax={Math.round(wholeUs / 1000)}
      aria-valuenow={Math.round(playheadSlow.value / 1000)}
      aria-valuetext={timeText(playheadSlow.value)}
      onKeyDown={(event) => {
        const next = keyed(event.key, playheadUs.peek(), wholeUs);
        if (next === null) return;
        event.preventDefault();
        jumpTo(next);
      }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        toTime(event);
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) toTime(event);
      }}
    >
      <canvas ref={canvas} aria-hidden="true" />
    </div>
  );
}

function keyed(key: string, us: number, wholeUs: number): number | null {
  switch (key) {
    case "ArrowLeft":
    case "ArrowDown":
      return us - wholeUs * STEP;
    case "ArrowRight":
    case "ArrowUp":
      return us + wholeUs * STEP;
    case "PageDown":
      return us - wholeUs * PAGE;
    case "PageUp":
      return us + wholeUs * PAGE;
    case "Home":
      return 0;
    case "End":
      return wholeUs;
    default:
      return null;
  }
}

function markColour(colours: Palette, { kind, state }: Mark): string {
  switch (kind) {
    case "violation":
    case "lost":
    case "remark":
      return colours.bad;
    case "action":
      return colours.ink;
    case "transition":
      return stateColour(colours, state ?? "");
    default:
      return colours.down;
  }
}

/** Height of a mark, as a part of the line. */
const HEIGHTS: Record<Mark["kind"], number> = {
  violation: 1,
  lost: 1,
  found: 0.5,
  action: 0.8,
  transition: 0.55,
  refused: 0.25,
  remark: 0.8,
};

function draw(canvas: HTMLCanvasElement, colours: Palette, index: LaneIndex): void {
  const context = contextOf(canvas);
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  const { endUs, untilUs } = recording.peek();
  const scale = width / Math.max(endUs, untilUs, 1);
  context.fillStyle = colours.sunk;
  context.fillRect(0, 0, width, height);
  context.fillStyle = colours.card;
  context.fillRect(0, 0, untilUs * scale, height);
  const lastOf = new Map<string, number>();
  for (const mark of index.marks) {
    const x = Math.round(mark.atUs * scale);
    const colour = markColour(colours, mark);
    // One line a pixel and colour is all that can be seen.
    if (lastOf.get(colour) === x) continue;
    lastOf.set(colour, x);
    context.fillStyle = colour;
    const tall = HEIGHTS[mark.kind] * height;
    context.fillRect(x, height - tall, mark.kind === "action" ? 2 : 1.5, tall);
  }
  context.strokeStyle = colours["line-strong"];
  context.lineWidth = 1;
  context.strokeRect(0.5, 0.5, width - 1, height - 1);
  const x = playheadUs.peek() * scale;
  context.fillStyle = colours.accent;
  context.fillRect(x - 1, 0, 2, height);
  context.beginPath();
  context.arc(x, height / 2, 6, 0, Math.PI * 2);
  context.fill();
}
