// The nodes of the simulation, made of the editor's files.

import {
  checkCluster,
  type Config,
  type Diagnostic,
  isError,
  loadConfig,
  memorySource,
} from "../../../host/conf/index.ts";
import { CORE_LIMITS } from "../../../host/engine/core_limits.ts";
import { nodeNames } from "../../../host/sim/node_names.ts";
import type { SimulatedNode } from "../../../host/sim/simulate.ts";
import type { ConfFile } from "../../app/state.ts";

/** What came of reading the files. */
export interface LoadedNodes {
  /** null when a diagnostic is an error. */
  nodes: SimulatedNode[] | null;
  /** Of all files, then those between the nodes. */
  diagnostics: Diagnostic[];
}

/** Name under which a tab's file is read: what diagnostics say. */
export function fileName(file: Pick<ConfFile, "name">): string {
  return file.name.endsWith(".conf") ? file.name : `${file.name}.conf`;
}

/** Reads the files, one node each. Never throws, whatever they hold. */
export function loadNodes(files: readonly ConfFile[]): LoadedNodes {
  const loaded = files.map((file) =>
    loadConfig(fileName(file), memorySource({ [fileName(file)]: file.text }), {
      limits: CORE_LIMITS,
    })
  );
  const own = loaded.flatMap(({ diagnostics }) => diagnostics);
  const diagnostics = loaded.length > 1 ? [...own, ...checkCluster(loaded)] : own;
  const configs = loaded.map(({ config }) => config);
  if (configs.length === 0 || diagnostics.some(isError) || !areAll(configs)) {
    return { nodes: null, diagnostics };
  }
  const names = nodeNames(files.map(fileName), configs);
  return { nodes: configs.map((config, i) => ({ name: names[i]!, config })), diagnostics };
}

function areAll(configs: readonly (Config | null)[]): configs is Config[] {
  return configs.every((config) => config !== null);
}
