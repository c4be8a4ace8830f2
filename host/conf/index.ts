// The door of host/conf: what other rooms use of it.
// This module is browser safe.

export { checkCluster } from "./cluster.ts";
export { configTestExitStatus } from "./config_test_exit.ts";
export { type ConfigChange, diff } from "./diff.ts";
export {
  type Diagnostic,
  type Fix,
  formatDiagnostic,
  isError,
  type Severity,
  type Span,
} from "./diagnostic.ts";
export { format } from "./format.ts";
export { expandBraces, globMatcher } from "./glob.ts";
export type { HostFacts, ProgramFacts } from "./host_facts.ts";
export { CONFIG_SIZE_MAX } from "./limits.ts";
export { loadConfig, type Loaded, type LoadOptions, VIPD_CONF } from "./load.ts";
export type * from "./model.ts";
export type { ModelLimits } from "./rules/rule.ts";
export { type ConfSource, memorySource, type ReadResult, SourceFile } from "./source.ts";
export { parse, print, type Tree } from "./tree.ts";
