// The cluster as a picture: two canvases, and behind them a list of the same things for keyboard and screen
// reader: arrow keys go from thing to thing, the canvas shows the focus, Enter opens what can be done.

import { computed, signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import {
  playheadSlow,
  playing,
  recording,
  scene,
  type Selection,
  selection,
  speed,
} from "../app/state.ts";
import { TOPOLOGY_TEXT } from "../text/topology.ts";
import { t } from "../text/text.ts";
import { DrawLoop } from "./draw_loop.ts";
import { Flights, GLOW_SPEED } from "./flights.ts";
import type { Box } from "./grid.ts";
import { isSamePick, nextTarget, pickKey, type Target } from "./picks.ts";
import { closeMenu, openMenu, ThingMenu } from "./thing_menu.tsx";
import "./topology.css";
import { flightText, thingText } from "./words.ts";

/** What the keyboard is on. */
const focused = signal<Selection | null>(null);
/** Where Tab comes in: what was focused or picked last. */
const entrance = signal("");
/** Changes when everybody stands elsewhere. */
const laidOut = signal<readonly Target[]>([]);
/** Packets that the list names. */
const LISTED_PACKETS = 24;

interface Thing {
  pick: Selection;
  key: string;
  text: string;
}

/** Everything in the list, with its words. Packets are in it while the clock stands. */
const things = computed((): Thing[] => {
  const { cast } = recording.value;
  const now = scene.value;
  const still = listOrder(laidOut.value).map(({ selection: pick }) => ({
    pick,
    key: pickKey(pick),
    text: thingText(cast, now, pick),
  }));
  return playing.value ? still : [...still, ...packetThings()];
});

/** Directors, each with what belongs to it; then clients and servers. */
function listOrder(targets: readonly Target[]): Target[] {
  const rank = ({ selection: { kind } }: Target) =>
    ["node", "instance", "link", "client", "server"].indexOf(kind);
  const nodeOf = ({ selection: pick }: Target) => "node" in pick ? pick.node : null;
  const nodes = recording.value.cast.nodes.map(({ name }) => name);
  const place = (target: Target) => {
    const node = nodeOf(target);
    return node === null ? nodes.length : nodes.indexOf(node);
  };
  return targets.toSorted((one, other) => place(one) - place(other) || rank(one) - rank(other));
}

const listed = new Flights();

function packetThings(): Thing[] {
  if (speed.value > GLOW_SPEED) return [];
  const { events } = recording.value;
  listed.collect(events, playheadSlow.value, speed.value);
  const rows = new Map<string, Thing>();
  for (let i = 0; i < listed.count && rows.size < LISTED_PACKETS; i++) {
    const flight = listed.all[i]!;
    const event = events[flight.event];
    const pick: Selection = {
      kind: event?.kind === "packet" ? "packet" : "event",
      event: flight.event,
    };
    const key = pickKey(pick);
    if (!rows.has(key)) rows.set(key, { pick, key, text: flightText(flight, event) });
  }
  return [...rows.values()];
}

/** The picture. */
export function TopologyView(): JSX.Element {
  const view = useRef<HTMLDivElement>(null);
  useEffect(() => watch(view.current!), []);
  return (
    <div class="topology-view" ref={view}>
      <canvas
        role="img"
        aria-label={t(TOPOLOGY_TEXT.picture)}
        data-testid="topology"
      />
      <canvas class="moving" aria-hidden="true" />
      <ThingList />
      <ThingMenu />
    </div>
  );
}

function ThingList(): JSX.Element {
  const list = useRef<HTMLUListElement>(null);
  const rows = things.value;
  const way = rows.some(({ key }) => key === entrance.value) ? entrance.value : rows[0]?.key;
  const onKeyDown = (event: KeyboardEvent) => {
    const at = rows.findIndex(({ pick }) => isSamePick(pick, focused.value));
    const next = nextOf(rows, at, event.key);
    if (next === null) return;
    event.preventDefault();
    event.stopPropagation();
    list.current?.querySelectorAll("button")[next]?.focus();
  };
  return (
    <ul
      ref={list}
      class="hidden-text"
      aria-label={t(TOPOLOGY_TEXT.things)}
      data-testid="things"
      onKeyDown={onKeyDown}
    >
      {rows.map(({ pick, key, text }) => (
        <li key={key}>
          <button
            type="button"
            tabIndex={key === way ? 0 : -1}
            aria-pressed={isSamePick(pick, selection.value)}
            onFocus={() => {
              focused.value = pick;
              entrance.value = key;
            }}
            onBlur={() => focused.value = null}
            onClick={(event) => {
              selection.value = pick;
              openMenu(pick, boxOf(pick), event.currentTarget);
            }}
          >
            {text}
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Number of the row that a key leads to: by where things stand, and in order through the packets. */
function nextOf(rows: readonly Thing[], at: number, key: string): number | null {
  const targets = rows.map(({ pick }) => ({ selection: pick, box: boxOf(pick) ?? NOWHERE }));
  const isPacket = (row: Thing | undefined) => row !== undefined && boxOf(row.pick) === null;
  const step = key === "ArrowRight" || key === "ArrowDown" ? 1 : -1;
  const isArrow = key.startsWith("Arrow");
  if (isArrow && isPacket(rows[at])) return at + step < rows.length ? at + step : null;
  const count = rows.findIndex((row) => boxOf(row.pick) === null);
  const next = nextTarget(targets.slice(0, count < 0 ? rows.length : count), at, key);
  if (key === "End" && rows.length > 0) return rows.length - 1;
  // Below everything the packets begin.
  if (next === null && key === "ArrowDown" && count >= 0) return count;
  return next;
}

const NOWHERE: Box = { x: 0, y: 0, width: 0, height: 0 };

/** Where a thing stands; null: it does not stand still, or is not there. */
function boxOf(pick: Selection): Box | null {
  return laidOut.peek().find((target) => isSamePick(target.selection, pick))?.box ?? null;
}

/** Draws, and listens to the pointer. */
function watch(view: HTMLElement): () => void {
  const [still, moving] = [...view.querySelectorAll("canvas")] as [
    HTMLCanvasElement,
    HTMLCanvasElement,
  ];
  const loop = new DrawLoop(still, moving, () => focused.peek(), (targets) => {
    laidOut.value = targets;
    closeMenu();
  });
  const at = (event: MouseEvent): Selection | null => {
    const box = still.getBoundingClientRect();
    return loop.pickAt(event.clientX - box.left, event.clientY - box.top);
  };
  const click = (event: MouseEvent) => {
    const pick = at(event);
    selection.value = pick;
    if (pick === null) closeMenu();
    else openMenu(pick, boxOf(pick), null);
  };
  const move = (event: MouseEvent) => {
    const pick = at(event);
    still.style.cursor = pick === null ? "default" : "pointer";
    const title = pick === null ? "" : things.peek().find(({ key }) => key === pickKey(pick))?.text;
    still.title = title ?? "";
  };
  still.addEventListener("click", click);
  still.addEventListener("pointermove", move);
  return () => {
    loop.stop();
    closeMenu();
    still.removeEventListener("click", click);
    still.removeEventListener("pointermove", move);
  };
}
