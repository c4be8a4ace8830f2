import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ALL_INVARIANTS } from "../../../host/sim/invariants/index.ts";
import type { Scenario } from "../../../host/sim/scenario/scenario.ts";
import { tourScenario } from "../../../host/sim/scenario/tour.ts";
import { simulate, type SimulatedNode } from "../../../host/sim/simulate.ts";
import type { TraceEvent } from "../../../host/sim/world_view.ts";
import { loadNodes } from "./nodes.ts";
import { Player } from "./player.ts";
import type { PlayReport } from "./protocol.ts";

const wasm = new WebAssembly.Module(new Uint8Array(readFileSync("core-as/build/core.wasm")));
const FILES = ["node1", "node2"].map((name) => ({
  name,
  text: readFileSync(`examples/lvs-dr-dual-master/${name}.conf`, "utf8"),
}));

/** Plays an order to its end; each look at the clock costs `tickMs`, so that slices are short or long. */
function playAll(
  nodes: readonly SimulatedNode[],
  scenario: Scenario,
  { knownUs = -1, tickMs = 1, seed = 1 } = {},
) {
  const reports: PlayReport[] = [];
  let nowMs = 0;
  const order = { play: 7, nodes, scenario, seed, knownUs };
  const player = new Player(wasm, order, (report) => reports.push(report), () => nowMs += tickMs);
  while (!player.isOver) player.slice();
  const events = reports.flatMap((report) => report.kind === "events" ? report.events : []);
  return { reports, events, last: reports.at(-1)! };
}

describe("Player", () => {
  const { nodes } = loadNodes(FILES);
  const scenario = tourScenario(nodes!);

  it("plays what simulate() plays, however it is sliced", () => {
    const trace: TraceEvent[] = [];
    const { digest } = simulate({
      wasm,
      nodes: nodes!,
      scenario,
      seed: 1,
      invariants: ALL_INVARIANTS,
      trace: (event) => trace.push(event),
      traceAdverts: false,
      traceDetail: true,
      record: false,
      stopAtViolation: true,
    });
    const [short, long] = [playAll(nodes!, scenario, { tickMs: 20 }), playAll(nodes!, scenario)];
    expect(short.reports.length).toBeGreaterThan(long.reports.length);
    for (const { last, events } of [short, long]) {
      expect(last).toMatchObject({ kind: "done", digest, endUs: scenario.durationUs });
      expect(events).toEqual(trace.slice(0, events.length));
      expect(trace.slice(events.length).every(({ kind }) => kind === "process")).toBe(true);
    }
  });

  it("tells only what comes after what is known", () => {
    const whole = playAll(nodes!, scenario);
    const knownUs = 30_000_000;
    const rest = playAll(nodes!, scenario, { knownUs });
    expect(rest.last).toEqual(whole.last);
    // Moments of instances are told again once, since nobody remembers what was told of them.
    const later = (events: readonly TraceEvent[]) =>
      events.filter(({ atUs, kind }) => atUs > knownUs && kind !== "instance");
    expect(later(rest.events)).toEqual(later(whole.events));
    expect(rest.events.every(({ atUs }) => atUs > knownUs)).toBe(true);
  });

  it("reports a scenario that names what is not there", () => {
    const wrong: Scenario = {
      ...scenario,
      steps: [{ atUs: 5, action: { do: "kill", node: "node9" } }],
    };
    const { last } = playAll(nodes!, wrong);
    expect(last).toMatchObject({ kind: "failed", text: "there is no node node9", play: 7 });
  });
});

describe("loadNodes()", () => {
  it("gives the reference deployment's nodes their names", () => {
    expect(loadNodes(FILES).nodes!.map(({ name }) => name)).toHaveLength(2);
  });

  it("gives none while a file has an error", () => {
    const [first] = FILES;
    const loaded = loadNodes([first!, { name: "node2", text: "vrrp_instance {" }]);
    expect(loaded.nodes).toBeNull();
    expect(loaded.diagnostics.length).toBeGreaterThan(0);
  });

  it("gives none where there are no files", () => expect(loadNodes([]).nodes).toBeNull());
});
