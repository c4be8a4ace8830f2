// A play as text: everything that makes it happen again elsewhere - configurations, scenario, seed. Links and
// saved files are made of it.

import { loadConfig, memorySource } from "../../host/conf/index.ts";
import { againCommand } from "../../host/sim/again_command.ts";
import { writeConfig } from "../../host/sim/scenario/config_text.ts";
import type { Scenario } from "../../host/sim/scenario/scenario.ts";
import {
  formatScenarioProblem,
  readScenario,
  writeScenario,
} from "../../host/sim/scenario/scenario_text.ts";
import { VipdError } from "../../host/base/errors.ts";
import type { Config } from "../../host/conf/model.ts";
import type { ConfFile } from "../app/state.ts";
import { fileName } from "../source/play/nodes.ts";
import type { Masking } from "./mask.ts";

/** A play as text. */
export interface SharedPlay {
  /** One a node. */
  files: ConfFile[];
  /** As scenario files are written; null: nothing but what the configurations do. */
  scenario: string | null;
  /** Configurations that reloads of the scenario name, by the name of the file. */
  configs: ConfFile[];
  /** Unsigned 32 bit. */
  seed: number;
}

/** Name of the file that a scenario is saved as. */
export const SCENARIO_FILE = "scenario.jsonc";

/**
 * A play as text; without its secrets if there is a masking. Throws VipdError where a configuration of a
 * reload cannot be written.
 */
export function sharePlay(
  play: { files: readonly ConfFile[]; scenario: Scenario | null; seed: number },
  masking: Masking | null,
): SharedPlay {
  const masked = (text: string) => masking === null ? text : masking.text(text);
  const files = play.files.map(({ name, text }) => ({ name, text: masked(text) }));
  const { seed } = play;
  if (play.scenario === null) return { files, scenario: null, configs: [], seed };
  const { scenario, configs } = withNamedConfigs(play.scenario);
  return {
    files,
    scenario: writeScenario(masking === null ? scenario : masking.scenario(scenario)),
    configs: configs.map(({ name, config }) => ({ name, text: masked(writeConfig(config)) })),
    seed,
  };
}

/** Characters of a node's name in the name of a file. */
const NODE_NAME_LENGTH_MAX = 32;

/** The scenario with a file of its own for the configuration of each reload. */
function withNamedConfigs(scenario: Scenario) {
  const configs: { name: string; config: Config }[] = [];
  const steps = scenario.steps.map((step) => {
    const { action } = step;
    if (action.do !== "reload" || action.config === null) return step;
    const node = action.node.replace(/[^\w.-]|^[.-]/g, "_").slice(0, NODE_NAME_LENGTH_MAX);
    const name = `${node}.reload-${configs.length + 1}.conf`;
    configs.push({ name, config: action.config });
    return { ...step, action: { ...action, config: { ...action.config, files: [name] } } };
  });
  return { scenario: { ...scenario, steps }, configs };
}

/**
 * Reads a scenario whose reloads name configurations. Throws VipdError `scenario` with the first problem,
 * at its place in the file.
 */
export function readPlayedScenario(
  text: string,
  configs: readonly ConfFile[],
  file = SCENARIO_FILE,
): Scenario {
  const named = new Map(configs.map(({ name, text }) => [name, text]));
  const { scenario, problems } = readScenario(text, {
    resolveConfig: (name) => readNamed(name, named.get(name)),
  });
  if (scenario !== null) return scenario;
  throw new VipdError("scenario", formatScenarioProblem(file, problems[0]!));
}

function readNamed(name: string, text: string | undefined): Config {
  if (text === undefined) {
    throw new VipdError("scenario", `'${name}' is not there`, {
      hint: "open it together with the scenario",
    });
  }
  const { config } = loadConfig(name, memorySource({ [name]: text }));
  if (config !== null) return config;
  throw new VipdError("scenario", `'${name}' has errors`, { hint: "open it alone to see them" });
}

/** The files of a play, as they are saved side by side. */
export function filesOfPlay({ files, scenario, configs }: SharedPlay): ConfFile[] {
  return [
    ...files.map((file) => ({ name: fileName(file), text: file.text })),
    ...configs,
    ...(scenario === null ? [] : [{ name: SCENARIO_FILE, text: scenario }]),
  ];
}

/** The command that plays it, where its files are saved. */
export function commandOf({ files, scenario, seed }: SharedPlay): string {
  return againCommand({
    files: files.map(fileName),
    names: [],
    scenario: scenario === null ? "tour" : SCENARIO_FILE,
    seed,
  });
}
