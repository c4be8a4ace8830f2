// How violations name things: instances as `VI_1 on node1`, times as seconds. This module is
// browser safe.

import type { InstanceView } from "../world_view.ts";

const SECOND_US = 1_000_000;

/** `VI_1 on node1`. */
export function named(instance: InstanceView): string {
  return `${instance.name} on ${instance.node.name}`;
}

/** A time of so many microseconds: `3.609375 s`. */
export function seconds(us: number): string {
  return `${Number((us / SECOND_US).toFixed(6))} s`;
}
