// Reads the daemon's configuration: the file of -f and vipd.conf beside it, with what this machine
// has, cut down to the parts that -P and -C leave.

import { type Config, type Diagnostic, loadConfig, type ModelLimits } from "../conf/index.ts";
import { GROUP_MAX, INSTANCE_MAX, TRACK_MAX, TRACKER_MAX, VIP_MAX } from "../core/abi.gen.ts";
import { fileSource } from "./conf_source.ts";
import { hostFacts } from "./host_facts.ts";
import type { DaemonOptions } from "./options.ts";

/** What the core has room for. */
export const CORE_LIMITS: ModelLimits = {
  instances: INSTANCE_MAX,
  groups: GROUP_MAX,
  vips: VIP_MAX,
  trackers: TRACKER_MAX,
  tracks: TRACK_MAX,
};

/** A configuration that was read. */
export interface ReadConfiguration {
  /** null when a diagnostic is an error. */
  config: Config | null;
  diagnostics: Diagnostic[];
}

/** Reads it. Never throws. */
export function readConfiguration(
  options: Pick<DaemonOptions, "configFile" | "includeErrors" | "vrrp" | "checkers">,
): ReadConfiguration {
  const { config, diagnostics } = loadConfig(options.configFile, fileSource(), {
    facts: hostFacts(),
    limits: CORE_LIMITS,
    includeErrors: options.includeErrors,
  });
  if (config === null) return { config, diagnostics };
  return {
    config: {
      ...config,
      instances: options.vrrp ? config.instances : [],
      groups: options.vrrp ? config.groups : [],
      scripts: options.vrrp ? config.scripts : [],
      virtualServers: options.checkers ? config.virtualServers : [],
    },
    diagnostics,
  };
}
