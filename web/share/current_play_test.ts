import { describe, expect, it } from "vitest";
import type { Action, Scenario } from "../../host/sim/scenario/scenario.ts";
import { handScenario } from "../source/play/hand_scenario.ts";
import { loadNodes } from "../source/play/nodes.ts";
import { currentPlay } from "./current_play.ts";

const PLAYED = [{ name: "a", text: "" }];
const EDITED = [{ name: "a", text: "# edited" }];

function withStep(action: Action): Scenario {
  return { ...handScenario(), steps: [{ atUs: 1, action }] };
}

describe("currentPlay", () => {
  it("is the editor's files with what is played", () => {
    const scenario = withStep({ do: "kill", node: "a" });
    expect(currentPlay({ files: EDITED, played: PLAYED, scenario, seed: 3 }))
      .toEqual({ files: EDITED, scenario, seed: 3, isBehindEditor: false });
  });

  it("is the files that were played before a reload with other ones", () => {
    const { config } = loadNodes(EDITED).nodes![0]!;
    const scenario = withStep({ do: "reload", node: "a", set: [], config });
    expect(currentPlay({ files: EDITED, played: PLAYED, scenario, seed: 3 }))
      .toMatchObject({ files: PLAYED, isBehindEditor: true });
    expect(currentPlay({ files: EDITED, played: EDITED.slice(), scenario, seed: 3 }))
      .toMatchObject({ files: EDITED, isBehindEditor: false });
  });

  it("has a scenario in which nothing happens where there is none", () => {
    const { scenario } = currentPlay({ files: EDITED, played: EDITED, scenario: null, seed: 1 });
    expect(scenario).toEqual(handScenario());
  });
});
