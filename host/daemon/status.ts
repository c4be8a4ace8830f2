// Makes what `vipd status` shows: the worker's status page (state of the core) and the engine's
// state, put beside the configuration's names. Reads only; called for each request.

import type { Config, Track, Vip, VrrpInstance } from "../conf/model.ts";
import {
  ID_NONE,
  type InstanceStatus,
  readInstanceStatus,
  type TransitionOutput,
} from "../core/abi.gen.ts";
import type {
  CheckerStatus,
  GroupStatus,
  InstanceCounters,
  InstanceStatusView,
  PriorityPart,
  RealServerStatus,
  TrackerStatus,
  TransitionRecord,
  VipStatus,
  VirtualServerStatus,
} from "../control/protocol.ts";
import type { CoreIndex } from "../engine/core_index.ts";
import { describeCheckOutcome, describeScriptOutcome } from "../engine/describe.ts";
import type { CheckerState, EngineState, RealServerState, ServiceState } from "../engine/state.ts";
import type { Shared } from "./shared.ts";

/** State of an interface tracker as last seen by the worker. */
export interface LinkSeen {
  up: boolean;
  sinceUs: number;
}

/** What is put together. */
export interface StatusParts {
  nowUs: number;
  /** Date.now() of the same moment. */
  wallMs: number;
  config: Config;
  index: CoreIndex;
  shared: Shared | null;
  engine: Readonly<EngineState>;
  /** Last transition of each instance and group, by name. */
  transitions: ReadonlyMap<string, { record: TransitionRecord; text: string; atUs: number }>;
  links: ReadonlyMap<string, LinkSeen>;
  /** Connections of each destination, by `service destination`. */
  connections: ReadonlyMap<string, { active: number; inactive: number }>;
}

/** The instances, in the order of the file. */
export function instanceViews(parts: StatusParts): InstanceStatusView[] {
  const views: InstanceStatusView[] = [];
  parts.config.instances.forEach((config, number) => {
    const view = parts.shared?.readStatus(number);
    if (!view) return;
    views.push(instanceView(parts, config, readInstanceStatus(view, 0)));
  });
  return views;
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
    reasonText: last?.text ?? "",
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
    lastAdvertAgeS: status.lastAdvertUs < 0 ? null : age(parts, status.lastAdvertUs),
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
  const state = track.watches === "SCRIPT"
    ? parts.engine.trackers.get(track.tracker)?.state ?? "UNKNOWN"
    : linkState(parts.links.get(track.tracker));
  const good = track.reverse ? state === "BAD" : state === "GOOD";
  const bad = track.reverse ? state === "GOOD" : state === "BAD";
  // An owner's priority never changes (behaviour of keepalived, RFC 9568 5.2.4).
  const counts = config.priority !== 255 &&
    ((track.weight > 0 && good) || (track.weight < 0 && bad));
  return {
    tracker: track.tracker,
    weight: track.weight,
    reverse: track.reverse,
    state,
    contribution: counts ? track.weight : 0,
  };
}

function linkState(link: LinkSeen | undefined): "UNKNOWN" | "GOOD" | "BAD" {
  if (link === undefined) return "UNKNOWN";
  return link.up ? "GOOD" : "BAD";
}

function countersOf(status: InstanceStatus): InstanceCounters {
  const { advertReceived, advertSent, becomeMaster, releaseMaster } = status;
  const { priorityZeroReceived, priorityZeroSent, packetLengthErrors, checksumErrors } = status;
  const { ttlErrors, versionErrors, invalidTypeReceived, authTypeErrors, authDataErrors } = status;
  const { intervalErrors, addressListErrors, destinationErrors } = status;
  return {
    advertReceived,
    advertSent,
    becomeMaster,
    releaseMaster,
    priorityZeroReceived,
    priorityZeroSent,
    packetLengthErrors,
    checksumErrors,
    ttlErrors,
    versionErrors,
    invalidTypeReceived,
    authTypeErrors,
    authDataErrors,
    intervalErrors,
    addressListErrors,
    destinationErrors,
  };
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
  return parts.index.trackers.flatMap((tracker): TrackerStatus[] => {
    if (tracker === null) return [];
    if (tracker.watches === "INTERFACE") {
      const link = parts.links.get(tracker.name);
      return [{
        name: tracker.name,
        kind: "INTERFACE",
        state: linkState(link),
        ...moment(parts, link?.sinceUs ?? parts.nowUs),
        lastOutcome: link === undefined ? "not seen" : link.up ? "up" : "down",
        value: null,
      }];
    }
    const state = parts.engine.trackers.get(tracker.name);
    if (state === undefined) return [];
    return [{
      name: tracker.name,
      kind: "SCRIPT",
      state: state.state,
      ...moment(parts, state.sinceUs),
      lastOutcome: state.lastOutcome === null
        ? "no run yet"
        : describeScriptOutcome(state.lastOutcome),
      value: null,
    }];
  });
}

/** The virtual servers. */
export function virtualServerViews(parts: StatusParts): VirtualServerStatus[] {
  return [...parts.engine.services.values()].map((service) => virtualServerView(parts, service));
}

function virtualServerView(parts: StatusParts, service: ServiceState): VirtualServerStatus {
  const { config } = service;
  const servers = [...service.realServers.values()];
  return {
    key: config.name,
    scheduler: config.scheduler,
    method: config.forwarding.method,
    persistenceTimeoutS: config.persistence === null ? null : config.persistence.timeoutUs / 1e6,
    quorum: {
      state: service.quorumUp ? "up" : "down",
      required: config.quorum,
      aliveWeight: servers.reduce((sum, s) => sum + (s.alive ? s.weight : 0), 0),
    },
    sorryServer: config.sorryServer === null
      ? null
      : { address: config.sorryServer.name, active: service.sorryActive },
    realServers: servers.map((server) => realServerView(parts, service, server)),
  };
}

function realServerView(
  parts: StatusParts,
  service: ServiceState,
  server: RealServerState,
): RealServerStatus {
  const checkers = server.checkers.flatMap((id) => {
    const checker = parts.engine.checkers.get(id);
    return checker === undefined ? [] : [checkerView(parts, checker)];
  });
  const counts = parts.connections.get(`${service.config.name} ${server.config.name}`);
  const unknown = checkers.length > 0 && checkers.every((c) => c.state === "unknown");
  return {
    address: server.config.name,
    method: server.config.forwarding.method,
    weight: server.alive ? server.weight : 0,
    weightConfigured: server.config.weight,
    state: unknown ? "unknown" : server.alive ? "up" : "down",
    checkers,
    activeConnections: counts?.active ?? null,
    inactiveConnections: counts?.inactive ?? null,
  };
}

function checkerView(parts: StatusParts, checker: CheckerState): CheckerStatus {
  return {
    kind: checker.config.kind,
    state: !checker.hasRun ? "unknown" : checker.up ? "up" : "down",
    lastOutcome: checker.lastOutcome === null
      ? "not checked yet"
      : describeCheckOutcome(checker.lastOutcome),
    ...moment(parts, checker.sinceUs),
  };
}

/** A moment of the monotonic clock as wall time and age. */
function moment(parts: StatusParts, atUs: number): { since: string; ageS: number } {
  const ageS = age(parts, atUs);
  return { since: new Date(parts.wallMs - ageS * 1000).toISOString(), ageS };
}

function age(parts: StatusParts, atUs: number): number {
  return Math.max(0, Math.round((parts.nowUs - atUs) / 1000) / 1000);
}

/** Names beside a transition's numbers, from the index of its generation. */
export function namesOf(
  record: Pick<TransitionOutput, "instance"> & { group?: number; tracker?: number },
  index: CoreIndex,
): { instanceName?: string; groupName?: string; trackerName?: string } {
  const instanceName = index.instances[record.instance];
  const groupName = record.group === undefined ? undefined : index.groups[record.group];
  const tracker = record.tracker === undefined || record.tracker === ID_NONE
    ? undefined
    : index.trackers[record.tracker]?.name;
  return {
    ...(instanceName === undefined ? {} : { instanceName }),
    ...(groupName === undefined ? {} : { groupName }),
    ...(tracker === undefined ? {} : { trackerName: tracker }),
  };
}
