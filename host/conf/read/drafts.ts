// Blocks as written: what the readers collect, before defaults and inheritance. null and empty
// lists mean "not written". The rules compare drafts with the resolved model.
// This module is browser safe.

import type { Endpoint, Tunnel, VipdSettings, WebToken } from "../model.ts";
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
  web: WebDraft | null;
}

/** `web`. */
export interface WebDraft extends Draft {
  listen: Endpoint | null;
  tokens: WebToken[];
  origins: string[];
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
export class CheckDefaultsDraft implements Draft {
  readonly statement: Statement;
  readonly seen = new Map<string, Statement>();
  delayLoopUs: number | null = null;
  retry: number | null = null;
  delayBeforeRetryUs: number | null = null;
  warmupUs: number | null = null;
  connectTimeoutUs: number | null = null;
  virtualhost: string | null = null;

  constructor(statement: Statement) {
    this.statement = statement;
  }
}

/** What a service is found by, as written. */
export type ServiceKeyDraft =
  | { kind: "ADDRESS"; value: AddressValue; port: number }
  | { kind: "FWMARK"; mark: number };

/** `virtual_server`. */
export class ServiceDraft extends CheckDefaultsDraft {
  readonly key: ServiceKeyDraft;
  scheduler: string | null = null;
  method: MethodDraft | null = null;
  protocol: "TCP" | "UDP" | "SCTP" | null = null;
  family: "INET" | "INET6" | null = null;
  persistenceTimeoutUs: number | null = null;
  granularity: number | null = null;
  quorum: number | null = null;
  hysteresis: number | null = null;
  weight: number | null = null;
  inhibitOnFailure: boolean | null = null;
  alpha: boolean | null = null;
  smtpAlert: boolean | null = null;
  sorryServer: { value: AddressValue; port: number | null } | null = null;
  sorryMethod: MethodDraft | null = null;
  readonly realServers: ServerDraft[] = [];

  constructor(statement: Statement, key: ServiceKeyDraft) {
    super(statement);
    this.key = key;
  }
}

/** `real_server`. */
export class ServerDraft extends CheckDefaultsDraft {
  readonly value: AddressValue;
  readonly port: number | null;
  method: MethodDraft | null = null;
  weight: number | null = null;
  inhibitOnFailure: boolean | null = null;
  alpha: boolean | null = null;
  smtpAlert: boolean | null = null;
  readonly checkers: CheckerDraft[] = [];

  constructor(statement: Statement, value: AddressValue, port: number | null) {
    super(statement);
    this.value = value;
    this.port = port;
  }
}

/** Any checker block. */
export class CheckerDraft extends CheckDefaultsDraft {
  readonly kind: "TCP_CHECK" | "HTTP_GET" | "SSL_GET" | "MISC_CHECK";
  connectAddress: AddressValue | null = null;
  connectPort: number | null = null;
  readonly urls: UrlDraft[] = [];
  enableSni = false;
  sniName: string | null = null;
  misc: CommandDraft | null = null;
  miscTimeoutUs: number | null = null;
  miscDynamic = false;
  user: { user: string; group: string | null } | null = null;

  constructor(statement: Statement, kind: CheckerDraft["kind"]) {
    super(statement);
    this.kind = kind;
  }
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
