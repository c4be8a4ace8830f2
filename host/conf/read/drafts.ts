// Blocks as written: what the readers collect, before defaults and inheritance. null and empty
// lists mean "not written". The rules compare drafts with the resolved model.
// This module is browser safe.

import type { Tunnel, VipdSettings } from "../model.ts";
import type { Token } from "../lexer.ts";
import type { Statement } from "../tree.ts";
import type { AddressValue } from "./arguments.ts";
import { type Draft, newDraft } from "./block.ts";

/** A command with its account, as written. */
export interface CommandDraft {
  /** Keyword that gives the command: `script`, `notify_master`, `misc_path` ... */
  keyword: string;
  statement: Statement;
  token: Token;
  command: string;
  user: string | null;
  group: string | null;
}

/** Values of gratuitous ARP, seconds already in microseconds. */
export interface GarpDraft {
  garpDelayUs: number | null;
  garpRepeat: number | null;
  garpRefreshUs: number | null;
  garpRefreshRepeat: number | null;
  garpLowerPrioDelayUs: number | null;
  garpLowerPrioRepeat: number | null;
}

/** No garp keyword written. */
export function newGarp(): GarpDraft {
  return {
    garpDelayUs: null,
    garpRepeat: null,
    garpRefreshUs: null,
    garpRefreshRepeat: null,
    garpLowerPrioDelayUs: null,
    garpLowerPrioRepeat: null,
  };
}

/** `global_defs`, all blocks of that name together. */
export interface GlobalDraft extends Draft, GarpDraft {
  routerId: string | null;
  notificationEmail: string[];
  notificationEmailFrom: string | null;
  smtpServer: { host: string; port: number } | null;
  smtpConnectTimeoutUs: number | null;
  smtpHeloName: string | null;
  smtpAlert: boolean | null;
  smtpAlertVrrp: boolean | null;
  smtpAlertChecker: boolean | null;
  multicastGroup4: AddressValue | null;
  multicastGroup6: AddressValue | null;
  minGarp: boolean | null;
  downTimerAdverts: number | null;
  lowerPrioNoAdvert: boolean | null;
  higherPrioSendAdvert: boolean | null;
  skipCheckAdvAddr: boolean | null;
  version: number | null;
  scriptUser: { user: string; group: string | null } | null;
  scriptSecurity: boolean;
}

/** An empty `global_defs`. */
export function newGlobal(statement: Statement): GlobalDraft {
  return {
    ...newDraft(statement),
    ...newGarp(),
    routerId: null,
    notificationEmail: [],
    notificationEmailFrom: null,
    smtpServer: null,
    smtpConnectTimeoutUs: null,
    smtpHeloName: null,
    smtpAlert: null,
    smtpAlertVrrp: null,
    smtpAlertChecker: null,
    multicastGroup4: null,
    multicastGroup6: null,
    minGarp: null,
    downTimerAdverts: null,
    lowerPrioNoAdvert: null,
    higherPrioSendAdvert: null,
    skipCheckAdvAddr: null,
    version: null,
    scriptUser: null,
    scriptSecurity: false,
  };
}

/** The `vipd` block. */
export interface VipdDraft extends Draft {
  lease: boolean | null;
  director: VipdSettings["director"] | null;
  shellScripts: boolean | null;
}

/** A weight with its `reverse`. */
export interface WeightDraft {
  weight: number | null;
  reverse: boolean | null;
}

/** `vrrp_script`. */
export interface ScriptDraft extends Draft {
  name: string;
  script: CommandDraft | null;
  intervalUs: number | null;
  timeoutUs: number | null;
  weight: WeightDraft | null;
  rise: number | null;
  fall: number | null;
  user: { user: string; group: string | null } | null;
}

/** One line of `track_script` or `track_interface`. */
export interface TrackDraft extends WeightDraft {
  statement: Statement;
  name: string;
  watches: "SCRIPT" | "INTERFACE";
}

/** One line of `virtual_ipaddress`. */
export interface VipDraft {
  statement: Statement;
  value: AddressValue;
  prefixLength: number | null;
  device: string | null;
  label: string | null;
  scope: number | null;
}

/** Commands on state changes. */
export interface NotifyDraft {
  notifyMaster: CommandDraft | null;
  notifyBackup: CommandDraft | null;
  notifyFault: CommandDraft | null;
  notifyStop: CommandDraft | null;
  notify: CommandDraft | null;
}

/** No notify keyword written. */
export function newNotify(): NotifyDraft {
  return {
    notifyMaster: null,
    notifyBackup: null,
    notifyFault: null,
    notifyStop: null,
    notify: null,
  };
}

/** `vrrp_instance`. */
export interface InstanceDraft extends Draft, GarpDraft, NotifyDraft {
  name: string;
  state: "MASTER" | "BACKUP" | null;
  interface: string | null;
  vrid: number | null;
  priority: number | null;
  advertIntervalUs: number | null;
  version: number | null;
  authType: string | null;
  authPass: string | null;
  nopreempt: boolean;
  preemptDelayUs: number | null;
  downTimerAdverts: number | null;
  dontTrackPrimary: boolean;
  lowerPrioNoAdvert: boolean | null;
  higherPrioSendAdvert: boolean | null;
  skipCheckAdvAddr: boolean | null;
  source: AddressValue | null;
  multicastGroup: AddressValue | null;
  vips: VipDraft[];
  excludedVips: VipDraft[];
  tracks: TrackDraft[];
  smtpAlert: boolean | null;
}

/** An empty `vrrp_instance`. */
export function newInstance(statement: Statement, name: string): InstanceDraft {
  return {
    ...newDraft(statement),
    ...newGarp(),
    ...newNotify(),
    name,
    state: null,
    interface: null,
    vrid: null,
    priority: null,
    advertIntervalUs: null,
    version: null,
    authType: null,
    authPass: null,
    nopreempt: false,
    preemptDelayUs: null,
    downTimerAdverts: null,
    dontTrackPrimary: false,
    lowerPrioNoAdvert: null,
    higherPrioSendAdvert: null,
    skipCheckAdvAddr: null,
    source: null,
    multicastGroup: null,
    vips: [],
    excludedVips: [],
    tracks: [],
    smtpAlert: null,
  };
}

/** `vrrp_sync_group`. */
export interface GroupDraft extends Draft, NotifyDraft {
  name: string;
  members: { name: string; token: Token; line: Statement }[];
  tracks: TrackDraft[];
  trackingWeight: boolean;
  smtpAlert: boolean | null;
}

/** A forwarding method as written. */
export interface MethodDraft {
  method: "NAT" | "DR" | "TUN";
  tunnel: Tunnel | null;
}

/** Values of checking that a service, a server and a checker may each give. */
export interface CheckDefaultsDraft {
  delayLoopUs: number | null;
  retry: number | null;
  delayBeforeRetryUs: number | null;
  warmupUs: number | null;
  connectTimeoutUs: number | null;
  virtualhost: string | null;
}

/** None of them written. */
export function newCheckDefaults(): CheckDefaultsDraft {
  return {
    delayLoopUs: null,
    retry: null,
    delayBeforeRetryUs: null,
    warmupUs: null,
    connectTimeoutUs: null,
    virtualhost: null,
  };
}

/** What a service is found by, as written. */
export type ServiceKeyDraft =
  | { kind: "ADDRESS"; value: AddressValue; port: number }
  | { kind: "FWMARK"; mark: number };

/** `virtual_server`. */
export interface ServiceDraft extends Draft, CheckDefaultsDraft {
  key: ServiceKeyDraft;
  scheduler: string | null;
  method: MethodDraft | null;
  protocol: "TCP" | "UDP" | "SCTP" | null;
  family: "INET" | "INET6" | null;
  persistenceTimeoutUs: number | null;
  granularity: number | null;
  quorum: number | null;
  hysteresis: number | null;
  weight: number | null;
  inhibitOnFailure: boolean | null;
  alpha: boolean | null;
  smtpAlert: boolean | null;
  sorryServer: { value: AddressValue; port: number | null } | null;
  sorryMethod: MethodDraft | null;
  realServers: ServerDraft[];
}

/** An empty `virtual_server`. */
export function newService(statement: Statement, key: ServiceKeyDraft): ServiceDraft {
  return {
    ...newDraft(statement),
    ...newCheckDefaults(),
    key,
    scheduler: null,
    method: null,
    protocol: null,
    family: null,
    persistenceTimeoutUs: null,
    granularity: null,
    quorum: null,
    hysteresis: null,
    weight: null,
    inhibitOnFailure: null,
    alpha: null,
    smtpAlert: null,
    sorryServer: null,
    sorryMethod: null,
    realServers: [],
  };
}

/** `real_server`. */
export interface ServerDraft extends Draft, CheckDefaultsDraft {
  value: AddressValue;
  port: number | null;
  method: MethodDraft | null;
  weight: number | null;
  inhibitOnFailure: boolean | null;
  alpha: boolean | null;
  smtpAlert: boolean | null;
  checkers: CheckerDraft[];
}

/** Any checker block. */
export interface CheckerDraft extends Draft, CheckDefaultsDraft {
  kind: "TCP_CHECK" | "HTTP_GET" | "SSL_GET" | "MISC_CHECK";
  connectAddress: AddressValue | null;
  connectPort: number | null;
  urls: UrlDraft[];
  enableSni: boolean;
  sniName: string | null;
  misc: CommandDraft | null;
  miscTimeoutUs: number | null;
  miscDynamic: boolean;
  user: { user: string; group: string | null } | null;
}

/** An empty checker. */
export function newChecker(statement: Statement, kind: CheckerDraft["kind"]): CheckerDraft {
  return {
    ...newDraft(statement),
    ...newCheckDefaults(),
    kind,
    connectAddress: null,
    connectPort: null,
    urls: [],
    enableSni: false,
    sniName: null,
    misc: null,
    miscTimeoutUs: null,
    miscDynamic: false,
    user: null,
  };
}

/** `url` of HTTP_GET and SSL_GET. */
export interface UrlDraft extends Draft {
  path: string | null;
  digest: string | null;
  statusCodes: { from: number; to: number }[];
  virtualhost: string | null;
}

/** Everything of one configuration as written. */
export interface Drafts {
  global: GlobalDraft | null;
  vipd: VipdDraft | null;
  /** By name. */
  scripts: Map<string, ScriptDraft>;
  instances: InstanceDraft[];
  groups: GroupDraft[];
  services: ServiceDraft[];
}
