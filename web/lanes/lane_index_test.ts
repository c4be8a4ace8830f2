import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tourScenario } from "../../host/sim/scenario/tour.ts";
import { simulate } from "../../host/sim/simulate.ts";
import { makeTimeline } from "../../host/sim/timeline/timeline.ts";
import type { TraceEvent } from "../../host/sim/world_view.ts";
import { castOf } from "../source/play/cast_of.ts";
import { loadNodes } from "../source/play/nodes.ts";
import type { RecordedEvent } from "../story/recording.ts";
import { LaneIndex, lastAt } from "./lane_index.ts";

const wasm = new WebAssembly.Module(new Uint8Array(readFileSync("core-as/build/core.wasm")));
const nodes = loadNodes(["node1", "node2"].map((name) => ({
  name,
  text: readFileSync(`examples/lvs-dr-dual-master/${name}.conf`, "utf8"),
}))).nodes!;
const scenario = tourScenario(nodes);
const cast = castOf(nodes, scenario);
const events: TraceEvent[] = [];
simulate({
  wasm,
  nodes,
  scenario,
  seed: 1,
  invariants: [],
  trace: (event) => events.push(event),
  traceAdverts: false,
  traceDetail: true,
  record: false,
  stopAtViolation: true,
});

function indexOf(rows: readonly RecordedEvent[]): LaneIndex {
  const index = new LaneIndex(cast);
  index.extend(rows);
  return index;
}

describe("LaneIndex", () => {
  it("has the bands that the timeline of vipd simulate has", () => {
    const endUs = scenario.durationUs;
    const index = indexOf(events);
    const { routers } = makeTimeline({ nodes, scenario, events, endUs });
    for (const lane of routers.flatMap(({ lanes }) => lanes)) {
      const { bands } = index.instances.get(`${lane.node} ${lane.instance}`)!;
      const own = bands.filter(({ atUs }) => atUs < endUs)
        .map(({ atUs, state, isStill }) => ({ fromUs: atUs, state, still: isStill }));
      expect(own).toEqual(
        lane.bands.map(({ fromUs, state, still }) => ({ fromUs, state, still })),
      );
    }
  });

  it("is the same however the recording grew", () => {
    const whole = indexOf(events);
    fc.assert(
      fc.property(fc.array(fc.nat(events.length), { maxLength: 5 }), (cuts) => {
        const index = new LaneIndex(cast);
        for (const cut of cuts.sort((one, other) => one - other)) {
          index.extend(events.slice(0, cut));
        }
        index.extend(events);
        expect(index.instances).toEqual(whole.instances);
        expect(index.nodes).toEqual(whole.nodes);
        expect(index.marks).toEqual(whole.marks);
      }),
      { numRuns: 10 },
    );
  });

  it("shows nothing of a director whose connection is lost as its last good state", () => {
    const node = cast.nodes[0]!.name;
    const instance = cast.nodes[0]!.instances[0]!.name;
    const index = indexOf([
      { atUs: 1, node, kind: "connection", isUp: true, text: "" },
      { atUs: 1, node, kind: "state", instance, state: "MASTER", inferred: false, text: "" },
      { atUs: 9, node, kind: "connection", isUp: false, text: "closed" },
    ]);
    expect(index.instances.get(`${node} ${instance}`)!.bands.at(-1)).toMatchObject({
      atUs: 9,
      state: "UNKNOWN",
    });
    expect(index.marks.map(({ kind }) => kind)).toEqual(["found", "transition", "lost"]);
  });
});

describe("lastAt()", () => {
  it("finds the last row at or before a time", () => {
    const rows = [1, 3, 3, 8].map((atUs) => ({ atUs }));
    expect([0, 1, 2, 3, 7, 8, 9].map((us) => lastAt(rows, us))).toEqual([-1, 0, 0, 2, 2, 3, 3]);
  });
});
