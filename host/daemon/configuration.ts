// Reads the daemon's configuration: the file of -f and vipd.conf beside it, with what this machine
// has, cut down to the parts that -P and -C leave.

import { type Config, type ConfSource, type Diagnostic, loadConfig } from "../conf/index.ts";
import { CORE_LIMITS } from "../engine/core_limits.ts";
import { fileSource } from "./conf_source.ts";
import { hostFacts } from "./host_facts.ts";
import type { DaemonOptions } from "./options.ts";

/** A configuration that was read. */
export interface ReadConfiguration {
  /** null when a diagnostic is an error. */
  config: Config | null;
  diagnostics: Diagnostic[];
  /** The file was there and there was nothing in it: perhaps it was just being written anew. */
  isBlank: boolean;
}

/** Reads it. Never throws. */
export function readConfiguration(
  options: Pick<DaemonOptions, "configFile" | "includeErrors" | "vrrp" | "checkers">,
): ReadConfiguration {
  const files = fileSource();
  let isBlank = false;
  const source: ConfSource = {
    ...files,
    read(path) {
      const file = files.read(path);
      if (path === options.configFile) isBlank = file.ok && isBlankText(file.bytes);
      return file;
    },
  };
  const { config, diagnostics } = loadConfig(options.configFile, source, {
    facts: hostFacts(),
    limits: CORE_LIMITS,
    includeErrors: options.includeErrors,
  });
  if (config === null) return { config, diagnostics, isBlank };
  return {
    config: {
      ...config,
      instances: options.vrrp ? config.instances : [],
      groups: options.vrrp ? config.groups : [],
      scripts: options.vrrp ? config.scripts : [],
      virtualServers: options.checkers ? config.virtualServers : [],
    },
    diagnostics,
    isBlank,
  };
}

function isBlankText(bytes: Uint8Array): boolean {
  return new TextDecoder().decode(bytes).trim() === "";
}
