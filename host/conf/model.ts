// The checked configuration: what keepalived.conf and vipd's own settings mean after defaults,
// inheritance and clamping. The engine, the daemon, `vipd status` and the simulator read this and
// nothing else of host/conf. It is plain data that structuredClone and postMessage take: no spans,
// no functions. Every value is resolved: a consumer never has to know a default.
// Intervals are microseconds, addresses canonical text (RFC 5952 for IPv6), interfaces names.
// This module is browser safe.

/** Address family, in the words of the core's records. */
export type Family = "INET" | "INET6";

/** One node's whole configuration. Lists keep the order of the file. */
export interface Config {
  /** Every file that was read, the main one first, as the reader named it. */
  files: string[];
  global: GlobalDefs;
  scripts: VrrpScript[];
  instances: VrrpInstance[];
  groups: SyncGroup[];
  virtualServers: VirtualServer[];
  vipd: VipdSettings;
}

/** `global_defs`: what concerns the daemon as a whole. Defaults of instances are resolved there. */
export interface GlobalDefs {
  /** Name of this machine in mail subjects; null = its host name. */
  routerId: string | null;
  /** Recipients of alert mail; empty = no mail. */
  notificationEmail: string[];
  /** Sender of alert mail; null = USER@HOST of the process. */
  notificationEmailFrom: string | null;
  /** Relay for alert mail; null = no mail. */
  smtpServer: { host: string; port: number } | null;
  /** Time allowed to connect to the relay, microseconds. */
  smtpConnectTimeoutUs: number;
  /** Name used in HELO; null = the host name. */
  smtpHeloName: string | null;
  /** A script that another user than root could change must not run (`enable_script_security`). */
  scriptSecurity: boolean;
}

/** vipd's own settings: the `vipd { }` block. Each default differs from what keepalived does. */
export interface VipdSettings {
  /** Virtual addresses carry a limited kernel lifetime renewed while MASTER (default on). */
  lease: boolean;
  /** Who balances: the kernel's IPVS, vipd itself, or (auto) the kernel where it can. */
  director: "auto" | "kernel" | "user";
  /** Commands in shell syntax run through a shell (default on); off: they are an error. */
  shellScripts: boolean;
  /** The page and the stream for it; null = off (default). */
  web: WebSettings | null;
}

/** `web`: the page, and what the daemon does for those who have a token. Read only. */
export interface WebSettings {
  /** Where it listens; by default on loopback. */
  listen: Endpoint;
  /** Who may follow; empty = the page alone. */
  tokens: WebToken[];
  /** Origins of other pages that may connect, as browsers write them (RFC 6454 6.2). */
  origins: string[];
}

/** One who may follow. */
export interface WebToken {
  name: string;
  /** Never told: DESIGN decision 9. */
  secret: string;
}

/** A command to run. */
export interface Script {
  /** What is executed: program and arguments, the shell's own included where one is needed. */
  argv: string[];
  /** The shell in argv[0], or null when the program is run directly. */
  shell: null | "/bin/sh" | "/bin/bash";
  /** The command as written, for messages. */
  command: string;
  /** Account it runs as; null = `keepalived_script` if that exists, else root. */
  user: string | null;
  /** Group it runs as; null = the account's own. */
  group: string | null;
}

/** `vrrp_script`: a command whose exit status instances track. */
export interface VrrpScript {
  name: string;
  script: Script;
  /** Time between runs, microseconds. */
  intervalUs: number;
  /** Run time after which it counts as failed and is ended, microseconds. */
  timeoutUs: number;
  /** Weight for track lines that give none; resolved into VrrpInstance.tracks already. */
  weight: number;
  reverse: boolean;
  /** Successes in a row that make it good. */
  rise: number;
  /** Failures in a row that make it bad. */
  fall: number;
  /** Names of the instances that track it; empty = it need not run. */
  trackedBy: string[];
}

/** Commands run on changes of an instance or a sync group; null = none. */
export interface NotifyScripts {
  master: Script | null;
  backup: Script | null;
  fault: Script | null;
  stop: Script | null;
  /** `notify`: run on every change with `INSTANCE|GROUP NAME STATE PRIORITY` appended. */
  any: Script | null;
}

/** `vrrp_instance`: one virtual router. */
export interface VrrpInstance {
  name: string;
  /** Interface of the adverts. */
  interface: string;
  family: Family;
  version: 2 | 3;
  /** 1..255. */
  vrid: number;
  /** Base priority, 1..255; 255 = address owner. */
  priority: number;
  /** `state MASTER` was written: with priority 255 it starts as MASTER. */
  stateMaster: boolean;
  /** v2: whole seconds; v3: steps of 10 ms up to 40.95 s. Microseconds. */
  advertisementIntervalUs: number;
  nopreempt: boolean;
  /** Wait before taking over from a lower master, microseconds; 0 = none. */
  preemptDelayUs: number;
  /** Adverts missed before a backup takes over. */
  downTimerAdverts: number;
  dontTrackPrimary: boolean;
  lowerPrioNoAdvert: boolean;
  higherPrioSendAdvert: boolean;
  skipCheckAdvAddr: boolean;
  /** v2 authentication: the eight bytes as they stand in the packet, zero padded; null = none. */
  auth: { type: "PASS"; data: Uint8Array } | null;
  /** Group the adverts go to. */
  multicastGroup: string;
  /** Source of the adverts; null = the interface's first address. */
  source: string | null;
  /** Name of the sync group it belongs to. */
  group: string | null;
  garp: GarpSettings;
  /** Addresses in the adverts, at most 255. */
  vips: Vip[];
  /** Addresses held by the MASTER but not advertised. */
  excludedVips: Vip[];
  /** Trackers, those of the sync group included; each tracker once. */
  tracks: Track[];
  notify: NotifyScripts;
  /** Mail on transitions. */
  smtpAlert: boolean;
}

/** Gratuitous ARP and unsolicited NA of one instance. */
export interface GarpSettings {
  /** Second burst after becoming MASTER, microseconds; 0 = none. */
  delayUs: number;
  /** Messages for each address in a burst. */
  repeat: number;
  /** Period of refresh bursts while MASTER, microseconds; 0 = none. */
  refreshUs: number;
  /** Messages for each address in a refresh. */
  refreshRepeat: number;
  /** Second burst after a lower priority advert, microseconds; 0 = none. */
  lowerPrioDelayUs: number;
  /** Messages for each address after a lower priority advert; 0 = none. */
  lowerPrioRepeat: number;
}

/** One virtual address. */
export interface Vip {
  family: Family;
  address: string;
  /** Bits. */
  prefixLength: number;
  /** Interface that gets it. */
  device: string;
  /** Interface alias label, IPv4 only. */
  label: string | null;
  /** RT_SCOPE_ number of <linux/rtnetlink.h>; 0 = global. */
  scope: number;
}

/** One line that joins an instance to a tracker. */
export interface Track {
  /** Name of the vrrp_script, or of the interface. */
  tracker: string;
  watches: "SCRIPT" | "INTERFACE";
  /** -253..253; 0: bad means FAULT. */
  weight: number;
  /** Good and bad change places. */
  reverse: boolean;
}

/** `vrrp_sync_group`: instances that change state together. */
export interface SyncGroup {
  name: string;
  /** Names of its instances; all of them exist. */
  members: string[];
  /** Weighted trackers count inside the group (`sync_group_tracking_weight`). */
  trackingWeight: boolean;
  notify: NotifyScripts;
  smtpAlert: boolean;
}

/** An address and a port. */
export interface Endpoint {
  family: Family;
  address: string;
  /** 1..65535. */
  port: number;
}

/** What makes an IPVS service unique. */
export type ServiceKey =
  | {
    kind: "ADDRESS";
    family: Family;
    address: string;
    /** 0 = every port. */
    port: number;
    protocol: "TCP" | "UDP" | "SCTP";
  }
  | {
    kind: "FWMARK";
    family: Family;
    /** 1..2^32-1. */
    mark: number;
  };

/** How a packet reaches a real server. */
export interface Forwarding {
  method: "NAT" | "DR" | "TUN";
  /** TUN only; null means plain IPIP. */
  tunnel: Tunnel | null;
}

/** Encapsulation of a TUN destination. */
export interface Tunnel {
  type: "IPIP" | "GUE" | "GRE";
  /** UDP port of GUE, else 0. */
  port: number;
  checksum: "NOCSUM" | "CSUM" | "REMCSUM";
}

/** `virtual_server`: one IPVS service. */
export interface VirtualServer {
  /** As keepalived prints it: `[172.18.200.6]:tcp:80` or `FWM 1`. Unique. */
  name: string;
  key: ServiceKey;
  /** Kernel name of the scheduler, lower case. */
  scheduler: string;
  forwarding: Forwarding;
  /** Client affinity; null = none. */
  persistence: {
    /** Microseconds, whole seconds. */
    timeoutUs: number;
    /** Clients are grouped by this many leading bits. */
    granularity: number;
  } | null;
  /** Weight that must be alive. */
  quorum: number;
  /** Margin around the quorum, below it. */
  hysteresis: number;
  sorryServer: SorryServer | null;
  /** Mail on quorum changes. */
  smtpAlert: boolean;
  realServers: RealServer[];
}

/** `sorry_server`: takes the traffic while the quorum is lost. */
export interface SorryServer {
  /** As keepalived prints it: `[127.0.0.1]:tcp:80`. */
  name: string;
  family: Family;
  address: string;
  /** The service's own port where none was written; 0 in a fwmark service. */
  port: number;
  forwarding: Forwarding;
}

/** `real_server`: one backend. */
export interface RealServer {
  /** As keepalived prints it: `[172.18.200.100]:tcp:80`. Unique in its service. */
  name: string;
  family: Family;
  address: string;
  /** 0 in a fwmark service. */
  port: number;
  forwarding: Forwarding;
  /** 0 = takes no new connections. */
  weight: number;
  /** On failure: weight 0 instead of removal. */
  inhibitOnFailure: boolean;
  /** Out of service until its checks pass for the first time. */
  alpha: boolean;
  /** Mail on up and down (default on). */
  smtpAlert: boolean;
  /** All must be good for the server to be up; empty = always up. */
  checkers: Checker[];
}

/** What every checker has. */
export interface CheckerCommon {
  /** Time between checks while the answers are good, microseconds. */
  delayLoopUs: number;
  /** Further tries before it counts as failed. */
  retry: number;
  /** Pause between those tries, microseconds. */
  delayBeforeRetryUs: number;
  /** The first check comes at a random time within this, microseconds. */
  warmupUs: number;
}

/** Any checker. */
export type Checker = TcpCheck | HttpCheck | MiscCheck;

/** `TCP_CHECK`: the connection comes up. */
export interface TcpCheck extends CheckerCommon {
  kind: "TCP_CHECK";
  target: Endpoint;
  /** Microseconds. */
  connectTimeoutUs: number;
}

/** `HTTP_GET` and `SSL_GET`: every URL answers as it should. */
export interface HttpCheck extends CheckerCommon {
  kind: "HTTP_GET" | "SSL_GET";
  target: Endpoint;
  /** For connecting and for each read, microseconds. */
  connectTimeoutUs: number;
  /** At least one. */
  urls: HttpUrl[];
  /** Server name sent in the TLS handshake; null = none (and always null for HTTP_GET). */
  sni: string | null;
}

/** One request and what its answer must be. */
export interface HttpUrl {
  path: string;
  /** Value of the Host header. */
  host: string;
  /** Accepted status codes, inclusive ranges. */
  statusCodes: { from: number; to: number }[];
  /** Wanted MD5 of the body, 32 lower case hex digits; null = any body. */
  digest: string | null;
}

/** `MISC_CHECK`: a command ends with status 0. */
export interface MiscCheck extends CheckerCommon {
  kind: "MISC_CHECK";
  script: Script;
  /** Run time after which it is ended and counts as failed, microseconds. */
  timeoutUs: number;
  /** Exit status 2..255 sets the weight to the status minus 2 (`misc_dynamic`). */
  dynamic: boolean;
}
