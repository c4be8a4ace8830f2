// Makes a failing plan smaller while it goes on failing: fewer steps, fewer nodes, plainer machines and
// wires, shorter gaps. Greedy and deterministic: each simplification is kept when the plan still
// fails, until none helps any more.
// This module is browser safe.

import {
  type Action,
  GOOD_WIRE,
  type Scenario,
  type Step,
} from "../../host/sim/scenario/scenario.ts";
import type { Plan } from "./play.ts";

/** When the plan fails in the way that is looked for: microseconds; null = it does not. */
export type FailsAt = (plan: Plan) => number | null;

/** Gaps between steps are not made shorter than this. */
const GAP_US_MIN = 1_000;

/** The smallest failing plan that was found; the given one must fail. */
export function shrink(plan: Plan, failsAt: FailsAt): Plan {
  const shrinker = new Shrinker(plan, failsAt);
  while (shrinker.round());
  return shrinker.best;
}

class Shrinker {
  best: Plan;
  readonly #failsAt: FailsAt;

  constructor(plan: Plan, failsAt: FailsAt) {
    this.best = plan;
    this.#failsAt = failsAt;
    if (!this.#try(plan)) throw new RangeError("the plan to be shrunk does not fail");
  }

  /** Takes the candidate if it fails, without what would come after the failure. */
  #try(candidate: Plan): boolean {
    const atUs = this.#failsAt(candidate);
    if (atUs === null) return false;
    this.best = candidate;
    const short = cutOff(candidate, atUs);
    if (this.#failsAt(short) !== null) this.best = short;
    return true;
  }

  #tryScenario(change: Partial<Scenario>): boolean {
    const { scenario } = this.best;
    return this.#try({ ...this.best, scenario: { ...scenario, ...change } });
  }

  /** One pass over all simplifications; whether one helped. */
  round(): boolean {
    const before = JSON.stringify(this.best);
    this.#dropSteps();
    this.#dropNodes();
    const { scenario } = this.best;
    if (scenario.scripts.length > 0) this.#tryScenario({ scripts: [] });
    if (Object.keys(scenario.machines).length > 0) this.#plainMachines();
    if (JSON.stringify(scenario.wire) !== JSON.stringify(GOOD_WIRE)) {
      this.#tryScenario({ wire: { ...GOOD_WIRE } });
    }
    this.#closeGaps();
    return JSON.stringify(this.best) !== before;
  }

  /** Leaves out runs of steps, long runs first. */
  #dropSteps(): void {
    for (let size = this.best.scenario.steps.length; size >= 1; size >>= 1) {
      for (let at = 0; at < this.best.scenario.steps.length;) {
        const { steps } = this.best.scenario;
        const fewer = [...steps.slice(0, at), ...steps.slice(at + size)];
        if (!this.#tryScenario({ steps: fewer })) at += size;
      }
    }
  }

  #dropNodes(): void {
    for (const { name } of this.best.nodes) {
      if (this.best.nodes.length > 1) this.#try(withoutNode(this.best, name));
    }
  }

  #plainMachines(): void {
    if (this.#tryScenario({ machines: {} })) return;
    for (const name of Object.keys(this.best.scenario.machines)) {
      const { [name]: _, ...others } = this.best.scenario.machines;
      this.#tryScenario({ machines: others });
    }
  }

  /** Lets each step, and all after it, come earlier by half of its gap to the one before. */
  #closeGaps(): void {
    for (let at = 0; at < this.best.scenario.steps.length; at++) {
      while (true) {
        const { steps, durationUs } = this.best.scenario;
        const step = steps[at];
        if (step === undefined) return;
        const gapUs = step.atUs - (steps[at - 1]?.atUs ?? 0);
        if (gapUs < 2 * GAP_US_MIN) break;
        const earlierUs = Math.floor(gapUs / 2);
        const moved = steps.map((one, i) => i < at ? one : { ...one, atUs: one.atUs - earlierUs });
        if (!this.#tryScenario({ steps: moved, durationUs: durationUs - earlierUs })) break;
      }
    }
  }
}

/** The plan up to a moment. */
function cutOff(plan: Plan, atUs: number): Plan {
  const { scenario } = plan;
  const steps = scenario.steps.filter((step) => step.atUs <= atUs);
  return { ...plan, scenario: { ...scenario, steps, durationUs: Math.ceil(atUs) } };
}

/** The plan without a node and without what names it. */
export function withoutNode(plan: Plan, name: string): Plan {
  const { scenario } = plan;
  const { [name]: _, ...machines } = scenario.machines;
  return {
    ...plan,
    nodes: plan.nodes.filter((node) => node.name !== name),
    scenario: {
      ...scenario,
      machines,
      scripts: scenario.scripts.filter((rule) => rule.node !== name),
      steps: scenario.steps.flatMap((step): Step[] => {
        const action = actionWithout(step.action, name);
        return action === null ? [] : [{ ...step, action }];
      }),
    },
  };
}

function actionWithout(action: Action, name: string): Action | null {
  if (action.do === "partition") {
    const sets = action.sets.map((set) => set.filter((node) => node !== name));
    return { ...action, sets: sets.filter((set) => set.length > 0) };
  }
  if (action.do === "cut") return action.from === name || action.to === name ? null : action;
  return "node" in action && action.node === name ? null : action;
}
