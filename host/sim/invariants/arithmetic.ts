// The protocol's numbers, computed from the standards and the configuration alone: what the
// invariants hold against the core. Nothing here is shared with the core, on purpose. Times are
// microseconds. This module is browser safe.

import { parseAddress } from "../../base/address.ts";
import type { Config, SyncGroup, Track, VrrpInstance } from "../../conf/model.ts";

const SECOND_US = 1_000_000;
const CLOCK_RATE_MAX = 2;
/** What a fair watcher allows besides a node's known lateness: rounding and the order of a moment. */
const SLACK_US = 2_000;
/** Clocks are read in whole microseconds; nothing may come earlier than it should by more. */
export const ROUNDING_US = 2;

const PRIORITY_OWNER = 255;
const PRIORITY_STEPS = 256;
const PRIORITY_EFFECTIVE_MIN = 1;
const PRIORITY_EFFECTIVE_MAX = 254;

/**
 * Skew time: in version 2 (256 - priority) / 256 seconds (RFC 3768 6.1), in version 3 (256 -
 * priority) / 256 of the interval in force (RFC 9568 6.1); whole microseconds, rounded down.
 */
export function skewTimeUs(version: 2 | 3, priority: number, intervalUs: number): number {
  const unit = version === 2 ? SECOND_US : intervalUs;
  return Math.floor(((PRIORITY_STEPS - priority) * unit) / PRIORITY_STEPS);
}

/** Master (Active) down interval: missed adverts of the interval in force, and the skew time. */
export function masterDownUs(config: VrrpInstance, priority: number, intervalUs: number): number {
  return config.downTimerAdverts * intervalUs + skewTimeUs(config.version, priority, intervalUs);
}

/** How late a node may do by its clock what it does on time by ours. */
export function slackUs(node: { latenessUs: number }): number {
  return CLOCK_RATE_MAX * node.latenessUs + SLACK_US;
}

/** Time between refreshes of a node's leases (DESIGN decision 1): 1 s for each 1000 addresses. */
export function refreshPeriodUs(config: Config): number {
  let addresses = 0;
  for (const { vips, excludedVips } of config.instances) {
    addresses += vips.length + excludedVips.length;
  }
  return Math.max(1, Math.ceil(addresses / 1000)) * SECOND_US;
}

/**
 * Lifetime of an instance's addresses in the kernel: the longest of 3 s, 3 adverts and 3 refreshes,
 * in whole seconds, rounded up. Infinity: the configuration wants no leases.
 */
export function leaseUs(config: Config, instance: VrrpInstance): number {
  if (!config.vipd.lease) return Infinity;
  const longest = 3 * Math.max(instance.advertisementIntervalUs, refreshPeriodUs(config));
  return Math.max(3, Math.ceil(longest / SECOND_US)) * SECOND_US;
}

/** Compares two addresses of one family as unsigned numbers: negative, zero or positive. */
export function compareAddressText(a: string, b: string): number {
  const [left, right] = [parseAddress(a)?.bytes, parseAddress(b)?.bytes];
  if (left === undefined || right === undefined || left.length !== right.length) {
    throw new RangeError(`not two addresses of one family: ${a} and ${b}`);
  }
  for (let i = 0; i < left.length; i++) {
    const difference = left[i]! - right[i]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

/** What a tracker says: null = nothing yet. */
export type TrackerVerdict = boolean | null;

/**
 * The weight with which a track counts, or null when it counts nothing: an owner takes no weights;
 * in a group without sync_group_tracking_weight a weighted interface counts as one of weight 0 and
 * a weighted script not at all (keepalived.conf(5) sync_group_tracking_weight).
 */
export function weightInForce(
  track: Track,
  instance: VrrpInstance,
  group: SyncGroup | null,
): number | null {
  if (track.weight === 0) return 0;
  if (instance.priority === PRIORITY_OWNER) return null;
  if (group === null || group.trackingWeight) return track.weight;
  return track.watches === "INTERFACE" ? 0 : null;
}

/** Group of an instance, or null. */
export function groupOf(config: Config, instance: VrrpInstance): SyncGroup | null {
  if (instance.group === null) return null;
  return config.groups.find(({ name }) => name === instance.group) ?? null;
}

/**
 * Priority with what the trackers say: positive weights while good, negative ones while bad,
 * between 1 and 254; an owner's is always 255.
 */
export function priorityOf(
  config: Config,
  instance: VrrpInstance,
  verdict: (track: Track) => TrackerVerdict,
): number {
  if (instance.priority === PRIORITY_OWNER) return PRIORITY_OWNER;
  const group = groupOf(config, instance);
  let priority = instance.priority;
  for (const track of instance.tracks) {
    const weight = weightInForce(track, instance, group);
    const said = verdict(track);
    if (weight === null || said === null) continue;
    const good = said !== track.reverse;
    if (good && weight > 0) priority += weight;
    if (!good && weight < 0) priority += weight;
  }
  return Math.min(PRIORITY_EFFECTIVE_MAX, Math.max(PRIORITY_EFFECTIVE_MIN, priority));
}
