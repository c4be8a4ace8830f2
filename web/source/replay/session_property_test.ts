// Whatever happened to a node, its dump tells the page the same: every record, and how it stood in the end.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { playActs, randomActs, WALL_MS } from "../../../test/recorded_net.ts";
import { coreModule } from "../../../test/virtual_node.ts";
import type { LogLayout } from "../../../host/core/log_buffer.ts";
import { encodeDump } from "../../../host/core/record.ts";
import type { RecordedEvent } from "../../story/recording.ts";
import { SceneMaker } from "../../story/scene.ts";
import type { FileOpening, FileReport } from "./protocol.ts";
import { FileSession } from "./session.ts";

const RUNS = 60;
/** So small that the log begins anew all the time. */
const SHORT: LogLayout = { segmentSize: 192 << 10, entriesSize: 2048, fillsUp: false };

describe("the dump of any node", () => {
  it("tells its records, its states and its addresses, and explains each transition", () => {
    fc.assert(
      fc.property(randomActs, fc.boolean(), (acts, isShort) => {
        const [, node] = playActs(acts, isShort ? SHORT : undefined).nodes;
        const reports: FileReport[] = [];
        const post = (report: FileReport) => void reports.push(report);
        const session = new FileSession(coreModule(), encodeDump(node!.dump()), post, () => 0);
        while (!session.isOver) session.slice();
        const { opening } = reports[0] as { opening: FileOpening };
        const events = reports.flatMap((one): RecordedEvent[] =>
          one.kind === "events" ? one.events : []
        );
        expect(reports.at(-1)).toMatchObject({ kind: "done", differences: [] });
        const fromUs = Math.round((opening.wallMs! - WALL_MS) * 1000);
        const told = events.flatMap((one) =>
          one.kind === "record" ? [{ ...one.record, atUs: one.atUs + fromUs }] : []
        );
        const whole = node!.records;
        expect(told).toEqual(isShort ? whole.slice(whole.length - told.length) : whole);
        const own = new SceneMaker(opening.cast, events).at(opening.endUs).nodes.get(node!.name)!;
        expect(own.instances.get("VI_1")!.state).toBe(node!.state());
        expect(own.held.has("10.9.0.100")).toBe(node!.state() === "MASTER");
        for (const record of told) {
          if (record.kind !== "transition") continue;
          session.answer({ kind: "explain", ask: 1, sequence: record.sequence });
          const answer = reports.at(-1) as FileReport & { kind: "explained" };
          expect(answer.explained!.sentences.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: RUNS },
    );
  });
});
