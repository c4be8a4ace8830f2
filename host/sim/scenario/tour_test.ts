import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { coreModule } from "../../../test/virtual_node.ts";
import { loadConfig, memorySource } from "../../conf/index.ts";
import { ALL_INVARIANTS } from "../invariants/index.ts";
import { randomCluster } from "./random_config.ts";
import { checkScenario } from "./scenario_check.ts";
import { simulate, type SimulatedNode } from "../simulate.ts";
import { tourScenario } from "./tour.ts";
import type { TraceEvent } from "../world_view.ts";

const EXAMPLE = new URL("../../../examples/lvs-dr-dual-master/", import.meta.url);
const WASM = coreModule();

function exampleNodes(): SimulatedNode[] {
  return ["node1", "node2"].map((name) => {
    const path = `${name}.conf`;
    const text = readFileSync(new URL(path, EXAMPLE), "utf8");
    return { name, config: loadConfig(path, memorySource({ [path]: text })).config! };
  });
}

/** `node state of instance` in order, and what was violated. */
function played(nodes: readonly SimulatedNode[]) {
  const events: TraceEvent[] = [];
  const scenario = tourScenario(nodes);
  const { violations } = simulate({
    wasm: WASM,
    nodes,
    scenario,
    seed: 1,
    invariants: ALL_INVARIANTS,
    trace: (event) => events.push(event),
    traceAdverts: false,
    record: false,
    stopAtViolation: true,
  });
  const transitions = events.flatMap((event) =>
    event.kind === "record" && event.record.kind === "transition" &&
      event.record.subject === "INSTANCE"
      ? [`${event.node} ${event.record.instanceName} ${event.record.to}`]
      : []
  );
  return { scenario, events, transitions, violations };
}

describe("tourScenario()", () => {
  it("shows the example's takeovers, one after the other", () => {
    const { scenario, transitions, violations, events } = played(exampleNodes());
    expect(violations).toEqual([]);
    expect(transitions.filter((line) => line.endsWith("MASTER"))).toEqual([
      "node1 VI_1 MASTER",
      "node2 VI_2 MASTER",
      "node2 VI_1 MASTER", // killed
      "node1 VI_1 MASTER",
      "node1 VI_2 MASTER", // unplugged
      "node2 VI_2 MASTER",
      "node2 VI_1 MASTER", // frozen; on waking node1 never left MASTER
      "node2 VI_1 MASTER", // chk_down
      "node1 VI_1 MASTER",
      "node2 VI_1 MASTER", // stopped
      "node1 VI_1 MASTER",
    ]);
    expect(events.some((event) => event.kind === "event" && event.node === "node1")).toBe(true);
    expect(scenario.durationUs).toBeLessThan(300_000_000);
  });

  it("fits any cluster and breaks no invariant", () => {
    for (let seed = 0; seed < 30; seed++) {
      const nodes = randomCluster(seed);
      expect(checkScenario(tourScenario(nodes), nodes), `seed ${seed}`).toEqual([]);
      expect(played(nodes).violations, `seed ${seed}`).toEqual([]);
    }
  });
});
