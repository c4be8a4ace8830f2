// A step by hand leaves everything before it as it was.

import { describe, expect, it } from "vitest";
import type { Action, Scenario } from "../../../host/sim/scenario/scenario.ts";
import { withAction, withoutStep, withStep } from "./edit_steps.ts";
import { handScenario } from "./hand_scenario.ts";

const KILL: Action = { do: "kill", node: "node1" };
const START: Action = { do: "start", node: "node1" };
const times = ({ steps }: Scenario) => steps.map(({ atUs }) => atUs);

describe("withAction()", () => {
  it("comes behind what is seen at that time, and what was seen stays", () => {
    const first = withAction(handScenario(), KILL, 5_000_000.7);
    expect(first.scenario.steps).toEqual([{ atUs: 5_000_001, action: KILL }]);
    expect(first.sameUntilUs).toBe(5_000_000);
    const second = withAction(first.scenario, START, 5_000_000);
    expect(second.scenario.steps.map(({ action }) => action)).toEqual([KILL, START]);
    const earlier = withAction(second.scenario, START, 1_000_000);
    expect(times(earlier.scenario)).toEqual([1_000_001, 5_000_001, 5_000_001]);
  });

  it("at the end makes the play no shorter than its step", () => {
    const base = handScenario();
    expect(withAction(base, KILL, base.durationUs).scenario.durationUs).toBe(base.durationUs + 1);
    expect(withAction(base, KILL, 0).scenario.durationUs).toBe(base.durationUs);
  });

  it("plays a reload with another configuration from the beginning", () => {
    const plain: Action = { do: "reload", node: "node1", set: [], config: null };
    expect(withAction(handScenario(), plain, 7).sameUntilUs).toBe(7);
    const whole = { ...plain, config: {} } as unknown as Action;
    expect(withAction(handScenario(), whole, 7).sameUntilUs).toBe(-1);
  });

  it("leaves the scenario that it was given alone", () => {
    const base = handScenario();
    withAction(base, KILL, 9);
    expect(base).toEqual(handScenario());
  });
});

describe("withoutStep() and withStep()", () => {
  it("take a step out and put it back where it was", () => {
    const both = withAction(withAction(handScenario(), KILL, 3).scenario, START, 8).scenario;
    const out = withoutStep(both, both.steps[0]!);
    expect(times(out.scenario)).toEqual([9]);
    expect(out.sameUntilUs).toBe(3);
    const back = withStep(out.scenario, both.steps[0]!);
    expect(back.scenario).toEqual(both);
    expect(back.sameUntilUs).toBe(3);
  });
});
