// Configurations of VRRP nodes for the interop tests, in the words that both daemons read.

import { INTERFACE, MULTICAST_GROUP } from "./topology.ts";

/** One vrrp_instance; what is left out is the daemon's default. */
export interface InstanceConf {
  name?: string;
  /** The reference deployment's when left out. */
  interface?: string;
  state?: "MASTER" | "BACKUP";
  vrid: number;
  priority: number;
  version: 2 | 3;
  /** Seconds. */
  intervalS: number;
  /** Virtual addresses as written in the file, with prefix length or without. */
  vips: string[];
  /** Password of version 2; none when left out. */
  pass?: string;
  /** Further lines of the instance. */
  lines?: string[];
}

/** A whole keepalived.conf. */
export interface NodeConf {
  instances: InstanceConf[];
  /** IPv4 group; the one of the reference deployment when left out. */
  group?: string;
  /** Further lines of global_defs. */
  globals?: string[];
  /** Blocks in front of the instances: scripts. */
  before?: string[];
  /** Blocks behind them: sync groups. */
  after?: string[];
}

/** The text of keepalived.conf. */
export function vrrpConf(conf: NodeConf): string {
  return [
    "global_defs {",
    `    vrrp_mcast_group4 ${conf.group ?? MULTICAST_GROUP}`,
    "    script_user root",
    ...(conf.globals ?? []).map((line) => `    ${line}`),
    "}",
    ...(conf.before ?? []),
    ...conf.instances.map(instanceConf),
    ...(conf.after ?? []),
    "",
  ].join("\n");
}

function instanceConf(instance: InstanceConf): string {
  const { pass, vips, lines } = instance;
  return [
    `vrrp_instance ${instance.name ?? "VI_1"} {`,
    `    state ${instance.state ?? "BACKUP"}`,
    `    interface ${instance.interface ?? INTERFACE}`,
    `    virtual_router_id ${instance.vrid}`,
    `    priority ${instance.priority}`,
    `    version ${instance.version}`,
    `    advert_int ${instance.intervalS}`,
    ...(pass === undefined
      ? []
      : ["    authentication {", "        auth_type PASS", `        auth_pass ${pass}`, "    }"]),
    "    virtual_ipaddress {",
    ...vips.map((vip) => `        ${vip}`),
    "    }",
    ...(lines ?? []).map((line) => `    ${line}`),
    "}",
  ].join("\n");
}

/** Skew time in milliseconds (RFC 3768 6.1; RFC 9568 6.1 has the same with the master's interval). */
export function skewMs(priority: number, intervalS: number): number {
  return ((256 - priority) / 256) * intervalS * 1000;
}

/** Master down interval in milliseconds. */
export function masterDownMs(priority: number, intervalS: number): number {
  return 3 * intervalS * 1000 + skewMs(priority, intervalS);
}
