// What goes into the engine and what comes out of it: the host half of DESIGN's "one contract".
// Everything here is plain data that structuredClone, postMessage and JSON take (no bytes, no
// functions), so that a log of inputs replays and a checkpoint is a copy. Times are microseconds of
// CLOCK_MONOTONIC unless the name says otherwise. The daemon and the simulator are the two callers;
// IO rooms (check, track, notify) import the types of what they carry out and report.
// This module is browser safe.

import type { Config, Endpoint, Family, Forwarding, Script, ServiceKey } from "../conf/model.ts";
import type { StateName, TrackerStateName } from "../core/abi.gen.ts";
import type { TransitionRecord } from "../core/named_record.ts";
import type { CoreIndex } from "./core_index.ts";
import type { EngineEvent } from "./event.ts";

/** The parts of the model that outputs carry, for the rooms that carry them out. */
export type { Endpoint, Script };

export type {
  CoreRecord,
  NoticeRecord,
  PriorityRecord,
  RecordNames,
  RefusedRecord,
  TransitionRecord,
} from "../core/named_record.ts";

// ---- Inputs ----

/** Nothing but time: fires what is due. */
export interface TimerInput {
  kind: "timer";
}

/** Who we are: what mail says where the configuration leaves it open. */
export interface HostIdentity {
  /** Host name: router_id, HELO and the sender's domain where they are not configured. */
  name: string;
  /** Account of the process: the sender's local part where it is not configured. */
  user: string;
}

/** The configuration, at start and at every reload; the same function applies both. */
export interface ConfigureInput {
  kind: "configure";
  /** Grows by one with every configuration; also that of the core's configuration records. */
  generation: number;
  config: Config;
  /** Numbers and names that the core's records use (core_index.ts). */
  index: CoreIndex;
  host: HostIdentity;
}

/** How a process ended. */
export type ScriptOutcome =
  | { kind: "exit"; code: number }
  | { kind: "signal"; signal: number }
  /** It ran longer than allowed and was ended, whatever its status then was. */
  | { kind: "timeout" }
  /** It could not be started; `text` says why. */
  | { kind: "error"; text: string };

/** A script of `runScript` has ended. */
export interface ScriptResultInput {
  kind: "scriptResult";
  /** That of the output. */
  run: number;
  outcome: ScriptOutcome;
}

/** How far a check had got when something went wrong. */
export type CheckPhase = "connect" | "tls" | "write" | "read";

/** What a check saw; the verdict is the engine's. */
export type CheckOutcome =
  /** The connection came up (TCP_CHECK). */
  | { kind: "connected" }
  | { kind: "refused" }
  /** No route, or ICMP said so. */
  | { kind: "unreachable" }
  /** connect_timeout passed: for connecting with TLS, or between two reads. */
  | { kind: "timeout"; phase: CheckPhase }
  /** The connection broke. */
  | { kind: "broken"; phase: CheckPhase; text: string }
  | { kind: "tlsError"; text: string }
  /** The server closed before a whole header. */
  | { kind: "noResponse" }
  | {
    kind: "response";
    /** 0 when the status line has none. */
    status: number;
    /** MD5 of the body up to Content-Length, 32 lower case hex digits; null when not asked for. */
    digest: string | null;
    /** Body bytes received. */
    bytes: number;
    /** What the header says; null = nothing. */
    contentLength: number | null;
  }
  /** The body was longer than BODY_SIZE_MAX. */
  | { kind: "tooLong"; bytes: number }
  /** MISC_CHECK. */
  | { kind: "script"; outcome: ScriptOutcome }
  /** The fault is ours (no socket, no descriptor): no verdict, tried again later. */
  | { kind: "local"; text: string };

/** A check of `runCheck` has ended. */
export interface CheckResultInput {
  kind: "checkResult";
  /** That of the output. */
  run: number;
  outcome: CheckOutcome;
}

/** The core told a transition; it may come before the configuration that it belongs to. */
export interface TransitionInput {
  kind: "transition";
  record: TransitionRecord;
}

/** A script of `notify` has ended. */
export interface NotifyDoneInput {
  kind: "notifyDone";
  /** That of the output. */
  id: number;
  outcome: ScriptOutcome;
}

/** A mail of `mail` was taken by the relay, or not. */
export interface MailDoneInput {
  kind: "mailDone";
  /** That of the output. */
  id: number;
  /** null = delivered. */
  error: string | null;
}

/**
 * The IPVS table as read at start (crash-only: there is no other start), and whenever it is read
 * again. Before this input and the first `configure`, in any order, no `ipvs` output is made. The
 * user-space director and the simulator pass an empty table.
 */
export interface IpvsPresentInput {
  kind: "ipvsPresent";
  services: IpvsPresentService[];
}

/** A service found in the kernel. */
export interface IpvsPresentService {
  service: IpvsService;
  destinations: IpvsDestination[];
  /** Our last state file names it. What is not ours and not configured is left alone. */
  ours: boolean;
}

/** A batch of `ipvs` was carried out. */
export interface IpvsDoneInput {
  kind: "ipvsDone";
  batch: number;
  /** Empty = all done. */
  failures: IpvsFailure[];
}

/** One operation that failed. */
export interface IpvsFailure {
  /** Place in the batch's operations. */
  index: number;
  /** Name of the errno, `EEXIST`. */
  errno: string;
}

/** A command. */
export interface CommandInput {
  kind: "command";
  /** STOP: end checks and scripts, remove services, run the last notifications, tell `stopped`. */
  command: "STOP";
  /** Leave the IPVS services in the kernel. */
  keepServices: boolean;
}

/** Any input. */
export type EngineInput =
  | TimerInput
  | ConfigureInput
  | ScriptResultInput
  | CheckResultInput
  | TransitionInput
  | NotifyDoneInput
  | MailDoneInput
  | IpvsPresentInput
  | IpvsDoneInput
  | CommandInput;

// ---- Outputs ----

/** Run a tracked script. TERM when the time is over, KILL two seconds later. */
export interface RunScriptOutput {
  kind: "runScript";
  run: number;
  /** Name of the vrrp_script. */
  tracker: string;
  script: Script;
  timeoutUs: number;
}

/** A TCP connection to make. */
export interface TcpCheckSpec {
  kind: "TCP_CHECK";
  target: Endpoint;
  connectTimeoutUs: number;
}

/** A URL to get. */
export interface HttpCheckSpec {
  kind: "HTTP_GET" | "SSL_GET";
  target: Endpoint;
  connectTimeoutUs: number;
  path: string;
  /** Value of the Host header. */
  host: string;
  /** Name in the TLS handshake; null = none. */
  sni: string | null;
  /** Compute the MD5 of the body. */
  digest: boolean;
}

/** A command to run. */
export interface MiscCheckSpec {
  kind: "MISC_CHECK";
  script: Script;
  timeoutUs: number;
}

/** What to do for one check. */
export type CheckSpec = TcpCheckSpec | HttpCheckSpec | MiscCheckSpec;

/** Run one check once. */
export interface RunCheckOutput {
  kind: "runCheck";
  run: number;
  virtualServer: string;
  realServer: string;
  spec: CheckSpec;
}

/** End a running script or check; its result is no longer wanted (one that comes is ignored). */
export interface AbortOutput {
  kind: "abort";
  run: number;
}

/** What a tracker says now: becomes the core's TrackerInput. */
export interface TrackerOutput {
  kind: "tracker";
  /** Number in the index. */
  tracker: number;
  name: string;
  state: TrackerStateName;
  /** Value of a file tracker; 0 for others. */
  value: number;
}

/** A service as IPVS has it. */
export interface IpvsService {
  key: ServiceKey;
  /** Kernel name of the scheduler. */
  scheduler: string;
  /** Persistence timeout, seconds; 0 = none. */
  persistenceS: number;
  /** Clients are grouped by this many leading bits; 32 or 128 without persistence. */
  granularity: number;
}

/** A destination as IPVS has it. */
export interface IpvsDestination {
  family: Family;
  address: string;
  /** 0 in a fwmark service. */
  port: number;
  forwarding: Forwarding;
  weight: number;
}

/** One change of the IPVS table, with all that the kernel needs. */
export type IpvsOperation =
  | { op: "addService" | "setService" | "deleteService"; service: IpvsService }
  | {
    op: "addDestination" | "setDestination" | "deleteDestination";
    service: IpvsService;
    destination: IpvsDestination;
  };

/** Changes of the IPVS table, to carry out in this order and to answer with `ipvsDone`. */
export interface IpvsOutput {
  kind: "ipvs";
  batch: number;
  operations: IpvsOperation[];
}

/** Run a notification script; answer with `notifyDone`. Never ended by force. */
export interface NotifyOutput {
  kind: "notify";
  id: number;
  subject: "INSTANCE" | "GROUP";
  /** Of the instance or group. */
  name: string;
  state: StateName;
  script: Script;
  /** Appended to the script's own arguments. */
  arguments: string[];
  /** Added to the script's environment: the reason record (VIPD_...). */
  environment: Record<string, string>;
  /** The engine starts this subject's next script after so long, even if this one still runs. */
  waitUs: number;
}

/** Send a mail; answer with `mailDone`. */
export interface MailOutput {
  kind: "mail";
  id: number;
  message: MailMessage;
}

/** A mail, complete but for its date. */
export interface MailMessage {
  server: { host: string; port: number };
  connectTimeoutUs: number;
  /** Name in HELO. */
  helo: string;
  from: string;
  to: string[];
  subject: string;
  /** One line. */
  body: string;
}

/** Something happened that a person or a program wants to read. */
export interface EventOutput {
  kind: "event";
  event: EngineEvent;
}

/** After STOP: services removed, last notifications done or waited for long enough. */
export interface StoppedOutput {
  kind: "stopped";
}

/** Any output. */
export type EngineOutput =
  | RunScriptOutput
  | RunCheckOutput
  | AbortOutput
  | TrackerOutput
  | IpvsOutput
  | NotifyOutput
  | MailOutput
  | EventOutput
  | StoppedOutput;

// ---- What the rooms that carry outputs out share ----

/** A process that was started for a script. */
export interface RunningScript {
  /** Never rejects. */
  outcome: Promise<ScriptOutcome>;
  /** Ends it; the outcome then says nothing of the script. */
  stop(): void;
}

/** How a script is to run. */
export interface RunOptions {
  /** Appended to the script's own arguments. */
  arguments: string[];
  /** Added to our environment. */
  environment: Record<string, string>;
  /** TERM after so long, microseconds, KILL two seconds later; null = it may run for ever. */
  timeoutUs: number | null;
}

/** Starts a script; never throws. host/track/script_runner.ts is the real one. */
export type RunScript = (script: Script, options: RunOptions) => RunningScript;

// ---- Limits ----

/** Shortest time between two runs of one script or check, microseconds. */
export const PERIOD_MIN_US = 1000;
/** The first check of a server comes so long after start at the earliest, microseconds. */
export const CHECK_START_DELAY_US = 1_000_000;
/** Transitions kept that came before their configuration: start of every instance, its groups. */
export const EARLY_TRANSITION_MAX = 2048;
/** Notifications of one subject that wait; one more drops the oldest but never the last state. */
export const NOTIFY_QUEUE_MAX = 16;
/** A subject's next script starts after so long even if the one before still runs, microseconds. */
export const NOTIFY_WAIT_MAX_US = 10_000_000;
/** Mails that wait for the relay; one more drops the oldest, which is told. */
export const MAIL_QUEUE_MAX = 64;
/** After STOP the last scripts, mails and IPVS changes get so long, microseconds. */
export const STOP_WAIT_MAX_US = 3_000_000;
/** Pause before IPVS changes that failed are tried again, microseconds; doubles each time. */
export const IPVS_RETRY_US = 1_000_000;
/** How often that pause doubles at the most: 64 s. */
export const IPVS_RETRY_DOUBLINGS_MAX = 6;
/** Failed batches in a row that are repaired at once; the next ones wait. */
export const IPVS_REPAIR_MAX = 3;
