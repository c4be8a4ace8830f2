// The priority byte of adverts. This module is browser safe.

import type { Invariant, SentAdvert, WorldView } from "../world_view.ts";
import { named } from "./telling.ts";

const PRIORITY_OWNER = 255;

/**
 * Adverts carry 1 to 254, or 255 where the configuration says 255, or 0, which is a resignation
 * (RFC 9568 5.2.4): the instance is MASTER until then. A reload of the priority counts from the
 * moment behind it. Holds always.
 */
export function priorityRange(): Invariant {
  return { name: "priority_range", advert: check };
}

function check(_: WorldView, { node, instance, priority, vrid }: SentAdvert): string | null {
  if (instance === null) return null;
  if (priority === PRIORITY_OWNER && instance.config.priority !== PRIORITY_OWNER) {
    return `${named(instance)} sent priority 255 although it is no owner`;
  }
  if (priority === 0 && instance.state !== "MASTER") {
    return `${named(instance)} sent priority 0 in ${instance.state}`;
  }
  if (priority >= 0 && priority <= PRIORITY_OWNER) return null;
  return `${node.name} sent priority ${priority} for VRID ${vrid}`;
}
