// The records that the engine tells of scripts, checks, services, notifications and mail: what the
// core's reason record is for VRRP. describe.ts makes sentences of them; the log, `vipd events`,
// the API and the page carry the record itself. Plain data; weights and counts as the
// configuration counts them, durations in microseconds.
// This module is browser safe.

import type { Checker } from "../conf/model.ts";
import type { StateName, TrackerStateName } from "../core/abi.gen.ts";
import type { CheckOutcome, IpvsOperation, ScriptOutcome } from "./contract.ts";

/** A tracked script became good or bad. */
export interface TrackerStateEvent {
  event: "TRACKER_STATE";
  /** Name of the vrrp_script. */
  tracker: string;
  from: TrackerStateName;
  to: TrackerStateName;
  outcome: ScriptOutcome;
  /** Results of this kind in a row, this one included. */
  streak: number;
  /** `rise` or `fall`; the first result decides alone. */
  needed: number;
}

/** A tracked script ended with another status than before. */
export interface TrackerStatusEvent {
  event: "TRACKER_STATUS";
  tracker: string;
  code: number;
}

/** A run of a tracked script was due while the last one went on: it was left out. */
export interface TrackerSkippedEvent {
  event: "TRACKER_SKIPPED";
  tracker: string;
  /** Age of the run that goes on, microseconds. */
  runningUs: number;
}

/** Where a check belongs. */
export interface CheckPlace {
  virtualServer: string;
  realServer: string;
  checker: Checker["kind"];
  /** Path of the URL, or the command of a MISC_CHECK; "" for TCP_CHECK. */
  what: string;
}

/** A try failed and another one follows. */
export interface CheckTryEvent extends CheckPlace {
  event: "CHECK_TRY_FAILED";
  outcome: CheckOutcome;
  /** 1 for the first try. */
  attempt: number;
  /** Tries in all before the verdict. */
  attemptsMax: number;
}

/** A checker's verdict changed, or is its first. */
export interface CheckVerdictEvent extends CheckPlace {
  event: "CHECK_UP" | "CHECK_DOWN";
  outcome: CheckOutcome;
  /** Retries used before the verdict. */
  retries: number;
  /** Time from the last verdict, microseconds; 0 = this is the first. */
  heldUs: number;
}

/** One URL of a checker that is down answers as it should. */
export interface UrlGoodEvent extends CheckPlace {
  event: "URL_GOOD";
  outcome: CheckOutcome;
  /** Place of the URL from 1, and how many there are. */
  url: number;
  urls: number;
}

/** The check could not be made for a reason of our own. */
export interface CheckLocalEvent extends CheckPlace {
  event: "CHECK_NOT_MADE";
  text: string;
}

/** The numbers of a service's quorum. */
export interface QuorumNumbers {
  /** Sum of the weights of the servers that are alive. */
  aliveWeight: number;
  quorum: number;
  hysteresis: number;
  /** Servers alive, and servers in the configuration. */
  alive: number;
  servers: number;
}

/** A real server went up or down. */
export interface RealServerEvent extends QuorumNumbers {
  event: "REAL_SERVER_UP" | "REAL_SERVER_DOWN";
  virtualServer: string;
  realServer: string;
  weight: number;
  /** It stays in the table with weight 0 while it is down. */
  inhibit: boolean;
  /** False while the sorry server takes the traffic: the table does not change yet. */
  applied: boolean;
}

/** A check set another weight (misc_dynamic), or a reload did. */
export interface WeightEvent {
  event: "WEIGHT";
  virtualServer: string;
  realServer: string;
  from: number;
  to: number;
  alive: boolean;
}

/** A service gained or lost its quorum, or starts without it. */
export interface QuorumEvent extends QuorumNumbers {
  event: "QUORUM_GAINED" | "QUORUM_LOST" | "QUORUM_STARTS_DOWN";
  virtualServer: string;
  /** What the alive weight was compared with. */
  threshold: number;
}

/** The sorry server takes the traffic of a service, or gives it back. */
export interface SorryServerEvent {
  event: "SORRY_SERVER_IN" | "SORRY_SERVER_OUT";
  virtualServer: string;
  sorryServer: string;
}

/** A reload or the stop changed which services and servers there are. */
export interface ServiceEvent {
  event: "SERVICE_ADDED" | "SERVICE_REMOVED";
  virtualServer: string;
  /** null = the service itself. */
  realServer: string | null;
  why: "START" | "RELOAD" | "STOP";
}

/** The kernel refused a change of the IPVS table. */
export interface IpvsFailedEvent {
  event: "IPVS_FAILED";
  operation: IpvsOperation;
  errno: string;
  /** When it is tried again, microseconds from now; 0 = at once. */
  retryUs: number;
}

/** A notification script failed, was passed over or is slow. */
export interface NotifyEvent {
  event: "NOTIFY_FAILED" | "NOTIFY_DROPPED" | "NOTIFY_SLOW";
  subject: "INSTANCE" | "GROUP";
  name: string;
  state: StateName;
  /** As written. */
  command: string;
  /** Of NOTIFY_FAILED, else null. */
  outcome: ScriptOutcome | null;
}

/** What became of a mail. */
export interface MailEvent {
  event: "MAIL_SENT" | "MAIL_FAILED" | "MAIL_DROPPED";
  subject: string;
  /** Of MAIL_FAILED, else "". */
  error: string;
}

/** Any of them. */
export type EngineEvent =
  | TrackerStateEvent
  | TrackerStatusEvent
  | TrackerSkippedEvent
  | CheckTryEvent
  | CheckVerdictEvent
  | UrlGoodEvent
  | CheckLocalEvent
  | RealServerEvent
  | WeightEvent
  | QuorumEvent
  | SorryServerEvent
  | ServiceEvent
  | IpvsFailedEvent
  | NotifyEvent
  | MailEvent;
