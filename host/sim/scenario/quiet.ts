// How long a cluster is left alone so that everything it does by itself is over and seen: the election, the
// scripts' verdicts, the leases, the checks. What the invariants wait for (settle.ts) is part of it.
// This module is browser safe.

import type { Config } from "../../conf/model.ts";
import { DEFAULT_MACHINE, GOOD_WIRE, type Machine, type WireQuality } from "./scenario.ts";
import { settleUs } from "../settle.ts";

const SECOND_US = 1_000_000;
/** Shortest lifetime of an address (DESIGN decision 1). */
const LEASE_MIN_US = 3 * SECOND_US;
/** What is left over for whoever watches. */
const MARGIN_US = SECOND_US;

/** Time until a change of a tracked script is known, the longest of all scripts; 0 = none. */
export function scriptVerdictUs(configs: readonly Config[]): number {
  const times = configs.flatMap(({ scripts }) =>
    scripts.filter(({ trackedBy }) => trackedBy.length > 0).map((script) =>
      Math.max(script.rise, script.fall) * Math.max(script.intervalUs, script.timeoutUs) +
      script.timeoutUs
    )
  );
  return Math.max(0, ...times);
}

/** Time until a change of a real server is known, the longest of all checks; 0 = none. */
export function checkVerdictUs(configs: readonly Config[]): number {
  const times = configs.flatMap(({ virtualServers }) =>
    virtualServers.flatMap(({ realServers }) => realServers).flatMap(({ checkers }) => checkers)
      .map((check) => {
        const timeoutUs = check.kind === "MISC_CHECK" ? check.timeoutUs : check.connectTimeoutUs;
        return check.delayLoopUs + (check.retry + 1) * (check.delayBeforeRetryUs + timeoutUs);
      })
  );
  return Math.max(0, ...times);
}

/** Longest lifetime of an address whose owner is gone. */
export function leaseUs(configs: readonly Config[]): number {
  const times = configs.flatMap(({ instances, vipd }) =>
    vipd.lease ? instances.map((one) => 3 * one.advertisementIntervalUs) : []
  );
  return Math.max(LEASE_MIN_US, ...times);
}

/** Time until every election is over. */
export function electionUs(
  configs: readonly Config[],
  wire: WireQuality = GOOD_WIRE,
  machines: readonly Machine[] = [],
): number {
  const all = [DEFAULT_MACHINE, ...machines];
  return settleUs(configs, {
    latencyUs: wire.latencyUs + wire.jitterUs,
    latenessUs: Math.max(...all.map(({ latenessUs }) => latenessUs)),
    queueDelayUs: Math.max(...all.map(({ queueDelayUs }) => queueDelayUs)),
    clockRate: Math.min(...all.map(({ clockRate }) => clockRate)),
  });
}

/** Time until nothing changes any more after anything happened, and what is left over. */
export function quietUs(
  configs: readonly Config[],
  wire: WireQuality = GOOD_WIRE,
  machines: readonly Machine[] = [],
): number {
  const election = electionUs(configs, wire, machines);
  // A verdict disturbs the peace once more, and so does an address that goes.
  const verdict = Math.max(scriptVerdictUs(configs), leaseUs(configs));
  return verdict + 2 * election + MARGIN_US;
}
