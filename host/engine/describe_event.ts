// Sentences for the engine's events: scripts, checks, services, notifications, mail. As in
// describe.ts the line starts with keepalived's phrase where it has one, numbers follow.
// This module is browser safe.

import {
  describeCheckOutcome,
  describeCount,
  describeDuration,
  describeScriptOutcome,
  type Level,
  type Sentence,
} from "./describe_value.ts";
import type { IpvsOperation } from "./contract.ts";
import type {
  CheckPlace,
  CheckTryEvent,
  CheckVerdictEvent,
  EngineEvent,
  IpvsFailedEvent,
  NotifyEvent,
  QuorumEvent,
  RealServerEvent,
  ServiceEvent,
  TrackerStateEvent,
  UrlGoodEvent,
} from "./event.ts";

/** Events that are not for the normal log. */
const LEVEL: Partial<Record<EngineEvent["event"], Level>> = {
  CHECK_TRY_FAILED: "detail",
  IPVS_FAILED: "error",
  NOTIFY_DROPPED: "warning",
  NOTIFY_SLOW: "warning",
  MAIL_DROPPED: "warning",
  MAIL_FAILED: "warning",
};

/** The line that the log gets for an event. */
export function logEvent(event: EngineEvent): Sentence {
  return { level: LEVEL[event.event] ?? "info", text: describeEvent(event) };
}

/** Which of keepalived's processes would have said it: names the log's part. */
export function isVrrpEvent(event: EngineEvent): boolean {
  if (event.event.startsWith("MAIL_")) {
    return "subject" in event && event.subject.includes("] VRRP ");
  }
  return event.event.startsWith("TRACKER_") || event.event.startsWith("NOTIFY_");
}

/** One line for any event of the engine. */
export function describeEvent(event: EngineEvent): string {
  switch (event.event) {
    case "TRACKER_STATE":
      return trackerState(event);
    case "TRACKER_STATUS":
      return `Script \`${event.tracker}\` now returning ${event.code}`;
    case "TRACKER_SKIPPED":
      return `Track script ${event.tracker} is already running, expect idle - skipping run: ` +
        `running for ${describeDuration(event.runningUs)}`;
    case "CHECK_TRY_FAILED":
      return checkTry(event);
    case "CHECK_UP":
    case "CHECK_DOWN":
      return checkVerdict(event);
    case "URL_GOOD":
      return urlGood(event);
    case "CHECK_NOT_MADE":
      return `${event.checker} of ${event.realServer} was not made. Rescheduling. (${event.text})`;
    case "REAL_SERVER_UP":
    case "REAL_SERVER_DOWN":
      return realServer(event);
    case "WEIGHT":
      return `Changing weight from ${event.from} to ${event.to} for ${
        event.alive ? "" : "in"
      }active service ${event.realServer} of VS ${event.virtualServer}`;
    case "QUORUM_GAINED":
    case "QUORUM_LOST":
    case "QUORUM_STARTS_DOWN":
      return quorum(event);
    case "SORRY_SERVER_IN":
      return `Adding sorry server ${event.sorryServer} to VS ${event.virtualServer}`;
    case "SORRY_SERVER_OUT":
      return `Removing sorry server ${event.sorryServer} from VS ${event.virtualServer}`;
    case "SERVICE_ADDED":
    case "SERVICE_REMOVED":
      return service(event);
    case "IPVS_FAILED":
      return ipvsFailed(event);
    case "NOTIFY_FAILED":
    case "NOTIFY_DROPPED":
    case "NOTIFY_SLOW":
      return notify(event);
    case "MAIL_SENT":
      return `SMTP alert successfully sent. (${event.subject})`;
    case "MAIL_FAILED":
      return `Mail not sent: ${event.error}: ${event.subject}`;
    case "MAIL_DROPPED":
      return `Mail dropped, too many are waiting for the relay: ${event.subject}`;
  }
}

function trackerState(event: TrackerStateEvent): string {
  const { outcome } = event;
  const head = `VRRP_Script(${event.tracker})`;
  const streak = event.from === "UNKNOWN" ? "first result" : `${event.streak} in a row`;
  if (event.to === "GOOD") return `${head} succeeded: ${streak}`;
  if (outcome.kind === "timeout") return `${head} timed_out: ${streak}`;
  return `${head} failed (${describeScriptOutcome(outcome)}): ${streak}`;
}

/** What was checked, beyond the server's name: `, url /`. */
function urlOf(place: CheckPlace): string {
  return place.checker === "HTTP_GET" || place.checker === "SSL_GET" ? `, url ${place.what}` : "";
}

function checkTry(event: CheckTryEvent): string {
  const tries = `try ${event.attempt} of ${event.attemptsMax}`;
  return `${tryPhrase(event)} (${describeCheckOutcome(event.outcome)}${urlOf(event)}, ${tries})`;
}

function tryPhrase(event: CheckTryEvent): string {
  const { outcome, realServer } = event;
  switch (event.checker) {
    case "TCP_CHECK":
      return outcome.kind === "timeout"
        ? `TCP connection to ${realServer} timeout.`
        : `TCP connection to ${realServer} failed.`;
    case "MISC_CHECK":
      return `Misc check for [${realServer} VS ${event.virtualServer}] by [${event.what}] ` +
        "failed.";
    case "HTTP_GET":
    case "SSL_GET":
      return `${httpPhrase(event)} server ${realServer}.`;
  }
}

function httpPhrase(event: CheckTryEvent): string {
  const { outcome } = event;
  switch (outcome.kind) {
    case "timeout":
      return outcome.phase === "read" ? "Timeout HTTP read" : "Timeout connecting";
    case "response":
      return outcome.digest === null ? "HTTP status code error to" : "MD5 digest error to";
    case "noResponse":
      return "Read, no data received from ";
    case "unreachable":
      return "HTTP_CHECK - network unreachable";
    case "tlsError":
      return "SSL handshake/communication error connecting to";
    case "broken":
      return outcome.phase === "read" ? "Read error with" : "Error connecting";
    default:
      return "Error connecting";
  }
}

function checkVerdict(event: CheckVerdictEvent): string {
  const isUp = event.event === "CHECK_UP";
  const before = isUp ? "down" : "up";
  const held = event.heldUs > 0 ? `, was ${before} for ${describeDuration(event.heldUs)}` : "";
  const numbers = `${describeCheckOutcome(event.outcome)}${urlOf(event)}${held}`;
  return `${isUp ? upPhrase(event) : downPhrase(event)} (${numbers})`;
}

function upPhrase(event: CheckVerdictEvent): string {
  switch (event.checker) {
    case "TCP_CHECK":
      return `TCP connection to ${event.realServer} success.`;
    case "MISC_CHECK":
      return `Misc check for [${event.realServer} VS ${event.virtualServer}] by ` +
        `[${event.what}] succeeded.`;
    case "HTTP_GET":
    case "SSL_GET":
      return `Remote Web server ${event.realServer} succeed on service.`;
  }
}

function downPhrase(event: CheckVerdictEvent): string {
  const { retries, realServer } = event;
  const after = retries > 0 ? ` after ${retries} retries` : "";
  switch (event.checker) {
    case "TCP_CHECK":
      return `TCP_CHECK on service ${realServer} failed${after}.`;
    case "MISC_CHECK": {
      const timed = event.outcome.kind === "script" && event.outcome.outcome.kind === "timeout";
      const tries = retries > 0 ? ` after ${describeCount(retries, "retry", "retries")}` : "";
      return `Misc check for [${realServer} VS ${event.virtualServer}] by [${event.what}] ` +
        `${timed ? "timed out" : "failed"}${tries}.`;
    }
    case "HTTP_GET":
    case "SSL_GET":
      return `HTTP_CHECK on service ${realServer} failed${after}.`;
  }
}

function urlGood(event: UrlGoodEvent): string {
  const hasDigest = event.outcome.kind === "response" && event.outcome.digest !== null;
  return `${hasDigest ? "MD5 digest" : "HTTP status code"} success to ${event.realServer} ` +
    `url(${event.what}): ${describeCheckOutcome(event.outcome)}, url ${event.url} of ${event.urls}`;
}

function realServer(event: RealServerEvent): string {
  const up = event.event === "REAL_SERVER_UP";
  const added = event.inhibit ? "Enabling" : "Adding";
  const removed = event.inhibit ? "Disabling" : "Removing";
  const fromTo = event.inhibit ? "of" : up ? "to" : "from";
  const waits = event.applied ? "" : ", the sorry server stays";
  return `${up ? added : removed} service ${event.realServer} ${fromTo} VS ` +
    `${event.virtualServer}: weight ${event.weight}, alive ${event.alive} of ` +
    `${event.servers} with weight ${event.aliveWeight}${waits}`;
}

function quorum(event: QuorumEvent): string {
  const { threshold, aliveWeight, hysteresis } = event;
  const sign = event.event === "QUORUM_GAINED" ? "+" : "-";
  const relation = event.event === "QUORUM_GAINED" ? "<=" : ">";
  const head = {
    QUORUM_GAINED: "Gained quorum",
    QUORUM_LOST: "Lost quorum",
    QUORUM_STARTS_DOWN: "Starting with quorum down",
  }[event.event];
  return `${head} ${event.quorum}${sign}${hysteresis}=${threshold} ${relation} ${aliveWeight} ` +
    `for VS ${event.virtualServer}: alive ${event.alive} of ${event.servers}`;
}

function service(event: ServiceEvent): string {
  const { virtualServer, realServer, why } = event;
  if (event.event === "SERVICE_ADDED") {
    return realServer === null
      ? `Adding virtual server ${virtualServer}`
      : `Activating healthchecker for service ${realServer} for VS ${virtualServer}`;
  }
  if (why === "STOP") {
    return realServer === null
      ? `Shutting down virtual server ${virtualServer}`
      : `Shutting down service ${realServer} from VS ${virtualServer}`;
  }
  return realServer === null
    ? `Removing Virtual Server ${virtualServer}`
    : `service ${realServer} no longer exist: of VS ${virtualServer}`;
}

function ipvsFailed(event: IpvsFailedEvent): string {
  const { errno, retryUs } = event;
  const again = retryUs === 0 ? "repaired at once" : `tried again in ${describeDuration(retryUs)}`;
  return `IPVS: ${describeOperation(event.operation)}: ${errno}${whyRefused(event)}, ${again}`;
}

/** What an errno means here, where it alone says too little. */
function whyRefused({ operation, errno }: IpvsFailedEvent): string {
  const isService = operation.op === "addService" || operation.op === "setService";
  if (!isService || errno !== "ENOENT") return "";
  const { scheduler } = operation.service;
  return ` Scheduler or persistence engine not found: the kernel has no scheduler ` +
    `'${scheduler}' (module ip_vs_${scheduler})`;
}

/** `addDestination TCP 192.0.2.1:80 -> 198.51.100.7:80`. */
export function describeOperation(operation: IpvsOperation): string {
  const { key } = operation.service;
  const name = key.kind === "FWMARK"
    ? `FWM ${key.mark}`
    : `${key.protocol} [${key.address}]:${key.port}`;
  if (!("destination" in operation)) return `${operation.op} ${name}`;
  const { address, port, weight } = operation.destination;
  return `${operation.op} ${name} -> [${address}]:${port} weight ${weight}`;
}

function notify(event: NotifyEvent): string {
  const subject = `${event.subject === "GROUP" ? "VRRP_Group" : ""}(${event.name})`;
  const what = `notification script ${event.command} for ${event.state}`;
  switch (event.event) {
    case "NOTIFY_FAILED":
      return `${subject} ${what} failed${
        event.outcome === null ? "" : `: ${describeScriptOutcome(event.outcome)}`
      }`;
    case "NOTIFY_DROPPED":
      return `${subject} ${what} left out: too many are waiting`;
    case "NOTIFY_SLOW":
      return `${subject} ${what} still runs; going on without it`;
  }
}
