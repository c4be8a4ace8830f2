// `vipd check FILE...`: tells what is wrong with configuration files; several are the nodes of one
// cluster. Exit status: 0 clean (or hints only), 1 warnings only, 2 errors.

import {
  checkCluster,
  type Diagnostic,
  formatDiagnostic,
  isError,
  loadConfig,
  type LoadOptions,
} from "../host/conf/index.ts";
import { fileSource } from "../host/daemon/conf_source.ts";
import { CORE_LIMITS } from "../host/engine/core_limits.ts";
import { hostFacts } from "../host/daemon/host_facts.ts";
import { print } from "./output.ts";

/** Nothing worse than a hint. */
export const CHECK_CLEAN = 0;
/** Warnings: the daemon would use it. */
export const CHECK_WARNINGS = 1;
/** Errors: the daemon would not. */
export const CHECK_ERRORS = 2;

/** What to check and how to tell. */
export interface CheckOptions {
  files: readonly string[];
  format: "text" | "json";
  /** Look at this machine too: interfaces, scripts, accounts. */
  host: boolean;
}

/** Reads the files and judges them, each alone and then against each other. */
export function checkFiles({ files, host }: Omit<CheckOptions, "format">): Diagnostic[] {
  const source = fileSource();
  const options: LoadOptions = { limits: CORE_LIMITS, ...(host ? { facts: hostFacts() } : {}) };
  const nodes = files.map((file) => loadConfig(file, source, options));
  const found = nodes.flatMap(({ diagnostics }) => diagnostics);
  return nodes.length > 1 ? [...found, ...checkCluster(nodes)] : found;
}

/** Exit status of a check with these findings. */
export function checkExitStatus(diagnostics: readonly Diagnostic[]): number {
  if (diagnostics.some(isError)) return CHECK_ERRORS;
  const warned = diagnostics.some(({ severity }) => severity === "warning");
  return warned ? CHECK_WARNINGS : CHECK_CLEAN;
}

/** Prints what was found on standard output; returns the exit status. Throws OutputClosed. */
export function runCheck(options: CheckOptions): number {
  const diagnostics = checkFiles(options);
  if (options.format === "json") print(JSON.stringify(diagnostics, null, 2));
  else if (diagnostics.length > 0) print(diagnostics.map(formatDiagnostic).join("\n"));
  return checkExitStatus(diagnostics);
}
