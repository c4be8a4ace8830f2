// Configurations as they were posted, read as `vipd check --no-host` reads files.

import {
  checkCluster,
  type Config,
  type ConfSource,
  type Diagnostic,
  isError,
  loadConfig,
  type Loaded,
  memorySource,
} from "../../host/conf/index.ts";
import { VipdError } from "../../host/base/errors.ts";
import { CORE_LIMITS } from "../../host/engine/core_limits.ts";
import { nodeNames } from "../../host/sim/node_names.ts";
import type { SimulatedNode } from "../../host/sim/simulate.ts";
import { EDGE_LIMITS } from "./limits.ts";
import type { PostedCluster } from "./request.ts";

/** A cluster that was read. */
export interface ReadCluster {
  /** null when a diagnostic is an error. */
  nodes: SimulatedNode[] | null;
  /** Of each node in their order, then of all against each other. */
  diagnostics: Diagnostic[];
  /** A configuration of a scenario's reload. Throws VipdError `scenario`. */
  resolveConfig: (name: string) => Config;
}

/** Reads them. */
export function loadCluster({ files, included }: PostedCluster): ReadCluster {
  const source = boundedSource(
    memorySource(Object.fromEntries([...files, ...included].map(({ name, text }) => [name, text]))),
  );
  const load = (name: string) => loadConfig(name, source, { limits: CORE_LIMITS });
  const loaded = files.map(({ name }) => load(name));
  const found = loaded.flatMap(({ diagnostics }) => diagnostics);
  const diagnostics = loaded.length > 1 ? [...found, ...checkCluster(loaded)] : found;
  return {
    nodes: diagnostics.some(isError) ? null : named(files, loaded),
    diagnostics,
    resolveConfig: (name) => {
      const { config, diagnostics } = load(name);
      if (config !== null) return config;
      const first = diagnostics.find(isError);
      const why = first?.message ?? "it has errors";
      throw new VipdError("scenario", `${name} cannot be used: ${why}`, {
        hint: "send it among `included`, without errors",
      });
    },
  };
}

function named(files: PostedCluster["files"], loaded: readonly Loaded[]): SimulatedNode[] {
  const configs = loaded.flatMap(({ config }) => config ?? []);
  const found = nodeNames(files.map(({ name }) => name), configs);
  return configs.map((config, i) => ({ name: files[i]!.node ?? found[i]!, config }));
}

/** A source that reads no more than READ_SIZE_MAX altogether: files may include each other often. */
function boundedSource(source: ConfSource): ConfSource {
  let left = EDGE_LIMITS.read.value;
  return {
    glob: (pattern) => source.glob(pattern),
    read(path) {
      const result = source.read(path);
      if (!result.ok) return result;
      left -= result.bytes.length;
      if (left >= 0) return result;
      const { name, value, meaning } = EDGE_LIMITS.read;
      const message = `${name} is reached (${meaning}: ${value})`;
      return { ok: false, reason: "too large", message };
    },
  };
}
