// Shrinking keeps what makes a plan fail and drops the rest, against a predicate that is known.

import { describe, expect, it } from "vitest";
import type { Config } from "../../host/conf/model.ts";
import { DEFAULT_MACHINE, GOOD_WIRE, type Step } from "../../host/sim/scenario/scenario.ts";
import type { Plan } from "./play.ts";
import { shrink, withoutNode } from "./shrink.ts";

const SECOND = 1_000_000;
const NAMES = ["a", "b", "c"];

/** A kill of b followed by a heal is the failure; everything else is noise. */
function noisyPlan(): Plan {
  const noise = (i: number): Step => ({
    atUs: i * SECOND,
    action: i % 3 === 0
      ? { do: "pause", node: NAMES[i % 2]! }
      : { do: "cut", from: "a", to: NAMES[i % 3]! },
  });
  const steps = Array.from({ length: 40 }, (_, i) => noise(i));
  steps[11] = { atUs: 11 * SECOND, action: { do: "kill", node: "b" } };
  steps[29] = { atUs: 29 * SECOND, action: { do: "heal" } };
  return {
    seed: 1,
    nodes: NAMES.map((name) => ({ name, config: {} as Config })),
    scenario: {
      name: "noisy",
      description: "",
      durationUs: 60 * SECOND,
      wire: { ...GOOD_WIRE, loss: 0.1 },
      machines: { a: DEFAULT_MACHINE, b: { ...DEFAULT_MACHINE, clockRate: 1.5 } },
      scripts: [{ node: "c", script: "x", outcome: { kind: "timeout" }, runUs: 1 }],
      steps,
    },
  };
}

/** Fails a second after the heal when b was killed before it and its clock runs fast. */
function failsAt({ scenario }: Plan): number | null {
  if (scenario.machines.b?.clockRate !== 1.5) return null;
  const killed = scenario.steps.findIndex(({ action }) => action.do === "kill");
  const healed = scenario.steps.findIndex(({ action }) => action.do === "heal");
  if (killed < 0 || healed < killed) return null;
  const atUs = scenario.steps[healed]!.atUs + SECOND;
  return atUs <= scenario.durationUs ? atUs : null;
}

describe("shrinking", () => {
  it("leaves the two steps, the one node and the one machine that matter", () => {
    const { nodes, scenario } = shrink(noisyPlan(), failsAt);
    expect(nodes.map(({ name }) => name)).toEqual(["b"]);
    expect(scenario.steps.map(({ action }) => action.do)).toEqual(["kill", "heal"]);
    expect(Object.keys(scenario.machines)).toEqual(["b"]);
    expect(scenario).toMatchObject({ scripts: [], wire: GOOD_WIRE });
    expect(scenario.steps[1]!.atUs).toBeLessThan(4_000);
    expect(scenario.durationUs).toBe(scenario.steps[1]!.atUs + SECOND);
  });

  it("answers a plan that fails, and refuses one that does not", () => {
    const plan = noisyPlan();
    expect(failsAt(shrink(plan, failsAt))).not.toBe(null);
    expect(() => shrink(plan, () => null)).toThrow("does not fail");
  });

  it("takes a node away with everything that names it", () => {
    const plan = withoutNode({
      ...noisyPlan(),
      scenario: {
        ...noisyPlan().scenario,
        steps: [
          { atUs: 1, action: { do: "partition", sets: [["a"], ["b", "c"]] } },
          { atUs: 2, action: { do: "cut", from: "b", to: "a" } },
          { atUs: 3, action: { do: "freeze", node: "a" } },
          { atUs: 4, action: { do: "thaw", node: "c" } },
        ],
      },
    }, "a");
    expect(plan.nodes.map(({ name }) => name)).toEqual(["b", "c"]);
    expect(Object.keys(plan.scenario.machines)).toEqual(["b"]);
    expect(plan.scenario.steps).toEqual([
      { atUs: 1, action: { do: "partition", sets: [["b", "c"]] } },
      { atUs: 4, action: { do: "thaw", node: "c" } },
    ]);
  });
});
