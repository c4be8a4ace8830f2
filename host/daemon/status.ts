// Makes what `vipd status` shows: the worker's status page (the core's state) and the engine's
// state, put beside the configuration's names. Reads only; called for each request.

import type { Config, Track, Vip, VrrpInstance } from "../conf/model.ts";
import { type InstanceStatus, PRIORITY_OWNER, readInstanceStatus } from "../core/abi.gen.ts";
import {
  type GroupStatus,
  INSTANCE_COUNTERS,
  type InstanceCounters,
  type InstanceStatusView,
  type PriorityPart,
  type RealServerStatus,
  type TrackerStatus,
  type VipStatus,
  type VirtualServerStatus,
  type WireStatus,
} from "../control/protocol.ts";
import type { CoreIndex } from "../engine/core_index.ts";
import type { EngineStatus, ServiceStatus } from "../engine/status.ts";
import type { ConnectionCount } from "./balancer.ts";
import type { ToldTransition } from "./reporter.ts";
import { heartbeatAge } from "./control_words.ts";
import { type Shared, WORD } from "./shared.ts";

/** What is put together. */
export interface StatusParts {
  /** CLOCK_MONOTONIC, microseconds. */
  nowUs: number;
  /** Date.now() of the same moment. */
  wallMs: number;
  config: Config;
  index: CoreIndex;
  shared: Shared | null;
  engine: EngineStatus;
  transitions: ReadonlyMap<string, ToldTransition>;
  /** Interfaces that are up and running; those missing here are down. */
  linksUp: ReadonlySet<string>;
  connections: ReadonlyMap<string, ConnectionCount>;
}

/** The instances, in the order of the file. */
export function instanceViews(parts: StatusParts): InstanceStatusView[] {
  return parts.config.instances.flatMap((config, number) => {
    const view = parts.shared?.readStatus(number);
    return view ? [instanceView(parts, config, readInstanceStatus(view, 0))] : [];
  });
}

function instanceView(
  parts: StatusParts,
  config: VrrpInstance,
  status: InstanceStatus,
): InstanceStatusView {
  const last = parts.transitions.get(`INSTANCE ${config.name}`);
  const master = status.masterKnown === 1 && status.master !== "";
  return {
    name: config.name,
    state: status.state,
    reason: status.reason,
    reasonText: last?.why ?? "",
    transition: last?.record ?? null,
    ...moment(parts, status.sinceUs),
    vrid: status.vrid,
    version: status.version,
    family: config.family,
    interface: config.interface,
    group: config.group,
    advertisementIntervalS: status.advertisementIntervalUs / 1e6,
    priority: {
      base: status.priorityBase,
      effective: status.priorityEffective,
      tracked: status.priorityTracked,
      parts: config.tracks.map((track) => priorityPart(parts, config, track)),
    },
    master: master ? { address: status.master, priority: status.masterPriority } : null,
    lastAdvertAgeS: status.lastAdvertUs < 0 ? null : ageS(parts, status.lastAdvertUs),
    vips: [
      ...config.vips.map((vip) => vipView(vip, true, status)),
      ...config.excludedVips.map((vip) => vipView(vip, false, status)),
    ],
    counters: countersOf(status),
  };
}

function vipView(vip: Vip, advertised: boolean, status: InstanceStatus): VipStatus {
  return {
    address: `${vip.address}/${vip.prefixLength}`,
    device: vip.device,
    label: vip.label,
    advertised,
    held: status.vipsHeld === status.vipCount && status.vipCount > 0,
    leaseS: status.leaseS,
  };
}

function priorityPart(parts: StatusParts, config: VrrpInstance, track: Track): PriorityPart {
  const { tracker, weight, reverse } = track;
  const state = trackerState(parts, track);
  const good = state === (reverse ? "BAD" : "GOOD");
  const bad = state === (reverse ? "GOOD" : "BAD");
  // An owner's priority never changes (RFC 9568 5.2.4).
  const counts = config.priority !== PRIORITY_OWNER &&
    ((weight > 0 && good) || (weight < 0 && bad));
  return { tracker, weight, reverse, state, contribution: counts ? weight : 0 };
}

function trackerState(parts: StatusParts, track: Track): PriorityPart["state"] {
  if (track.watches === "INTERFACE") return parts.linksUp.has(track.tracker) ? "GOOD" : "BAD";
  return parts.engine.trackers.find((tracker) => tracker.name === track.tracker)?.state ??
    "UNKNOWN";
}

function countersOf(status: InstanceStatus): InstanceCounters {
  const counters = INSTANCE_COUNTERS.map((name) => [name, status[name]]);
  return Object.fromEntries(counters) as InstanceCounters;
}

/** The sync groups. */
export function groupViews(parts: StatusParts): GroupStatus[] {
  return parts.config.groups.map((group) => {
    const last = parts.transitions.get(`GROUP ${group.name}`);
    return {
      name: group.name,
      state: last?.record.to ?? "INIT",
      ...moment(parts, last?.atUs ?? parts.nowUs),
      members: group.members,
    };
  });
}

/** Scripts and tracked interfaces. */
export function trackerViews(parts: StatusParts): TrackerStatus[] {
  const scripts = parts.engine.trackers.map((tracker): TrackerStatus => ({
    name: tracker.name,
    kind: "SCRIPT",
    state: tracker.state,
    ...moment(parts, tracker.sinceUs),
    lastOutcome: tracker.lastOutcome === "" ? "no run yet" : tracker.lastOutcome,
    value: null,
  }));
  const links = parts.index.trackers.flatMap((tracker): TrackerStatus[] => {
    if (tracker?.watches !== "INTERFACE") return [];
    const up = parts.linksUp.has(tracker.name);
    return [{
      name: tracker.name,
      kind: "INTERFACE",
      state: up ? "GOOD" : "BAD",
      ...moment(parts, parts.nowUs),
      lastOutcome: up ? "up" : "down",
      value: null,
    }];
  });
  return [...scripts, ...links];
}

/** The virtual servers. */
export function virtualServerViews(parts: StatusParts): VirtualServerStatus[] {
  return parts.engine.services.map((service) => ({
    key: service.name,
    scheduler: service.scheduler,
    method: service.forwarding.method,
    persistenceTimeoutS: service.persistenceS === 0 ? null : service.persistenceS,
    quorum: {
      state: service.quorumUp ? "up" : "down",
      required: service.quorum,
      aliveWeight: service.aliveWeight,
    },
    sorryServer: service.sorryServer === null
      ? null
      : { address: service.sorryServer.name, active: service.sorryServer.active },
    realServers: service.realServers.map((server) => realServerView(parts, service, server)),
  }));
}

function realServerView(
  parts: StatusParts,
  service: ServiceStatus,
  server: ServiceStatus["realServers"][number],
): RealServerStatus {
  const counts = parts.connections.get(`${service.name} ${server.name}`);
  return {
    address: server.name,
    method: server.forwarding.method,
    weight: server.weight ?? 0,
    weightConfigured: server.weightConfigured,
    state: !server.known ? "unknown" : server.alive ? "up" : "down",
    checkers: server.checkers.map((checker) => ({
      kind: checker.kind,
      state: checker.state,
      lastOutcome: checker.lastOutcome === "" ? "not checked yet" : checker.lastOutcome,
      ...moment(parts, checker.sinceUs),
    })),
    activeConnections: counts?.active ?? null,
    inactiveConnections: counts?.inactive ?? null,
  };
}

/** Health of the wire worker. */
export function wireView(shared: Shared, nowUs: number): WireStatus {
  const fifo = shared.get(WORD.FIFO);
  return {
    scheduling: fifo > 0 ? `SCHED_FIFO ${fifo}` : "SCHED_OTHER",
    loops: shared.get(WORD.LOOPS),
    latenessUs: shared.get(WORD.LATENESS_US),
    latenessMaxUs: shared.get(WORD.LATENESS_MAX_US),
    heartbeatAgeS: heartbeatAge(nowUs, shared.get(WORD.HEARTBEAT)) / 1000,
    ringOverruns: shared.toMain.lost,
  };
}

/** A moment of the monotonic clock as wall time and age. */
function moment(parts: StatusParts, atUs: number): { since: string; ageS: number } {
  const age = ageS(parts, atUs);
  return { since: new Date(parts.wallMs - age * 1000).toISOString(), ageS: age };
}

function ageS(parts: StatusParts, atUs: number): number {
  return Math.max(0, Math.round((parts.nowUs - atUs) / 1000) / 1000);
}
