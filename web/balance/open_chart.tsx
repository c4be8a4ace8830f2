// Open connections of each server over time, a minute around the playhead; a click looks there.

import { computed } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { jumpTo, onFrame } from "../app/playback.ts";
import { playheadUs } from "../app/state.ts";
import { Changed, contextOf, fitCanvas } from "../lanes/canvas.ts";
import { palette } from "../style/palette.ts";
import { BALANCE_TEXT } from "../text/balance.ts";
import { t } from "../text/text.ts";
import { type ChartLine, drawChart, lineStyle, timeAt } from "./chart.ts";
import { trafficCounts, trafficRevision } from "./traffic.ts";

/** Seconds that are shown before the playhead and behind it. */
const BEFORE_S = 50;
const BEHIND_S = 10;
const SECOND_US = 1_000_000;

/** A line for each server, in the order in which it was first asked. */
const lines = computed((): ChartLine[] => {
  trafficRevision.value;
  return [...trafficCounts()].filter(([key]) => !key.endsWith(" "))
    .map(([name, { open }]) => ({ name, values: open }));
});
/** Their names: another list only when there are others. */
const names = computed(() => lines.value.map(({ name }) => name).join("\n"));

/** The chart. */
export function OpenChart(): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => watch(canvas.current!), []);
  return (
    <figure class="card open-chart">
      <figcaption>{t(BALANCE_TEXT.chart)}</figcaption>
      <canvas ref={canvas} role="img" aria-label={t(BALANCE_TEXT.chart)} />
      <ul class="legend">
        {names.value.split("\n").map((name, i) => {
          const { colour, dash } = lineStyle(palette.value, i);
          return (
            <li key={name}>
              <svg width="26" height="8" aria-hidden="true">
                <line
                  x1="0"
                  y1="4"
                  x2="26"
                  y2="4"
                  stroke={colour}
                  stroke-width="2"
                  stroke-dasharray={dash.join(" ")}
                />
              </svg>{" "}
              {name}
            </li>
          );
        })}
      </ul>
    </figure>
  );
}

/** The seconds that are shown at a moment. */
function windowAround(us: number): { from: number; to: number } {
  const from = Math.max(0, us / SECOND_US - BEFORE_S);
  return { from, to: from + BEFORE_S + BEHIND_S };
}

function watch(canvas: HTMLCanvasElement): () => void {
  const changed = new Changed();
  const end = onFrame(() => {
    const us = playheadUs.peek();
    const isResized = fitCanvas(canvas);
    const isOther = changed.since(us, trafficRevision.peek(), palette.peek());
    if (!isResized && !isOther) return;
    drawChart({
      context: contextOf(canvas),
      width: canvas.clientWidth,
      height: canvas.clientHeight,
      ...windowAround(us),
      playheadUs: us,
      lines: lines.peek(),
      colours: palette.peek(),
    });
  });
  const pick = (event: MouseEvent) => {
    const x = event.clientX - canvas.getBoundingClientRect().left;
    jumpTo(timeAt({ width: canvas.clientWidth, ...windowAround(playheadUs.peek()) }, x));
  };
  canvas.addEventListener("click", pick);
  return () => {
    end();
    canvas.removeEventListener("click", pick);
  };
}
