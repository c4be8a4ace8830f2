// Instances, scripts and groups with every default filled in. What keepalived corrects silently or
// with a message (rounding, clamping, clearing) is corrected here the same way and told by a rule.
// This module is browser safe.

import { ADVERTISED_IPV4_MAX, ADVERTISED_IPV6_MAX, AUTH_PASS_SIZE_MAX } from "../limits.ts";
import type {
  Family,
  GarpSettings,
  NotifyScripts,
  Script,
  SyncGroup,
  Track,
  Vip,
  VrrpInstance,
  VrrpScript,
} from "../model.ts";
import { SECOND_US } from "../read/arguments.ts";
import type {
  CommandDraft,
  Drafts,
  GarpDraft,
  GroupDraft,
  InstanceDraft,
  NotifyDraft,
  ScriptDraft,
  TrackDraft,
  VipDraft,
} from "../read/drafts.ts";
import { encode } from "../source.ts";
import { type Account, resolveCommand } from "./command.ts";

/** Steps of a v3 interval, microseconds. */
const CENTISECOND_US = 10_000;
/** Longest v3 interval: 12 bits of centiseconds (RFC 9568 5.2.7). */
const INTERVAL_V3_MAX_US = 4095 * CENTISECOND_US;
/** Groups of adverts (RFC 9568 5.1.1.2, 5.1.2.2). */
const MULTICAST = { INET: "224.0.0.18", INET6: "ff02::12" };
/** Priority of the address owner. */
export const OWNER = 255;
const PRIORITY_DEFAULT = 100;
const DOWN_TIMER_ADVERTS_DEFAULT = 3;

/** Family of an instance: that of its first address, else of its source, else IPv4. */
export function familyOf(draft: InstanceDraft): Family {
  const first = draft.vips[0]?.value ?? draft.source ?? draft.multicastGroup;
  return first?.family ?? "INET";
}

/** Version of an instance: its own, the global one, 2; IPv6 always has 3. */
export function versionOf(draft: InstanceDraft, drafts: Drafts): 2 | 3 {
  if (familyOf(draft) === "INET6") return 3;
  return (draft.version ?? drafts.global?.version) === 3 ? 3 : 2;
}

/** Base priority as keepalived chooses it. */
export function priorityOf(draft: InstanceDraft): number {
  return draft.priority ?? (draft.state === "MASTER" ? OWNER : PRIORITY_DEFAULT);
}

/** The interval that can be sent: v2 whole seconds, v3 steps of 10 ms up to 40.95 s. */
export function sendableInterval(us: number, version: 2 | 3): number {
  const step = version === 2 ? SECOND_US : CENTISECOND_US;
  const rounded = Math.max(step, Math.round(us / step) * step);
  return version === 2 ? rounded : Math.min(rounded, INTERVAL_V3_MAX_US);
}

/** Addresses that one advert of a family holds. */
export function advertisedMax(family: Family): number {
  return family === "INET" ? ADVERTISED_IPV4_MAX : ADVERTISED_IPV6_MAX;
}

/** Resolves scripts; a script without a command is left out (a rule tells). */
export function resolveScripts(drafts: Drafts): VrrpScript[] {
  const scripts: VrrpScript[] = [];
  for (const draft of drafts.scripts.values()) {
    if (draft.script !== null) scripts.push(resolveScript(draft, draft.script, drafts));
  }
  return scripts;
}

function resolveScript(draft: ScriptDraft, command: CommandDraft, drafts: Drafts): VrrpScript {
  const intervalUs = draft.intervalUs ?? SECOND_US;
  return {
    name: draft.name,
    script: resolveCommand(command, draft.user ?? drafts.global?.scriptUser ?? null),
    intervalUs,
    timeoutUs: draft.timeoutUs ?? intervalUs,
    weight: draft.weight?.weight ?? 0,
    reverse: draft.weight?.reverse ?? false,
    rise: draft.rise ?? 1,
    fall: draft.fall ?? 1,
    trackedBy: [],
  };
}

/** Resolves the notify commands of an instance or group. */
export function resolveNotify(draft: NotifyDraft, account: Account): NotifyScripts {
  const script = (command: CommandDraft | null): Script | null =>
    command === null ? null : resolveCommand(command, account);
  return {
    master: script(draft.notifyMaster),
    backup: script(draft.notifyBackup),
    fault: script(draft.notifyFault),
    stop: script(draft.notifyStop),
    any: script(draft.notify),
  };
}

/** Settings of gratuitous ARP: the instance's, the global ones, keepalived's. */
export function resolveGarp(own: GarpDraft, drafts: Drafts): GarpSettings {
  const { global } = drafts;
  const isMin = global?.minGarp ?? false;
  const delayUs = own.garpDelayUs ?? global?.garpDelayUs ?? (isMin ? 0 : 5 * SECOND_US);
  const repeat = own.garpRepeat ?? global?.garpRepeat ?? (isMin ? 1 : 5);
  return {
    delayUs,
    repeat,
    refreshUs: own.garpRefreshUs ?? global?.garpRefreshUs ?? 0,
    refreshRepeat: own.garpRefreshRepeat ?? global?.garpRefreshRepeat ?? 1,
    lowerPrioDelayUs: own.garpLowerPrioDelayUs ?? global?.garpLowerPrioDelayUs ?? delayUs,
    lowerPrioRepeat: own.garpLowerPrioRepeat ?? global?.garpLowerPrioRepeat ?? repeat,
  };
}

function resolveVip(draft: VipDraft, device: string): Vip {
  const { value, prefixLength, label, scope } = draft;
  return {
    ...value,
    prefixLength: prefixLength ?? (value.family === "INET" ? 32 : 128),
    device: draft.device ?? device,
    label,
    scope: value.family === "INET" ? scope ?? 0 : 0,
  };
}

/** The bytes of an instance's password as its file has them: peers compare bytes, not letters. */
export function passwordBytes(draft: InstanceDraft): Uint8Array {
  const encoding = draft.seen.get("auth_pass")?.file.encoding ?? "utf-8";
  return encode(draft.authPass ?? "", encoding);
}

function resolveAuth(draft: InstanceDraft, version: 2 | 3): VrrpInstance["auth"] {
  if (version !== 2 || draft.authType !== "PASS" || draft.authPass === null) return null;
  // As it stands in the packet: eight bytes, cut or zero padded.
  const data = new Uint8Array(AUTH_PASS_SIZE_MAX);
  data.set(passwordBytes(draft).subarray(0, AUTH_PASS_SIZE_MAX));
  return { type: "PASS", data };
}

/** Resolves one instance; null where it lacks what it cannot be without (rules tell). */
export function resolveInstance(
  draft: InstanceDraft,
  drafts: Drafts,
  group: GroupDraft | null,
): VrrpInstance | null {
  if (draft.vrid === null || draft.interface === null) return null;
  const { global } = drafts;
  const family = familyOf(draft);
  const version = versionOf(draft, drafts);
  const priority = priorityOf(draft);
  const isFirst = draft.state === "MASTER" || priority === OWNER;
  const device = draft.interface;
  const vips = draft.vips.map((vip) => resolveVip(vip, device));
  const room = advertisedMax(family);
  const globalGroup = family === "INET" ? global?.multicastGroup4 : global?.multicastGroup6;
  return {
    name: draft.name,
    interface: device,
    family,
    version,
    vrid: draft.vrid,
    priority,
    stateMaster: draft.state === "MASTER",
    advertisementIntervalUs: sendableInterval(draft.advertIntervalUs ?? SECOND_US, version),
    nopreempt: draft.nopreempt && !isFirst,
    preemptDelayUs: isFirst ? 0 : draft.preemptDelayUs ?? 0,
    downTimerAdverts: draft.downTimerAdverts ?? global?.downTimerAdverts ??
      DOWN_TIMER_ADVERTS_DEFAULT,
    dontTrackPrimary: draft.dontTrackPrimary,
    lowerPrioNoAdvert: draft.lowerPrioNoAdvert ?? global?.lowerPrioNoAdvert ?? false,
    higherPrioSendAdvert: draft.higherPrioSendAdvert ?? global?.higherPrioSendAdvert ?? false,
    skipCheckAdvAddr: draft.skipCheckAdvAddr ?? global?.skipCheckAdvAddr ?? false,
    auth: resolveAuth(draft, version),
    multicastGroup: (draft.multicastGroup ?? globalGroup)?.address ?? MULTICAST[family],
    source: draft.source?.address ?? null,
    group: group?.name ?? null,
    garp: resolveGarp(draft, drafts),
    vips: vips.slice(0, room),
    excludedVips: [
      ...vips.slice(room),
      ...draft.excludedVips.map((vip) => resolveVip(vip, device)),
    ],
    tracks: resolveTracks(draft, drafts, group),
    notify: resolveNotify(draft, global?.scriptUser ?? null),
    smtpAlert: draft.smtpAlert ?? global?.smtpAlertVrrp ?? global?.smtpAlert ?? false,
  };
}

/** Why a track line of an instance has no effect; null when it has. */
export type TrackRefusal = "own interface" | "twice" | "weight in group" | "weight of owner" | null;

/** A track line and what became of it. */
export interface TrackOutcome {
  draft: TrackDraft;
  /** null when it is refused or its script does not exist. */
  track: Track | null;
  refusal: TrackRefusal;
}

/** The instance's track lines and its group's, each tracker once. */
export function trackOutcomes(
  draft: InstanceDraft,
  drafts: Drafts,
  group: GroupDraft | null,
): TrackOutcome[] {
  const isOwner = priorityOf(draft) === OWNER;
  const isWeightless = group !== null && !group.trackingWeight;
  const taken = new Set<string>();
  const outcomes: TrackOutcome[] = [];
  const lines = group === null ? draft.tracks : [...draft.tracks, ...group.tracks];
  for (const line of lines) {
    const track = resolveTrack(line, drafts, isWeightless);
    let refusal: TrackRefusal = null;
    if (line.watches === "INTERFACE" && line.name === draft.interface) refusal = "own interface";
    else if (taken.has(`${line.watches} ${line.name}`)) refusal = "twice";
    else if (track !== null && track.weight !== 0 && isWeightless) refusal = "weight in group";
    else if (track !== null && track.weight !== 0 && isOwner) refusal = "weight of owner";
    taken.add(`${line.watches} ${line.name}`);
    outcomes.push({ draft: line, track: refusal === null ? track : null, refusal });
  }
  return outcomes;
}

function resolveTrack(line: TrackDraft, drafts: Drafts, isWeightless: boolean): Track | null {
  const { name: tracker, watches } = line;
  if (watches === "INTERFACE") {
    const weight = isWeightless ? 0 : line.weight ?? 0;
    return { tracker, watches, weight, reverse: line.reverse ?? false };
  }
  const script = drafts.scripts.get(tracker);
  if (script === undefined || script.script === null) return null;
  const weight = line.weight ?? script.weight?.weight ?? 0;
  return { tracker, watches, weight, reverse: line.reverse ?? script.weight?.reverse ?? false };
}

function resolveTracks(draft: InstanceDraft, drafts: Drafts, group: GroupDraft | null): Track[] {
  return trackOutcomes(draft, drafts, group).flatMap(({ track }) => track === null ? [] : [track]);
}

/** Resolves one group; members that do not exist are left out (a rule tells). */
export function resolveGroup(draft: GroupDraft, drafts: Drafts, names: Set<string>): SyncGroup {
  const { global } = drafts;
  const members = [...new Set(draft.members.map(({ name }) => name))];
  return {
    name: draft.name,
    members: members.filter((name) => names.has(name)),
    trackingWeight: draft.trackingWeight,
    notify: resolveNotify(draft, global?.scriptUser ?? null),
    smtpAlert: draft.smtpAlert ?? global?.smtpAlertVrrp ?? global?.smtpAlert ?? false,
  };
}
