// For tests only: what the tests of the page look at, the tour of the reference deployment, played once.

import { readFileSync } from "node:fs";
import { tourScenario } from "../host/sim/scenario/tour.ts";
import type { Scenario } from "../host/sim/scenario/scenario.ts";
import { simulate, type SimulatedNode } from "../host/sim/simulate.ts";
import type { TraceEvent } from "../host/sim/world_view.ts";
import { castOf } from "../web/source/play/cast_of.ts";
import { coreModule } from "./virtual_node.ts";
import { loadNodes } from "../web/source/play/nodes.ts";
import type { Cast } from "../web/story/cast.ts";

/** A play with everything that one must know of it. */
export interface TestPlay {
  nodes: readonly SimulatedNode[];
  scenario: Scenario;
  cast: Cast;
  events: readonly TraceEvent[];
}

let tour: TestPlay | null = null;

/** The tour. */
export function tourPlay(): TestPlay {
  if (tour !== null) return tour;
  const { nodes } = loadNodes(["node1", "node2"].map((name) => ({
    name,
    text: readFileSync(`examples/lvs-dr-dual-master/${name}.conf`, "utf8"),
  })));
  if (nodes === null) throw new Error("the reference deployment has errors");
  const scenario = tourScenario(nodes);
  const events: TraceEvent[] = [];
  simulate({
    ...{ wasm: coreModule(), nodes, scenario, seed: 1, invariants: [] },
    ...{ traceAdverts: false, traceDetail: true, record: false, stopAtViolation: true },
    trace: (event) => events.push(event),
  });
  // That every process ends with the play does not belong to it.
  const own = events.filter(({ atUs, kind }) =>
    !(kind === "process" && atUs >= scenario.durationUs)
  );
  return tour = { nodes, scenario, cast: castOf(nodes, scenario), events: own };
}
