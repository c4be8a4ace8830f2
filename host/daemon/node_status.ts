// The whole status that the control socket hands out: the daemon's own facts around the views of
// status.ts. Reads only; called for each request.

import { VIPD_VERSION } from "../base/version.ts";
import type { ProviderStatus } from "../control/protocol.ts";
import { ABI_VERSION } from "../core/abi.gen.ts";
import { buildKind, runtimeText } from "./program.ts";
import {
  groupViews,
  instanceViews,
  type StatusParts,
  trackerViews,
  virtualServerViews,
  wireView,
} from "./status.ts";

/** What the daemon itself adds. */
export interface NodeParts extends StatusParts {
  /** CLOCK_MONOTONIC of the start, microseconds. */
  startedUs: number;
  /** Name of the node where the configuration has no router_id. */
  hostName: string;
  configFile: string;
  /** Date.now() of the last configuration that was taken over. */
  loadedAtMs: number;
  /** Why the last reload was refused. */
  refused: string | null;
  /** What of the configuration waits for the next start. */
  pending: string | null;
  /** Who balances. */
  balancer: ProviderStatus["ipvs"];
  logLinesLost: number;
}

/** Of this process. */
const RUN = crypto.randomUUID();

/** Puts it together. */
export function nodeStatus(parts: NodeParts): ProviderStatus {
  const ageS = Math.round((parts.nowUs - parts.startedUs) / 1000) / 1000;
  return {
    version: VIPD_VERSION,
    abiVersion: ABI_VERSION,
    runtime: runtimeText(),
    build: buildKind(),
    pid: Deno.pid,
    run: RUN,
    routerId: parts.config.global.routerId ?? parts.hostName,
    since: new Date(parts.wallMs - ageS * 1000).toISOString(),
    ageS,
    configuration: {
      file: parts.configFile,
      generation: parts.index.generation,
      loadedAt: new Date(parts.loadedAtMs).toISOString(),
      refused: parts.refused,
      pending: parts.pending,
    },
    logLinesLost: parts.logLinesLost,
    ipvs: parts.balancer,
    wire: parts.shared === null ? null : wireView(parts.shared, parts.nowUs),
    instances: instanceViews(parts),
    groups: groupViews(parts),
    trackers: trackerViews(parts),
    virtualServers: virtualServerViews(parts),
  };
}
