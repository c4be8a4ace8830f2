// The play as a picture and as a story, made of the trace of a simulation: lanes with the states of
// each instance on each node, marks, and the lines of what happened (timeline_lines.ts). `vipd simulate`
// draws it with letters, the page on a canvas. Pure. This module is browser safe.

import type { AccountState } from "./account.ts";
import { type RouterPlan, routersOf } from "./routers.ts";
import type { SimulationOptions } from "../simulate.ts";
import { storyOf, type TimelineLine } from "./timeline_lines.ts";
import type { ProcessState, TraceEvent } from "../world_view.ts";

export type { Effect, LineKind, TimelineLine } from "./timeline_lines.ts";

/** The whole picture. Times are microseconds from the beginning of the scenario. */
export interface Timeline {
  endUs: number;
  /** In the order of the configurations. */
  routers: TimelineRouter[];
  /** In the order of time. */
  lines: TimelineLine[];
}

/** One virtual router: a lane for each of its instances. */
export interface TimelineRouter extends Omit<RouterPlan, "members"> {
  lanes: Lane[];
}

/** One instance on one node. */
export interface Lane {
  node: string;
  instance: string;
  /** From 0 to the end without a gap. */
  bands: Band[];
  marks: Mark[];
}

/** One stretch of a lane. */
export interface Band {
  fromUs: number;
  toUs: number;
  state: AccountState;
  /** The process is paused or frozen: the state is what it believes, and it says nothing. */
  still: boolean;
}

/** Something that happened to a lane without changing its state. */
export interface Mark {
  atUs: number;
  kind: "priority" | "refused" | "addressLost" | "advert";
}

/** What the timeline is made of. */
export interface TimelineSource extends Pick<SimulationOptions, "nodes" | "scenario"> {
  /** In the order in which they were told. */
  events: readonly TraceEvent[];
  endUs: number;
}

/** Makes the picture. */
export function makeTimeline(source: TimelineSource): Timeline {
  const { events, endUs } = source;
  const plans = routersOf(source);
  const routers = plans.map(({ members, ...router }) => ({
    ...router,
    lanes: members.map(({ node, name }) => new LaneMaker(node, name, router)),
  }));
  const lanes = routers.flatMap((router) => router.lanes);
  for (const event of events) {
    if (event.atUs >= endUs && event.kind === "process") continue; // the end stops every process
    for (const lane of lanes) lane.hear(event);
  }
  return {
    endUs,
    routers: routers.map((router) => ({
      ...router,
      lanes: router.lanes.map((lane) => lane.finish(endUs)),
    })),
    lines: storyOf(events, plans, endUs),
  };
}

/** Collects the bands of one lane. */
class LaneMaker {
  readonly #lane: Lane;
  readonly #router: Omit<RouterPlan, "members">;
  #state: AccountState = "DOWN";
  #still = false;
  #sinceUs = 0;

  constructor(node: string, instance: string, router: Omit<RouterPlan, "members">) {
    this.#lane = { node, instance, bands: [], marks: [] };
    this.#router = router;
  }

  hear(event: TraceEvent): void {
    if (event.node !== this.#lane.node) return;
    switch (event.kind) {
      case "process":
        return this.#become(event.atUs, stateAfter(this.#state, event.process), event.process);
      case "record": {
        const { record } = event;
        if (record.instanceName !== this.#lane.instance) return;
        if (record.kind === "transition" && record.subject === "INSTANCE") {
          return this.#become(event.atUs, record.to, this.#still ? "paused" : "running");
        }
        if (record.kind === "priority" || record.kind === "refused") {
          this.#lane.marks.push({ atUs: event.atUs, kind: record.kind });
        }
        return;
      }
      case "address":
        if (!event.held && event.why !== "core" && this.#router.addresses.includes(event.address)) {
          this.#lane.marks.push({ atUs: event.atUs, kind: "addressLost" });
        }
        return;
      case "advert":
        if (event.vrid === this.#router.vrid && event.family === this.#router.family) {
          this.#lane.marks.push({ atUs: event.atUs, kind: "advert" });
        }
        return;
    }
  }

  finish(endUs: number): Lane {
    this.#close(endUs);
    return this.#lane;
  }

  #become(atUs: number, state: AccountState, process: ProcessState): void {
    const still = process === "paused" || process === "frozen";
    if (state === this.#state && still === this.#still) return;
    this.#close(atUs);
    this.#state = state;
    this.#still = still;
  }

  #close(toUs: number): void {
    const fromUs = this.#sinceUs;
    if (toUs > fromUs) {
      this.#lane.bands.push({ fromUs, toUs, state: this.#state, still: this.#still });
    }
    this.#sinceUs = toUs;
  }
}

function stateAfter(state: AccountState, process: ProcessState): AccountState {
  if (process === "off" || process === "down") return "DOWN";
  return state === "DOWN" ? "INIT" : state;
}
