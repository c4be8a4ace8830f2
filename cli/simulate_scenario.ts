// Which scenario `vipd simulate` plays: one of a file, or one of those that are made for any cluster.

import { VipdError } from "../host/base/errors.ts";
import { chaosScenario } from "../host/sim/scenario/chaos.ts";
import type { Scenario } from "../host/sim/scenario/scenario.ts";
import { checkScenario } from "../host/sim/scenario/scenario_check.ts";
import { SCENARIO_SIZE_MAX } from "../host/sim/scenario/scenario_table.ts";
import {
  formatScenarioProblem,
  readScenario,
  type ScenarioProblem,
} from "../host/sim/scenario/scenario_text.ts";
import type { SimulatedNode } from "../host/sim/simulate.ts";
import { tourScenario } from "../host/sim/scenario/tour.ts";
import { readFileUpTo } from "./read_file.ts";
import { NAMED_SCENARIOS, scenarioOf, type SimulateOptions } from "./simulate_options.ts";
import { readReloadConfig } from "./simulated_cluster.ts";

/** More than any scenario takes, which is limited in characters: what is larger is no scenario, bytes. */
const FILE_SIZE_MAX = 4 * SCENARIO_SIZE_MAX;

/** A scenario file with problems, each told with its line. */
export class ScenarioRefused extends Error {}

/** What makes the scenario of a run with a seed. Throws VipdError `scenario` or ScenarioRefused. */
export function scenarioMaker(
  options: SimulateOptions,
  nodes: readonly SimulatedNode[],
): (seed: number) => Scenario {
  const asked = scenarioOf(options);
  if (asked === "tour") {
    const tour = tourScenario(nodes);
    return () => tour;
  }
  if (asked === "chaos") return (seed) => chaosScenario(nodes, seed);
  const scenario = readScenarioFile(asked, nodes);
  return () => scenario;
}

function readScenarioFile(file: string, nodes: readonly SimulatedNode[]): Scenario {
  const { scenario, problems, placeOf } = readScenario(readText(file), {
    resolveConfig: (name) => readReloadConfig(file, name),
  });
  refuse(file, problems);
  refuse(file, checkScenario(scenario!, nodes, placeOf));
  return scenario!;
}

function refuse(file: string, problems: readonly ScenarioProblem[]): void {
  if (problems.length === 0) return;
  throw new ScenarioRefused(
    problems.map((problem) => formatScenarioProblem(file, problem)).join("\n"),
  );
}

function readText(file: string): string {
  try {
    return new TextDecoder().decode(readFileUpTo(file, FILE_SIZE_MAX));
  } catch (cause) {
    throw new VipdError("scenario", (cause as Error).message, {
      cause,
      hint: `name a scenario file, or one of ${NAMED_SCENARIOS.join(", ")}`,
    });
  }
}
