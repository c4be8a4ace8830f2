// The address list of adverts. This module is browser safe.

import type { VrrpInstance } from "../../conf/model.ts";
import type { CoreRecord } from "../../engine/contract.ts";
import type { InstanceView, Invariant, NodeView, WorldView } from "../world_view.ts";
import { PerNode } from "./memory.ts";
import { named } from "./telling.ts";

/**
 * Nobody finds fault with the address list of an advert (RFC 9568 7.1) whose sender is configured
 * with the same addresses as itself, in whatever order. Silent where either of the two nodes has
 * ever taken up a reload, since the advert may be older than that.
 */
export function listsMatch(): Invariant {
  const commits = new PerNode(() => ({ count: 0 }));
  const reloaded = new Set<number>();
  return {
    name: "lists_match",
    record(world, node, record) {
      if (record.kind !== "notice") return null;
      if (record.notice === "CONFIG_COMMITTED" && ++commits.of(node).count > 1) {
        reloaded.add(node.index);
      }
      if (record.notice !== "ADDRESS_LIST") return null;
      const own = node.instances.find(({ name }) => name === record.instanceName);
      const other = own === undefined ? undefined : senderOf(world, own, record);
      if (own === undefined || other === undefined) return null;
      if (reloaded.has(own.node.index) || reloaded.has(other.node.index)) return null;
      if (addressesOf(own.config) !== addressesOf(other.config)) return null;
      return `${named(own)} read ${record.a} addresses and not its own in an advert of ` +
        `${named(other)}, which has the same ${record.b}`;
    },
  };
}

/** The instance whose advert it was. */
function senderOf(
  world: WorldView,
  own: InstanceView,
  record: Extract<CoreRecord, { kind: "notice" }>,
): InstanceView | undefined {
  const isSender = (node: NodeView) => node !== own.node && node.process === "running";
  return world.nodes.filter(isSender).flatMap(({ instances }) => instances).find((one) =>
    one.segment === own.segment && one.config.vrid === own.config.vrid &&
    one.config.family === own.config.family && one.source() === record.peer
  );
}

function addressesOf({ vips }: VrrpInstance): string {
  return vips.map(({ address }) => address).sort().join(" ");
}
