import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { TransitionRecord } from "../../host/engine/contract.ts";
import { tourScenario } from "../../host/sim/scenario/tour.ts";
import { coreModule } from "../../test/virtual_node.ts";
import { simulate } from "../../host/sim/simulate.ts";
import { loadNodes } from "../source/play/nodes.ts";
import { arithmeticOf } from "./arithmetic.ts";

const wasm = coreModule();
const nodes = loadNodes(["node1", "node2"].map((name) => ({
  name,
  text: readFileSync(`examples/lvs-dr-dual-master/${name}.conf`, "utf8"),
}))).nodes!;

/** The transitions of the reference deployment's tour. */
function transitions(): TransitionRecord[] {
  const records: TransitionRecord[] = [];
  simulate({
    wasm,
    nodes,
    scenario: tourScenario(nodes),
    seed: 1,
    invariants: [],
    trace: (event) => {
      if (event.kind === "record" && event.record.kind === "transition") records.push(event.record);
    },
    traceAdverts: false,
    record: false,
    stopAtViolation: true,
  });
  return records;
}

describe("arithmeticOf()", () => {
  const all = transitions();

  it("computes the down interval of a takeover as the core does", () => {
    const takeover = all.find(({ to, reason, priorityEffective }) =>
      to === "MASTER" && reason === "MASTER_DOWN" && priorityEffective === 103
    )!;
    const lines = arithmeticOf(takeover);
    const find = (what: string) => lines.find((line) => line.what === what)!.formula;
    expect(find("priority")).toBe("98 +5 = 103");
    expect(find("skew time")).toBe("(256 − 103) / 256 × 1 s = 597.7 ms");
    expect(find("master down interval")).toBe("3 × 1 s + 597.7 ms = 3.598 s");
  });

  it("has formulas that are true", () => {
    expect(all.length).toBeGreaterThan(10);
    for (const record of all) {
      const skew = arithmeticOf(record).find(({ what }) => what === "skew time");
      if (skew === undefined) continue;
      const priority = Number(/256 − (\d+)/.exec(skew.formula)![1]);
      expect(priority).toBeGreaterThan(0);
      const unitUs = record.instanceVersion === 2 ? 1e6 : record.advertisementIntervalUs;
      expect(Math.abs((256 - priority) / 256 * unitUs - record.skewTimeUs)).toBeLessThan(1);
    }
  });
});
