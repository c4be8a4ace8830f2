// The virtual routers of a cluster: which instances of which nodes belong together, since they have a
// VRID on one segment. This module is browser safe.

import type { Family } from "../../conf/model.ts";
import { laterConfigs, layOut } from "../layout.ts";
import type { SimulationOptions } from "../simulate.ts";

/** One virtual router. */
export interface RouterPlan {
  /** Name of its first instance. */
  name: string;
  segment: number;
  family: Family;
  vrid: number;
  /** Virtual addresses of all its instances, the excluded ones too. */
  addresses: string[];
  /** Its instances, in the order of the nodes. */
  members: RouterMember[];
}

/** One instance of a virtual router. */
export interface RouterMember {
  node: string;
  name: string;
}

/** The virtual routers in the order of the files, those that later files bring last. */
export function routersOf(
  { nodes, scenario }: Pick<SimulationOptions, "nodes" | "scenario">,
): RouterPlan[] {
  const routers = new Map<string, RouterPlan>();
  const layout = layOut(nodes, scenario);
  nodes.forEach(({ name: node, config }, index) => {
    const segments = new Map(layout.interfaces[index]!.map((row) => [row.name, row.segment]));
    const instances = [config, ...laterConfigs(scenario, node)].flatMap((one) => one.instances);
    for (const { name, family, vrid, vips, excludedVips, interface: device } of instances) {
      const segment = segments.get(device) ?? 0;
      const key = `${segment} ${family} ${vrid}`;
      const router = routers.get(key) ??
        { name, segment, family, vrid, addresses: [], members: [] };
      routers.set(key, router);
      const addresses = [...vips, ...excludedVips].map(({ address }) => address);
      router.addresses = [...new Set([...router.addresses, ...addresses])];
      const isKnown = router.members.some((one) => one.node === node && one.name === name);
      if (!isKnown) router.members.push({ node, name });
    }
  });
  return [...routers.values()];
}
