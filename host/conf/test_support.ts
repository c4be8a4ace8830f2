// What the tests of host/conf share: configurations from texts, and small valid ones to vary.
// This module is browser safe.

import type { HostFacts } from "./host_facts.ts";
import { loadConfig, type Loaded, type LoadOptions } from "./load.ts";
import type { Config } from "./model.ts";
import { memorySource } from "./source.ts";

/** Loads a text as the main file. */
export function load(text: string, options: LoadOptions = {}): Loaded {
  return loadConfig("test.conf", memorySource({ "test.conf": text }), options);
}

/** The model of a text without errors; throws with the findings otherwise. */
export function config(text: string, options: LoadOptions = {}): Config {
  const loaded = load(text, options);
  if (loaded.config === null) throw new Error(JSON.stringify(loaded.diagnostics, null, 1));
  return loaded.config;
}

/** `line severity code` of every finding. */
export function findings(text: string, options: LoadOptions = {}): string[] {
  return load(text, options).diagnostics.map(({ line, severity, code }) =>
    `${line} ${severity} ${code}`
  );
}

/** The codes found, each once. */
export function codes(text: string, options: LoadOptions = {}): string[] {
  return [...new Set(load(text, options).diagnostics.map(({ code }) => code))];
}

/** A clean instance with lines of the test's own at its end. */
export function instance(lines = "", name = "VI_1", vrid = 51): string {
  return `vrrp_instance ${name} {
    interface eth0
    virtual_router_id ${vrid}
    virtual_ipaddress {
        192.0.2.${vrid}/24
    }
    ${lines}
}
`;
}

/** A clean service with lines of the test's own, and lines for its only real server. */
export function service(lines = "", serverLines = "TCP_CHECK {\n}"): string {
  return `virtual_server 192.0.2.1 80 {
    lb_algo wlc
    lb_kind DR
    protocol TCP
    ${lines}
    real_server 198.51.100.1 80 {
        ${serverLines}
    }
}
`;
}

/** A machine that has everything and secure programs only, with exceptions. */
export function machine(exceptions: Partial<HostFacts> = {}): HostFacts {
  return {
    interfaces: () => ["lo", "eth0", "eth1"],
    program: () => ({ state: "executable", insecure: null }),
    hasUser: (name) => name !== "keepalived_script",
    hasGroup: () => true,
    ...exceptions,
  };
}
