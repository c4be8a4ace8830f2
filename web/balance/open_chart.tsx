// Open connections of each server over time; its cursor is the playhead.

import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { BIN_US } from "../../host/sim/traffic/request.ts";
import { jumpTo, onFrame } from "../app/playback.ts";
import { playheadUs } from "../app/state.ts";
import { Changed } from "../lanes/canvas.ts";
import { type Palette, palette } from "../style/palette.ts";
import { BALANCE_TEXT } from "../text/balance.ts";
import { t } from "../text/text.ts";
import { trafficCounts, trafficRevision } from "./traffic.ts";

const HEIGHT = 190;
/** The chart is made anew at most so often while bins come, milliseconds. */
const PAUSE_MS = 250;
const SECOND_US = 1_000_000;
/** Seconds that are shown before the playhead and behind it. */
const BEFORE_S = 50;
const BEHIND_S = 10;
/** Lines differ in their dashes too. */
const DASHES = [[], [6, 3], [2, 2], [8, 3, 2, 3]];

/** The chart. */
export function OpenChart(): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => watch(host.current!), []);
  return (
    <figure class="card open-chart">
      <figcaption>{t(BALANCE_TEXT.chart)}</figcaption>
      <div ref={host} role="img" aria-label={t(BALANCE_TEXT.chart)} />
    </figure>
  );
}

/** Keys of the servers, and the columns of uplot: seconds, then a server each. */
function columns(): { keys: string[]; data: uPlot.AlignedData } {
  const counts = trafficCounts();
  const keys = [...counts.keys()].filter((key) => !key.endsWith(" "));
  const length = Math.max(0, ...keys.map((key) => counts.get(key)!.open.length));
  const times = Array.from({ length }, (_, i) => (i + 1) * BIN_US / SECOND_US);
  const rows = keys.map((key) => {
    const { open } = counts.get(key)!;
    return Array.from({ length }, (_, i) => open[i] ?? 0);
  });
  return { keys, data: [times, ...rows] };
}

/** The seconds that are shown at a moment. */
function windowAround(seconds: number): [number, number] {
  const from = Math.max(0, seconds - BEFORE_S);
  return [from, from + BEFORE_S + BEHIND_S];
}

function colourOf(colours: Palette, i: number): string {
  return [colours.master, colours.backup, colours.announcement, colours.check][i % 4]!;
}

function watch(host: HTMLDivElement): () => void {
  const changed = new Changed();
  const moved = new Changed();
  let chart: uPlot | null = null;
  let keysBefore = "";
  let madeMs = -Infinity;
  const end = onFrame((nowMs) => {
    if (nowMs - madeMs > PAUSE_MS) {
      const width = host.clientWidth;
      if (changed.since(trafficRevision.peek(), palette.peek(), width)) {
        madeMs = nowMs;
        const { keys, data } = columns();
        const shape = JSON.stringify([keys, palette.peek(), width]);
        if (chart === null || shape !== keysBefore) {
          chart?.destroy();
          chart = make(host, keys, data, palette.peek(), width);
          keysBefore = shape;
        } else chart.setData(data);
      }
    }
    if (chart !== null && (moved.since(playheadUs.peek(), chart))) {
      const [min, max] = windowAround(playheadUs.peek() / SECOND_US);
      chart.setScale("x", { min, max });
      chart.setCursor(
        { left: chart.valToPos(playheadUs.peek() / SECOND_US, "x"), top: -10 },
        false,
      );
    }
  });
  const pick = (event: MouseEvent) => {
    if (chart === null) return;
    const left = event.clientX - chart.over.getBoundingClientRect().left;
    jumpTo(chart.posToVal(left, "x") * SECOND_US);
  };
  host.addEventListener("click", pick);
  return () => {
    end();
    host.removeEventListener("click", pick);
    chart?.destroy();
  };
}

function make(
  host: HTMLDivElement,
  keys: readonly string[],
  data: uPlot.AlignedData,
  colours: Palette,
  width: number,
): uPlot {
  const axis = {
    stroke: colours["ink-soft"],
    grid: { stroke: colours.line, width: 1 },
    ticks: { stroke: colours.line },
  };
  return new uPlot(
    {
      width,
      height: HEIGHT,
      scales: { x: { time: false, auto: false } },
      cursor: { drag: { x: false, y: false } },
      legend: { live: false },
      axes: [{ ...axis, values: (_, values) => values.map((one) => `${one} s`) }, axis],
      series: [
        {},
        ...keys.map((label, i) => ({
          label,
          stroke: colourOf(colours, i),
          width: 1.5,
          dash: DASHES[Math.floor(i / 4) % DASHES.length]!,
          points: { show: false },
        })),
      ],
    },
    data,
    host,
  );
}
