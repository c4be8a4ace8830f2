import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tourScenario } from "../../host/sim/scenario/tour.ts";
import { simulate } from "../../host/sim/simulate.ts";
import type { TraceEvent } from "../../host/sim/world_view.ts";
import { castOf } from "../source/play/cast_of.ts";
import { loadNodes } from "../source/play/nodes.ts";
import { firstAfter, firstAt, type RecordedEvent } from "./recording.ts";
import { applyEvent, openingScene, SceneMaker } from "./scene.ts";

const wasm = new WebAssembly.Module(new Uint8Array(readFileSync("core-as/build/core.wasm")));
const FILES = ["node1", "node2"].map((name) => ({
  name,
  text: readFileSync(`examples/lvs-dr-dual-master/${name}.conf`, "utf8"),
}));
const nodes = loadNodes(FILES).nodes!;
const scenario = tourScenario(nodes);
const cast = castOf(nodes, scenario);

/** The reference deployment's tour. */
function played(): TraceEvent[] {
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
  return events.filter(({ atUs, kind }) => !(kind === "process" && atUs >= scenario.durationUs));
}

const events = played();

describe("firstAt(), firstAfter()", () => {
  it("find the places that a search from the beginning finds", () => {
    fc.assert(fc.property(fc.array(fc.nat(20)), fc.nat(21), (times, us) => {
      const rows = times.sort((one, other) => one - other).map((atUs) => ({ atUs }));
      const at = rows.findIndex(({ atUs }) => atUs >= us);
      const after = rows.findIndex(({ atUs }) => atUs > us);
      expect(firstAt(rows, us)).toBe(at < 0 ? rows.length : at);
      expect(firstAfter(rows, us)).toBe(after < 0 ? rows.length : after);
    }));
  });
});

describe("SceneMaker", () => {
  it("gives at any moment what folding from the beginning gives", () => {
    const maker = new SceneMaker(cast, events);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: events.length }), (count) => {
        const scene = openingScene(cast);
        for (const event of events.slice(0, count)) applyEvent(scene, event);
        expect(maker.before(count)).toEqual(scene);
      }),
      { numRuns: 30 },
    );
  });

  it("follows a recording that grows", () => {
    const growing: RecordedEvent[] = events.slice(0, 10);
    const maker = new SceneMaker(cast, growing);
    maker.at(Infinity);
    growing.push(...events.slice(10));
    expect(maker.at(Infinity)).toEqual(new SceneMaker(cast, events).at(Infinity));
  });

  it("shows the reference deployment's masters when they are elected", () => {
    const scene = new SceneMaker(cast, events).at(5_000_000);
    for (const router of cast.routers) {
      const masters = router.members.filter(({ node, instance }) =>
        scene.nodes.get(node)!.instances.get(instance)!.state === "MASTER"
      );
      expect(masters).toHaveLength(1);
      const { node } = masters[0]!;
      for (const address of router.addresses) {
        expect(scene.nodes.get(node)!.held.has(address)).toBe(true);
        expect(scene.caches.get(`${router.segment} ${address}`)?.owner).toBe(node);
      }
    }
  });

  it("shows timers that are due later than now while the process runs", () => {
    const maker = new SceneMaker(cast, events);
    for (let us = 5_000_000; us < scenario.durationUs; us += 777_777) {
      for (const { process, instances } of maker.at(us).nodes.values()) {
        if (process !== "running") continue;
        for (const { protocolUs } of instances.values()) {
          if (protocolUs !== null) expect(protocolUs).toBeGreaterThanOrEqual(us);
        }
      }
    }
  });
});
