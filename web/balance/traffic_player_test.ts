import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { coreModule } from "../../test/virtual_node.ts";
import { simulate } from "../../host/sim/simulate.ts";
import { trafficServices } from "../../host/sim/traffic/request.ts";
import type { TraceEvent } from "../../host/sim/world_view.ts";
import { handScenario } from "../source/play/hand_scenario.ts";
import { loadNodes } from "../source/play/nodes.ts";
import type { BinRow, TrafficReport } from "./protocol.ts";
import { TrafficPlayer } from "./traffic_player.ts";

const wasm = coreModule();
const nodes = loadNodes(["node1", "node2"].map((name) => ({
  name,
  text: readFileSync(`examples/lvs-dr-dual-master/${name}.conf`, "utf8"),
}))).nodes!;
const SECOND = 1_000_000;
const END_US = 40 * SECOND;

function trace(killUs: number): TraceEvent[] {
  const events: TraceEvent[] = [];
  simulate({
    wasm,
    nodes,
    scenario: {
      ...handScenario(),
      durationUs: END_US,
      steps: [
        { atUs: 5 * SECOND, action: { do: "load", perSecond: 200, service: null } },
        { atUs: killUs, action: { do: "kill", node: nodes[0]!.name } },
      ],
    },
    seed: 1,
    invariants: [],
    trace: (event) => events.push(event),
    traceAdverts: false,
    traceDetail: true,
    record: false,
    stopAtViolation: true,
  });
  return events.filter(({ atUs }) => atUs < END_US);
}

const ORDER = {
  kind: "begin",
  services: trafficServices(nodes.flatMap(({ config }) => config.virtualServers), () => 0),
  nodes: nodes.map(({ name }) => name),
  segments: new Map<string, number>(),
  seed: 1,
} as const;

function newPlayer() {
  const reports: TrafficReport[] = [];
  let nowMs = 0;
  const player = new TrafficPlayer(wasm, (report) => reports.push(report), () => nowMs++);
  const play = (number: number, events: TraceEvent[], sameUntilUs: number) => {
    reports.length = 0;
    player.begin({
      ...ORDER,
      services: [...ORDER.services],
      nodes: [...ORDER.nodes],
      play: number,
      sameUntilUs,
    });
    player.extend({ kind: "events", play: number, events, untilUs: END_US });
    while (player.isBusy) player.slice();
    const bins = new Map<number, BinRow>();
    for (const report of reports) {
      if (report.kind === "bins") { for (const bin of report.bins) bins.set(bin.bin, bin); }
    }
    return bins;
  };
  return play;
}

describe("TrafficPlayer", () => {
  it("computes after a change what it would compute from the beginning", () => {
    const [before, after] = [trace(35 * SECOND), trace(30 * SECOND)];
    const play = newPlayer();
    play(1, before, -1);
    const again = play(2, after, 30 * SECOND - 1);
    const whole = newPlayer()(1, after, -1);
    // It began from a snapshot: the bins before that are those of the first play.
    expect(again.size).toBeLessThan(whole.size);
    expect(again.size).toBeGreaterThan(90);
    for (const [number, bin] of again) expect(bin).toEqual(whole.get(number));
  });
});
