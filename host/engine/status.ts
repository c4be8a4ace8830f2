// What the engine can say of itself at any time: trackers, services, checkers. For `vipd status`,
// the metrics, the dumps and the page. A copy: later inputs do not change it.
// This module is browser safe.

import type { Checker, Forwarding, ServiceKey } from "../conf/model.ts";
import type { TrackerStateName } from "../core/abi.gen.ts";
import { describeCheckOutcome, describeScriptOutcome } from "./describe_value.ts";
import { wantedWeight } from "./ipvs_table.ts";
import { aliveWeight } from "./services.ts";
import type { CheckerState, EngineState, RealServerState, ServiceState } from "./state.ts";

/** Everything. */
export interface EngineStatus {
  generation: number;
  trackers: TrackerStatus[];
  services: ServiceStatus[];
  /** Notification scripts that run or wait, and mails. */
  notificationsWaiting: number;
  mailsWaiting: number;
}

/** A tracked script. */
export interface TrackerStatus {
  name: string;
  number: number;
  state: TrackerStateName;
  /** Microseconds of CLOCK_MONOTONIC. */
  sinceUs: number;
  running: boolean;
  /** `exited with status 1`; "" before the first run. */
  lastOutcome: string;
}

/** A virtual_server. */
export interface ServiceStatus {
  name: string;
  key: ServiceKey;
  scheduler: string;
  forwarding: Forwarding;
  /** Seconds; 0 = none. */
  persistenceS: number;
  quorum: number;
  hysteresis: number;
  aliveWeight: number;
  quorumUp: boolean;
  quorumSinceUs: number;
  sorryServer: { name: string; active: boolean } | null;
  realServers: RealServerStatus[];
}

/** A real_server. */
export interface RealServerStatus {
  name: string;
  address: string;
  port: number;
  forwarding: Forwarding;
  /** In the table now; null = not in it. */
  weight: number | null;
  weightConfigured: number;
  alive: boolean;
  /** Every checker has had its first verdict. */
  known: boolean;
  sinceUs: number;
  checkers: CheckerStatus[];
}

/** One checker. */
export interface CheckerStatus {
  kind: Checker["kind"];
  state: "unknown" | "up" | "down";
  sinceUs: number;
  running: boolean;
  /** Failed tries since the last verdict. */
  attempt: number;
  /** `status 200, 1256 bytes`; "" before the first check. */
  lastOutcome: string;
}

/** The status of an engine's state. */
export function engineStatus(state: Readonly<EngineState>): EngineStatus {
  let notificationsWaiting = 0;
  for (const subject of state.notify.subjects.values()) {
    notificationsWaiting += subject.queue.length + (subject.running === null ? 0 : 1);
  }
  return {
    generation: state.setup?.generation ?? 0,
    trackers: [...state.trackers.values()].map((tracker) => ({
      name: tracker.name,
      number: tracker.number,
      state: tracker.state,
      sinceUs: tracker.sinceUs,
      running: tracker.run !== null,
      lastOutcome: tracker.lastOutcome === null ? "" : describeScriptOutcome(tracker.lastOutcome),
    })),
    services: [...state.services.values()].map((service) => serviceStatus(state, service)),
    notificationsWaiting,
    mailsWaiting: state.mail.queue.length + (state.mail.sending === null ? 0 : 1),
  };
}

function serviceStatus(state: Readonly<EngineState>, service: ServiceState): ServiceStatus {
  const { config } = service;
  const persistenceUs = config.persistence?.timeoutUs ?? 0;
  return {
    name: config.name,
    key: config.key,
    scheduler: config.scheduler,
    forwarding: config.forwarding,
    persistenceS: Math.round(persistenceUs / 1_000_000),
    quorum: config.quorum,
    hysteresis: config.hysteresis,
    aliveWeight: aliveWeight(service),
    quorumUp: service.quorumUp,
    quorumSinceUs: service.quorumSinceUs,
    sorryServer: config.sorryServer === null
      ? null
      : { name: config.sorryServer.name, active: service.sorryActive },
    realServers: [...service.realServers.values()].map((realServer) =>
      realServerStatus(state, service, realServer)
    ),
  };
}

function realServerStatus(
  state: Readonly<EngineState>,
  service: ServiceState,
  realServer: RealServerState,
): RealServerStatus {
  const { config } = realServer;
  const checkers = realServer.checkers.map((id) => state.checkers.get(id))
    .filter((checker) => checker !== undefined);
  return {
    name: config.name,
    address: config.address,
    port: config.port,
    forwarding: config.forwarding,
    weight: wantedWeight(service, realServer),
    weightConfigured: config.weight,
    alive: realServer.alive,
    known: checkers.every((checker) => checker.hasRun),
    sinceUs: realServer.sinceUs,
    checkers: checkers.map(checkerStatus),
  };
}

function checkerStatus(checker: CheckerState): CheckerStatus {
  return {
    kind: checker.config.kind,
    state: !checker.hasRun ? "unknown" : checker.up ? "up" : "down",
    sinceUs: checker.sinceUs,
    running: checker.run !== null,
    attempt: checker.attempt,
    lastOutcome: checker.lastOutcome === null ? "" : describeCheckOutcome(checker.lastOutcome),
  };
}
