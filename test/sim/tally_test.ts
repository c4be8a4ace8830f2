// The tally counts what was played and asked, and names what was not.

import { describe, expect, it } from "vitest";
import { GOOD_WIRE } from "../../host/sim/scenario/scenario.ts";
import type { Invariant, WorldView } from "../../host/sim/world_view.ts";
import { addTally, counted, countRun, emptyTally, neverSeen, tallyText } from "./tally.ts";

const WORLD = {} as WorldView;
const PLAN = {
  seed: 1,
  nodes: [],
  scenario: {
    name: "two steps",
    description: "",
    durationUs: 10,
    wire: GOOD_WIRE,
    machines: {},
    scripts: [],
    steps: [
      { atUs: 1, action: { do: "kill" as const, node: "a" } },
      { atUs: 2, action: { do: "say" as const, text: "half time" } },
      { atUs: 9, action: { do: "heal" as const } },
    ],
  },
};

class Asked implements Invariant {
  readonly name = "asked";
  #calls = 0;
  atRest(): string | null {
    return ++this.#calls === 2 ? "twice" : null;
  }
}

describe("the tally", () => {
  it("counts the steps before the end of the run, comments left out", () => {
    const tally = emptyTally();
    countRun(tally, PLAN, 5, 77);
    expect(tally).toMatchObject({ runs: 1, events: 77, simulatedUs: 5 });
    expect(tally.actions).toMatchObject({ kill: 1, heal: 0 });
    expect(tally.actions).not.toHaveProperty("say");
  });

  it("passes every call on and counts it, over several runs", () => {
    const tally = emptyTally();
    const [make] = counted([() => new Asked()], tally);
    for (let run = 0; run < 2; run++) {
      const invariant = make!();
      expect(invariant.atRest!(WORLD)).toBe(null);
      expect(invariant.atRest!(WORLD)).toBe("twice");
      expect(invariant.advert).toBeUndefined();
    }
    expect(tally.invariants).toEqual({ asked: { atRest: 4 } });
  });

  it("adds up and names what was never seen", () => {
    const [sum, part] = [emptyTally(), emptyTally()];
    counted([() => new Asked()], part)[0]!();
    countRun(part, PLAN, 10, 1);
    addTally(sum, part);
    addTally(sum, part);
    expect(sum).toMatchObject({ runs: 2, actions: { kill: 2, heal: 2 } });
    const never = neverSeen(sum);
    expect(never).toContain('the action "start" was never played');
    expect(never).toContain('the invariant "asked" was never asked');
    expect(never).not.toContain('the action "kill" was never played');
    expect(tallyText(sum)).toContain('NOTE the invariant "asked" was never asked');
  });
});
