// Small texts of numbers, outcomes and servers that the sentences are made of.
// This module is browser safe.

import type { CheckOutcome, CheckPhase, ScriptOutcome } from "./contract.ts";

/** How much a line matters: the log's levels. */
export type Level = "error" | "warning" | "info" | "detail" | "trace";

/** A line of the log. */
export interface Sentence {
  level: Level;
  text: string;
}

/** A duration: `350 us`, `12.5 ms`, `3.609 s`. */
export function describeDuration(us: number): string {
  if (us < 1000) return `${Math.round(us)} us`;
  if (us < 1_000_000) return `${trim(us / 1000, 1)} ms`;
  return `${trim(us / 1_000_000, 3)} s`;
}

function trim(value: number, digits: number): string {
  return value.toFixed(digits).replace(/\.?0+$/, "");
}

/** A number with its sign: `+5`, `-5`, `+0`. */
export function describeSigned(value: number): string {
  return value < 0 ? String(value) : `+${value}`;
}

/** `1 retry`, `3 retries`. */
export function describeCount(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** How a process ended: `exited with status 1`, `due to signal 9`. */
export function describeScriptOutcome(outcome: ScriptOutcome): string {
  switch (outcome.kind) {
    case "exit":
      return `exited with status ${outcome.code}`;
    case "signal":
      return `due to signal ${outcome.signal}`;
    case "timeout":
      return "timed out";
    case "error":
      return `could not be run: ${outcome.text}`;
  }
}

const PHASE: Record<CheckPhase, string> = {
  connect: "connecting",
  tls: "in the TLS handshake",
  write: "sending the request",
  read: "waiting for the answer",
};

/** What a check saw: `connection refused`, `status 200, 1256 bytes`. */
export function describeCheckOutcome(outcome: CheckOutcome): string {
  switch (outcome.kind) {
    case "connected":
      return "connected";
    case "refused":
      return "connection refused";
    case "unreachable":
      return "host or network unreachable";
    case "timeout":
      return `timeout ${PHASE[outcome.phase]}`;
    case "broken":
      return `connection broken ${PHASE[outcome.phase]}: ${outcome.text}`;
    case "tlsError":
      return `TLS: ${outcome.text}`;
    case "noResponse":
      return "closed without an answer";
    case "response":
      return `status ${outcome.status}, ${outcome.bytes} bytes${digestOf(outcome)}`;
    case "tooLong":
      return `answer too long (${outcome.bytes} bytes)`;
    case "script":
      return describeScriptOutcome(outcome.outcome);
    case "local":
      return `not made: ${outcome.text}`;
  }
}

function digestOf(outcome: { digest: string | null }): string {
  return outcome.digest === null ? "" : `, MD5 ${outcome.digest}`;
}
