// The engine's whole state as plain data (Maps and arrays of plain objects): structuredClone is a
// checkpoint, and a copy of it goes on exactly as the original would. Also the context that every
// rule file works with. Nothing outside host/engine may change it.
// This module is browser safe.

import type {
  Checker,
  Config,
  NotifyScripts,
  RealServer,
  VirtualServer,
  VrrpScript,
} from "../conf/model.ts";
import type { StateName, TrackerStateName } from "../core/abi.gen.ts";
import type {
  CheckOutcome,
  EngineOutput,
  HostIdentity,
  IpvsOperation,
  IpvsPresentService,
  MailMessage,
  NotifyOutput,
  ScriptOutcome,
  TransitionRecord,
} from "./contract.ts";
import type { CoreIndex } from "./core_index.ts";
import type { EngineEvent } from "./event.ts";
import type { IpvsTable } from "./ipvs_table.ts";
import { nextRandomState, randomOf } from "./prng.ts";
import { createTimerQueue, type TimerQueue } from "./timer_queue.ts";

/** Everything the engine knows. */
export interface EngineState {
  /** Time of the last input, microseconds. */
  nowUs: number;
  /** State of the random numbers. */
  random: number;
  /** The configuration in force; null before the first. */
  setup: Setup | null;
  timers: TimerQueue;
  /** Number of the next script run or check. */
  nextRun: number;
  /** Who waits for which run. */
  runs: Map<number, RunOwner>;
  /** By name of the vrrp_script. */
  trackers: Map<string, TrackerState>;
  /** By name of the virtual_server, in the order of the file. */
  services: Map<string, ServiceState>;
  checkers: Map<number, CheckerState>;
  nextChecker: number;
  ipvs: IpvsState;
  notify: NotifyState;
  mail: MailState;
  stop: StopState | null;
  /** Outputs; those before `polled` are taken. */
  outputs: EngineOutput[];
  polled: number;
}

/** What the last `configure` said. */
export interface Setup {
  generation: number;
  config: Config;
  index: CoreIndex;
  host: HostIdentity;
}

/** Who waits for a run. */
export type RunOwner =
  | { kind: "tracker"; name: string }
  | { kind: "checker"; id: number };

/** A tracked script. */
export interface TrackerState {
  name: string;
  /** Number in the index. */
  number: number;
  script: VrrpScript;
  state: TrackerStateName;
  /** When it entered this state, microseconds. */
  sinceUs: number;
  /** Results in a row that speak against the state. */
  against: number;
  /** When the next run is due, microseconds. */
  dueUs: number;
  run: RunState | null;
  lastOutcome: ScriptOutcome | null;
  /** Exit status told last. */
  lastCode: number;
}

/** A run that goes on. */
export interface RunState {
  run: number;
  startedUs: number;
  /** A run left out because of this one was told. */
  skipTold: boolean;
}

/** A virtual_server. */
export interface ServiceState {
  config: VirtualServer;
  /** By name, in the order of the file. */
  realServers: Map<string, RealServerState>;
  quorumUp: boolean;
  /** The sorry server takes the traffic. */
  sorryActive: boolean;
  /** When quorumUp last changed, microseconds. */
  quorumSinceUs: number;
}

/** A real_server. */
export interface RealServerState {
  config: RealServer;
  /** Ids of its checkers. */
  checkers: number[];
  alive: boolean;
  /** When `alive` last changed, microseconds. */
  sinceUs: number;
  /** Configured, or what a misc_dynamic check said. */
  weight: number;
}

/** One checker. */
export interface CheckerState {
  id: number;
  virtualServer: string;
  realServer: string;
  config: Checker;
  up: boolean;
  /** It has had a verdict: before that one failure is enough. */
  hasRun: boolean;
  /** When `up` or `hasRun` last changed, microseconds. */
  sinceUs: number;
  /** Failed tries since the last good one or the last verdict. */
  attempt: number;
  /** Place of the URL to visit next. */
  url: number;
  /** The last visited URL failed: it is visited alone until it passes. */
  urlFailed: boolean;
  /** Weight that a misc_dynamic check asks for; null = the configured one. */
  weight: number | null;
  dueUs: number;
  run: RunState | null;
  lastOutcome: CheckOutcome | null;
}

/** What IPVS holds as far as we know. */
export interface IpvsState {
  /** False until the table was read and a configuration is there. */
  ready: boolean;
  /** What was read before the first configuration. */
  read: IpvsPresentService[] | null;
  /** Names of the services that the configuration wants, by serviceId. */
  names: Map<string, string>;
  /** What the balancer holds once all batches are carried out. */
  present: IpvsTable;
  nextBatch: number;
  /** Batches whose answer is awaited, with their operations. */
  pending: Map<number, IpvsOperation[]>;
  /** Failed batches in a row. */
  failures: number;
  /** When a repair is due, microseconds; null = none. */
  retryUs: number | null;
  /** Ids (serviceId) of services that may differ from `present`. */
  dirty: Set<string>;
  /** Ids of services that the repair timer will try again. */
  failed: Set<string>;
}

/** Notifications. */
export interface NotifyState {
  nextId: number;
  /** By `INSTANCE name` or `GROUP name`. */
  subjects: Map<string, SubjectState>;
  /** Transitions of subjects whose configuration has not come yet: the core was faster. */
  early: TransitionRecord[];
}

/** One instance or group that notifies. */
export interface SubjectState {
  subject: "INSTANCE" | "GROUP";
  name: string;
  /** Kept when a reload removes it, for the last notification. */
  scripts: NotifyScripts;
  smtpAlert: boolean;
  /** Not in the configuration any more. */
  removed: boolean;
  /** State told last; null = none yet. */
  told: StateName | null;
  /** State mailed last. */
  mailed: StateName | null;
  queue: NotifyOutput[];
  running: { id: number; command: string; state: StateName; deadlineUs: number } | null;
}

/** Mails: one at a time, in order. */
export interface MailState {
  nextId: number;
  queue: MailMessage[];
  sending: { id: number; subject: string } | null;
}

/** The engine ends. */
export interface StopState {
  deadlineUs: number;
  keepServices: boolean;
  /** `stopped` was told. */
  told: boolean;
}

/** State before the first input. */
export function createState(seed: number): EngineState {
  return {
    nowUs: 0,
    random: seed >>> 0,
    setup: null,
    timers: createTimerQueue(),
    nextRun: 1,
    runs: new Map(),
    trackers: new Map(),
    services: new Map(),
    checkers: new Map(),
    nextChecker: 1,
    ipvs: {
      ready: false,
      read: null,
      names: new Map(),
      present: new Map(),
      nextBatch: 1,
      pending: new Map(),
      failures: 0,
      retryUs: null,
      dirty: new Set(),
      failed: new Set(),
    },
    notify: { nextId: 1, subjects: new Map(), early: [] },
    mail: { nextId: 1, queue: [], sending: null },
    stop: null,
    outputs: [],
    polled: 0,
  };
}

/** Appends an output. */
export function emit(state: EngineState, output: EngineOutput): void {
  state.outputs.push(output);
}

/** Appends an event. */
export function tell(state: EngineState, event: EngineEvent): void {
  state.outputs.push({ kind: "event", event });
}

/** A number in [0, 1). */
export function random(state: EngineState): number {
  state.random = nextRandomState(state.random);
  return randomOf(state.random);
}

/** Takes the number of a new run and notes who waits for it. */
export function startRun(state: EngineState, owner: RunOwner): RunState {
  const run = state.nextRun++;
  state.runs.set(run, owner);
  return { run, startedUs: state.nowUs, skipTold: false };
}

/** Ends a run whose result is not wanted any more. */
export function abortRun(state: EngineState, run: RunState | null): void {
  if (run === null || !state.runs.delete(run.run)) return;
  emit(state, { kind: "abort", run: run.run });
}
