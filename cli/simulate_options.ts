// What `vipd simulate` was asked for, and the command line that asks for exactly one play of it again.

import { againCommand as commandOf, shellWord } from "../host/sim/again_command.ts";

/** The scenarios that have a name instead of a file. */
export const NAMED_SCENARIOS = ["tour", "chaos"] as const;

/** Options of the subcommand. */
export interface SimulateOptions {
  /** One configuration file a node. */
  files: readonly string[];
  /** A file, one of NAMED_SCENARIOS, or null: the tour for one run, chaos for several. */
  scenario: string | null;
  seed: number;
  runs: number;
  /** Seed of the first of several runs; null: `seed`. */
  from: number | null;
  json: boolean;
  verbose: boolean;
  /** Names of the nodes in the order of the files; empty: found out. */
  names: readonly string[];
  /** Instances that are shown; empty: all. */
  instances: readonly string[];
  /** Where to write the scenario that was played; null: nowhere. */
  save: string | null;
}

/** What the scenario is: the named one that takes the place of null. */
export function scenarioOf({ scenario, runs }: Pick<SimulateOptions, "scenario" | "runs">): string {
  return scenario ?? (runs > 1 ? "chaos" : "tour");
}

/** The command that plays one seed again. */
export function againCommand(options: SimulateOptions, seed: number): string {
  const { files, names } = options;
  return commandOf({ files, names, scenario: scenarioOf(options), seed });
}

/** The command that tells every warning of the files. */
export function checkCommand(files: readonly string[]): string {
  return ["vipd", "check", "--no-host", ...files].map(shellWord).join(" ");
}
