// The cluster as a picture: a canvas, and behind it a list of the same things for keyboard and screen
// reader, whose focus the canvas shows.

import { computed, signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { onFrame } from "../app/playback.ts";
import {
  playheadUs,
  recording,
  revision,
  scene,
  sceneAt,
  type Selection,
  selection,
  speed,
} from "../app/state.ts";
import { hasLoad, requestsIn } from "../balance/traffic.ts";
import { Changed, contextOf, fitCanvas } from "../lanes/canvas.ts";
import type { Cast } from "../story/cast.ts";
import type { Scene } from "../story/scene.ts";
import { palette } from "../style/palette.ts";
import { TOPOLOGY_TEXT } from "../text/topology.ts";
import { language, t } from "../text/text.ts";
import { alarmsOf } from "./alarms.ts";
import {
  drawTopology,
  isSamePick,
  ownerText,
  processText,
  serverStateText,
  type Target,
} from "./draw_topology.ts";
import { type Flight, FLIGHT_MS, flightsAt, requestFlights } from "./flights.ts";
import { placeAll, type Places } from "./layout.ts";
import "./topology.css";

/** What the keyboard is on. */
const focused = signal<Selection | null>(null);
/** Period of what pulses, milliseconds. */
const PULSE_MS = 900;

/** Everything in the list, with its words. */
const things = computed((): { selection: Selection; text: string }[] => {
  return thingsOf(recording.value.cast, scene.value);
});

/** The picture. */
export function TopologyView(): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => watch(canvas.current!), []);
  return (
    <div class="topology-view">
      <canvas
        ref={canvas}
        role="img"
        aria-label={t(TOPOLOGY_TEXT.picture)}
        data-testid="topology"
      />
      <ul class="hidden-text" aria-label={t(TOPOLOGY_TEXT.things)} data-testid="things">
        {things.value.map(({ selection: one, text }) => (
          <li key={JSON.stringify(one)}>
            <button
              type="button"
              aria-pressed={isSamePick(one, selection.value)}
              onFocus={() => focused.value = one}
              onBlur={() => focused.value = null}
              onClick={() => selection.value = one}
            >
              {text}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function thingsOf(cast: Cast, now: Scene): { selection: Selection; text: string }[] {
  const rows: { selection: Selection; text: string }[] = [];
  for (const { name: node, instances, interfaces } of cast.nodes) {
    const of = now.nodes.get(node);
    if (of === undefined) continue;
    const states = instances.map(({ name }) => {
      const one = of.instances.get(name);
      return `${name} ${of.isKnown ? one?.state ?? "DOWN" : "?"} ${one?.priority ?? 0}`;
    });
    const held = [...of.held];
    if (held.length > 0) states.push(held.join(", "));
    rows.push({
      selection: { kind: "node", node },
      text: t(TOPOLOGY_TEXT.nodeLabel, {
        node,
        process: processText(of),
        states: states.join("; "),
      }),
    });
    for (const { name } of interfaces) {
      const state = t(of.linksDown.has(name) ? TOPOLOGY_TEXT.out : TOPOLOGY_TEXT.in);
      rows.push({
        selection: { kind: "link", node, interface: name },
        text: t(TOPOLOGY_TEXT.linkLabel, { node, interface: name, state }),
      });
    }
  }
  cast.segments.forEach(({ name }, segment) => {
    const caches = cast.routers.filter((router) => router.segment === segment)
      .flatMap(({ addresses }) => addresses)
      .map((address) => `${address} → ${ownerText(now, segment, address)}`);
    rows.push({
      selection: { kind: "client", segment },
      text: t(TOPOLOGY_TEXT.clientLabel, { segment: name, caches: caches.join(", ") }),
    });
  });
  for (const { address } of cast.servers) {
    rows.push({
      selection: { kind: "server", address, port: null },
      text: t(TOPOLOGY_TEXT.serverLabel, { address, state: serverStateText(now, address) }),
    });
  }
  return rows;
}

/** Requests under way at a time. */
function requestsAt(us: number): Flight[] {
  if (!hasLoad.peek()) return [];
  const { routers } = recording.peek().cast;
  const shownUs = FLIGHT_MS * 1000 * speed.peek();
  const requests = requestsIn(us - shownUs, us).map((request) => ({
    ...request,
    isGood: request.outcome === "served" || request.outcome === "sorry",
  }));
  return requestFlights(requests, () => routers[0]?.segment ?? 0, us, speed.peek());
}

/** Draws in every frame that changes something, and listens to the pointer. */
function watch(canvas: HTMLCanvasElement): () => void {
  const changed = new Changed();
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let places: { of: Cast; width: number; height: number; made: Places } | null = null;
  let targets: Target[] = [];
  let isAlarming = false;
  const end = onFrame((nowMs) => {
    const isResized = fitCanvas(canvas);
    const { cast, events } = recording.peek();
    const us = playheadUs.peek();
    const isOther = changed.since(
      us,
      revision.peek(),
      palette.peek(),
      selection.peek(),
      focused.peek(),
      speed.peek(),
      language.peek(),
    );
    if (!isResized && !isOther && !(isAlarming && !calm.matches)) return;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (places?.of !== cast || places.width !== width || places.height !== height) {
      places = { of: cast, width, height, made: placeAll(cast, width, height) };
    }
    const now = sceneAt(us);
    isAlarming = alarmsOf(now, cast).some(({ kind }) => kind === "twoHolders");
    targets = drawTopology({
      context: contextOf(canvas),
      width,
      height,
      cast,
      scene: now,
      places: places.made,
      flights: [...flightsAt(events, us, speed.peek()), ...requestsAt(us)],
      colours: palette.peek(),
      picked: selection.peek(),
      focused: focused.peek(),
      pulse: calm.matches ? 1 : (1 + Math.sin(nowMs / PULSE_MS * 2 * Math.PI)) / 2,
    });
  });
  const at = (event: PointerEvent): Target | undefined => {
    const box = canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    return targets.findLast(({ box }) =>
      x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height
    );
  };
  const click = (event: PointerEvent) => selection.value = at(event)?.selection ?? null;
  const move = (event: PointerEvent) => {
    canvas.style.cursor = at(event) === undefined ? "default" : "pointer";
  };
  canvas.addEventListener("pointerdown", click);
  canvas.addEventListener("pointermove", move);
  return () => {
    end();
    canvas.removeEventListener("pointerdown", click);
    canvas.removeEventListener("pointermove", move);
  };
}
