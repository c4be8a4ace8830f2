import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { checkScenario } from "../../host/sim/scenario/scenario_check.ts";
import { loadNodes } from "../source/play/nodes.ts";
import { readPlayedScenario } from "./shared_play.ts";
import { type Sample, SAMPLES } from "./samples.ts";

function textsOf({ files, scenario }: Sample) {
  return {
    files: files.map(({ name, url }) => ({ name, text: readFileSync(url, "utf8") })),
    scenario: scenario === null ? null : readFileSync(scenario, "utf8"),
  };
}

describe("samples", () => {
  it("are all scenarios of examples, each once", () => {
    const names = readdirSync(new URL("../../examples/scenarios/", import.meta.url))
      .filter((name) => name.endsWith(".jsonc")).map((name) => name.replace(".jsonc", ""));
    const scenarios = SAMPLES.filter(({ kind }) => kind === "scenario").map(({ id }) => id);
    expect(scenarios).toEqual(names.sort());
    expect(new Set(SAMPLES.map(({ id }) => id)).size).toBe(SAMPLES.length);
  });

  it.each(SAMPLES.map((sample) => [sample.id, sample] as const))(
    "%s can be played",
    (_id, sample) => {
      const { files, scenario } = textsOf(sample);
      const { nodes } = loadNodes(files);
      expect(nodes?.map(({ name }) => name)).toEqual(["node1", "node2"]);
      if (scenario === null) return;
      expect(checkScenario(readPlayedScenario(scenario, []), nodes!)).toEqual([]);
    },
  );
});
