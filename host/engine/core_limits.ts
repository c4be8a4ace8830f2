// What the core has room for, as host/conf wants to be told it (ModelLimits): whoever reads a configuration
// for a core of the usual size passes this on. This module is browser safe.

import { GROUP_MAX, INSTANCE_MAX, TRACK_MAX, TRACKER_MAX, VIP_MAX } from "../core/abi.gen.ts";

/** Capacities of a core. */
export const CORE_LIMITS = {
  instances: INSTANCE_MAX,
  groups: GROUP_MAX,
  vips: VIP_MAX,
  trackers: TRACKER_MAX,
  tracks: TRACK_MAX,
} as const;
