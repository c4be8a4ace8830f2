// What one check's outcome means for its checker: retries, the walk over URLs, up or down, and when
// to look again. A pure step from (checker, outcome) to a verdict; services.ts acts on it.
// Rules: behaviour of keepalived 2.2.7. A failure before the first verdict needs no retry. HTTP
// visits one URL per delay_loop; a URL that failed is visited alone until it passes, then the whole
// list starts again and only a pass without failure brings the server up.
// This module is browser safe.

import type { Checker, HttpUrl } from "../conf/model.ts";
import { type CheckOutcome, type CheckSpec, PERIOD_MIN_US } from "./contract.ts";
import type { CheckerState } from "./state.ts";

/** What came of a check. */
export interface Step {
  /** The checker's new verdict (also the first, if it says what was assumed); null = none. */
  verdict: "UP" | "DOWN" | null;
  /** True when the outcome is as it should be; null = it says nothing (a fault of ours). */
  good: boolean | null;
  /** Tries that failed in a row, this one included; 0 when it is good. */
  attempt: number;
  /** Retries used before a verdict DOWN. */
  retries: number;
  /** Pause before the next check, microseconds. */
  delayUs: number;
}

/** What to do for the checker's next check. */
export function checkSpec(checker: CheckerState): CheckSpec {
  const config = checker.config;
  switch (config.kind) {
    case "TCP_CHECK":
      return {
        kind: config.kind,
        target: config.target,
        connectTimeoutUs: config.connectTimeoutUs,
      };
    case "MISC_CHECK":
      return { kind: config.kind, script: config.script, timeoutUs: config.timeoutUs };
    case "HTTP_GET":
    case "SSL_GET": {
      const url = currentUrl(checker);
      return {
        kind: config.kind,
        target: config.target,
        connectTimeoutUs: config.connectTimeoutUs,
        path: url?.path ?? "/",
        host: url?.host ?? "",
        sni: config.sni,
        digest: url !== null && url.digest !== null,
      };
    }
  }
}

/** The URL that is visited now; null for other checkers. */
export function currentUrl(checker: CheckerState): HttpUrl | null {
  const config = checker.config;
  if (config.kind !== "HTTP_GET" && config.kind !== "SSL_GET") return null;
  return config.urls[checker.url] ?? config.urls[0] ?? null;
}

/** What a checker looks at, for messages: the URL's path, or the command. */
export function checkSubject(checker: CheckerState): string {
  if (checker.config.kind === "MISC_CHECK") return checker.config.script.command;
  return currentUrl(checker)?.path ?? "";
}

/** True = as it should be, false = not, null = no verdict possible. */
export function judgeOutcome(checker: CheckerState, outcome: CheckOutcome): boolean | null {
  if (outcome.kind === "local") return null;
  const config = checker.config;
  switch (config.kind) {
    case "TCP_CHECK":
      return outcome.kind === "connected";
    case "MISC_CHECK": {
      if (outcome.kind !== "script" || outcome.outcome.kind !== "exit") return false;
      const code = outcome.outcome.code;
      return code === 0 || (config.dynamic && code >= 2 && code <= 255);
    }
    case "HTTP_GET":
    case "SSL_GET": {
      const url = currentUrl(checker);
      if (outcome.kind !== "response" || url === null) return false;
      const status = outcome.status;
      const accepted = url.statusCodes.some((range) => status >= range.from && status <= range.to);
      return accepted && (url.digest === null || url.digest === outcome.digest);
    }
  }
}

/** Takes an outcome: moves the checker on and says what came of it. Changes `checker` only. */
export function stepChecker(checker: CheckerState, outcome: CheckOutcome, nowUs: number): Step {
  checker.lastOutcome = outcome;
  const config = checker.config;
  const good = judgeOutcome(checker, outcome);
  const period = Math.max(config.delayLoopUs, PERIOD_MIN_US);
  const quiet: Step = { verdict: null, good, attempt: 0, retries: 0, delayUs: period };
  if (good === null) return quiet;
  const step = good ? stepGood(checker, quiet) : stepBad(checker, quiet);
  if (step.verdict !== null) {
    checker.up = step.verdict === "UP";
    checker.hasRun = true;
    checker.sinceUs = nowUs;
  }
  return step;
}

function stepGood(checker: CheckerState, step: Step): Step {
  checker.attempt = 0;
  const urls = urlCount(checker.config);
  if (checker.urlFailed) {
    checker.urlFailed = false;
    checker.url = 0;
    return step;
  }
  if (checker.url + 1 < urls) {
    checker.url++;
    return step;
  }
  checker.url = 0;
  return checker.up && checker.hasRun ? step : { ...step, verdict: "UP" };
}

function stepBad(checker: CheckerState, step: Step): Step {
  const config = checker.config;
  const isHttp = config.kind === "HTTP_GET" || config.kind === "SSL_GET";
  const pause = Math.max(config.delayBeforeRetryUs, PERIOD_MIN_US);
  // Known to be down: TCP goes on in its rhythm of tries, the others wait for the next period.
  const known = !checker.up && checker.hasRun;
  if (known && config.kind !== "TCP_CHECK") {
    checker.urlFailed = isHttp;
    return { ...step, attempt: 1, delayUs: isHttp ? Math.max(step.delayUs, pause) : step.delayUs };
  }
  checker.attempt++;
  const attempt = checker.attempt;
  if (checker.hasRun && attempt <= config.retry) return { ...step, attempt, delayUs: pause };
  checker.attempt = 0;
  checker.urlFailed = isHttp;
  const delayUs = isHttp ? Math.max(step.delayUs, pause) : step.delayUs;
  return { ...step, attempt, retries: attempt - 1, verdict: known ? null : "DOWN", delayUs };
}

function urlCount(config: Checker): number {
  return config.kind === "HTTP_GET" || config.kind === "SSL_GET" ? config.urls.length : 1;
}

/** Weight that a check asks for (misc_dynamic); null = the configured one. */
export function dynamicWeight(checker: CheckerState): number | null {
  const outcome = checker.lastOutcome;
  if (checker.config.kind !== "MISC_CHECK" || !checker.config.dynamic || !checker.up) return null;
  if (outcome?.kind !== "script" || outcome.outcome.kind !== "exit") return checker.weight;
  const code = outcome.outcome.code;
  if (code === 0) return null;
  return code >= 2 && code <= 255 ? code - 2 : checker.weight;
}
