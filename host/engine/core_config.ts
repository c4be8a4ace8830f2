// The checked model as configuration records for the core: begin, trackers, groups, instances,
// addresses, track lines, commit, and the index that translates its numbers back. Instances, groups
// and addresses are numbered in the order of the file; a tracker keeps its number over reloads,
// because the core keeps its state under it.
// This module is browser safe.

import type { Config, Vip, VrrpInstance } from "../conf/model.ts";
import {
  ID_NONE,
  type Input,
  INSTANCE_DONT_TRACK_PRIMARY,
  INSTANCE_HIGHER_PRIO_SEND_ADVERT,
  INSTANCE_LEASE_OFF,
  INSTANCE_LOWER_PRIO_NO_ADVERT,
  INSTANCE_NOPREEMPT,
  INSTANCE_SKIP_CHECK_ADV_ADDR,
  INSTANCE_STATE_MASTER,
  TRACKER_MAX,
} from "../core/abi.gen.ts";
import type { CoreIndex, IndexTracker } from "./core_index.ts";

/** Bytes of v2 authentication data. */
const AUTH_DATA_SIZE = 8;

/** What to tell the core, and how to read its answers. */
export interface CoreConfig {
  /** In this order; the last one commits. */
  records: Input[];
  index: CoreIndex;
  /** Interfaces that the configuration names and the machine does not have; ifindex 0 in the records. */
  missingInterfaces: string[];
}

/** What the machine and the last configuration add to the model. */
export interface CoreConfigOptions {
  generation: number;
  /** Interface name -> ifindex. */
  interfaces: ReadonlyMap<string, number>;
  /** Index of the configuration in force; null at start. */
  previous: CoreIndex | null;
}

/** Translates a configuration. Limits are the core's to check: it refuses what is too much. */
export function buildCoreConfig(config: Config, options: CoreConfigOptions): CoreConfig {
  const { generation, previous } = options;
  const names = new InterfaceNames(options.interfaces);
  const trackers = numberTrackers(config, previous?.trackers ?? []);
  const groups = config.groups.map((group) => group.name);
  const records: Input[] = [{ kind: "configBegin", generation }];
  trackers.forEach((row, tracker) => {
    if (row === null) return;
    const ifindex = row.watches === "INTERFACE" ? names.ifindex(row.name) : 0;
    records.push({ kind: "configTracker", tracker, watches: row.watches, ifindex });
  });
  config.groups.forEach((group, number) => {
    const trackingWeight = group.trackingWeight ? 1 : 0;
    records.push({ kind: "configGroup", group: number, trackingWeight });
  });
  config.instances.forEach((instance, number) => {
    const group = instance.group === null ? -1 : groups.indexOf(instance.group);
    const lease = config.vipd.lease;
    records.push(instanceRecord(instance, { number, group, lease, names }));
  });
  const vips = pushVips(records, config, names);
  pushTracks(records, config, trackers);
  records.push({ kind: "configCommit", generation });
  const index: CoreIndex = {
    generation,
    instances: config.instances.map((instance) => instance.name),
    instanceInterfaces: config.instances.map((instance) => instance.interface),
    instanceVersions: config.instances.map((instance) => instance.version),
    groups,
    trackers,
    vips,
    interfaces: names.list(),
  };
  return { records, index, missingInterfaces: names.missing };
}

/** Looks interfaces up and remembers which were asked for. */
class InterfaceNames {
  readonly missing: string[] = [];
  readonly #known: ReadonlyMap<string, number>;
  readonly #asked = new Map<string, number>();

  constructor(known: ReadonlyMap<string, number>) {
    this.#known = known;
  }

  ifindex(name: string): number {
    const ifindex = this.#known.get(name) ?? 0;
    if (!this.#asked.has(name) && ifindex === 0) this.missing.push(name);
    this.#asked.set(name, ifindex);
    return ifindex;
  }

  list(): CoreIndex["interfaces"] {
    return [...this.#asked].filter(([, ifindex]) => ifindex !== 0)
      .map(([name, ifindex]) => ({ name, ifindex }));
  }
}

/**
 * Keeps the number of every tracker that goes on; new ones take the lowest numbers that were free
 * before. The core knows a tracker by its number: one that takes over another's would take over
 * its result.
 */
function numberTrackers(
  config: Config,
  previous: (IndexTracker | null)[],
): (IndexTracker | null)[] {
  const wanted = new Map<string, IndexTracker>();
  for (const instance of config.instances) {
    for (const { watches, tracker } of instance.tracks) {
      wanted.set(`${watches} ${tracker}`, { watches, name: tracker });
    }
  }
  const rows = previous.map((row) => {
    const key = row === null ? "" : `${row.watches} ${row.name}`;
    const kept = wanted.get(key) ?? null;
    wanted.delete(key);
    return kept;
  });
  for (const row of wanted.values()) {
    const free = rows.findIndex((taken, number) => taken === null && isFree(previous, number));
    // Of very many at once: better another's result for a moment than no configuration.
    const freed = rows.length < TRACKER_MAX ? -1 : rows.indexOf(null);
    rows[[free, freed, rows.length].find((place) => place >= 0)!] = row;
  }
  while (rows.length > 0 && rows.at(-1) === null) rows.pop();
  return rows;
}

function isFree(previous: readonly (IndexTracker | null)[], number: number): boolean {
  return (previous[number] ?? null) === null;
}

function flagsOf(instance: VrrpInstance, lease: boolean): number {
  const flags: [boolean, number][] = [
    [instance.nopreempt, INSTANCE_NOPREEMPT],
    [instance.dontTrackPrimary, INSTANCE_DONT_TRACK_PRIMARY],
    [instance.lowerPrioNoAdvert, INSTANCE_LOWER_PRIO_NO_ADVERT],
    [instance.higherPrioSendAdvert, INSTANCE_HIGHER_PRIO_SEND_ADVERT],
    [instance.skipCheckAdvAddr, INSTANCE_SKIP_CHECK_ADV_ADDR],
    [!lease, INSTANCE_LEASE_OFF],
    [instance.stateMaster, INSTANCE_STATE_MASTER],
  ];
  return flags.reduce((sum, [isSet, flag]) => isSet ? sum | flag : sum, 0);
}

function instanceRecord(
  instance: VrrpInstance,
  options: { number: number; group: number; lease: boolean; names: InterfaceNames },
): Input {
  const { garp } = instance;
  const authData = new Uint8Array(AUTH_DATA_SIZE);
  if (instance.auth !== null) authData.set(instance.auth.data.subarray(0, AUTH_DATA_SIZE));
  return {
    kind: "configInstance",
    instance: options.number,
    ifindex: options.names.ifindex(instance.interface),
    family: instance.family,
    version: instance.version,
    vrid: instance.vrid,
    priority: instance.priority,
    flags: flagsOf(instance, options.lease),
    advertisementIntervalUs: instance.advertisementIntervalUs,
    preemptDelayUs: instance.preemptDelayUs,
    downTimerAdverts: instance.downTimerAdverts,
    group: options.group < 0 ? ID_NONE : options.group,
    authType: instance.auth?.type ?? "NONE",
    garpDelayUs: garp.delayUs,
    garpRepeat: garp.repeat,
    garpRefreshUs: garp.refreshUs,
    garpRefreshRepeat: garp.refreshRepeat,
    garpLowerPrioDelayUs: garp.lowerPrioDelayUs,
    garpLowerPrioRepeat: garp.lowerPrioRepeat,
    authData,
    multicastGroup: instance.multicastGroup,
    source: instance.source ?? "",
  };
}

/** A number for a label that is the same over reloads (FNV-1a); 0 for none. */
function labelNumber(label: string | null): number {
  if (label === null) return 0;
  let hash = 0x811c9dc5;
  for (let i = 0; i < label.length; i++) {
    hash = Math.imul(hash ^ label.charCodeAt(i), 0x01000193) >>> 0;
  }
  return hash === 0 ? 1 : hash;
}

function pushVips(records: Input[], config: Config, names: InterfaceNames): CoreIndex["vips"] {
  const vips: CoreIndex["vips"] = [];
  const push = (instance: VrrpInstance, number: number, vip: Vip, advertised: boolean) => {
    const { address, prefixLength, device, label } = vip;
    records.push({
      kind: "configVip",
      vip: vips.length,
      instance: number,
      ifindex: names.ifindex(device),
      family: vip.family,
      prefixLength,
      scope: vip.scope,
      advertised: advertised ? 1 : 0,
      label: labelNumber(label),
      address,
    });
    vips.push({ instance: instance.name, address, prefixLength, device, label });
  };
  config.instances.forEach((instance, number) => {
    for (const vip of instance.vips) push(instance, number, vip, true);
    for (const vip of instance.excludedVips) push(instance, number, vip, false);
  });
  return vips;
}

function pushTracks(records: Input[], config: Config, trackers: (IndexTracker | null)[]): void {
  const numbers = new Map<string, number>();
  trackers.forEach((row, number) => {
    if (row !== null) numbers.set(`${row.watches} ${row.name}`, number);
  });
  config.instances.forEach((instance, number) => {
    for (const track of instance.tracks) {
      const tracker = numbers.get(`${track.watches} ${track.tracker}`);
      if (tracker === undefined) continue;
      const reverse = track.reverse ? 1 : 0;
      const { weight } = track;
      records.push({ kind: "configTrack", instance: number, tracker, weight, reverse });
    }
  });
}
