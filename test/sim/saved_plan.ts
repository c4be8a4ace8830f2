// A plan as files: a keepalived.conf for each node and the scenario, so that `vipd simulate` plays it
// and a person reads it. Runs on Deno.

import { writeConfig } from "../../host/sim/scenario/config_text.ts";
import type { Scenario, Step } from "../../host/sim/scenario/scenario.ts";
import { writeScenario } from "../../host/sim/scenario/scenario_text.ts";
import type { Plan } from "./play.ts";

/** The files of a saved plan. */
export interface SavedPlan {
  /** One configuration a node, in their order. */
  configs: string[];
  scenario: string;
}

/** Writes a plan into a folder, which is made. `about` becomes the scenario's description. */
export function savePlan(plan: Plan, folder: string, about: string): SavedPlan {
  Deno.mkdirSync(folder, { recursive: true });
  const configs = plan.nodes.map(({ name, config }) => {
    const file = `${folder}/${name}.conf`;
    Deno.writeTextFileSync(file, writeConfig(config));
    return file;
  });
  const steps = plan.scenario.steps.map((step, i) => saveReload(step, i, folder));
  const scenario: Scenario = { ...plan.scenario, description: about, steps };
  const file = `${folder}/scenario.jsonc`;
  Deno.writeTextFileSync(file, writeScenario(scenario));
  return { configs, scenario: file };
}

/** A reload with a whole configuration names its file, which stands beside the scenario. */
function saveReload(step: Step, number: number, folder: string): Step {
  const { action } = step;
  if (action.do !== "reload" || action.config === null) return step;
  const name = `${action.node}-${number}.conf`;
  Deno.writeTextFileSync(`${folder}/${name}`, writeConfig(action.config));
  return { ...step, action: { ...action, config: { ...action.config, files: [name] } } };
}

/** The command that plays it. */
export function commandOf({ configs, scenario }: SavedPlan, seed: number): string {
  return `vipd simulate ${configs.join(" ")} --scenario ${scenario} --seed ${seed}`;
}
