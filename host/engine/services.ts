// Virtual servers: which real servers are up, whether the quorum stands, and when the sorry server
// takes over. A real server is up when all its checkers are up. With W the weight alive: quorum is
// gained at W >= quorum + hysteresis, lost at W = 0 or W < quorum - hysteresis. While the sorry
// server is in, a recovering server waits for the quorum. Rules: behaviour of keepalived 2.2.7.
// This module is browser safe.

import type { Checker, Config, RealServer, VirtualServer } from "../conf/model.ts";
import { CHECK_START_DELAY_US, type CheckOutcome, PERIOD_MIN_US } from "./contract.ts";
import type { CheckPlace, QuorumNumbers } from "./event.ts";
import { configureIpvs, markAll, markService } from "./ipvs_sync.ts";
import { mailCheck, mailQuorum, mailRemoved } from "./mail.ts";
import {
  abortRun,
  type CheckerState,
  emit,
  type EngineState,
  random,
  type RealServerState,
  type ServiceState,
  startRun,
  tell,
} from "./state.ts";
import { setTimer } from "./timer_queue.ts";
import { checkSpec, checkSubject, dynamicWeight, type Step, stepChecker } from "./verdict.ts";

// ---- Configuration ----

/** Takes over the services of a configuration; what is the same keeps its state. */
export function configureServices(state: EngineState, config: Config, isReload: boolean): void {
  const before = state.services;
  state.services = new Map();
  for (const service of config.virtualServers) {
    const old = before.get(service.name);
    before.delete(service.name);
    state.services.set(service.name, configureService(state, service, old, isReload));
  }
  for (const gone of before.values()) removeService(state, gone);
  configureIpvs(state);
}

function configureService(
  state: EngineState,
  config: VirtualServer,
  old: ServiceState | undefined,
  isReload: boolean,
): ServiceState {
  const service: ServiceState = {
    config,
    realServers: new Map(),
    quorumUp: false,
    sorryActive: old?.sorryActive === true && config.sorryServer !== null,
    quorumSinceUs: old?.quorumSinceUs ?? state.nowUs,
  };
  if (old === undefined && isReload) {
    tell(state, addedEvent(config.name, null, isReload));
  }
  const gone = new Map(old?.realServers);
  for (const realServer of config.realServers) {
    const former = gone.get(realServer.name);
    gone.delete(realServer.name);
    const next = configureRealServer(state, config.name, realServer, former);
    service.realServers.set(realServer.name, next);
    if (former === undefined) tell(state, addedEvent(config.name, realServer.name, isReload));
  }
  for (const former of gone.values()) removeRealServer(state, config, former);
  // A new service starts without its quorum and, where it can, gains it at once: keepalived's words.
  service.quorumUp = old?.quorumUp ?? false;
  // A reload may have taken away the check that failed, or set another weight.
  for (const realServer of service.realServers.values()) applyChecks(state, service, realServer);
  updateQuorum(state, service, true);
  return service;
}

function addedEvent(virtualServer: string, realServer: string | null, isReload: boolean) {
  const why = isReload ? "RELOAD" as const : "START" as const;
  return { event: "SERVICE_ADDED" as const, virtualServer, realServer, why };
}

function configureRealServer(
  state: EngineState,
  virtualServer: string,
  config: RealServer,
  old: RealServerState | undefined,
): RealServerState {
  const unused = new Set(old?.checkers);
  const checkers = config.checkers.map((checker) => {
    const kept = findChecker(state, unused, checker);
    if (kept !== null) return keepChecker(state, kept, checker);
    // A new check of a server that is up need not prove itself first, even with alpha.
    const up = !config.alpha || old?.alive === true;
    return createChecker(state, { virtualServer, realServer: config.name }, checker, up);
  });
  for (const id of unused) removeChecker(state, id);
  const realServer: RealServerState = {
    config,
    checkers,
    alive: true,
    sinceUs: old?.sinceUs ?? state.nowUs,
    weight: config.weight,
  };
  realServer.alive = old?.alive ?? isUp(state, realServer);
  realServer.weight = old?.weight ?? weightOf(state, realServer);
  return realServer;
}

function removeService(state: EngineState, service: ServiceState): void {
  const virtualServer = service.config.name;
  for (const realServer of service.realServers.values()) {
    removeRealServer(state, service.config, realServer);
  }
  tell(state, { event: "SERVICE_REMOVED", virtualServer, realServer: null, why: "RELOAD" });
}

function removeRealServer(
  state: EngineState,
  service: VirtualServer,
  realServer: RealServerState,
): void {
  for (const id of realServer.checkers) removeChecker(state, id);
  const name = realServer.config.name;
  tell(state, {
    event: "SERVICE_REMOVED",
    virtualServer: service.name,
    realServer: name,
    why: "RELOAD",
  });
  if (realServer.alive) mailRemoved(state, service, realServer.config);
}

// ---- Checkers ----

/** What makes a checker the same over a reload: what it asks for, not how often. */
function identityOf(checker: Checker): string {
  switch (checker.kind) {
    case "TCP_CHECK":
      return JSON.stringify([checker.kind, checker.target]);
    case "HTTP_GET":
    case "SSL_GET":
      return JSON.stringify([checker.kind, checker.target, checker.urls, checker.sni]);
    case "MISC_CHECK":
      return JSON.stringify([checker.kind, checker.script, checker.dynamic]);
  }
}

function findChecker(
  state: EngineState,
  unused: Set<number>,
  checker: Checker,
): CheckerState | null {
  const wanted = identityOf(checker);
  for (const id of unused) {
    const old = state.checkers.get(id);
    if (old === undefined || identityOf(old.config) !== wanted) continue;
    unused.delete(id);
    return old;
  }
  return null;
}

function keepChecker(state: EngineState, old: CheckerState, config: Checker): number {
  old.config = config;
  // A shorter period counts from now; a longer one from the next check.
  const latest = state.nowUs + Math.max(config.delayLoopUs, PERIOD_MIN_US);
  if (old.run === null && old.dueUs > latest) schedule(state, old, latest);
  return old.id;
}

function createChecker(
  state: EngineState,
  place: { virtualServer: string; realServer: string },
  config: Checker,
  up: boolean,
): number {
  const checker: CheckerState = {
    id: state.nextChecker++,
    ...place,
    config,
    up,
    hasRun: false,
    sinceUs: state.nowUs,
    attempt: 0,
    url: 0,
    urlFailed: false,
    weight: null,
    dueUs: 0,
    run: null,
    lastOutcome: null,
  };
  state.checkers.set(checker.id, checker);
  // At random, so that the servers' checks do not all come at one time.
  const warmupUs = Math.floor(random(state) * config.warmupUs);
  schedule(state, checker, state.nowUs + CHECK_START_DELAY_US + warmupUs);
  return checker.id;
}

function removeChecker(state: EngineState, id: number): void {
  abortRun(state, state.checkers.get(id)?.run ?? null);
  state.checkers.delete(id);
}

function schedule(state: EngineState, checker: CheckerState, atUs: number): void {
  checker.dueUs = atUs;
  setTimer(state.timers, atUs, { kind: "checker", id: checker.id });
}

/** A checker's timer fired. */
export function fireChecker(state: EngineState, id: number, atUs: number): void {
  const checker = state.checkers.get(id);
  if (checker === undefined || checker.dueUs !== atUs || checker.run !== null) return;
  if (state.stop !== null) return;
  checker.run = startRun(state, { kind: "checker", id });
  emit(state, {
    kind: "runCheck",
    run: checker.run.run,
    virtualServer: checker.virtualServer,
    realServer: checker.realServer,
    spec: checkSpec(checker),
  });
}

/** A check ended. */
export function takeCheckResult(state: EngineState, id: number, outcome: CheckOutcome): void {
  const checker = state.checkers.get(id);
  const service = checker === undefined ? undefined : state.services.get(checker.virtualServer);
  const realServer = service?.realServers.get(checker?.realServer ?? "");
  if (checker === undefined || service === undefined || realServer === undefined) return;
  const place = placeOf(checker);
  const startedUs = checker.run?.startedUs ?? state.nowUs;
  const before = { up: checker.up, hasRun: checker.hasRun, sinceUs: checker.sinceUs };
  const urlBefore = checker.url;
  checker.run = null;
  const step = stepChecker(checker, outcome, state.nowUs);
  // MISC_CHECK counts its period from the start of the run, the others from the end.
  const fromUs = checker.config.kind === "MISC_CHECK" ? startedUs : state.nowUs;
  schedule(state, checker, Math.max(fromUs + step.delayUs, state.nowUs + PERIOD_MIN_US));
  tellStep(state, checker, { place, step, outcome, before, url: urlBefore });
  checker.weight = dynamicWeight(checker);
  applyChecks(state, service, realServer);
  // keepalived also mails the first success of a MISC_CHECK, though nothing changed.
  const isFirst = !before.hasRun && checker.config.kind === "MISC_CHECK";
  if (step.verdict !== null && (before.up !== checker.up || isFirst)) {
    mailCheck(state, service.config, realServer, checker);
  }
}

function placeOf(checker: CheckerState): CheckPlace {
  const { virtualServer, realServer } = checker;
  return { virtualServer, realServer, checker: checker.config.kind, what: checkSubject(checker) };
}

/** What tellStep needs of a checker as it was before the step. */
interface StepReport {
  place: CheckPlace;
  step: Step;
  outcome: CheckOutcome;
  before: { up: boolean; hasRun: boolean; sinceUs: number };
  url: number;
}

function tellStep(state: EngineState, checker: CheckerState, report: StepReport): void {
  const { place, step, outcome, before } = report;
  if (step.good === null) {
    const text = outcome.kind === "local" ? outcome.text : "";
    tell(state, { ...place, event: "CHECK_NOT_MADE", text });
    return;
  }
  const config = checker.config;
  if (step.good && !before.up && (config.kind === "HTTP_GET" || config.kind === "SSL_GET")) {
    const urls = config.urls.length;
    tell(state, { ...place, event: "URL_GOOD", outcome, url: report.url + 1, urls });
  }
  if (step.verdict !== null) {
    const event = step.verdict === "UP" ? "CHECK_UP" as const : "CHECK_DOWN" as const;
    const heldUs = before.hasRun ? state.nowUs - before.sinceUs : 0;
    tell(state, { ...place, event, outcome, retries: step.retries, heldUs });
  } else if (!step.good && before.up) {
    const attemptsMax = config.retry + 1;
    tell(state, {
      ...place,
      event: "CHECK_TRY_FAILED",
      outcome,
      attempt: step.attempt,
      attemptsMax,
    });
  }
}

// ---- Real servers and quorum ----

function isUp(state: EngineState, realServer: RealServerState): boolean {
  return realServer.checkers.every((id) => state.checkers.get(id)?.up !== false);
}

function weightOf(state: EngineState, realServer: RealServerState): number {
  const base = realServer.config.weight;
  let weight = base;
  for (const id of realServer.checkers) {
    weight += (state.checkers.get(id)?.weight ?? base) - base;
  }
  return Math.max(weight, 0);
}

/** Sum of the weights of the servers that are alive. */
export function aliveWeight(service: ServiceState): number {
  let sum = 0;
  for (const realServer of service.realServers.values()) {
    if (realServer.alive) sum += realServer.weight;
  }
  return sum;
}

function numbersOf(service: ServiceState): QuorumNumbers {
  const servers = [...service.realServers.values()];
  return {
    aliveWeight: aliveWeight(service),
    quorum: service.config.quorum,
    hysteresis: service.config.hysteresis,
    alive: servers.filter((realServer) => realServer.alive).length,
    servers: servers.length,
  };
}

function applyChecks(
  state: EngineState,
  service: ServiceState,
  realServer: RealServerState,
): void {
  const weight = weightOf(state, realServer);
  const alive = isUp(state, realServer);
  if (weight === realServer.weight && alive === realServer.alive) return;
  const virtualServer = service.config.name;
  const name = realServer.config.name;
  if (weight !== realServer.weight) {
    const from = realServer.weight;
    realServer.weight = weight;
    const event = "WEIGHT" as const;
    tell(state, { event, virtualServer, realServer: name, from, to: weight, alive });
  }
  if (alive !== realServer.alive) {
    realServer.alive = alive;
    realServer.sinceUs = state.nowUs;
    tell(state, {
      event: alive ? "REAL_SERVER_UP" : "REAL_SERVER_DOWN",
      virtualServer,
      realServer: name,
      weight,
      inhibit: realServer.config.inhibitOnFailure,
      applied: !service.sorryActive,
      ...numbersOf(service),
    });
  }
  markService(state, service);
  updateQuorum(state, service, false);
}

/** Compares the weight alive with the quorum and acts on a change; `isStart` also on none. */
function updateQuorum(state: EngineState, service: ServiceState, isStart: boolean): void {
  const { quorum, hysteresis, sorryServer } = service.config;
  const weight = aliveWeight(service);
  const threshold = service.quorumUp ? quorum - hysteresis : quorum + hysteresis;
  if (!service.quorumUp && weight >= threshold) {
    changeQuorum(state, service, { up: true, threshold, isStart });
    return;
  }
  const lost = service.quorumUp && (weight === 0 || weight < threshold);
  const startsDown = isStart && !service.quorumUp && sorryServer !== null && !service.sorryActive;
  if (lost || startsDown) changeQuorum(state, service, { up: false, threshold, isStart });
}

function changeQuorum(
  state: EngineState,
  service: ServiceState,
  change: { up: boolean; threshold: number; isStart: boolean },
): void {
  const { up, threshold, isStart } = change;
  const virtualServer = service.config.name;
  service.quorumUp = up;
  service.quorumSinceUs = state.nowUs;
  const down = isStart ? "QUORUM_STARTS_DOWN" as const : "QUORUM_LOST" as const;
  const event = up ? "QUORUM_GAINED" as const : down;
  tell(state, { event, virtualServer, threshold, ...numbersOf(service) });
  const sorry = service.config.sorryServer;
  const takes = !up && sorry !== null;
  if (sorry !== null && takes !== service.sorryActive) {
    service.sorryActive = takes;
    const event = takes ? "SORRY_SERVER_IN" as const : "SORRY_SERVER_OUT" as const;
    tell(state, { event, virtualServer, sorryServer: sorry.name });
  }
  markService(state, service);
  mailQuorum(state, service.config, {
    up,
    threshold,
    aliveWeight: aliveWeight(service),
    isStart,
  });
}

/** Ends all checks and takes every service out of the table (the engine stops). */
export function stopServices(state: EngineState, keepServices: boolean): void {
  for (const checker of state.checkers.values()) {
    abortRun(state, checker.run);
    checker.run = null;
  }
  if (keepServices) return;
  for (const service of state.services.values()) {
    const virtualServer = service.config.name;
    for (const name of service.realServers.keys()) {
      tell(state, {
        event: "SERVICE_REMOVED",
        virtualServer,
        realServer: name,
        why: "STOP",
      });
    }
    tell(state, { event: "SERVICE_REMOVED", virtualServer, realServer: null, why: "STOP" });
  }
  markAll(state);
}
