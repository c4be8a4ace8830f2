// The engine's half of a dump with virtual servers: checks with their outcomes, and the IPVS table, wherever the
// log begins.

import { describe, expect, it } from "vitest";
import { configOf, nodeText, RecordedNet, type RecordedNode } from "../../../test/recorded_net.ts";
import { coreModule, SECOND } from "../../../test/virtual_node.ts";
import type { LogLayout } from "../../../host/core/log_buffer.ts";
import { encodeDump } from "../../../host/core/record.ts";
import type { CheckOutcome } from "../../../host/engine/contract.ts";
import type { RecordedEvent } from "../../story/recording.ts";
import { SceneMaker } from "../../story/scene.ts";
import type { FileOpening, FileReport } from "./protocol.ts";
import { FileSession } from "./session.ts";

const SERVICE = "[10.9.0.100]:tcp:80";
/** Segments of a few seconds. */
const SHORT: LogLayout = { segmentSize: 256 << 10, entriesSize: 6 << 10, fillsUp: false };

const realServer = (address: string) =>
  `real_server ${address} 80 { weight 2\nTCP_CHECK { connect_timeout 1 } }`;
const TEXT = [
  nodeText({ priority: 110 }),
  "virtual_server 10.9.0.100 80 { delay_loop 2\nlb_algo wrr\nlb_kind DR\nprotocol TCP",
  realServer("10.9.1.1"),
  realServer("10.9.1.2"),
  "}",
].join("\n");

/** Answers what the engine asked for since the last time; 10.9.1.2 refuses from second 20 on. */
function answer(node: RecordedNode, second: number): void {
  for (const output of node.outputs.splice(0)) {
    if (output.kind === "ipvs") {
      node.engineInput({ kind: "ipvsDone", batch: output.batch, failures: [] });
    }
    if (output.kind !== "runCheck") continue;
    const isDown = second >= 20 && output.realServer.includes("10.9.1.2");
    const outcome: CheckOutcome = { kind: isDown ? "refused" : "connected" };
    node.engineInput({ kind: "checkResult", run: output.run, outcome });
  }
}

function play(
  seconds: number,
  layout?: LogLayout,
): { opening: FileOpening; events: RecordedEvent[] } {
  const net = new RecordedNet();
  const node = net.start("one", configOf(TEXT), layout);
  for (let second = 0; second < seconds; second++) {
    answer(node, second);
    net.run(SECOND);
  }
  const reports: FileReport[] = [];
  const post = (report: FileReport) => void reports.push(report);
  const session = new FileSession(coreModule(), encodeDump(node.dump()), post, () => 0);
  while (!session.isOver) session.slice();
  const { opening } = reports[0] as { opening: FileOpening };
  expect(reports.at(-1)).toMatchObject({ kind: "done", differences: [] });
  return {
    opening,
    events: reports.flatMap((one) => one.kind === "events" ? one.events : []),
  };
}

describe("a director's dump", () => {
  const { opening, events } = play(60);

  it("has its services and servers", () => {
    expect(opening.cast.services).toMatchObject([
      { name: SERVICE, scheduler: "wrr", nodes: ["one"], servers: [{ weight: 2 }, { weight: 2 }] },
    ]);
    expect(opening.cast.servers.map(({ address }) => address)).toEqual(["10.9.1.1", "10.9.1.2"]);
  });

  it("tells each check with its outcome", () => {
    const checks = events.flatMap((event) => event.kind === "check" ? [event] : []);
    const begun = checks.filter(({ outcome }) => outcome === null);
    const ended = checks.filter(({ outcome }) => outcome !== null);
    expect(begun.length).toBeGreaterThan(20);
    expect(ended.every(({ run }) => begun.some((one) => one.run === run))).toBe(true);
    expect(ended.find(({ outcome }) => outcome?.kind === "refused")).toMatchObject({
      virtualServer: SERVICE,
      check: "TCP_CHECK",
      target: { address: "10.9.1.2", port: 80 },
    });
  });

  it("has the IPVS table of each moment, wherever its log begins", () => {
    const whole = new SceneMaker(opening.cast, events);
    const table = (
      maker: SceneMaker,
      us: number,
    ) => [...maker.at(us).nodes.get("one")!.services.get(SERVICE)?.destinations.keys() ?? []];
    expect(table(whole, 18 * SECOND)).toEqual(["10.9.1.1:80", "10.9.1.2:80"]);
    expect(table(whole, opening.endUs)).toEqual(["10.9.1.1:80"]);
    const late = play(180, SHORT);
    // It does not reach back to the change.
    const reach = late.events.filter(({ kind }) => kind === "ipvs");
    expect(reach).toHaveLength(1);
    const maker = new SceneMaker(late.opening.cast, late.events);
    expect(table(maker, late.opening.endUs)).toEqual(["10.9.1.1:80"]);
    const { scripts, trackers } = maker.at(late.opening.endUs).nodes.get("one")!;
    expect(trackers.get("chk")).toBe("GOOD");
    expect(scripts.get("chk")!.outcome).toEqual({ kind: "exit", code: 0 });
  });
});
