// The nodes of `vipd simulate`: configuration files read as `vipd check --no-host` reads them, and what
// the nodes are called.

import { checkCluster, type Diagnostic, isError, loadConfig } from "../host/conf/index.ts";
import { fileSource } from "../host/daemon/conf_source.ts";
import { CORE_LIMITS } from "../host/engine/core_limits.ts";
import { VipdError } from "../host/base/errors.ts";
import type { Config } from "../host/conf/index.ts";
import { nodeNames } from "../host/sim/node_names.ts";
import type { SimulatedNode } from "../host/sim/simulate.ts";

/** A cluster that was read. */
export interface SimulatedCluster {
  /** null when a diagnostic is an error. */
  nodes: SimulatedNode[] | null;
  diagnostics: Diagnostic[];
}

/**
 * Reads the files, one node each. `names` are those that the user gave; empty: they are found out.
 * Throws VipdError `simulate` for names that do not fit.
 */
export function readCluster(files: readonly string[], names: readonly string[]): SimulatedCluster {
  if (names.length > 0 && names.length !== files.length) {
    throw new VipdError("simulate", `${names.length} names for ${files.length} files`, {
      hint: "give --name once for each file, in their order",
    });
  }
  if (names.includes("")) {
    throw new VipdError("simulate", "a node needs a name of at least one character", {
      hint: "give each --name one",
    });
  }
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new VipdError("simulate", `two nodes cannot both be named ${twice}`, {
      hint: "give each --name another one",
    });
  }
  const source = fileSource();
  const loaded = files.map((file) => loadConfig(file, source, { limits: CORE_LIMITS }));
  const found = loaded.flatMap(({ diagnostics }) => diagnostics);
  const diagnostics = loaded.length > 1 ? [...found, ...checkCluster(loaded)] : found;
  const configs = loaded.map(({ config }) => config);
  if (diagnostics.some(isError) || !areAll(configs)) return { nodes: null, diagnostics };
  const called = names.length > 0 ? names : nodeNames(files, configs);
  return { nodes: configs.map((config, i) => ({ name: called[i]!, config })), diagnostics };
}

function areAll(configs: (Config | null)[]): configs is Config[] {
  return configs.every((config) => config !== null);
}

/** The configuration of a reload in a scenario; its file is looked for beside the scenario. */
export function readReloadConfig(scenarioFile: string, name: string): Config {
  const beside = scenarioFile.replace(/[^/]*$/, "");
  const file = name.startsWith("/") ? name : beside + name;
  const { config, diagnostics } = loadConfig(file, fileSource(), { limits: CORE_LIMITS });
  if (config !== null) return config;
  const first = diagnostics.find(isError);
  throw new VipdError("scenario", `${file} cannot be used: ${first?.message ?? "it has errors"}`, {
    hint: `vipd check --no-host ${file} tells everything`,
  });
}
