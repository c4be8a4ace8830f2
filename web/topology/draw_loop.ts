// The frame loop of the picture: two canvases, one for what changes with events and one over it for what
// moves; each is drawn only when something of it changed.

import { onFrame } from "../app/playback.ts";
import {
  playheadUs,
  playing,
  recording,
  sceneAt,
  type Selection,
  selection,
  speed,
} from "../app/state.ts";
import { hasLoad, sampleRequests, trafficRevision } from "../balance/traffic.ts";
import { Changed, contextOf, fitCanvas } from "../lanes/canvas.ts";
import { makePatterns, type Patterns } from "../lanes/patterns.ts";
import { type Cast, NOBODY } from "../story/cast.ts";
import { firstAfter } from "../story/recording.ts";
import type { Scene } from "../story/scene.ts";
import { type Palette, palette } from "../style/palette.ts";
import { language } from "../text/text.ts";
import { doubleMasters } from "./alarms.ts";
import { MovingLayer } from "./draw_moving.ts";
import { drawTopology } from "./draw_topology.ts";
import { collectGlow, FLIGHT_MS, Flights, type Glow, GLOW_SPEED } from "./flights.ts";
import type { Box } from "./grid.ts";
import { placeAll, type Places } from "./layout.ts";
import { pickAt, type Target, targetsOf } from "./picks.ts";
import { segmentOfAddress } from "./segments.ts";

/** Period of what pulses, milliseconds. */
const PULSE_MS = 1_100;
/** Requests that are drawn under way on one leg at the most. */
const REQUESTS_DRAWN = 60;
/** A reply comes at the latest so long after its request, microseconds; later ones are not drawn. */
const REPLY_US = 200_000;

/** A cast, laid out. */
interface Layout {
  of: Cast;
  places: Places;
  layer: MovingLayer;
  targets: Target[];
}

/** The picture on its canvases. */
export class DrawLoop {
  readonly #still: HTMLCanvasElement;
  readonly #moving: HTMLCanvasElement;
  readonly #focused: () => Selection | null;
  readonly #onLayout: (targets: readonly Target[]) => void;
  readonly #stillChanged = new Changed();
  readonly #movingChanged = new Changed();
  readonly #calm = matchMedia("(prefers-reduced-motion: reduce)");
  readonly #flights = new Flights();
  readonly #glows = new Map<string, Glow>();
  readonly #alarming: Box[] = [];
  #patterns: { of: Palette; made: Patterns } | null = null;
  #layout: Layout | null = null;
  readonly #end: () => void;

  /** Draws from the next frame on. `onLayout` hears of what can be picked whenever it stands elsewhere. */
  constructor(
    still: HTMLCanvasElement,
    moving: HTMLCanvasElement,
    focused: () => Selection | null,
    onLayout: (targets: readonly Target[]) => void,
  ) {
    this.#still = still;
    this.#moving = moving;
    this.#focused = focused;
    this.#onLayout = onLayout;
    this.#end = onFrame((nowMs) => this.#frame(nowMs));
  }

  /** Draws no more. */
  stop(): void {
    this.#end();
  }

  /** What is at a point of the picture; null: nothing. */
  pickAt(x: number, y: number): Selection | null {
    if (this.#layout === null) return null;
    const { layer, targets } = this.#layout;
    return pickAt(targets, layer.packets, layer.count, x, y);
  }

  #frame(nowMs: number): void {
    const isResized = fitCanvas(this.#still);
    fitCanvas(this.#moving);
    const { cast, events } = recording.peek();
    const us = playheadUs.peek();
    const layout = this.#layOut(cast);
    const scene = sceneAt(us);
    const isStillOther = this.#stillChanged.since(
      firstAfter(events, us),
      events,
      layout,
      palette.peek(),
      selection.peek(),
      this.#focused(),
      language.peek(),
      hasLoad.peek(),
    );
    if (isStillOther || isResized) this.#drawStill(layout, scene);
    const isMovingOther = this.#movingChanged.since(
      us,
      events.length,
      speed.peek(),
      playing.peek(),
      trafficRevision.peek(),
    );
    const isPulsing = this.#alarming.length > 0 && !this.#calm.matches;
    if (isStillOther || isResized || isMovingOther || isPulsing) {
      this.#drawMoving(layout.layer, scene, nowMs);
    }
  }

  #layOut(cast: Cast): Layout {
    const { clientWidth: width, clientHeight: height } = this.#still;
    const { of, places } = this.#layout ?? {};
    const isSame = of === cast && places?.width === width && places.height === height;
    if (this.#layout !== null && isSame) return this.#layout;
    const made = placeAll(cast, width, height);
    const targets = targetsOf(cast, made);
    this.#layout = { of: cast, places: made, layer: new MovingLayer(cast, made), targets };
    this.#onLayout(targets);
    return this.#layout;
  }

  #drawStill({ places, targets, of }: Layout, scene: Scene): void {
    const colours = palette.peek();
    const context = contextOf(this.#still);
    if (this.#patterns?.of !== colours) {
      this.#patterns = { of: colours, made: makePatterns(context, colours) };
    }
    const picture = {
      context,
      cast: of,
      scene,
      places,
      colours,
      patterns: this.#patterns.made,
      picked: selection.peek(),
      focused: this.#focused(),
      doubles: doubleMasters(scene, of),
    };
    drawTopology(picture, targets, hasLoad.peek(), this.#alarming);
  }

  #drawMoving(layer: MovingLayer, scene: Scene, nowMs: number): void {
    const us = playheadUs.peek();
    const perSecond = speed.peek();
    const picked = selection.peek();
    const isCalm = this.#calm.matches;
    const hasGlow = perSecond > GLOW_SPEED || (isCalm && playing.peek());
    const { events } = recording.peek();
    this.#flights.count = 0;
    if (hasGlow) collectGlow(events, us, perSecond, this.#glows);
    else {
      this.#flights.collect(events, us, perSecond);
      this.#collectRequests(us, perSecond);
    }
    layer.draw({
      context: contextOf(this.#moving),
      colours: palette.peek(),
      scene,
      us,
      speed: perSecond,
      flights: this.#flights,
      glows: hasGlow ? this.#glows : null,
      alarming: this.#alarming,
      pulse: isCalm ? 1 : (1 + Math.sin(nowMs / PULSE_MS * 2 * Math.PI)) / 2,
      isCalm,
      pickedEvent: picked?.kind === "packet" || picked?.kind === "event" ? picked.event : -1,
    });
  }

  #collectRequests(us: number, perSecond: number): void {
    if (!hasLoad.peek()) return;
    const { cast } = recording.peek();
    const shownUs = FLIGHT_MS * 1000 * perSecond;
    const fromUs = us - 2 * shownUs - REPLY_US;
    sampleRequests(fromUs, us, shownUs / REQUESTS_DRAWN, (request) => {
      const { atUs, endUs, node, server, outcome, service } = request;
      this.#flights.addRequest(
        {
          atUs,
          endUs,
          node,
          server,
          isGood: outcome === "served" || outcome === "sorry",
          segment: segmentOfService(cast, service),
        },
        us,
        perSecond,
      );
    });
  }
}

const segments = new WeakMap<Cast, Map<string, number>>([[NOBODY, new Map()]]);

/** The segment on which clients send to a service. */
function segmentOfService(cast: Cast, name: string): number {
  let known = segments.get(cast);
  if (known === undefined) {
    known = new Map(cast.services.map(({ name, key }) => [
      name,
      key.kind === "ADDRESS" ? segmentOfAddress(cast, key.address) ?? 0 : 0,
    ]));
    segments.set(cast, known);
  }
  return known.get(name) ?? 0;
}
