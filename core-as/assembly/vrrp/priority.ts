// Effective priority: what the trackers' weights make of the configured one. Pure functions of an
// instance's tracks and the trackers' states; the rules are keepalived's track_* blocks.

import { PRIORITY_EFFECTIVE_MAX, PRIORITY_OWNER } from "../abi/limits";
import {
  TRACKER_FILE,
  TRACKER_STATE_BAD,
  TRACKER_STATE_GOOD,
  TRACKER_STATE_UNKNOWN,
} from "../abi/state";
import { Track, Tracker } from "./records";

/** A file's product from here down forces FAULT. */
export const FILE_FAULT_PRODUCT: i64 = -254;
/** A file adds at most this. */
const FILE_PRODUCT_MAX: i64 = 253;
const PRIORITY_EFFECTIVE_MIN: i32 = 1;

/** The track holds nothing back. */
export const HOLD_NONE: u32 = 0;
/** It forces FAULT. */
export const HOLD_BAD: u32 = 1;
/** It has no result yet, and its weight 0 needs one. */
export const HOLD_UNKNOWN: u32 = 2;

/** Value of a file times weight, negated by reverse; wide, so that nothing wraps. */
export function fileProduct(value: i32, weight: i32, reverse: bool): i64 {
  const product = <i64> value * <i64> weight;
  return reverse ? -product : product;
}

/** What a track adds to the priority. */
export function trackWeight(track: Track, tracker: Tracker): i32 {
  if (track.ignored != 0 || track.weight == 0) return 0;
  if (tracker.state == TRACKER_STATE_UNKNOWN) return 0;
  if (tracker.watches == TRACKER_FILE) {
    const product = fileProduct(tracker.value, track.weight, track.reverse != 0);
    return <i32> max<i64>(FILE_FAULT_PRODUCT, min<i64>(FILE_PRODUCT_MAX, product));
  }
  const good = (tracker.state == TRACKER_STATE_GOOD) != (track.reverse != 0);
  return good == (track.weight > 0) ? track.weight : 0;
}

/** Whether a track forces FAULT: a HOLD_ word. */
export function trackHold(track: Track, tracker: Tracker): u32 {
  if (track.ignored != 0) return HOLD_NONE;
  const unknown = tracker.state == TRACKER_STATE_UNKNOWN;
  if (tracker.watches == TRACKER_FILE && track.weight != 0) {
    if (unknown) return HOLD_NONE;
    const product = fileProduct(tracker.value, track.weight, track.reverse != 0);
    return product <= FILE_FAULT_PRODUCT ? HOLD_BAD : HOLD_NONE;
  }
  if (track.weight != 0) return HOLD_NONE;
  if (unknown) return HOLD_UNKNOWN;
  // A file without weight is good while its value is zero.
  const bad = tracker.state == TRACKER_STATE_BAD ||
    (tracker.watches == TRACKER_FILE && tracker.value != 0);
  return bad != (track.reverse != 0) ? HOLD_BAD : HOLD_NONE;
}

/** Configured priority plus the trackers' sum, clamped to 1..254; the owner's never changes. */
export function effectivePriority(base: u32, tracked: i32): u32 {
  if (base == PRIORITY_OWNER) return PRIORITY_OWNER;
  const sum = <i32> base + tracked;
  return <u32> max(PRIORITY_EFFECTIVE_MIN, min(<i32> PRIORITY_EFFECTIVE_MAX, sum));
}
