// The pointer over the lanes: it moves and zooms the window, two fingers too, shows what is under it and picks
// events.

import { signal } from "@preact/signals";
import { jumpTo } from "../app/playback.ts";
import { playing, recording, selection } from "../app/state.ts";
import { AXIS } from "./draw_lanes.ts";
import { laneIndex } from "./index_signal.ts";
import { eventNear, factsOf, markNear } from "./lane_pick.ts";
import { tipLines } from "./lane_tip.ts";
import { endUs, isFollowing, panBy, shown } from "./lanes_state.ts";
import { type Row, rowAt } from "./rows.ts";
import { pan, type Window, zoom } from "./window.ts";

/** A click so near to an event means it, CSS pixels. */
const NEAR = 6;
/** A pointer that moved so far drags, CSS pixels. */
const DRAG = 4;
/** Pixels of the wheel that zoom by e. */
const WHEEL = 400;

/** What the pointer is over: place in the box and its size, CSS pixels, and lines. */
export interface Tip {
  x: number;
  y: number;
  width: number;
  height: number;
  lines: readonly string[];
}
export const tip = signal<Tip | null>(null);

/** The lanes on the page. */
export interface Stage {
  /** Takes the pointer: lies over the canvas and is scrolled. */
  scroller: HTMLElement;
  rows(): readonly Row[];
  gutter(): number;
}

interface Point {
  x: number;
  y: number;
}

/** Listens; answers what ends it. */
export function listenToPointer(stage: Stage): () => void {
  const listener = new PointerListener(stage);
  const stop = new AbortController();
  const { signal } = stop;
  const { scroller } = stage;
  scroller.addEventListener("pointerdown", (event) => listener.down(event), { signal });
  scroller.addEventListener("pointermove", (event) => listener.move(event), { signal });
  scroller.addEventListener("pointerup", (event) => listener.up(event), { signal });
  scroller.addEventListener("pointercancel", (event) => listener.cancel(event), { signal });
  scroller.addEventListener("pointerleave", () => tip.value = null, { signal });
  scroller.addEventListener("wheel", (event) => listener.wheel(event), { signal, passive: false });
  return () => stop.abort();
}

class PointerListener {
  readonly #stage: Stage;
  /** Where each pointer that is down is now. */
  readonly #down = new Map<number, Point>();
  /** How everything was when the last pointer came down. */
  #from: { window: Window; x: number; spread: number; scrollTop: number; y: number } | null = null;
  #isDrag = false;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  #local(event: MouseEvent): Point {
    const box = this.#stage.scroller.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  /** CSS pixels of the window. */
  get #width(): number {
    return Math.max(1, this.#stage.scroller.clientWidth - this.#stage.gutter());
  }

  #timeAt(x: number, { fromUs, toUs } = shown.peek()): number {
    return fromUs + (x - this.#stage.gutter()) / this.#width * (toUs - fromUs);
  }

  #grip(): void {
    const points = [...this.#down.values()];
    const x = points.reduce((sum, point) => sum + point.x, 0) / points.length;
    const y = points.reduce((sum, point) => sum + point.y, 0) / points.length;
    const spread = points.length < 2 ? 0 : Math.abs(points[0]!.x - points[1]!.x);
    const { scrollTop } = this.#stage.scroller;
    this.#from = points.length === 0 ? null : { window: shown.peek(), x, y, spread, scrollTop };
  }

  down(event: PointerEvent): void {
    const point = this.#local(event);
    const isInside = event.target === this.#stage.scroller || point.x >= this.#stage.gutter();
    if (!isInside || event.button !== 0) return;
    if (this.#down.size === 0) this.#isDrag = false;
    this.#down.set(event.pointerId, point);
    this.#stage.scroller.setPointerCapture(event.pointerId);
    this.#grip();
  }

  move(event: PointerEvent): void {
    const point = this.#local(event);
    if (!this.#down.has(event.pointerId)) return this.#hover(point);
    this.#down.set(event.pointerId, point);
    const from = this.#from!;
    const points = [...this.#down.values()];
    const x = points.reduce((sum, one) => sum + one.x, 0) / points.length;
    const isFar = Math.abs(x - from.x) > DRAG || Math.abs(point.y - from.y) > DRAG;
    this.#isDrag ||= points.length > 1 || isFar;
    if (!this.#isDrag) return;
    tip.value = null;
    isFollowing.value = false;
    const spanUs = from.window.toUs - from.window.fromUs;
    let next = pan(from.window, (from.x - x) / this.#width * spanUs, endUs());
    if (points.length > 1 && from.spread > 0) {
      const spread = Math.max(8, Math.abs(points[0]!.x - points[1]!.x));
      next = zoom(next, from.spread / spread, this.#timeAt(x, next), endUs());
    }
    shown.value = next;
    // A finger scrolls by itself.
    if (event.pointerType === "mouse") {
      this.#stage.scroller.scrollTop = from.scrollTop + from.y - point.y;
    }
  }

  up(event: PointerEvent): void {
    if (!this.#down.delete(event.pointerId)) return;
    if (this.#down.size > 0) return this.#grip();
    if (!this.#isDrag) this.#click(this.#local(event));
  }

  cancel(event: PointerEvent): void {
    this.#down.delete(event.pointerId);
    this.#grip();
  }

  wheel(event: WheelEvent): void {
    const { x } = this.#local(event);
    const isSideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
    // Over the names the wheel scrolls, over the lanes it zooms.
    if (x < this.#stage.gutter() && !event.ctrlKey && !isSideways) return;
    event.preventDefault();
    if (isSideways && !event.ctrlKey) return panBy((event.deltaX || event.deltaY) / 1000);
    // A pinch on a touch pad comes as a wheel with Control, in small steps.
    const factor = Math.exp(event.deltaY / (event.ctrlKey ? WHEEL / 4 : WHEEL));
    shown.value = zoom(shown.peek(), factor, this.#timeAt(x), endUs());
  }

  #rowAt(y: number): Row | null {
    if (y < AXIS) return null;
    return rowAt(this.#stage.rows(), y - AXIS + this.#stage.scroller.scrollTop);
  }

  get #nearUs(): number {
    const { fromUs, toUs } = shown.peek();
    return NEAR / this.#width * (toUs - fromUs);
  }

  #click({ x, y }: Point): void {
    if (x < this.#stage.gutter()) return;
    const us = this.#timeAt(x);
    const index = laneIndex.peek();
    const own = eventNear(this.#rowAt(y), us, this.#nearUs, index);
    const event = own < 0 ? markNear(us, this.#nearUs, index) : own;
    playing.value = false;
    const picked = recording.peek().events[event];
    if (picked === undefined) return jumpTo(us);
    jumpTo(picked.atUs);
    selection.value = { kind: picked.kind === "packet" ? "packet" : "event", event };
  }

  #hover({ x, y }: Point): void {
    const row = this.#rowAt(y);
    const us = this.#timeAt(x);
    const { events, untilUs } = recording.peek();
    const isOutside = row === null || row.kind === "router" || row.kind === "service" ||
      x < this.#stage.gutter() ||
      us > untilUs || us < 0;
    if (isOutside) {
      tip.value = null;
      return;
    }
    const facts = factsOf(row, us, this.#nearUs, laneIndex.peek(), events);
    const { clientWidth: width, clientHeight: height } = this.#stage.scroller;
    tip.value = { x, y, width, height, lines: tipLines(row, us, facts) };
  }
}
